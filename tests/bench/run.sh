#!/bin/sh
# All benches, each a table. BENCH_LARGE=0 leaves out the folder of a million messages (5 GB of
# scratch space); see lib.sh for the other settings.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BENCH_DIR-}" ]; then
	top=${TMPDIR:-/tmp}
	[ ! -w /dev/shm ] || top=/dev/shm
	BENCH_DIR=$(mktemp -d "$top/rowan-bench.XXXXXX")
	trap 'rm -rf "$BENCH_DIR"' EXIT
	trap 'exit 1' HUP INT TERM
	export BENCH_DIR
fi
cache=$(dirname "${ROWAN-build/rowan}")/tests/bench/bench_cache
[ ! -x "$cache" ] || "$cache" 100000 "$BENCH_DIR"
"$here/cold.sh" 100000 6000
"$here/screen.sh" 100000 6000
"$here/peers.sh" 100000 6000
[ "${BENCH_LARGE-1}" != 0 ] || exit 0
"$here/cold.sh" 1000000 1000
"$here/screen.sh" 1000000 1000
"$here/warm.sh" 100000 6000 1000000 1000
