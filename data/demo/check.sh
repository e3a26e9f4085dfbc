#!/bin/sh
# Is the sample mail whole? Every file listed and there, the folders as promised,
# and no host in it that could be somebody's.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/rowan-samples.XXXXXX")
trap 'rm -rf "$dir"' EXIT
bad=0
wrong() {
	echo "$*"
	bad=1
}

awk '$1 == "message" { print $6 }' "$here/contents" | sort -u >"$dir/listed"
(cd "$here/mail" && ls | sed 's/\.eml$//' | sort) >"$dir/there"
cmp -s "$dir/listed" "$dir/there" || wrong "listed and there differ: $(diff "$dir/listed" "$dir/there")"
[ "$(wc -l <"$dir/there")" -ge 60 ] || wrong "fewer than 60 messages"

if LC_ALL=C grep -aohE '(https?://|@)[A-Za-z0-9.-]+\.[A-Za-z]{2,}' "$here"/mail/*.eml |
	sed 's/.*[@/]//' | sort -u | grep -vE '(^|\.)(example\.(org|net|com)|test|invalid)$'; then
	wrong "these hosts are not for examples"
fi

"$here/make.sh" "$dir"
for account in ada grace; do
	[ -d "$dir/mail/$account/cur" ] || wrong "no INBOX of $account"
done
[ "$(ls "$dir/mail/ada/.Lists.Long/cur" | wc -l)" = 2000 ] || wrong "not 2,000 messages in Lists/Long"
[ -z "$(ls "$dir/mail/ada/.Empty/cur")" ] || wrong "Empty is not empty"
exit $bad
