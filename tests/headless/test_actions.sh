#!/bin/bash
# Wishes by the command line, against a real server: done at once, or offline and carried out later;
# the server's own folders are looked at afterwards. Skipped where there is no Dovecot.

set -u
src=${TEST_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
rowan=${ROWAN:-${TEST_BUILDDIR:-$src/build}/rowan}
[ -x "$rowan" ] || { echo "no program at $rowan"; exit 77; }
PATH=$PATH:/usr/sbin:/usr/local/sbin
command -v dovecot >/dev/null || { echo "no Dovecot here"; exit 77; }
command -v python3 >/dev/null || { echo "no Python here"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rowan-actions.XXXXXX") || exit 99
trap '"$src/tests/server/dovecot.sh" stop "$scratch/server" >/dev/null 2>&1; rm -rf "$scratch"' EXIT
chmod 711 "$scratch" # the mail user goes through it
cd "$scratch" || exit 99
: >out
: >err
export LC_ALL=C.UTF-8 TZ=UTC HOME=$scratch/home ROWAN_HOME=$scratch/profile
"$src/tests/server/dovecot.sh" start "$scratch/server" >/dev/null || { echo "Dovecot does not start"; exit 77; }
. "$scratch/server/env"
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
	rm -f "$scratch/log"
	timeout 40 "$rowan" --log="$scratch/log" "$@" >out 2>err </dev/null
	code=$?
	cat "$scratch/log" >>"$scratch/wire" 2>/dev/null
	[ $code = "$want" ] || fail "rowan $* gives $code, not $want"
}
has() { grep -qF -- "$1" "${2:-out}" || fail "the output lacks $1"; }
lacks() { ! grep -qF -- "$1" "${2:-out}" || fail "the output has $1"; }

# server CODE…: Python with the server as c (imaplib), logged in
cat >server.py <<END
import imaplib, sys
c = imaplib.IMAP4('127.0.0.1', $IMAP_PORT)
c.login('user', 'pencil')
def fill(folder, first, last):
    for i in range(first, last + 1):
        c.append(folder, None, None, ('From: a@example.org\r\nSubject: number %d\r\nMessage-ID: <%s%d@x>\r\n'
            'Date: Mon, 23 Nov 2026 09:30:00 +0000\r\n\r\ntext %d\r\n' % (i, folder, i, i)).encode())
def subjects(folder):
    assert c.select('"%s"' % folder, readonly=True)[0] == 'OK', folder
    found = []
    data = c.fetch('1:*', '(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])')[1] if int(c.untagged_responses['EXISTS'][-1]) else []
    for item in data:
        if isinstance(item, tuple):
            found.append(int(item[1].split(b'number ')[1].split()[0]))
    return sorted(found)
def deleted(folder, *numbers):
    c.select(folder)
    for n in numbers:
        c.store(c.search(None, 'SUBJECT', '"number %d"' % n)[1][0].split()[-1], '+FLAGS', '\\\\Deleted')
    c.unselect()
def folders():
    return sorted(line.decode().split(' "." ')[-1].split(' "/" ')[-1].strip('"') for line in c.list()[1])
exec(sys.argv[1])
END
server() { python3 server.py "$1" || { fail "on the server not: $1"; return 1; }; }

# id N FOLDER: the id of "number N"
id() { "$rowan" --offline list "$2" --json | python3 -c "import json,sys
for l in sys.stdin:
    d = json.loads(l)
    if d['subject'] == 'number $1': print(d['id'])" | tail -1; }
# shows FOLDER NUMBERS: the list has just these
shows() {
	got=$("$rowan" --offline list "$1" --limit 100 --json | python3 -c "import json,sys
print(' '.join(str(n) for n in sorted(int(json.loads(l)['subject'].split()[1]) for l in sys.stdin)))")
	[ "$got" = "$2" ] || fail "$1 shows $got, not $2"
}
state() { python3 -c "import json,sys
d = json.loads(open('out').readline())
assert d['state'] == sys.argv[1], d" "$1" || fail "the state is not $1"; }

server "fill('INBOX', 1, 12); c.create('Receipts')" || exit 1
gives 0 account add w --imap "imap://user@127.0.0.1:$IMAP_PORT" --password-command 'echo pencil'
gives 0 sync
shows w/INBOX "1 2 3 4 5 6 7 8 9 10 11 12"

# Done at once.
gives 0 move "$(id 1 w/INBOX)" "$(id 2 w/INBOX)" w/Receipts --json
state done
shows w/INBOX "3 4 5 6 7 8 9 10 11 12"
shows w/Receipts "1 2"
server "assert subjects('Receipts') == [1, 2]; assert 1 not in subjects('INBOX')"
gives 0 copy "$(id 3 w/INBOX)" w/Receipts --json
state done
shows w/Receipts "1 2 3"
server "assert subjects('Receipts') == [1, 2, 3] and 3 in subjects('INBOX')"
gives 0 sync
shows w/Receipts "1 2 3"

# A copy has an id at once that later commands take.
gives 0 flag "$(id 3 w/Receipts)" +flagged
server "c.select('Receipts'); assert len(c.search(None, 'FLAGGED')[1][0].split()) == 1"

# --json is an option here too, not a keyword to take away.
gives 0 flag "$(id 3 w/Receipts)" +seen --json
state done
has '"action":"flag"'
lacks json wire
gives 2 flag "$(id 3 w/Receipts)" +seen --sure

# Offline: shown at once, also what happens to a message on its way; carried out by sync.
gives 0 --offline move "$(id 4 w/INBOX)" w/Receipts --json
state waiting
shows w/INBOX "3 5 6 7 8 9 10 11 12"
shows w/Receipts "1 2 3 4"
gives 0 --offline flag "$(id 4 w/Receipts)" +flagged
gives 0 --offline folder create w/Büro --json
state waiting
gives 0 --offline move "$(id 5 w/INBOX)" w/Büro
gives 0 --offline move "$(id 5 w/Büro)" w/Receipts
shows w/Büro ""
shows w/Receipts "1 2 3 4 5"
gives 0 actions
has waiting
server "assert subjects('Receipts') == [1, 2, 3]"
gives 0 sync
gives 0 actions
lacks waiting
server "assert subjects('Receipts') == [1, 2, 3, 4, 5], subjects('Receipts')"
server "c.select('Receipts'); assert len(c.search(None, 'FLAGGED')[1][0].split()) == 2"
server "assert subjects('INBOX') == [3, 6, 7, 8, 9, 10, 11, 12]"
gives 0 sync
shows w/INBOX "3 6 7 8 9 10 11 12"
shows w/Receipts "1 2 3 4 5"

# Deleting marks; only what is marked here goes, strangers' marks survive.
gives 0 delete "$(id 6 w/INBOX)" "$(id 7 w/INBOX)" --json
state done
gives 0 undelete "$(id 7 w/INBOX)"
server "deleted('INBOX', 8)"
gives 0 expunge w/INBOX --json
state done
server "assert subjects('INBOX') == [3, 7, 8, 9, 10, 11, 12], subjects('INBOX')"
shows w/INBOX "3 7 8 9 10 11 12"

# Folders.
gives 0 folder create w/Work/Old --json
state done
server "assert any(f.endswith('Old') for f in folders()), folders()"
gives 0 move "$(id 9 w/INBOX)" w/Work/Old
gives 0 folder rename w/Work/Old Work/New --json
state done
gives 0 sync
shows w/Work/New "9"
gives 1 folder delete w/Work/New
has "(1)" err
has --yes err
gives 0 folder delete w/Work/New --yes --json
state done
server "assert not any(f.endswith('New') for f in folders()), folders()"
gives 0 folders
lacks Work/New
gives 1 folder create w/INBOX
gives 1 folder rename w/INBOX Other

# What cannot be.
gives 1 move 1.1.99999 w/Receipts
[ -s err ] || fail "no sentence for a wrong id"
gives 1 move "$(id 10 w/INBOX)" w/Nowhere
has Nowhere err
gives 2 move
gives 2 folder paint w/X
gives 1 actions retry 99999

# A folder that went away elsewhere: the message stays, and the server's words are kept.
gives 0 folder create w/Soon
server "c.delete('Soon')"
gives 1 move "$(id 10 w/INBOX)" w/Soon --json
state failed
shows w/INBOX "3 7 8 10 11 12"
gives 0 actions --json
has '"state":"failed"'
gives 0 actions drop "$(python3 -c "import json; print(json.loads(open('out').readline())['id'])")"
gives 0 actions
lacks failed

# Never absolute flags, never a command that expunges what others marked.
lacks "UID STORE [0-9,:]* FLAGS" wire
! grep -aE '^[^<]*> .*\b(CLOSE|[0-9a-zA-Z]+ EXPUNGE)\b' wire | grep -av 'UID EXPUNGE' >out ||
	fail "a plain EXPUNGE or CLOSE went out"

# A server without MOVE: COPY, and only when that is answered STORE and UID EXPUNGE.
# without WORDS…: the server lists these and no more
without() {
	echo "imap_capability = $*" >>"$scratch/server/dovecot.conf"
	kill -HUP "$DOVECOT_PID"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		python3 -c "import imaplib, sys
c = imaplib.IMAP4('127.0.0.1', $IMAP_PORT)
c.login('user', 'pencil')
sys.exit('MOVE' in c.capability()[1][0].decode())" && return
	done
	fail "the server goes on listing MOVE"
}
base="IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ NAMESPACE UNSELECT ESEARCH CONDSTORE"
"$rowan" sync >out 2>err || fail "sync"
without "$base UIDPLUS"
: >wire
gives 0 move "$(id 10 w/INBOX)" "$(id 11 w/INBOX)" w/Receipts --json
gives 0 sync
server "assert subjects('INBOX') == [3, 7, 8, 12], subjects('INBOX')"
server "assert subjects('Receipts') == [1, 2, 3, 4, 5, 10, 11], subjects('Receipts')"
shows w/Receipts "1 2 3 4 5 10 11"
lacks "UID MOVE" wire
has "UID COPY" wire

# And without UIDPLUS: 8 is marked by another, so what is moved stays marked and hidden until then.
without "$base"
: >wire
gives 0 move "$(id 12 w/INBOX)" w/Receipts --json
state waiting
gives 0 sync
shows w/INBOX "3 7 8"
shows w/Receipts "1 2 3 4 5 10 11 12"
server "assert subjects('INBOX') == [3, 7, 8, 12], subjects('INBOX')"
gives 0 actions --json
has "others have marked"
server "c.select('INBOX'); c.store(c.search(None, 'SUBJECT', '\"number 8\"')[1][0], '-FLAGS', '\\\\Deleted')"
gives 0 actions retry "$(python3 -c "import json; print(json.loads(open('out').readline())['id'])")"
gives 0 actions
[ ! -s out ] || fail "something waits still"
server "assert subjects('INBOX') == [3, 7, 8], subjects('INBOX')"
shows w/INBOX "3 7 8"

exit_code=$bad
echo "test_actions: $count commands, $([ $bad = 0 ] && echo all well || echo some failed)"
exit $exit_code
