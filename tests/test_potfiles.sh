#!/bin/sh
# po/POTFILES.in names every file with a sentence for a person, and no other.

cd "${TEST_SRCDIR:-$(dirname "$0")/..}" || exit 1
want=$(grep -lrE --include='*.[ch]' '(^|[^A-Za-z0-9_])(_|N_|P_)\(' src ui proto cache | LC_ALL=C sort)
have=$(grep -v '^#' po/POTFILES.in)
[ "$want" = "$have" ] && exit 0
echo "po/POTFILES.in should name:"
echo "$want"
exit 1
