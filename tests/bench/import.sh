#!/bin/bash
# An mbox into a folder of this machine and out again, beside Python's mailbox and mutt, which put
# it into a Maildir and from that into an mbox; then one large message.
#	import.sh [MESSAGES [MEAN BYTES]]
# BENCH_RUNS is 1 here unless told: each run writes all of the mail anew.
set -eu
: "${BENCH_RUNS:=1}"
. "$(dirname "$0")/lib.sh"
count=${1-20000}
size=${2-3000}
bench_open
bench_tool make_mail
dir=$BENCH_DIR/import
ROWAN_HOME=$dir/home
export ROWAN_HOME
rm -rf "$dir"
mkdir -p "$dir"
mkfifo "$dir/silent" # of which nothing comes, not even an end
exec 9<>"$dir/silent"

# mail_mbox MAILDIR: its messages as an mboxrd
mail_mbox() {
	find "$1" -type f -path '*/cur/*' | sort | LC_ALL=C xargs awk '
		FNR == 1 {
			if (NR > 1)
				print ""
			print "From joe@example.org Sat Jan  3 01:05:34 1998"
		}
		{
			sub(/\r$/, "")
			print (/^>*From / ? ">" : "") $0
		}
		END { print "" }'
}

# large_mail: a message with one large attachment
large_mail() {
	printf 'From: joe@example.org\nSubject: large\nMessage-ID: <large@x>\nMIME-Version: 1.0\n'
	printf 'Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n'
	head -c 37000000 /dev/urandom | base64
}

forget() {
	rm -rf "$ROWAN_HOME" "$dir/out" "$dir/maildir"
	"$ROWAN" account add here --local >/dev/null
}

python_in='import mailbox, sys
out = mailbox.Maildir(sys.argv[2], factory=None)
for m in mailbox.mbox(sys.argv[1]): out.add(m)'
python_out='import mailbox, sys
out = mailbox.mbox(sys.argv[2])
for m in mailbox.Maildir(sys.argv[1], factory=None): out.add(m)
out.close()'

# mutt_copy FROM TO TYPE: it wants a terminal
mutt_copy() {
	cat >"$dir/muttrc" <<END
set mbox_type=$3 copy=yes confirmcreate=no confirmappend=no quit=yes delete=no move=no mark_old=no
set sleep_time=0 beep=no history=0
push "<tag-pattern>~A<enter><tag-prefix><copy-message><kill-line>$2<enter><exit>"
END
	TERM=xterm timed script -qec "mutt -n -F '$dir/muttrc' -f '$1'" /dev/null <&9
}

# step PEER in|out: one line of figures
step() {
	case $1-$2 in
	rowan-in) timed "$ROWAN" import --into here/In "$dir/in.mbox" ;;
	rowan-out) timed "$ROWAN" export here/In --format mbox "$dir/out" ;;
	python-in) timed python3 -c "$python_in" "$dir/in.mbox" "$dir/maildir" ;;
	python-out) timed python3 -c "$python_out" "$dir/maildir" "$dir/out" ;;
	mutt-in) mutt_copy "$dir/in.mbox" "$dir/maildir" Maildir ;;
	mutt-out) mutt_copy "$dir/maildir" "$dir/out" mbox ;;
	esac >>"$dir/$1-$2.txt"
}

# whole PEER: as many messages came out as went in
whole() {
	local n
	n=$(LC_ALL=C grep -ac '^From ' "$dir/out" || true)
	[ "$n" = "$count" ] || bench_die "$1 gives back ${n:-no} messages of $count"
}

# median PEER in|out COLUMN
median() {
	awk -v c="$3" '{ print $c }' "$dir/$1-$2.txt" | bench_median
}

told() {
	row '%-10s %8.0f ms %6.1f MB %8.0f ms %6.1f MB' "$1" "$(median "$1" in 1)" \
		"$(ratio "$(median "$1" in 3)" 1024)" "$(median "$1" out 1)" \
		"$(ratio "$(median "$1" out 3)" 1024)"
	row '   %6.2f %6.2f\n' "$(ratio "$(median "$1" in 1)" "$(median rowan in 1)")" \
		"$(ratio "$(median "$1" out 1)" "$(median rowan out 1)")"
}

"$BENCH_DIR/bin/make_mail" "$dir/made" "$count" --size "$size"
mail_mbox "$dir/made" >"$dir/in.mbox"
rm -rf "$dir/made"
peers=rowan
! command -v python3 >/dev/null || peers="$peers python"
! command -v mutt >/dev/null || ! command -v script >/dev/null || peers="$peers mutt"
for _ in $(seq "$BENCH_RUNS"); do
	for peer in $peers; do
		forget
		step $peer in
		step $peer out
		whole $peer
		[ $peer != rowan ] || cmp <(sed '/^From /d' "$dir/in.mbox") <(sed '/^From /d' "$dir/out") ||
			bench_die "other bytes came out"
	done
done

echo "import.sh $count $size: $BENCH_RUNS runs, $(($(wc -c <"$dir/in.mbox") / 1000000)) MB, load $(cut -d' ' -f1 /proc/loadavg)"
row '%-10s %21s %21s   %s\n' '' 'mbox in' 'mbox out' 'its time by that of rowan: in, out'
for peer in $peers; do told $peer; done

forget
large_mail >"$dir/large.eml"
rm -f "$dir"/rowan-*.txt
timed "$ROWAN" import --into here/In "$dir/large.eml" >"$dir/rowan-in.txt"
step rowan out
row '%-10s %8.0f ms %6.1f MB %8.0f ms %6.1f MB\n' "50 MB" "$(median rowan in 1)" \
	"$(ratio "$(median rowan in 3)" 1024)" "$(median rowan out 1)" \
	"$(ratio "$(median rowan out 3)" 1024)"
