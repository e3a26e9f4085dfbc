#!/bin/bash
# All headers of a folder into an empty store by `rowan sync`, against the bound.
#	cold.sh [MESSAGES [MEAN BYTES]]
set -eu
. "$(dirname "$0")/lib.sh"
count=${1-100000}
size=${2-6000}
bench_open
bench_server "$count" "$size"

one() {
	bench_bound | json_number all >>"$BENCH_DIR/bound.ms"
	bench_home cold
	timed "$ROWAN" sync >>"$BENCH_DIR/cold.txt"
}

# median FILE COLUMN
median() {
	awk -v c="$2" '{ print $c }' "$1" | bench_median
}

rm -f "$BENCH_DIR/bound.ms" "$BENCH_DIR/cold.txt" "$BENCH_DIR/warm.txt"
for _ in $(seq "$BENCH_RUNS"); do one; done
for _ in $(seq "$BENCH_RUNS"); do timed "$ROWAN" sync >>"$BENCH_DIR/warm.txt"; done
rows=$("$ROWAN" folders --json | sed -n 's/.*"name":"INBOX".*"total":\([0-9]*\).*/\1/p')
[ "$rows" = "$count" ] || bench_die "the store holds ${rows:-no} messages of $count"
if grep -qv ' 0$' "$BENCH_DIR/cold.txt" "$BENCH_DIR/warm.txt"; then
	bench_die "rowan sync failed"
fi
store=$(stat -c %s "$ROWAN_HOME"/*.db | awk '{ s += $1 } END { print s }')
bound=$(median "$BENCH_DIR/bound.ms" 1)
cold=$(median "$BENCH_DIR/cold.txt" 1)

echo "cold.sh $count $size: medians of $BENCH_RUNS, load $(cut -d' ' -f1 /proc/loadavg)"
row '%-34s %10.0f ms\n' 'bound: the same FETCH, thrown away' "$bound"
row '%-34s %10.0f ms  %.2f of the bound (at most 2)\n' 'rowan sync, empty store' "$cold" \
	"$(ratio "$cold" "$bound")"
row '%-34s %10.0f ms\n' '  its processor time' "$(median "$BENCH_DIR/cold.txt" 2)"
row '%-34s %10.1f MB\n' '  its peak memory' "$(ratio "$(median "$BENCH_DIR/cold.txt" 3)" 1024)"
row '%-34s %10.0f ms\n' 'rowan sync, nothing new' "$(median "$BENCH_DIR/warm.txt" 1)"
row '%-34s %10.0f bytes a message\n' 'store' "$(ratio "$store" "$count")"
