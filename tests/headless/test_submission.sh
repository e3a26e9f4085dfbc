#!/bin/bash
# Mail through a real Dovecot's submission and a relay behind it: it arrives once, its copy is in
# Sent once, and whoever is refused is named.

set -u
src=${TEST_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${TEST_BUILDDIR:-$src/build}
rowan=${ROWAN:-$build/rowan}
sink=$build/tests/server/smtp_sink
[ -x "$rowan" ] && [ -x "$sink" ] || { echo "no program at $rowan or $sink"; exit 77; }
command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ] || { echo "no Dovecot"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rowan-submission.XXXXXX") || exit 99
chmod 755 "$scratch"
pid=
trap '"$src/tests/server/dovecot.sh" stop "$scratch/server"
	[ -z "$pid" ] || kill $pid
	rm -rf "$scratch"' EXIT
cd "$scratch" || exit 99
export LC_ALL=C.UTF-8 TZ=UTC HOME=$scratch ROWAN_HOME=$scratch/profile
bad=0

fail() {
	echo "FAILED: $*"
	bad=1
}

mkdir -p server/mail/{ada,grace}/{cur,new,tmp}
printf 'ada:pencil\ngrace:pencil\n' >server/passwd
"$sink" 0 "$scratch" "maildirs=$scratch/server/mail" >port &
pid=$!
until [ -s port ]; do
	kill -0 $pid 2>/dev/null || { echo "the relay does not start"; exit 99; }
	sleep 0.02
done
RELAY_PORT=$(cat port) "$src/tests/server/dovecot.sh" start server >/dev/null || exit 99
. server/env
[ "$SUBMISSIONS_PORT" != 0 ] || { echo "this Dovecot takes no mail"; exit 77; }
for name in ada grace; do
	"$rowan" account add $name --imap "imaps://$name@localhost:$IMAPS_PORT" \
		--smtp "smtps://$name@localhost:$SUBMISSIONS_PORT" \
		--from "$name <$name@example.org>" --password-command 'echo pencil' \
		--ca-file "$CA_FILE" >/dev/null || fail "account add $name"
done

printf 'From: ada@example.org\nTo: grace@example.org\nSubject: once\n\nhello\n' |
	timeout 60 "$rowan" send -t || fail "rowan send gives $?"
timeout 60 "$rowan" sync || fail "rowan sync gives $?"
for folder in grace/INBOX ada/Sent; do
	count=$("$rowan" list "$folder" | grep -c once)
	[ "$count" = 1 ] || fail "$folder has it $count times"
done

printf 'From: ada@example.org\nTo: nobody-here@example.org\nSubject: never\n\nhello\n' |
	timeout 60 "$rowan" send -t 2>err && fail "mail to nobody is called sent"
grep -q '550 5.1.1.*nobody of that name' err || fail "the refusal is not told: $(cat err)"
"$rowan" outbox | grep -q failed || fail "the outbox does not hold what was refused"
exit $bad
