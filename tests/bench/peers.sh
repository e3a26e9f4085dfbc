#!/bin/bash
# The other programs that are installed, and Rowan, on the same server by the same clock: exec to
# the first list, with an empty store and with a full one.
#	peers.sh [MESSAGES [MEAN BYTES]]
set -eu
. "$(dirname "$0")/lib.sh"
count=${1-100000}
bench_open
bench_server "$count" "${2-6000}"
bench_tool screen_time -lvterm -lutil
port=${PORT:-$IMAPS_PORT}
mutt=$BENCH_DIR/mutt
pine=$BENCH_DIR/pine

mutt_settings() {
	cat <<END
set certificate_file="$CA_FILE"
set ssl_verify_host=yes
set imap_user=user
set imap_pass=pencil
set header_cache="$mutt/cache-$1"
set folder="$mutt"
set mail_check=600
set timeout=600
END
}

alpine_settings() {
	cat <<END
inbox-path={localhost:$port/ssl/novalidate-cert/user=user}INBOX
personal-name=Bench
user-domain=example.org
last-time-prune-questioned=126.11
last-version-used=9.99
feature-list=disable-password-file-saving,disable-password-caching
END
}

# show PROGRAM: a line of JSON
show() {
	case $1 in
	rowan) bench_screen ;;
	alpine)
		HOME=$pine "$BENCH_DIR/bin/screen_time" --password pencil -- \
			alpine -p "$pine/pinerc" -i
		;;
	*)
		HOME=$mutt "$BENCH_DIR/bin/screen_time" -- "$1" -n -F "$mutt/rc-$1" \
			-f "imaps://user@localhost:$port/INBOX"
		;;
	esac
}

forget() {
	case $1 in
	rowan) bench_home peers ;;
	alpine) ;;
	*) rm -rf "$mutt/cache-$1" && mkdir -p "$mutt/cache-$1" ;;
	esac
}

mkdir -p "$mutt" "$pine"
alpine_settings >"$pine/pinerc"
for peer in rowan mutt neomutt alpine; do
	command -v $peer >/dev/null || [ $peer = rowan ] || continue
	mutt_settings $peer >"$mutt/rc-$peer"
	rm -f "$BENCH_DIR/peer-$peer-"*.json
done
for _ in $(seq "$(((BENCH_RUNS + 1) / 2))"); do
	for peer in rowan mutt neomutt alpine; do
		command -v $peer >/dev/null || [ $peer = rowan ] || continue
		forget $peer
		show $peer >>"$BENCH_DIR/peer-$peer-cold.json" || true
		[ $peer != rowan ] || "$ROWAN" sync
		show $peer >>"$BENCH_DIR/peer-$peer-warm.json" || true
	done
done

echo "peers.sh $count ${2-6000}: medians of $(((BENCH_RUNS + 1) / 2)), load $(cut -d' ' -f1 /proc/loadavg)"
row '%-34s %12s %12s %12s\n' 'first list' 'empty store' 'full store' 'peak memory'
for peer in rowan mutt neomutt alpine; do
	file=$BENCH_DIR/peer-$peer
	[ -s "$file-warm.json" ] || continue
	row '%-34s %9.0f ms %9.0f ms %9.1f MB\n' $peer "$(json_median "$file-cold.json" list_ms)" \
		"$(json_median "$file-warm.json" list_ms)" \
		"$(ratio "$(json_median "$file-warm.json" peak_kb)" 1024)"
done
