#!/bin/bash
# How often Rowan waits for the server, told by a proxy that stands 50 ms away each way and knows
# nothing of Rowan; and `rowan --stats` says the same. Exits 77 (skipped) where there is no Dovecot.
#
#	ROWAN   the program (default build/rowan); CC the compiler of the helpers

PATH=$PATH:/usr/sbin:/usr/local/sbin:/sbin
command -v dovecot >/dev/null && command -v openssl >/dev/null || exit 77
tests=$(cd "$(dirname "$0")/.." && pwd)
: "${ROWAN:=$tests/../build/rowan}"
[ -x "$ROWAN" ] || { echo "there is no program at $ROWAN: set ROWAN"; exit 1; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/rowan-flights.XXXXXX") || exit 1
chmod 755 "$dir"
export ROWAN_HOME=$dir/home
proxy=
finish() {
	[ -z "$proxy" ] || kill "$proxy" 2>/dev/null
	"$tests/server/dovecot.sh" stop "$dir/server"
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

fail() {
	echo "FAIL: $*"
	failed=1
}
failed=0

# number NAME: of a line of JSON
number() {
	sed -n "s/.*\"$1\":\(-\{0,1\}[0-9]*\).*/\1/p"
}

# flights TRIPS COMMAND…: one connection, so many round trips after TLS, by both counts. `up` and
# `down` are what the proxy has passed on.
flights() {
	local wanted=$1 trips shaken turns told count
	shift
	conns=$((conns + 1))
	"$ROWAN" --stats "$@" >"$dir/out" 2>&1 || fail "rowan $*: $(cat "$dir/out")"
	told=$(grep '"round_trips"' "$dir/out")
	for _ in $(seq 200); do # the proxy tells when the connection is over, 50 ms later
		count=$(grep "\"conn\":$conns," "$dir/count") && break
		sleep 0.02
	done
	[ -n "$count" ] || fail "rowan $*: no connection, or it does not end"
	trips=$(number round_trips <<<"$told")
	shaken=$(number handshake_round_trips <<<"$told")
	turns=$(number turns <<<"$count")
	up=$(number up <<<"$count")
	down=$(number down <<<"$count")
	echo "rowan $*: $trips round trips, $up bytes up, $down down"
	[ "$trips" = "$wanted" ] || fail "rowan $*: $trips round trips, not $wanted"
	# The proxy does not see that of TCP, and may see the answer to LOGOUT, which nobody waits for.
	local seen=$((turns - trips - shaken + 1))
	[ $seen -eq 0 ] || [ $seen -eq 1 ] ||
		fail "rowan $*: the proxy saw $turns turns, --stats says $trips and $shaken"
	# After the last that was counted each side still says goodbye, in TLS and in IMAP.
	local more_up=$((up - $(number socket_up <<<"$told")))
	local more_down=$((down - $(number socket_down <<<"$told")))
	[ $more_up -ge 0 ] && [ $more_up -le 24 ] || fail "rowan $*: $more_up bytes up not told"
	[ $more_down -ge 0 ] && [ $more_down -le 160 ] || fail "rowan $*: $more_down bytes down not told"
}

# message N: the id of message N of INBOX
message() {
	"$ROWAN" --offline list me/INBOX --json | sed -n "$1s/.*\"id\":\"\([^\"]*\)\".*/\1/p"
}

mkdir -p "$dir/server/mail" "$ROWAN_HOME"
${CC:-cc} -std=c11 -O -D_GNU_SOURCE -o "$dir/make_mail" "$tests/bench/make_mail.c" || exit 1
${CC:-cc} -std=c11 -O -D_GNU_SOURCE -o "$dir/proxy" "$tests/server/proxy.c" || exit 1
"$dir/make_mail" "$dir/server/mail/user" 60
"$dir/make_mail" "$dir/server/mail/user/.Lists" 40 --seed 2
"$tests/server/dovecot.sh" start "$dir/server" >/dev/null || exit 1
. "$dir/server/env"
"$dir/proxy" 0 "$IMAPS_PORT" --delay 50 --count "$dir/count" >"$dir/proxy.out" &
proxy=$!
for _ in $(seq 200); do
	[ -s "$dir/proxy.out" ] && break
	sleep 0.02
done
port=$(sed 's/.*[^0-9]//' "$dir/proxy.out")
cat >"$ROWAN_HOME/rowan.conf" <<END
[account "me"]
	imap = imaps://user@localhost:$port
	password-command = echo pencil
	ca-file = $CA_FILE
END

"$ROWAN" sync || fail "the first sync"
conns=1
flights 1 sync
[ "$up" -le 1000 ] && [ "$down" -le 4500 ] || fail "nothing changed, and $up bytes up, $down down"

# New mail comes with the log-in's own flight.
mkdir -p "$dir/new"
"$dir/make_mail" "$dir/new" 3 --seed 3
for file in "$dir"/new/cur/*; do
	name=$(basename "$file" | sed 's/^1/2/; s/:2,.*//')
	cp "$file" "$dir/server/mail/user/tmp/$name"
	chmod 644 "$dir/server/mail/user/tmp/$name"
	mv "$dir/server/mail/user/tmp/$name" "$dir/server/mail/user/new/$name"
done
flights 1 sync
[ -n "$(message 63)" ] || fail "the new messages did not come"

# A folder never seen: one flight after the log-in's.
"$dir/make_mail" "$dir/server/mail/user/.Fresh" 60 --seed 4
[ "$(id -u)" != 0 ] || chown -R "$(stat -c %u:%g "$dir/server/mail")" "$dir/server/mail/user/.Fresh"
flights 2 sync
"$ROWAN" --offline folders | grep -q ' 60  me/Fresh' || fail "the new folder did not come"

# A message never opened: with the log-in. One that was opened: no connection at all.
flights 1 show "$(message 10)"
"$ROWAN" --stats show "$(message 10)" >"$dir/out" || fail "a message that is here"
grep -q round_trips "$dir/out" && fail "opening what is here used the network"

# A wish: with the log-in, SELECT and all.
flights 2 flag "$(message 10)" +flagged
exit $failed
