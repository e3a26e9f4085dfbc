#!/bin/sh
# usage: make.sh DIR
# Writes the sample mailboxes to DIR/mail/ACCOUNT as Maildir++, as the table
# "contents" says.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# = 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
mkdir -p "$1/mail"
mail=$(cd "$1/mail" && pwd)
count=1000000

# directory ACCOUNT NAME: where that folder is
directory() {
	awk -v account="$1" -v name="$2" '$1 == "folder" && $2 == account && $3 == name {
		print $4 == "-" ? account : account "/" $4 }' "$here/contents"
}

while read -r kind account folder a b c; do
	case $kind in
	folder)
		dir=$mail/$account
		[ "$a" = - ] || dir=$dir/$a
		mkdir -p "$dir/cur" "$dir/new" "$dir/tmp"
		if [ "$a" != - ]; then
			: >"$dir/maildirfolder"
			echo "${a#.}" >>"$mail/$account/subscriptions"
		fi
		;;
	message)
		# The number keeps the order of the table; Dovecot takes mail in by name.
		count=$((count + 1))
		[ "$a" != - ] || a=
		file=$mail/$(directory "$account" "$folder")/cur/$((1600000000 + count)).sample:2,$a
		cp "$here/mail/$c.eml" "$file"
		touch -d "$b" "$file"
		;;
	bulk)
		dir=$mail/$(directory "$account" "$folder")/cur
		awk -f "$here/bulk.awk" -v count="$a" -v dir="$dir" </dev/null >"$dir.days"
		while read -r day files; do
			(cd "$dir" && touch -d "$day" $files)
		done <"$dir.days"
		rm "$dir.days"
		;;
	esac
done <"$here/contents"
