#!/bin/sh
# usage: run.sh SRCDIR BUILDDIR [FUZZER…]
# Runs every fuzzer of BUILDDIR for FUZZ_SECONDS, two at a time, on what the
# tests have for samples: for fuzz_mime_header those are tests/data/mime_header,
# tests/data/mime, tests/fuzz/seeds/mime_header and the sample mail. A finding
# stays in BUILDDIR/tests/fuzz.

src=$1
build=$2
shift 2
seconds=${FUZZ_SECONDS:-600}
[ $# -gt 0 ] || set -- $(cd "$src/tests/fuzz" && for f in fuzz_*.c; do echo "${f%.c}"; done)
[ "$1" != 'fuzz_*' ] || { echo "no fuzzers"; exit 0; }

run() {
	name=${1#fuzz_}
	corpus=$build/tests/fuzz/corpus_$name
	mkdir -p "$corpus"
	set -- "$corpus"
	for seeds in "$src/tests/fuzz/seeds/$name" "$src/tests/data/$name" "$src/tests/data/${name%%_*}"; do
		[ ! -d "$seeds" ] || set -- "$@" "$seeds"
	done
	case $name in mime* | render*) set -- "$@" "$src/data/demo/mail" ;; esac
	ASAN_OPTIONS=detect_leaks=1 "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=1024 -artifact_prefix="$build/tests/fuzz/finding_$name-" \
		"$@" >"$build/tests/fuzz/$name.log" 2>&1
	code=$?
	runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$build/tests/fuzz/$name.log")
	if [ $code = 0 ]; then
		echo "PASS: fuzz_$name, ${runs:-?} inputs in $seconds s"
	else
		echo "FAIL: fuzz_$name, see $build/tests/fuzz/$name.log"
		tail -n 30 "$build/tests/fuzz/$name.log"
		echo "$name" >>"$build/tests/fuzz/failed"
	fi
}

rm -f "$build/tests/fuzz/failed"
while [ $# -gt 0 ]; do
	run "$1" &
	first=$!
	shift
	if [ $# -gt 0 ]; then
		run "$1" &
		shift
		wait $!
	fi
	wait $first
done
[ ! -f "$build/tests/fuzz/failed" ]
