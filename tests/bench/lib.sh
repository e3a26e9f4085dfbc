# What the benches share; read by `.`, not run. Bash.
#
#	ROWAN         the program; TEST_SRCDIR the source tree; CC the compiler
#	BENCH_DIR     scratch folder; default one of its own on /dev/shm, else $TMPDIR, removed at the end
#	BENCH_RUNS    how often each thing is measured (default 5); the median counts

: "${TEST_SRCDIR:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
: "${ROWAN:=$TEST_SRCDIR/build/rowan}"
: "${BENCH_RUNS:=5}"
bench_src=$TEST_SRCDIR/tests/bench
dovecot=$TEST_SRCDIR/tests/server/dovecot.sh
bench_servers=
bench_pids=

bench_die() {
	echo "bench: $*" >&2
	exit 1
}

bench_open() {
	[ -x "$ROWAN" ] || bench_die "there is no program at $ROWAN: set ROWAN"
	if [ -z "${BENCH_DIR-}" ]; then
		local top=${TMPDIR:-/tmp}
		[ ! -w /dev/shm ] || top=/dev/shm
		BENCH_DIR=$(mktemp -d "$top/rowan-bench.XXXXXX")
		bench_owns_dir=1
	fi
	mkdir -p "$BENCH_DIR/bin"
	chmod 755 "$BENCH_DIR"
	trap bench_close EXIT
	trap 'exit 1' HUP INT TERM
}

bench_close() {
	local s p
	for p in $bench_pids; do kill "$p" 2>/dev/null || true; done
	for s in $bench_servers; do "$dovecot" stop "$s" || true; done
	[ -z "${bench_owns_dir-}" ] || rm -rf "$BENCH_DIR"
}

# bench_tool NAME [LIBRARIES]: builds a helper from tests/bench (or tests/server) when it is older
bench_tool() {
	local name=$1 source=$bench_src/$1.c
	shift
	[ -f "$source" ] || source=$TEST_SRCDIR/tests/server/$name.c
	[ "$BENCH_DIR/bin/$name" -nt "$source" ] && return
	${CC:-cc} -std=c11 -O2 -D_GNU_SOURCE -I"$TEST_SRCDIR" -I"$TEST_SRCDIR/src" \
		-o "$BENCH_DIR/bin/$name" "$source" "$@" || bench_die "cannot compile $source"
}

# bench_server COUNT SIZE: a Dovecot whose INBOX holds COUNT messages and whose cache knows the
# items Rowan asks for; sets IMAPS_PORT, IMAP_PORT, CA_FILE. Kept in BENCH_DIR for the next time.
bench_server() {
	local dir=$BENCH_DIR/server-$1
	bench_tool make_mail
	bench_tool bound -lssl -lcrypto
	if [ ! -d "$dir/mail/user" ]; then
		mkdir -p "$dir/mail"
		"$BENCH_DIR/bin/make_mail" "$dir/mail/user" "$1" --size "$2"
	fi
	if [ ! -f "$dir/env" ]; then
		"$dovecot" start "$dir" >/dev/null
		bench_servers="$bench_servers $dir"
	fi
	. "$dir/env"
	if [ ! -f "$dir/warm" ]; then
		bench_bound >/dev/null || bench_die "the server does not give its mail"
		touch "$dir/warm"
	fi
}

# bench_bound [ARGUMENTS]: PORT is IMAPS_PORT unless a proxy stands before it
bench_bound() {
	"$BENCH_DIR/bin/bound" "${PORT:-$IMAPS_PORT}" "$CA_FILE" user pencil INBOX "$@"
}

# bench_proxy MS: a proxy that delays each byte MS each way; sets PORT
bench_proxy() {
	bench_tool proxy
	rm -f "$BENCH_DIR/proxy.out"
	"$BENCH_DIR/bin/proxy" 0 "$IMAPS_PORT" --delay "$1" --count "$BENCH_DIR/proxy.count" \
		>"$BENCH_DIR/proxy.out" &
	bench_proxy_pid=$!
	bench_pids="$bench_pids $bench_proxy_pid"
	until [ -s "$BENCH_DIR/proxy.out" ]; do sleep 0.02; done
	read -r PORT <"$BENCH_DIR/proxy.out"
	PORT=${PORT##*[!0-9]}
}

bench_proxy_stop() {
	kill "$bench_proxy_pid" 2>/dev/null || true
	wait "$bench_proxy_pid" 2>/dev/null || true
	bench_pids=
	unset PORT
}

# bench_home NAME [keep]: a fresh profile for that server (or the one of before); sets ROWAN_HOME
bench_home() {
	ROWAN_HOME=$BENCH_DIR/home-$1
	export ROWAN_HOME
	[ "${2-}" = keep ] || rm -rf "$ROWAN_HOME"
	mkdir -p "$ROWAN_HOME"
	cat >"$ROWAN_HOME/rowan.conf" <<END
[account "me"]
	imap = imaps://user@localhost:${PORT:-$IMAPS_PORT}
	password-command = echo pencil
	ca-file = $CA_FILE
END
}

# bench_home_synced COUNT: a profile that has all headers of the server with COUNT messages
bench_home_synced() {
	bench_home "synced-$1" keep
	"$ROWAN" sync || bench_die "rowan sync failed"
}

# bench_screen [OPTIONS]: the screen of Rowan in a terminal, a line of JSON (screen_time.c); with
# ROWAN_OPTIONS, words for Rowan itself
bench_screen() {
	bench_tool screen_time -lvterm -lutil
	"$BENCH_DIR/bin/screen_time" --rowan "$@" -- "$ROWAN" ${ROWAN_OPTIONS-}
}

# bench_median: of numbers, one a line
bench_median() {
	sort -g | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# ratio A B
ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", b ? a / b : 0 }'
}

# row FORMAT VALUES: printf with a point in numbers wherever we are
row() {
	LC_ALL=C printf "$@"
}

# json_median FILE NAME: the median of that number in lines of JSON
json_median() {
	json_number "$2" <"$1" | bench_median
}

# json_number NAME: that number of each line of JSON
json_number() {
	sed -n "s/.*\"$1\":\([-0-9.]*\).*/\1/p"
}

# timed COMMAND…: seconds of wall and of processor, peak kilobytes, one line
timed() {
	bench_tool timed
	"$BENCH_DIR/bin/timed" "$@"
}
