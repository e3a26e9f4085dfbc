#!/bin/bash
# What the wire costs: round trips, bytes and time of what a person does, told by a proxy that adds
# 50 ms each way and knows nothing of Rowan, with 201 folders. doc/wire.md has what it said.
#	wire.sh [dovecot|cyrus [MESSAGES [PARTS]]]	parts: rowan, peers, steps (default: all)
#
# Time is from exec until all is known (commands), until what is new stands on the screen (screen),
# or from the key or the change on the server until it is shown (steps). Of programs that are not
# installed nothing is said.
set -eu
. "$(dirname "$0")/lib.sh"
kind=${1-dovecot}
count=${2-5000}
parts=${3-rowan peers steps}
folders=200
bench_open
bench_tool make_mail
bench_tool screen_time -lvterm -lutil
bench_tool proxy
server=$BENCH_DIR/wire-$kind
counts=$BENCH_DIR/proxy.count

# ---- The server, and another client of it ----

# say LINES…: commands over a connection of its own, without TLS and proxy
say() {
	local line n=0
	exec 5<>"/dev/tcp/127.0.0.1/$IMAP_PORT"
	printf 'l LOGIN user pencil\r\n' >&5
	for line in "$@"; do
		n=$((n + 1))
		printf 'c%d %s\r\n' $n "$line" >&5
	done
	printf 'z LOGOUT\r\n' >&5
	cat <&5 >"$BENCH_DIR/said"
	exec 5>&- 5<&-
	! grep -E '^(l|c[0-9]*) (NO|BAD)' "$BENCH_DIR/said"
}

# bring FOLDER FILES…: by APPEND, as they would arrive
bring() {
	local folder=$1 file
	shift
	exec 5<>"/dev/tcp/127.0.0.1/$IMAP_PORT"
	cat <&5 >"$BENCH_DIR/said" &
	local reader=$!
	printf 'l LOGIN user pencil\r\n' >&5
	for file in "$@"; do
		sed 's/\r$//; s/$/\r/' "$file" >"$BENCH_DIR/one"
		printf 'c APPEND %s {%d+}\r\n' "$folder" "$(stat -c %s "$BENCH_DIR/one")" >&5
		cat "$BENCH_DIR/one" >&5
		printf '\r\n' >&5
	done
	printf 'z LOGOUT\r\n' >&5
	wait $reader
	exec 5>&- 5<&-
	! grep -E '^(l|c) (NO|BAD)' "$BENCH_DIR/said"
}

# letter SUBJECT: a small message as a file; prints its name
letter() {
	printf 'From: Lin Wei <lin@example.org>\nTo: user@example.org\nSubject: %s\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nMessage-ID: <%s@example.org>\n\nThe text of %s.\n' \
		"$1" "${1// /-}" "$1" >"$BENCH_DIR/letter"
	echo "$BENCH_DIR/letter"
}

