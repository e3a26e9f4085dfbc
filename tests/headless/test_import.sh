#!/bin/sh
# rowan import and export with folders of this machine: the same bytes come back,
# and nothing twice when a run was killed and is begun again.

src=${TEST_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
rowan=${ROWAN:-${TEST_BUILDDIR:-$src/build}/rowan}
[ -x "$rowan" ] || { echo "no program at $rowan"; exit 77; }
scratch=$(mktemp -d) || exit 1
ROWAN_HOME=$scratch/home
export ROWAN_HOME
failed=0

end() {
	rm -rf "$scratch"
}
trap end EXIT

says() { # says WHAT COMMAND…
	what=$1
	shift
	if ! "$@" >"$scratch/said" 2>&1; then
		echo "not so: $what"
		cat "$scratch/said"
		failed=1
	fi
}

count_is() { # count_is N FOLDER
	n=$("$rowan" --offline list "$2" --limit 100000 --json | wc -l)
	[ "$n" -eq "$1" ] || { echo "$2 holds $n, not $1"; return 1; }
}

# 120 messages, some with lines that want a quote.
i=0
while [ $i -lt 120 ]; do
	echo "From joe@example.org Sat Jan  3 01:05:34 1998"
	printf 'From: Joe <joe@example.org>\nTo: ann@example.org\nMessage-ID: <import-%d@example.org>\n' $i
	printf 'Subject: Message %d\nStatus: RO\n\nsome text\n>From a line\n>>From another\n\n' $i
	i=$((i + 1))
done >"$scratch/a.mbox"

"$rowan" account add here --local >/dev/null || exit 1
says "an mbox comes in" "$rowan" import --into here/In "$scratch/a.mbox"
says "all of it is there" count_is 120 here/In
says "again it is not doubled" "$rowan" import --into here/In "$scratch/a.mbox"
says "all of it is there once" count_is 120 here/In
says "it goes out as mbox" "$rowan" export here/In --format mbox "$scratch/b.mbox"
says "byte for byte" cmp "$scratch/a.mbox" "$scratch/b.mbox"
if "$rowan" export here/In --format mbox "$scratch/b.mbox" >/dev/null 2>&1; then
	echo "a file was overwritten"
	failed=1
fi
says "it goes out as a Maildir" "$rowan" export here/In --format maildir "$scratch/md"
says "which comes in" "$rowan" import --into here/Md "$scratch/md"
says "with its flags" sh -c "\"$rowan\" --offline list here/Md --json | grep -c '\"unseen\":false' | grep -qx 120"
says "it goes out as files" "$rowan" export here/Md --format eml "$scratch/eml"
says "each of its bytes" sh -c "cat \"$scratch\"/eml/*.eml | wc -c >\"$scratch/one\"
	cat \"$scratch\"/md/cur/* | wc -c | cmp - \"$scratch/one\""

# A tree of them, below one folder.
mkdir -p "$scratch/tree/Lists"
cp "$scratch/a.mbox" "$scratch/tree/Lists/work.mbox"
cp -r "$scratch/md" "$scratch/tree/Old"
says "a tree comes in" "$rowan" import --into here/Tree "$scratch/tree"
says "with its mbox" count_is 120 here/Tree/Lists/work
says "with its Maildir" count_is 120 here/Tree/Old

# Killed in the middle, any number of times.
for wait in 0.02 0.05 0.1 0.2; do
	"$rowan" import --into here/Killed "$scratch/a.mbox" >/dev/null 2>&1 &
	pid=$!
	sleep $wait
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
says "a run that was killed is run again" "$rowan" import --into here/Killed "$scratch/a.mbox"
says "nothing is lost or doubled" count_is 120 here/Killed
says "nor are bytes" "$rowan" export here/Killed --format mbox "$scratch/c.mbox"
says "which are the same" cmp "$scratch/a.mbox" "$scratch/c.mbox"

exit $failed
