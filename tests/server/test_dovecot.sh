#!/bin/bash
# The fixture itself: two at once do not meet, each serves its own mail, nothing stays.
# Exits 77 (skipped) where there is no Dovecot.

PATH=$PATH:/usr/sbin:/usr/local/sbin:/sbin
command -v dovecot >/dev/null && command -v openssl >/dev/null || exit 77
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/rowan-fixture.XXXXXX") || exit 1
chmod 755 "$dir"
trap '"$here/dovecot.sh" stop "$dir/a"; "$here/dovecot.sh" stop "$dir/b"; rm -rf "$dir"' EXIT

# folders PORT: what the user of that server has
folders() {
	exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
	printf 'a login user pencil\r\nb list "" *\r\nc logout\r\n' >&3
	cat <&3
	exec 3>&-
}

mkdir -p "$dir/a/mail/user/.Only-in-a/cur" "$dir/b/mail/user/.Only-in-b/cur"
"$here/dovecot.sh" start "$dir/a" || exit 1
"$here/dovecot.sh" start "$dir/b" || exit 1
. "$dir/a/env"
folders "$IMAP_PORT" | grep -q Only-in-a || { echo "a does not serve its own mail"; exit 1; }
port=$IMAP_PORT
. "$dir/b/env"
folders "$IMAP_PORT" | grep -q Only-in-b || { echo "b does not serve its own mail"; exit 1; }
"$here/dovecot.sh" stop "$dir/a"
{ exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null && { echo "a still answers"; exit 1; }
[ ! -e "$dir/a/env" ] || { echo "a/env still stands"; exit 1; }
exit 0
