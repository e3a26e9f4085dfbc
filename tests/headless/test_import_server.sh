#!/bin/bash
# Import, export, and moves between accounts against a real server: the bytes, flags and dates that
# went in are there, and come out again, each message once. Skipped where there is no Dovecot.

set -u
src=${TEST_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
rowan=${ROWAN:-${TEST_BUILDDIR:-$src/build}/rowan}
[ -x "$rowan" ] || { echo "no program at $rowan"; exit 77; }
PATH=$PATH:/usr/sbin:/usr/local/sbin
command -v dovecot >/dev/null || { echo "no Dovecot here"; exit 77; }
command -v python3 >/dev/null || { echo "no Python here"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rowan-import.XXXXXX") || exit 99
trap '"$src/tests/server/dovecot.sh" stop "$scratch/server" >/dev/null 2>&1; rm -rf "$scratch"' EXIT
chmod 711 "$scratch" # the mail user goes through it
cd "$scratch" || exit 99
: >out
: >err
export LC_ALL=C.UTF-8 TZ=UTC HOME=$scratch/home ROWAN_HOME=$scratch/profile
mkdir server
printf 'user:pencil\nother:pencil\npop:pencil\n' >server/passwd
"$src/tests/server/dovecot.sh" start "$scratch/server" >/dev/null || { echo "Dovecot does not start"; exit 77; }
. "$scratch/server/env"
bad=0 count=0

fail() {
	echo "FAILED: $*"
	sed 's/^/  out: /' out | head -20
	sed 's/^/  err: /' err | head -20
	bad=1
}

# gives CODE WORD…: the program ends with CODE; what it printed is in out and err
gives() {
	want=$1
	shift
	count=$((count + 1))
	timeout 60 "$rowan" --log=log "$@" >out 2>err </dev/null
	code=$?
	[ $code = "$want" ] || fail "rowan $* gives $code, not $want"
}
has() { grep -qF -- "$1" "${2:-out}" || fail "the output lacks $1"; }

# What is made, and what is looked at: number -> (sha256 with CR LF line ends, flags, seconds).
cat >mail.py <<END
import email.utils, glob, hashlib, imaplib, os, re, sys, time
def body(n):
    kinds = [b'some text\n>From a line\n>>From another\n', 'Grüße – 日本\n'.encode(), b'\xff\xfe bad \x80 bytes\n',
             b'.\n..\n.dots\n', b'x' * 5000 + b'\n', b'', b'no end', b'\n\n\nempty lines\n\n\n', b'line\n' * 60000]
    return b'%d\n' % n + kinds[n % len(kinds)]
def message(n, end=b'\n'):
    head = (b'Message-ID: <import-%d@x>\nFrom: Joe <joe@example.org>\nTo: ann@example.org\nX-Number: %d\n'
            b'Subject: number %d\nDate: Mon, 5 Jan 1998 10:00:00 +0000\nMIME-Version: 1.0\n'
            b'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n' % (n, n, n))
    return (head + b'\n' + body(n)).replace(b'\n', end)
def arrived(n): return 883616734 + n * 86461
FLAGS = [('', ()), ('S', ('\\\\Seen',)), ('RS', ('\\\\Answered', '\\\\Seen')), ('F', ('\\\\Flagged',)), ('FRS', ('\\\\Answered', '\\\\Flagged', '\\\\Seen'))]
def flags(n): return FLAGS[n % len(FLAGS)]
def digest(data):
    data = re.sub(rb'\r?\n', b'\r\n', data)
    return hashlib.sha256(data).hexdigest()
def number(data): return int(re.search(rb'^X-Number: (\d+)', data, re.M).group(1))
# in an mbox the state stands in the header
STATUS = {'': b'Status: O\n', 'S': b'Status: RO\n', 'RS': b'Status: RO\nX-Status: A\n', 'F': b'Status: O\nX-Status: F\n',
          'FRS': b'Status: RO\nX-Status: AF\n'}
def in_mbox(n):
    data = message(n).replace(b'\n\n', b'\n' + STATUS[flags(n)[0]] + b'\n', 1)
    return data if data.endswith(b'\n') else data + b'\n'
def write_mbox(path, first, last):
    with open(path, 'wb') as f:
        for n in range(first, last + 1):
            f.write(b'From joe@example.org ' + time.asctime(time.gmtime(arrived(n))).encode() + b'\n' +
                    re.sub(rb'(?m)^(>*From )', rb'>\1', in_mbox(n)) + b'\n')
def write_maildir(path, first, last):
    for d in ('cur', 'new', 'tmp'): os.makedirs(path + '/' + d)
    for n in range(first, last + 1):
        name = '%s/cur/%d.M%d.host:2,%s' % (path, arrived(n), n, flags(n)[0])
        open(name, 'wb').write(message(n, b'\r\n' if n % 2 else b'\n'))
        os.utime(name, (arrived(n), arrived(n)))
def write_eml(path, first, last):
    os.makedirs(path)
    for n in range(first, last + 1):
        name = '%s/%d.eml' % (path, n)
        open(name, 'wb').write(message(n, b'\r\n' if n % 2 else b'\n'))
        os.utime(name, (arrived(n), arrived(n)))
def connect(user='user'):
    c = imaplib.IMAP4('127.0.0.1', $IMAP_PORT)
    c.login(user, 'pencil')
    return c
def on_server(folder, user='user'):
    c, found = connect(user), []
    ok, words = c.select('"%s"' % folder, readonly=True)
    if ok != 'OK' or not int(c.untagged_responses['EXISTS'][-1]): return found
    for item in c.fetch('1:*', '(UID FLAGS INTERNALDATE BODY.PEEK[])')[1]:
        if isinstance(item, tuple):
            # this server tells flags and date before the body
            when = re.search(rb'INTERNALDATE "([^"]*)"', item[0]).group(1).decode().replace('-', ' ')
            when = email.utils.mktime_tz(email.utils.parsedate_tz(when))
            state = sorted(f for f in re.search(rb'FLAGS \(([^)]*)\)', item[0]).group(1).decode().split() if f != '\\\\Recent')
            found.append((number(item[1]), hashlib.sha256(item[1]).hexdigest(), tuple(state), when))
    return sorted(found)
def expected(first, last, mbox=False, has_flags=True):
    return sorted((n, digest(in_mbox(n) if mbox else message(n)), tuple(sorted(flags(n)[1])) if has_flags else (), arrived(n))
                  for n in range(first, last + 1))
def same(got, want):
    if got == want: return
    only = [x for x in got if x not in want][:4], [x for x in want if x not in got][:4]
    print('%d there, %d wanted; only there: %s\nonly wanted: %s' % (len(got), len(want), *only), file=sys.stderr)
    sys.exit(1)
def numbers(folder, user='user'): return [m[0] for m in on_server(folder, user)]
def from_mbox(path):
    data = open(path, 'rb').read()
    parts = re.split(rb'(?m)^From [^\n]*\n', data)[1:]
    return sorted((number(p), digest(re.sub(rb'(?m)^>(>*From )', rb'\1', p[:-1]))) for p in parts)
def from_files(pattern): return sorted((number(d), digest(d)) for d in (open(p, 'rb').read() for p in glob.glob(pattern)))
def from_maildir(path):
    return sorted((number(d), digest(d), p.split(':2,')[1], int(os.stat(p).st_mtime))
                  for p in glob.glob(path + '/cur/*') for d in [open(p, 'rb').read()])
def as_maildir(rows):
    letter = {'\\\\Answered': 'R', '\\\\Flagged': 'F', '\\\\Seen': 'S'}
    return sorted((n, d, ''.join(sorted(letter[s] for s in f)), w) for n, d, f, w in rows)
exec(sys.argv[1])
END
py() { python3 mail.py "$1" 2>err || { fail "not so: $1"; return 1; }; }
# id N FOLDER: the id of "number N"
id() { "$rowan" --offline list "$2" --json | python3 -c "import json,sys
for l in sys.stdin:
    d = json.loads(l)
    if d['subject'] == 'number $1': print(d['id'])" | tail -1; }
# shows FOLDER NUMBERS: the list has just these
shows() {
	got=$("$rowan" --offline list "$1" --limit 0 --json | python3 -c "import json,sys
print(' '.join(str(n) for n in sorted(int(json.loads(l)['subject'].split()[1]) for l in sys.stdin)))")
	[ "$got" = "$2" ] || fail "$1 shows $got, not $2"
}

gives 0 account add a --imap "imap://user@127.0.0.1:$IMAP_PORT" --password-command 'echo pencil'
gives 0 account add b --imap "imap://other@127.0.0.1:$IMAP_PORT" --password-command 'echo pencil'
gives 0 account add here --local
gives 0 sync

# ---- In, from each kind of file; a second time nothing is doubled. ----
py "write_mbox('in.mbox', 1, 120); write_maildir('in.md', 201, 260); write_eml('in.eml', 301, 330)"
for kind in Mbox:in.mbox Maildir:in.md Files:in.eml; do
	for round in first second; do
		gives 0 import --into "a/In/${kind%:*}" "${kind#*:}"
		[ ${kind%:*} != Mbox ] || py "same(on_server('In/Mbox'), expected(1, 120, mbox=True))"
		[ ${kind%:*} != Maildir ] || py "same(on_server('In/Maildir'), expected(201, 260))"
		[ ${kind%:*} != Files ] || py "same(on_server('In/Files'), expected(301, 330, has_flags=False))"
	done
	has " 0 imported"
done

# ---- Killed in the middle, any number of times. ----
for wait in 0.02 0.05 0.1 0.15 0.2 0.3; do
	"$rowan" import --into a/Killed in.mbox >/dev/null 2>&1 &
	pid=$!
	python3 -c "import time; time.sleep($wait)"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
gives 0 import --into a/Killed in.mbox
py "same(on_server('Killed'), expected(1, 120, mbox=True))"
gives 0 sync
[ "$("$rowan" --offline list a/Killed --limit 0 --json | wc -l)" = 120 ] || fail "the list of Killed has not 120"

# ---- Out again: also what is not here yet, and to a profile that has seen none of it. ----
for profile in profile fresh; do
	export ROWAN_HOME=$scratch/$profile
	if [ $profile = fresh ]; then
		gives 0 account add a --imap "imap://user@127.0.0.1:$IMAP_PORT" --password-command 'echo pencil'
		gives 0 sync
	fi
	gives 0 export a/In/Mbox --format mbox $profile.mbox
	py "same(from_mbox('$profile.mbox'), [m[:2] for m in expected(1, 120, mbox=True)])"
	gives 0 export a/In/Maildir --format maildir $profile.md
	py "same(from_maildir('$profile.md'), as_maildir(expected(201, 260)))"
	gives 0 export a/In/Files --format eml $profile.eml
	py "same(from_files('$profile.eml/*.eml'), [m[:2] for m in expected(301, 330)])"
done
export ROWAN_HOME=$scratch/profile

# ---- Between two accounts of a server. ----
gives 0 sync
gives 0 move "$(id 202 a/In/Maildir)" "$(id 203 a/In/Maildir)" b/Archive
py "same(on_server('Archive', 'other'), expected(202, 203))"
py "assert 202 not in numbers('In/Maildir') and 203 not in numbers('In/Maildir')"
shows b/Archive "202 203"
gives 0 copy "$(id 204 a/In/Maildir)" b/Archive
py "same(on_server('Archive', 'other'), expected(202, 204)); assert 204 in numbers('In/Maildir')"
gives 0 move "$(id 202 b/Archive)" a/In/Maildir
py "same(on_server('Archive', 'other'), expected(203, 204)); assert numbers('In/Maildir').count(202) == 1"

# ---- From the server to this machine and back. ----
gives 0 folder create here/Kept
gives 0 move "$(id 205 a/In/Maildir)" "$(id 206 a/In/Maildir)" "$(id 207 a/In/Maildir)" here/Kept
shows here/Kept "205 206 207"
py "assert not {205, 206, 207} & set(numbers('In/Maildir'))"
gives 0 export here/Kept --format maildir kept.md
py "same(from_maildir('kept.md'), as_maildir(expected(205, 207)))"
gives 0 move "$(id 205 here/Kept)" "$(id 206 here/Kept)" b/Archive
gives 0 copy "$(id 207 here/Kept)" b/Archive
shows here/Kept "207"
py "same(on_server('Archive', 'other'), expected(203, 207))"

# Offline it is shown at once, and done when there is a connection.
gives 0 --offline move "$(id 208 a/In/Maildir)" here/Kept
gives 0 --offline move "$(id 207 here/Kept)" a/In/Maildir
shows here/Kept "208"
gives 0 sync
shows here/Kept "208"
py "assert numbers('In/Maildir').count(207) == 1 and 208 not in numbers('In/Maildir')"

# ---- Killed while they move. ----
gives 0 folder create b/Moved
ids=$("$rowan" --offline list a/In/Maildir --limit 0 --json | python3 -c "import json,sys
for l in sys.stdin:
    d = json.loads(l)
    if 210 <= int(d['subject'].split()[1]) <= 240: print(d['id'])")
gives 0 --offline move $ids b/Moved
for wait in 0.02 0.05 0.08 0.12 0.16 0.2; do
	"$rowan" sync >/dev/null 2>&1 &
	pid=$!
	python3 -c "import time; time.sleep($wait)"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
gives 0 sync
py "same(on_server('Moved', 'other'), expected(210, 240))"
py "assert not set(range(210, 241)) & set(numbers('In/Maildir'))"

# ---- From a POP3 account's inbox to the server. ----
py "c = connect('pop')
for n in range(401, 406): c.append('INBOX', None, None, message(n, b'\r\n'))"
gives 0 account add p --pop3 "pop3s://pop@localhost:$POP3S_PORT" --ca-file "$CA_FILE" --password-command 'echo pencil'
gives 0 folder create b/Post
gives 0 sync
shows p/INBOX "401 402 403 404 405"
gives 0 move "$(id 401 p/INBOX)" "$(id 402 p/INBOX)" b/Post
gives 0 copy "$(id 403 p/INBOX)" b/Post
gives 0 sync
shows p/INBOX "403 404 405"
# (POP3 itself ends a last line that had no end.)
py "same([m[1] for m in on_server('Post', 'other')],
    [digest(message(n).rstrip(b'\n') + b'\n' if n % 9 == 6 else message(n)) for n in range(401, 404)])"

# ---- At the end each is where it belongs, once. ----
gives 0 actions
[ ! -s out ] || fail "something waits"
py "every = numbers('In/Maildir') + numbers('Archive', 'other') + numbers('Moved', 'other')
assert sorted(every) == sorted(list(range(201, 208)) + list(range(209, 261)) + [204, 207]), every"
shows here/Kept "208"
[ $bad = 0 ] && echo "$count runs of the program: every message is there once"
exit $bad
