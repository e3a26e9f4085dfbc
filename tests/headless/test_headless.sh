#!/bin/bash
# The command line where no server is needed: files shown and saved, words checked, exit codes,
# accounts in a profile of their own.
#
#	test_headless.sh        with ROWAN the program, else build/rowan beside the sources

set -u
src=${TEST_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
rowan=${ROWAN:-${TEST_BUILDDIR:-$src/build}/rowan}
[ -x "$rowan" ] || { echo "no program at $rowan"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rowan-headless.XXXXXX") || exit 99
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 99
export LC_ALL=C.UTF-8 TZ=UTC HOME=$scratch/home ROWAN_HOME=$scratch/profile
bad=0 count=0

fail() {
	echo "FAILED: $*"
	sed 's/^/  out: /' out
	sed 's/^/  err: /' err
	bad=1
}

# gives CODE WORD…: the program ends with CODE; what it printed is in out and err
gives() {
	want=$1
	shift
	count=$((count + 1))
	timeout 20 "$rowan" "$@" >out 2>err <"${stdin:-/dev/null}"
	code=$?
	[ $code = "$want" ] || fail "rowan $* gives $code, not $want"
}

# has TEXT [FILE]: the output has it
has() {
	grep -qF -- "$1" "${2:-out}" || fail "the output lacks $1"
}
lacks() {
	! grep -qF -- "$1" "${2:-out}" || fail "the output has $1"
}
# has_json PYTHON: holds for every object d of the output
has_json() {
	command -v python3 >/dev/null || return 0
	python3 -c 'import json, sys
for line in open("out", encoding="utf-8", newline="\n"):
    d = json.loads(line)
    assert eval(sys.argv[1]), line' "$1" 2>py || { cat py; fail "the output is not: $1"; }
}

esc=$(printf '\033')
cat >mail.eml <<END
From: =?utf-8?q?J=C3=B6rg?= <j@example.org>
To: "A, B" <a@example.org>, c@example.org
Reply-To: list@example.org
Cc: d@example.org
Subject: =?utf-8?b?R3LDvMOfZQ==?=$esc]0;owned
Date: Mon, 23 Nov 2026 09:30:00 +0130
Message-ID: <1@example.org>
In-Reply-To: <0@example.org>
References: <a@example.org> <0@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Grüße${esc}[31m aus Köln
--b
Content-Type: application/octet-stream; name="../../.a/../b c.bin"
Content-Disposition: attachment
Content-ID: <cid@example.org>
Content-Transfer-Encoding: base64

AAECAw==
--b
Content-Type: text/html
Content-Disposition: attachment

<p>page</p>
--b--
END

# ---- A file or standard input is shown without a profile. ----

gives 0 show mail.eml
has "Grüße"
has "[ Attachment 2"
lacks "$esc"
gives 0 show --headers mail.eml
has "In-Reply-To"
lacks "$esc"
gives 0 show --json mail.eml
lacks "$esc"
has_json 'list(d) == ["subject", "from", "to", "cc", "reply-to", "date", "message-id", "in-reply-to", "references", "text", "plain", "html", "parts"]'
has_json 'd["from"] == [{"name": "Jörg", "address": "j@example.org"}]'
has_json 'd["to"] == [{"name": "A, B", "address": "a@example.org"}, {"name": "", "address": "c@example.org"}]'
has_json 'd["reply-to"][0]["address"] == "list@example.org" and d["cc"][0]["address"] == "d@example.org"'
has_json 'd["date"] == "2026-11-23T09:30:00+01:30"'
has_json 'd["message-id"] == "1@example.org" and d["in-reply-to"] == ["0@example.org"]'
has_json 'd["references"] == ["a@example.org", "0@example.org"]'
has_json '[p["path"] for p in d["parts"]] == ["1", "2", "3"]'
has_json 'list(d["parts"][1]) == ["path", "type", "name", "disposition", "content-id", "charset", "size", "sha256", "is_attachment"]'
has_json 'd["parts"][1]["size"] == 4 and d["parts"][1]["is_attachment"] and d["parts"][1]["content-id"] == "cid@example.org"'
has_json 'd["parts"][1]["sha256"] == "054edec1d0211f624fed0cbca9d4f9400b0e491c43742af2c5b0abebf0c990d8"'
stdin=mail.eml gives 0 show --json -
has_json 'd["message-id"] == "1@example.org"'
gives 0 show --json mail.eml mail.eml
[ "$(wc -l <out)" = 2 ] || fail "one object a line"
cp mail.eml 1.2.3
gives 0 show 1.2.3
has "Grüße"
: >empty.eml
gives 0 show --json empty.eml
has_json 'd["subject"] == "" and d["date"] is None and d["from"] == [] and d["message-id"] is None'
gives 1 show nothing.eml
gives 1 show mail.eml nothing.eml
has "Grüße"
[ ! -e "$ROWAN_HOME" ] && [ ! -e "$HOME" ] || fail "showing a file made a profile"

# ---- Parts are saved under safe names, never over a file unasked. ----

mkdir folder
gives 0 save mail.eml 2
cmp -s "b c.bin" <(printf '\0\1\2\3') || fail "the part differs"
gives 1 save mail.eml 2
has "--overwrite" err
gives 0 save mail.eml 2 --overwrite --json
has_json 'd == {"message": "mail.eml", "part": "2", "path": "b c.bin", "size": 4}'
gives 0 save mail.eml 3 --to folder
[ -s folder/part-3.bin ] || fail "a part without a name has none"
gives 0 save mail.eml 2 --to folder/
[ -s "folder/b c.bin" ] || fail "not in the folder"
gives 0 save mail.eml 0 --to whole.eml
cmp -s whole.eml mail.eml || fail "the whole message differs"
stdin=mail.eml gives 0 save - 1 --to=text
has "Gr" text
gives 1 save mail.eml 9
gives 1 save mail.eml 2 --to nowhere/at/all
[ ! -e "$ROWAN_HOME" ] || fail "saving from a file made a profile"

# ---- Wrong words are told, with code 2. ----

for words in bogus --bogus show "show --json" "show --bogus mail.eml" "show --width 5 mail.eml" \
	"show --width" save "save mail.eml" "save mail.eml 1 2" "save mail.eml 1 --to" list \
	"list a/b --limit x" "list a b" flag "flag 1.2.3" "flag +seen" "flag 1.2.3 +a(b" account \
	"account add" "account add a" "account add a --imap nonsense" "account remove" \
	"sync --bogus" "folders --bogus"; do
	gives 2 $words
	[ -s err ] || fail "rowan $words says nothing"
done
gives 0 --help
has "list ACCOUNT/Folder"
gives 0 --version
has Rowan

# ---- Accounts. ----

gives 0 account list --json
[ ! -s out ] || fail "accounts in an empty profile"
gives 2 account add far --imap imap://u@mail.example.org
gives 0 account add home --imap imaps://u@mail.example.org --smtp smtps://u@mail.example.org \
	--from 'Ann <ann@example.org>' --password-command 'echo x'
gives 1 account add home --imap imaps://u@mail.example.org
gives 0 account list --json
has_json 'd["name"] == "home" and d["kind"] == "imap" and d["incoming"].startswith("imaps://u@mail.example.org")'
lacks "echo x"
[ "$(stat -c %a "$ROWAN_HOME/rowan.conf" 2>/dev/null || echo 600)" = 600 ] || fail "others can read the settings"
gives 0 folders --json
[ ! -s out ] || fail "folders without a server"
gives 1 list home/INBOX
gives 1 --offline show 1.2.3.4
gives 1 --offline flag 1.2.3 +seen
rm 1.2.3
gives 1 --offline show 1.2.3
gives 75 --offline sync
gives 1 account test nobody
gives 0 account add near --imap imap://u@127.0.0.1:9 --password-command 'echo x'
gives 75 account test near
gives 75 sync near
gives 0 account remove near
gives 0 account remove home
gives 1 account remove home
gives 0 account list
[ ! -s out ] || fail "a removed account is listed"

[ $bad = 0 ] && echo "$count commands"
exit $bad
