#!/bin/bash
# rowan send and rowan outbox against a submission server on loopback: what arrives, what is
# refused, what waits; and over the edge of each byte of the way there.
#
#	test_send.sh        with ROWAN the program and SMTP_SINK the server, else those of the build

set -u
src=${TEST_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${TEST_BUILDDIR:-$src/build}
rowan=${ROWAN:-$build/rowan}
sink=${SMTP_SINK:-$build/tests/server/smtp_sink}
[ -x "$rowan" ] && [ -x "$sink" ] || { echo "no program at $rowan or $sink"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rowan-send.XXXXXX") || exit 99
pid=
trap '[ -z "$pid" ] || kill $pid; rm -rf "$scratch"' EXIT
cd "$scratch" || exit 99
export LC_ALL=C.UTF-8 TZ=UTC HOME=$scratch/home ROWAN_HOME=$scratch/profile
bad=0 count=0

fail() {
	echo "FAILED: $*"
	sed 's/^/  out: /' out
	sed 's/^/  err: /' err
	bad=1
}
# gives CODE WORD…: the program ends with CODE; standard input is the file `mail`
gives() {
	want=$1
	shift
	count=$((count + 1))
	timeout 60 "$rowan" "$@" >out 2>err <mail
	code=$?
	[ $code = "$want" ] || fail "rowan $* gives $code, not $want"
}
has() {
	grep -qF -- "$1" "${2:-out}" || fail "${2:-out} lacks $1"
}
lacks() {
	! grep -qF -- "$1" "${2:-out}" || fail "${2:-out} has $1"
}
# arrived N: so many mails are there
arrived() {
	n=$(find mails -type f | wc -l)
	[ "$n" = "$1" ] || fail "$n mails are there, not $1"
}

# serve OPTION…: a server of its own on a port of its own, and an account that sends there
serve() {
	[ -z "$pid" ] || kill $pid
	rm -rf mails profile port
	mkdir mails
	mkfifo port
	"$sink" 0 mails "$@" >port &
	pid=$!
	read -r number <port
	rm port
	: >mail
	gives 0 account add work --pop3 pop3://me@127.0.0.1:1 --smtp "smtp://me@127.0.0.1:$number" \
		--from 'Mé <me@example.org>' --password-command 'echo secret'
}

serve auth=me:secret refuse=bad@example.org:550
printf 'To: a@example.org\nBcc: b@example.org\nSubject: Grüße\n\nhällo\n..dots\n' >mail
gives 0 send -t
arrived 1
has 'b@example.org' mails/mail-1
lacks 'Bcc' mails/mail-1
has 'Subject: =?UTF-8?' mails/mail-1
has 'hällo' mails/mail-1
has '..dots' mails/mail-1
gives 0 outbox --json
has '"state":"done"'

printf 'Subject: x\nMessage-ID: <one@example.org>\n\nx\n' >mail
gives 0 send -f other@example.org -F 'O T' -- c@example.org
has 'other@example.org' mails/mail-2
has 'From: O T <other@example.org>' mails/mail-2
gives 1 send c@example.org # the same message again
has 'already' err
arrived 2

printf 'Subject: x\n\nx\n' >mail
gives 1 send a@example.org bad@example.org
has 'bad@example.org: 550 5.1.1 nobody of that name' err
arrived 2
gives 1 send root
gives 1 send -t
gives 1 send --account nobody a@example.org
gives 2 send
gives 2 send -X
gives 2 outbox burn 1
gives 1 outbox cancel 99

gives 0 send --queue a@example.org
arrived 2
gives 75 --offline send a@example.org
gives 0 --offline outbox
has 'queued'
gives 0 --offline outbox cancel 5
timeout 60 "$rowan" sync >out 2>err
arrived 3
printf 'Subject: x\n\nup to here\n.\nnever this\n' >mail
gives 0 send a@example.org
lacks 'never this' mails/mail-4
gives 0 send -i a@example.org
has 'never this' mails/mail-5

# A server that is gone, and comes back.
kill $pid
wait $pid 2>/dev/null
pid=
printf 'Subject: later\n\nx\n' >mail
gives 75 send a@example.org
"$sink" "$number" mails auth=me:secret >/dev/null &
pid=$!
tries=0
until [ "$(find mails -type f | wc -l)" = 6 ]; do
	timeout 60 "$rowan" sync >out 2>err
	tries=$((tries + 1))
	[ $tries -lt 200 ] || { fail "never arrives"; break; }
done

# A wrong password, a refusal for now.
serve auth=me:other
printf 'Subject: x\n\nx\n' >mail
gives 75 send a@example.org
has 'password' err
serve auth=me:secret end=451
printf 'Subject: x\n\nx\n' >mail
gives 75 send a@example.org
has '451' err
serve no-8bitmime no-chunking auth=me:secret
printf 'Subject: x\n\nhällo\n' >mail
gives 0 send a@example.org
has 'h=C3=A4llo' mails/mail-1

# Cut on the way: what is not out is sent at the next run, what may be out is not.
for cut in 1 60 120 160 180 200 220 240 300 400; do
	serve auth=me:secret cut=$cut
	printf 'Subject: cut\n\nx\n' >mail
	timeout 60 "$rowan" send a@example.org >out 2>err <mail
	timeout 60 "$rowan" sync >out 2>err
	timeout 60 "$rowan" outbox --json >out 2>err
	n=$(find mails -type f | wc -l)
	grep -q '"state":"done"' out && [ "$n" = 1 ] && continue
	grep -q '"state":"unknown"' out && [ "$n" -le 1 ] && continue
	fail "cut at $cut: $n mails"
done

echo "$count commands"
exit $bad