open_server() {
	local names i
	mkdir -p "$server/mail"
	"$BENCH_DIR/bin/make_mail" "$BENCH_DIR/new" 100 --seed 77 --size 4000
	if [ "$kind" = dovecot ]; then
		"$BENCH_DIR/bin/make_mail" "$server/mail/user" "$count"
		"$BENCH_DIR/bin/make_mail" "$server/mail/user/.Unseen" 2000 --seed 5
		"$dovecot" start "$server" >/dev/null
		bench_servers=$server
	else
		"$TEST_SRCDIR/tests/server/cyrus.sh" start "$server" >/dev/null
		trap '"$TEST_SRCDIR/tests/server/cyrus.sh" stop "$server"; bench_close' EXIT
		. "$server/env"
		"$BENCH_DIR/bin/make_mail" "$BENCH_DIR/all" "$count"
		bring INBOX "$BENCH_DIR"/all/cur/*
		"$BENCH_DIR/bin/make_mail" "$BENCH_DIR/unseen" 2000 --seed 5
		say 'CREATE Unseen'
		bring Unseen "$BENCH_DIR"/unseen/cur/*
	fi
	. "$server/env"
	for i in $(seq $folders); do names="${names-} Folder$(printf %03d "$i")"; done
	for i in $names; do commands+=("CREATE $i"); done
	say "${commands[@]}"
	for i in $names; do bring "$i" "$(letter "In $i")"; done
}

# change: another client flags 100 messages, expunges 100, and 100 come in; the last is named $1
change() {
	local base=$((count / 4 + 200 * changes))
	changes=$((changes + 1))
	say 'SELECT INBOX' "UID STORE $base:$((base + 99)) +FLAGS (\\Flagged)" \
		"UID STORE $((base + 100)):$((base + 199)) +FLAGS (\\Deleted)" \
		"UID EXPUNGE $((base + 100)):$((base + 199))"
	bring INBOX $(ls "$BENCH_DIR"/new/cur/* | head -n 99) "$(letter "$1")"
}
changes=0

# ---- Counting ----

# spent: the connections that ended since `start` was set: turns, bytes up, bytes down
spent() {
	sleep 0.3 # the ends travel through the proxy too
	tail -n +"$((start + 1))" "$counts" | awk -F'[:,}]' '
		{ for (i = 1; i < NF; i++) { if ($i == "\"turns\"") t += $(i + 1)
			if ($i == "\"up\"") u += $(i + 1); if ($i == "\"down\"") d += $(i + 1) } }
		END { printf "%d %d %d\n", t, u, d }'
}

lines_of() {
	wc -l <"$counts"
}

# line LABEL TURNS UP DOWN [MS]
line() {
	row '%-46s %6s %9s %9s %9s\n' "$1" "$2" "$3" "$4" "${5:--}"
}

# costs LABEL COMMAND…: the median of BENCH_RUNS, each as it stands then
costs() {
	local label=$1 took
	shift
	rm -f "$BENCH_DIR/took" "$BENCH_DIR/spent"
	for _ in $(seq "$BENCH_RUNS"); do
		start=$(lines_of)
		took=$(timed "$@")
		cut -d' ' -f1 <<<"$took" >>"$BENCH_DIR/took"
		spent >>"$BENCH_DIR/spent"
	done
	line "$label" $(sort -n "$BENCH_DIR/spent" | sed -n "$(((BENCH_RUNS + 1) / 2))p") \
		"$(bench_median <"$BENCH_DIR/took")"
}

# changed LABEL COMMAND…: the same, each after the changes of another client
changed() {
	local label=$1 i
	shift
	rm -f "$BENCH_DIR/took" "$BENCH_DIR/spent"
	for i in $(seq 3); do
		change "Harvest $changes"
		start=$(lines_of)
		timed "$@" | cut -d' ' -f1 >>"$BENCH_DIR/took"
		spent >>"$BENCH_DIR/spent"
	done
	line "$label" $(sort -n "$BENCH_DIR/spent" | sed -n 2p) "$(bench_median <"$BENCH_DIR/took")"
}

# shown LABEL NAME COMMAND…: a screen that is started after such changes, until the newest of them
# (NAME) stands on it
shown() {
	local label=$1 options=$2 i out
	shift 2
	rm -f "$BENCH_DIR/took" "$BENCH_DIR/spent"
	for i in $(seq 3); do
		change "Harvest $changes"
		start=$(lines_of)
		out=$("$BENCH_DIR/bin/screen_time" $options --until "Harvest $((changes - 1))" -- "$@") || true
		json_number until_ms <<<"$out" >>"$BENCH_DIR/took"
		spent >>"$BENCH_DIR/spent"
	done
	line "$label" $(sort -n "$BENCH_DIR/spent" | sed -n 2p) "$(bench_median <"$BENCH_DIR/took")"
}

# mark: a step of the story begins or is over
mark() {
	echo "calm=600,run=kill -USR1 $bench_proxy_pid; sleep 0.1; echo mark >>$counts"
}

# story LABELS -- COMMAND…: keys of $keys; one line a pair of marks
story() {
	local labels=() out
	while [ "$1" != -- ]; do labels+=("$1") && shift; done
	shift
	start=$(lines_of)
	out=$("$BENCH_DIR/bin/screen_time" $options --keys "$keys" -- "$@") || true
	echo "$out" >"$BENCH_DIR/story"
	tail -n +"$((start + 1))" "$counts" | awk -F'[:,}]' '
		/mark/ { t = u = d = 0
			for (c in T) { t += T[c]; u += U[c]; d += D[c] }
			print t - pt, u - pu, d - pd; pt = t; pu = u; pd = d; next }
		{ for (i = 1; i < NF; i++) { if ($i ~ /"conn"/) c = $(i + 1)
			if ($i == "\"turns\"") T[c] = $(i + 1)
			if ($i == "\"up\"") U[c] = $(i + 1); if ($i == "\"down\"") D[c] = $(i + 1) } }
	' >"$BENCH_DIR/steps"
	local n=0 ms
	for label in "${labels[@]}"; do
		n=$((n + 1))
		ms=$(sed 's/.*"steps":\[//; s/\].*//' "$BENCH_DIR/story" | cut -d, -f$n)
		line "$label" $(sed -n "$((2 * n))p" "$BENCH_DIR/steps") "$(LC_ALL=C printf %.0f "${ms:-0}")"
	done
}

