#!/bin/bash
# Mail by POP3 from a real Dovecot: what comes, what stays there and what leaves, killed at many
# moments; the maildrop is looked at by IMAP afterwards. Skipped where there is no Dovecot.

set -u
src=${TEST_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
rowan=${ROWAN:-${TEST_BUILDDIR:-$src/build}/rowan}
[ -x "$rowan" ] || { echo "no program at $rowan"; exit 77; }
PATH=$PATH:/usr/sbin:/usr/local/sbin
command -v dovecot >/dev/null || { echo "no Dovecot here"; exit 77; }
command -v python3 >/dev/null || { echo "no Python here"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rowan-pop3.XXXXXX") || exit 99
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
	rm -f log
	timeout 60 "$rowan" --log=log "$@" >out 2>err </dev/null
	code=$?
	[ $code = "$want" ] || fail "rowan $* gives $code, not $want"
}
has() { grep -qF -- "$1" "${2:-out}" || fail "the output lacks $1"; }
lacks() { ! grep -qF -- "$1" "${2:-out}" || fail "the output has $1"; }

# server CODE…: Python with the maildrop by IMAP
cat >server.py <<END
import imaplib, sys
c = imaplib.IMAP4('127.0.0.1', $IMAP_PORT)
c.login('user', 'pencil')
def fill(first, last, size=0):
    for i in range(first, last + 1):
        c.append('INBOX', None, None, ('From: a@example.org\r\nSubject: number %d\r\nMessage-ID: <%d@x>\r\n'
            'Date: Mon, 23 Nov 2026 09:30:00 +0000\r\n\r\n.text %d\r\n.\r\n..\r\n%s' % (i, i, i, 'x' * 70 + '\r\n')
            + ('y' * 70 + '\r\n') * (size // 72)).encode())
def numbers():
    c.select('INBOX', readonly=True)
    found = []
    if not int(c.untagged_responses['EXISTS'][-1]): return found
    for item in c.fetch('1:*', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')[1]:
        if isinstance(item, tuple):
            found.append(int(item[1].split(b'number ')[1].split()[0]))
    return sorted(found)
def clear():
    c.select('INBOX')
    if int(c.untagged_responses['EXISTS'][-1]): c.store('1:*', '+FLAGS', '\\\\Deleted')
    c.expunge()
exec(sys.argv[1])
END
server() { python3 server.py "$1" || { fail "on the server not: $1"; return 1; }; }

# shows NUMBERS: the local Inbox has just these, each once
shows() {
	got=$("$rowan" --offline list pop/INBOX --limit 1000 --json | python3 -c "import json,sys
print(' '.join(str(n) for n in sorted(int(json.loads(l)['subject'].split()[1]) for l in sys.stdin)))")
	[ "$got" = "$1" ] || fail "the Inbox shows \"$got\", not \"$1\""
}
id() { "$rowan" --offline list pop/INBOX --json | python3 -c "import json,sys
for l in sys.stdin:
    d = json.loads(l)
    if d['subject'] == 'number $1': print(d['id'])" | tail -1; }
# fresh WORD…: an empty profile with an account that has these options
fresh() {
	rm -rf "$ROWAN_HOME"
	gives 0 account add pop --pop3 "pop3s://user@localhost:$POP3S_PORT" --ca-file "$CA_FILE" \
		--password-command 'echo pencil' "$@"
}

# ---- The log-in, in all three ways. ----
fresh
gives 0 account test pop
has "logged in"
has "all is well"
gives 0 account add wrong --pop3 "pop3s://user@localhost:$POP3S_PORT" --ca-file "$CA_FILE" --password-command 'echo quill'
gives 1 account test wrong
gives 0 account add tls --pop3 "pop3+starttls://user@localhost:$POP3_PORT" --ca-file "$CA_FILE" --password-command 'echo pencil'
gives 0 account test tls
has "> STLS" log
gives 0 account add plain --pop3 "pop3://user@localhost:$POP3_PORT" --password-command 'echo pencil'
gives 0 account test plain
lacks "pencil" log
gives 2 account add odd --pop3 "pop3s://user@localhost" --leave-on-server sometimes

# ---- Leave on the server: forever, the default. ----
fresh
server 'fill(1, 5)'
gives 0 sync
shows "1 2 3 4 5"
gives 0 --stats sync
lacks "RETR" log
lacks "LIST" log
has '"round_trips":1' # and the greeting
gives 0 show "$(id 3)"
has ".text 3"
server 'fill(6, 6)'
gives 0 sync
[ "$(grep -c '> RETR' log)" = 1 ] || fail "one message is new"
shows "1 2 3 4 5 6"
gives 0 delete "$(id 2)"
gives 0 expunge pop/INBOX
gives 0 sync
shows "1 3 4 5 6"
server 'assert numbers() == [1, 2, 3, 4, 5, 6], numbers()'

# What is lost here but for local.db comes back from it, and is not fetched again.
rm -f "$ROWAN_HOME"/cache.db* "$ROWAN_HOME"/body.db*
gives 0 sync
lacks "RETR" log
shows "1 3 4 5 6"

# ---- The server gives all messages other names: nothing is doubled. ----
rm -f "$scratch"/server/mail/user/dovecot-uidlist "$scratch"/server/mail/user/dovecot.index*
gives 0 sync
lacks "RETR" log
shows "1 3 4 5 6"

# ---- Until deleted here. ----
fresh --leave-on-server until-deleted
gives 0 sync
gives 0 delete "$(id 2)"
gives 0 sync
server 'assert numbers() == [1, 2, 3, 4, 5, 6], numbers()' # only marked
gives 0 expunge pop/INBOX
gives 0 sync
server 'assert numbers() == [1, 3, 4, 5, 6], numbers()'
gives 0 move "$(id 3)" pop/Trash
gives 0 sync
server 'assert numbers() == [1, 3, 4, 5, 6], numbers()' # moved is not deleted
shows "1 4 5 6"

# ---- For some days: they are counted from when it came. ----
fresh --leave-on-server '3 days'
gives 0 sync
gives 0 sync
server 'assert numbers() == [1, 3, 4, 5, 6], numbers()'
python3 -c 'import sqlite3, sys
d = sqlite3.connect(sys.argv[1])
d.execute("UPDATE uidl SET first_seen=first_seen-3*86400-1")
d.commit()' "$ROWAN_HOME/local.db"
server 'fill(7, 7)'
gives 0 sync
server 'assert numbers() == [7], numbers()'
shows "1 3 4 5 6 7"

# ---- Never: a large message too, byte by byte what the server had. ----
fresh --leave-on-server never
server 'clear(); fill(1, 3); fill(4, 4, 3000000)'
gives 0 sync
shows "1 2 3 4"
server 'assert numbers() == [], numbers()'
gives 0 show "$(id 4)"
has "yyyy"

# ---- Another program looks into the maildrop at the same time. ----
server 'fill(5, 5)'
python3 - "$POP3_PORT" >held 2>&1 <<'EOF' &
import poplib, sys, time, os
p = poplib.POP3('127.0.0.1', int(sys.argv[1])); p.user('user'); p.pass_('pencil'); p.stat()
open('is-held', 'w').close()
while not os.path.exists('let-go'): time.sleep(0.05)
p.quit()
EOF
holder=$!
for _ in $(seq 200); do [ -e is-held ] && break; sleep 0.05; done
rm -f log
(for _ in $(seq 400); do grep -qs 'IN-USE\|RETR' log && break; sleep 0.05; done; : >let-go) &
gives 0 sync
wait $holder
shows "1 2 3 4 5"

# ---- Killed at many moments: every message once here, none lost. ----
fresh --leave-on-server never
server 'clear(); fill(1, 60)'
for delay in 0.05 0.1 0.15 0.2 0.25 0.3 0.4 0.5; do
	"$rowan" sync >/dev/null 2>&1 </dev/null &
	pid=$!
	sleep "$delay"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
gives 0 sync
shows "$(seq -s ' ' 60)"
server 'assert numbers() == [], numbers()'

echo "$count commands"
exit $bad
