#!/bin/bash
# The screen on a store that has everything: exec to the first list, and whether it depends on the
# size of the folder.
#	warm.sh [SMALL BYTES LARGE BYTES]
set -eu
. "$(dirname "$0")/lib.sh"
small=${1-100000}
large=${3-1000000}
runs=$((BENCH_RUNS * 3))
bench_open
bench_server "$small" "${2-6000}"
bench_home_synced "$small"
bench_server "$large" "${4-1000}"
bench_home_synced "$large"

# one COUNT
one() {
	ROWAN_HOME=$BENCH_DIR/home-synced-$1 bench_screen >>"$BENCH_DIR/warm-$1.json"
	ROWAN_HOME=$BENCH_DIR/home-synced-$1 ROWAN_OPTIONS=--offline bench_screen \
		>>"$BENCH_DIR/alone-$1.json"
}

# pages COUNT: reads of the store until the list is there, or nothing
pages() {
	command -v strace >/dev/null || return 0
	ROWAN_HOME=$BENCH_DIR/home-synced-$1 strace -f -qq -e trace=pread64 -o "$BENCH_DIR/reads" \
		"$ROWAN" --offline list me/INBOX --limit 20 >/dev/null
	grep -c pread64 "$BENCH_DIR/reads"
}

rm -f "$BENCH_DIR/"{warm,alone}-{"$small","$large"}.json
for _ in $(seq "$runs"); do
	one "$small"
	one "$large"
done

echo "warm.sh $small $large: medians of $runs, load $(cut -d' ' -f1 /proc/loadavg)"
row '%-34s %12s %12s\n' '' "$small" "$large"
# list KIND SENTENCE; the server's own work after a log-in is on the same machine
list() {
	local a b
	a=$(json_median "$BENCH_DIR/$1-$small.json" list_ms)
	b=$(json_median "$BENCH_DIR/$1-$large.json" list_ms)
	row '%-34s %9.1f ms %9.1f ms  %.2f times (at most 50 ms, 1.3 times)\n' "$2" "$a" "$b" \
		"$(ratio "$b" "$a")"
}
list warm 'exec to the first list'
list alone 'the same with --offline'
row '%-34s %9.1f ms %9.1f ms\n' 'to the last cell, connected' \
	"$(json_median "$BENCH_DIR/warm-$small.json" last_ms)" \
	"$(json_median "$BENCH_DIR/warm-$large.json" last_ms)"
row '%-34s %9.1f MB %9.1f MB  (at most 40, 60)\n' 'peak memory' \
	"$(ratio "$(json_median "$BENCH_DIR/warm-$small.json" peak_kb)" 1024)" \
	"$(ratio "$(json_median "$BENCH_DIR/warm-$large.json" peak_kb)" 1024)"
row '%-34s %12s %12s\n' 'reads of the store, rowan list' "$(pages "$small")" "$(pages "$large")"