# ---- Programs ----

mutt_settings() {
	cat <<END
set certificate_file="$CA_FILE"
set ssl_verify_host=yes
set imap_user=user
set imap_pass=pencil
set header_cache="$BENCH_DIR/cache-$1"
set folder="imaps://user@localhost:$PORT/"
set mail_check=600
set timeout=600
set imap_qresync=yes
END
}

mbsync_settings() {
	cat <<END
IMAPStore far
Host localhost
Port $PORT
User user
Pass pencil
SSLType IMAPS
CertificateFile $CA_FILE
AuthMechs LOGIN

MaildirStore near
Path $BENCH_DIR/mbsync/
Inbox $BENCH_DIR/mbsync/inbox
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX $1
Create Near
Expunge Near
SyncState *
END
}

rowan() {
	costs 'rowan sync, nothing changed' "$ROWAN" sync
	changed 'rowan sync, after the changes' "$ROWAN" sync
	shown 'rowan, until the newest of them is shown' "--rowan --first end" "$ROWAN"
}

peers() {
	local peer
	if command -v mbsync >/dev/null; then
		mkdir -p "$BENCH_DIR/mbsync"
		mbsync_settings '' >"$BENCH_DIR/mbsyncrc"
		mbsync -q -c "$BENCH_DIR/mbsyncrc" all
		costs 'mbsync, INBOX alone, nothing changed' mbsync -q -c "$BENCH_DIR/mbsyncrc" all
		changed 'mbsync, INBOX alone, after the changes' mbsync -q -c "$BENCH_DIR/mbsyncrc" all
	fi
	for peer in neomutt mutt; do
		command -v $peer >/dev/null || continue
		mutt_settings $peer >"$BENCH_DIR/rc-$peer"
		mkdir -p "$BENCH_DIR/cache-$peer"
		"$BENCH_DIR/bin/screen_time" -- $peer -n -F "$BENCH_DIR/rc-$peer" \
			-f "imaps://user@localhost:$PORT/INBOX" >/dev/null || true
		shown "$peer, INBOX alone, until the newest is shown" '' $peer -n -F "$BENCH_DIR/rc-$peer" \
			-e 'push <last-entry>' -f "imaps://user@localhost:$PORT/INBOX"
	done
}

# id N: of the message N from the end of INBOX
id() {
	"$ROWAN" --offline list me/INBOX --json | tail -n "$1" | sed -n '1s/.*"id":"\([^"]*\)".*/\1/p'
}

# What is done on connections that stand.
steps() {
	"$ROWAN" sync
	letter 'By push' >/dev/null
	cp "$BENCH_DIR/letter" "$BENCH_DIR/push"
	{ # for the shell of the story
		echo "IMAP_PORT=$IMAP_PORT BENCH_DIR=$BENCH_DIR"
		declare -f bring
		echo 'bring "$@"'
	} >"$BENCH_DIR/bring.sh"
	options="--rowan --first end"
	keys="calm=1500,$(mark),run=bash $BENCH_DIR/bring.sh INBOX $BENCH_DIR/push,until=By push,$(mark)"
	keys="$keys,$(mark),run=$ROWAN flag $(id 3) +flagged,until=*,$(mark)"
	keys="$keys,$(mark),run=$ROWAN move $(id 4) me/Folder001,until=2,$(mark)"
	keys="$keys,key=end,calm=300,$(mark),key=return,until=The text of,$(mark)"
	story 'new mail by push' 'flag' 'move' 'open a message that is not here' -- "$ROWAN"
}

open_server
bench_proxy 50
start=0
bench_home wire
"$ROWAN" sync || bench_die "the first sync"
"$ROWAN" sync # by now the server is known

echo "wire.sh $kind $count: $folders folders and INBOX, 100 ms of round trip, load $(cut -d' ' -f1 /proc/loadavg)"
row '%-46s %6s %9s %9s %9s\n' '' 'turns' 'bytes up' 'down' 'ms'
for part in $parts; do "$part"; done
