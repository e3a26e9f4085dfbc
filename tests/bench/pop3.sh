#!/bin/bash
# A POP3 maildrop that keeps its mail: all of it fetched once, then looked into with nothing new.
#	pop3.sh [MESSAGES [MEAN BYTES]]
set -eu
. "$(dirname "$0")/lib.sh"
count=${1-100000}
size=${2-1000}
bench_open
bench_server "$count" "$size"

ROWAN_HOME=$BENCH_DIR/home-pop3
export ROWAN_HOME
rm -rf "$ROWAN_HOME"
mkdir -p "$ROWAN_HOME"
cat >"$ROWAN_HOME/rowan.conf" <<END2
[account "me"]
	pop3 = pop3s://user@localhost:$POP3S_PORT
	password-command = echo pencil
	ca-file = $CA_FILE
END2

# median FILE COLUMN
median() {
	awk -v c="$2" '{ print $c }' "$1" | bench_median
}

rm -f "$BENCH_DIR/pop3-cold.txt" "$BENCH_DIR/pop3-warm.txt"
timed "$ROWAN" sync >>"$BENCH_DIR/pop3-cold.txt"
for _ in $(seq "$BENCH_RUNS"); do timed "$ROWAN" sync >>"$BENCH_DIR/pop3-warm.txt"; done
rows=$("$ROWAN" --offline folders --json | sed -n 's/.*"name":"INBOX".*"total":\([0-9]*\).*/\1/p')
[ "$rows" = "$count" ] || bench_die "the store holds ${rows:-no} messages of $count"

echo "pop3.sh $count $size: $BENCH_RUNS runs, load $(cut -d' ' -f1 /proc/loadavg)"
row '%-34s %10.0f ms\n' 'rowan sync, empty store' "$(median "$BENCH_DIR/pop3-cold.txt" 1)"
row '%-34s %10.1f MB\n' '  its peak memory' "$(ratio "$(median "$BENCH_DIR/pop3-cold.txt" 3)" 1024)"
row '%-34s %10.0f ms\n' 'rowan sync, nothing new' "$(median "$BENCH_DIR/pop3-warm.txt" 1)"
row '%-34s %10.0f ms\n' '  its processor time' "$(median "$BENCH_DIR/pop3-warm.txt" 2)"
row '%-34s %10.1f MB\n' '  its peak memory' "$(ratio "$(median "$BENCH_DIR/pop3-warm.txt" 3)" 1024)"
