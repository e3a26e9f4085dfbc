#!/bin/bash
# The screen on an empty store, without and with 100 ms of round trip, against the bound; memory;
# and keys, at rest and while headers come in.
#	screen.sh [MESSAGES [MEAN BYTES]]
set -eu
. "$(dirname "$0")/lib.sh"
count=${1-100000}
size=${2-6000}
bench_open
bench_server "$count" "$size"
file=$BENCH_DIR/screen
rm -f "$file"-*.json
grouped=$(echo "$count" | sed -e ':a' -e 's/^\([0-9]\{1,\}\)\([0-9]\{3\}\)/\1,\2/' -e 'ta')

# cold NAME: bound and screen in turn
cold() {
	local name=$1
	for _ in $(seq "$BENCH_RUNS"); do
		bench_bound --screen 20 >>"$file-bound-$name.json"
		bench_home screen
		bench_screen --until '' >>"$file-$name.json" # ends when the list stands
	done
}

# keys NUMBER: page up and down, Home and End, jumps to all places
keys() {
	local list=home,end i
	for i in $(seq "$1"); do
		list=$list,pgup*6,home,pgdn*6,end,type=J,type=$((i * count / 10 / $1 + 20)),return,end
	done
	echo "$list"
}

cold near
for _ in $(seq $(((BENCH_RUNS + 1) / 2))); do
	bench_bound >>"$file-bound-all.json"
	bench_home screen
	bench_screen --until "of $grouped " --wait 180000 >>"$file-all.json"
done
bench_screen --keys "$(keys 40)" >>"$file-keys.json"
bench_home screen
bench_screen --until '' --keys "$(keys 40)" >>"$file-keys-cold.json" # from the first rows on
bench_proxy 50
cold far
bench_proxy_stop

m() {
	json_median "$file-$1.json" "$2"
}

echo "screen.sh $count $size: medians of $BENCH_RUNS, load $(cut -d' ' -f1 /proc/loadavg)"
row '%-34s %10.0f ms\n' 'bound: one screen of headers' "$(m bound-near all)"
row '%-34s %10.0f ms  (at most the bound + 40 ms)\n' 'cold: first list' "$(m near list_ms)"
row '%-34s %10.0f ms\n' 'bound: all headers' "$(m bound-all all)"
row '%-34s %10.0f ms  %.2f of the bound (at most 2)\n' 'cold: all in the list' \
	"$(m all until_ms)" "$(ratio "$(m all until_ms)" "$(m bound-all all)")"
row '%-34s %10.1f MB (at most 40; 60 for a million)\n' 'peak memory meanwhile' \
	"$(ratio "$(m all peak_kb)" 1024)"
row '%-34s %10.0f ms\n' 'bound: one screen, 100 ms away' "$(m bound-far all)"
row '%-34s %10.0f ms  %.2f of the bound (at most 1.5)\n' 'cold: first list, 100 ms away' \
	"$(m far list_ms)" "$(ratio "$(m far list_ms)" "$(m bound-far all)")"
for when in keys keys-cold; do
	row '%-34s %10.1f ms  p99 %.1f ms, most %.1f ms, %d keys, %d unanswered (p50 5, p99 20)\n' \
		"$([ $when = keys ] && echo 'keys at rest: p50' || echo 'keys while headers come in: p50')" \
		"$(m $when p50)" "$(m $when p99)" "$(m $when max)" "$(m $when keys)" "$(m $when missed)"
done
