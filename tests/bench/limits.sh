#!/bin/bash
# usage: limits.sh [CASE…]
# Time and memory of `rowan show FILE` on messages that are too much: prints the table of
# doc/limits.md, and fails where a case takes longer than a second or more than 100 MB (LIMIT_MS
# and LIMIT_MB change that). ROWAN is the program; sanitizers cost many times as much.

src=$(cd "$(dirname "$0")/../.." && pwd)
rowan=${ROWAN:-$src/build/rowan}
[ -x "$rowan" ] || { echo "no program at $rowan"; exit 77; }
[ -x /usr/bin/time ] || { echo "no /usr/bin/time"; exit 77; }
limit_ms=${LIMIT_MS:-1000} limit_mb=${LIMIT_MB:-100}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rowan-limits.XXXXXX") || exit 99
trap 'rm -rf "$scratch"' EXIT
bad=0

# head_of TYPE [FIELD…]: a header
head_of() {
	printf 'From: a@example.org\nSubject: much\nMIME-Version: 1.0\nContent-Type: %s\n' "$1"
	shift
	[ $# = 0 ] || printf '%s\n' "$@"
	echo
}
lines() { yes 'The quick brown fox jumps over the lazy dog, again and again.' | head -c "$1"; }
repeat() { awk -v n="$1" -v s="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s", s }'; }

text_50m() { head_of text/plain && lines 50000000; }
text_base64_50m() {
	head_of text/plain 'Content-Transfer-Encoding: base64' && lines 50000000 | base64
}
text_one_line_50m() { head_of text/plain && repeat 5000000 'abcdefghi '; }
html_50m() { head_of text/html && lines 50000000; }
divs_20000() { head_of text/html && repeat 20000 '<div>' && echo deep && repeat 20000 '</div>'; }
tables_5000() { head_of text/html && repeat 5000 '<table><tr><td>' && echo deep; }
parts_nested_10000() {
	head_of 'multipart/mixed; boundary=b0'
	awk 'BEGIN { for (i = 0; i < 10000; i++)
		printf "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i, i + 1
		print "deep" }'
}
parts_beside_100000() {
	head_of 'multipart/mixed; boundary=b' && repeat 100000 $'--b\n\nx\n' && echo '--b--'
}
messages_nested_10000() {
	head_of message/rfc822
	repeat 10000 $'Subject: again\nContent-Type: message/rfc822\n\n'
}
header_field_10m() {
	printf 'From: a@example.org\nX-Long: ' && repeat 1000000 $'abcdefg\n ' && printf 'end\n\ntext\n'
}
header_fields_10m() {
	printf 'From: a@example.org\n' && repeat 500000 $'X-Some: a value here\n' && printf '\ntext\n'
}
addresses_100000() {
	printf 'From: a@example.org\nTo: z@example.org'
	awk 'BEGIN { for (i = 0; i < 100000; i++) printf ",\n A %d <a%d@example.org>", i, i }'
	printf '\n\ntext\n'
}
base64_rubbish() {
	head_of application/octet-stream 'Content-Transfer-Encoding: base64' &&
		repeat 2000000 'A=?%!zz==%'
}
zeros_10m() { head_of text/plain && head -c 10000000 /dev/zero; }
quotes_deep() { head_of text/plain && for ((i = 0; i < 100; i++)); do repeat 20000 '>'; echo x; done; }
attachment_1g() {
	head_of application/octet-stream && head -c 1000000000 /dev/zero
}

cases='text_50m text_base64_50m text_one_line_50m html_50m divs_20000 tables_5000
parts_nested_10000 parts_beside_100000 messages_nested_10000 header_field_10m header_fields_10m
addresses_100000 base64_rubbish zeros_10m quotes_deep attachment_1g'
[ $# -gt 0 ] || set -- $cases

printf '| message | size | time | memory |\n|---|---:|---:|---:|\n'
for name; do
	"$name" >"$scratch/m.eml"
	size=$(wc -c <"$scratch/m.eml")
	timeout 120 /usr/bin/time -o "$scratch/time" -f '%e %U %S %M' "$rowan" show "$scratch/m.eml" \
		>/dev/null 2>"$scratch/err"
	code=$?
	read -r _ user system kb < <(tail -n 1 "$scratch/time")
	ms=$(awk "BEGIN { printf \"%d\", ($user + $system) * 1000 }")
	mb=$((kb / 1024)) verdict=
	[ $code = 0 ] || { verdict=" (ends with $code)" bad=1; }
	[ "$name" = attachment_1g ] || [ "$ms" -le "$limit_ms" ] || { verdict="$verdict *" bad=1; }
	[ "$mb" -le "$limit_mb" ] || { verdict="$verdict *" bad=1; }
	printf '| %s | %d kB | %d ms | %d MB%s |\n' "$name" $((size / 1000)) "$ms" "$mb" "$verdict"
	rm -f "$scratch/m.eml"
done
exit $bad
