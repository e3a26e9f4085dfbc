#!/bin/bash
# usage: test_chaos.sh [ROUNDS]
# Wishes of every kind against a real server, while another client changes the same folders, connections
# are cut after any number of bytes and the program is killed at any moment. Then without faults until
# nothing waits: both sides are equal message by message, and none was lost or doubled.
# CHAOS_ROUNDS (12), SEED and CHAOS_SERVER (full or no-move, by the seed; bare, without UIDPLUS and
# CONDSTORE: there what is gone elsewhere may still show in a folder that nobody opens) choose the run; CHAOS_LOG is a file for what was done. Skipped where there is no Dovecot.

set -u
src=${TEST_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
rowan=${ROWAN:-${TEST_BUILDDIR:-$src/build}/rowan}
[ -x "$rowan" ] || { echo "no program at $rowan"; exit 77; }
PATH=$PATH:/usr/sbin:/usr/local/sbin
command -v dovecot >/dev/null || { echo "no Dovecot here"; exit 77; }
command -v python3 >/dev/null || { echo "no Python here"; exit 77; }
rounds=${1:-${CHAOS_ROUNDS:-12}}
seed=${SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
kinds=(full no-move)
kind=${CHAOS_SERVER:-${kinds[seed % 2]}}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rowan-chaos.XXXXXX") || exit 99
ends() {
	"$src/tests/server/dovecot.sh" stop "$scratch/server" >/dev/null 2>&1
	if [ -n "${CHAOS_KEEP-}" ]; then echo "kept: $scratch"; else rm -rf "$scratch"; fi
}
trap ends EXIT
chmod 711 "$scratch" # the mail user goes through it
cd "$scratch" || exit 99
export LC_ALL=C.UTF-8 TZ=UTC HOME=$scratch/home ROWAN_HOME=$scratch/profile
${CC:-cc} -D_GNU_SOURCE -o proxy "$src/tests/server/proxy.c" || exit 99
"$src/tests/server/dovecot.sh" start "$scratch/server" >/dev/null || { echo "Dovecot does not start"; exit 77; }
. "$scratch/server/env"

# What the server leaves out of its list, which takes effect with the next login.
base="IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ NAMESPACE UNSELECT ESEARCH"
case $kind in
no-move) words="$base CONDSTORE QRESYNC UIDPLUS" ;;
bare) words="$base" ;;
*) words= ;;
esac
if [ -n "$words" ]; then
	echo "imap_capability = $words" >>"$scratch/server/dovecot.conf"
	kill -HUP "$DOVECOT_PID"
	python3 -c "import imaplib, sys
for i in range(100):
    c = imaplib.IMAP4('127.0.0.1', $IMAP_PORT)
    c.login('user', 'pencil')
    if 'MOVE' not in c.capability()[1][0].decode():
        sys.exit(0)
sys.exit(1)" || { echo "FAILED: the server goes on listing MOVE"; exit 1; }
fi

cat >chaos.py <<'END'
import imaplib, json, os, random, re, subprocess, sys, time

rowan, port, rounds, seed, server_kind = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
dice = random.Random(seed)
log = open(os.environ.get('CHAOS_LOG', 'chaos.log'), 'w')
START = 60     # messages in each of the two folders at the start
KILL_MS = 200  # about as long as a command takes
tally = {'commands': 0, 'cut': 0, 'killed': 0, 'stranger': 0}
bad = 0

def fail(*words):
    global bad
    bad += 1
    print('FAILED (%s, seed %d):' % (server_kind, seed), *words)
    print('FAILED:', *words, file=log, flush=True)

# How often a message may be there at the end, and how it should be flagged.
class Mail:
    def __init__(self, least, most):
        self.least, self.most = least, most
        self.flagged = False   # as the last wish said; None when it is not certain
mails = {}
copies = []  # (number, target) of every copy wished
imports = []  # numbers
def mail_new(least=1):
    n = len(mails) + 1
    mails[n] = Mail(least, 1)
    return n
def text(n):
    return ('From: a@example.org\r\nSubject: number %d\r\nMessage-ID: <chaos-%d@x>\r\n'
            'Date: Mon, 23 Nov 2026 09:30:00 +0000\r\n\r\n%s' % (n, n, 'text %d\r\n' % n * (1 + n % 40))).encode()

# ---- The other client ----

c = None
def connect():
    global c
    c = imaplib.IMAP4('127.0.0.1', port)
    c.login('user', 'pencil')
def server_folders():
    found = []
    for line in c.list()[1]:
        m = re.match(rb'\(([^)]*)\) "?[^ ]*"? "?(.*?)"?$', line)
        if b'\\Noselect' not in m.group(1) and b'\\NonExistent' not in m.group(1):
            found.append(m.group(2).decode())
    return sorted(found)
def server_mails(folder):
    assert c.select('"%s"' % folder, readonly=True)[0] == 'OK', folder
    rows, data = {}, c.uid('FETCH', '1:*', '(FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])')[1]
    for item in data:
        if isinstance(item, tuple):
            uid = int(re.search(rb'UID (\d+)', item[0]).group(1))
            flags = re.search(rb'FLAGS \(([^)]*)\)', item[0]).group(1).decode().split()
            number = int(re.search(rb'<chaos-(\d+)@x>', item[1]).group(1))
            rows[uid] = (number, frozenset(flags) - {'\\Recent'})
    c.unselect()
    return rows

def stranger():
    tally['stranger'] += 1
    folder, other = dice.sample(['INBOX', 'A'], 2)
    what = dice.choice(['append', 'seen', 'seen', 'mark', 'move', 'expunge'])
    if what == 'mark' and server_kind == 'bare':
        what = 'seen'  # a mark of another's keeps an expunge waiting there
    rows = server_mails(folder)
    if not rows or what == 'append':
        c.append(folder, None, None, text(mail_new()))
        return
    uid = dice.choice(sorted(rows))
    n = rows[uid][0]
    print('  stranger', what, folder, uid, 'number', n, file=log)
    c.select(folder)
    if what == 'seen':
        c.uid('STORE', str(uid), dice.choice('+-') + 'FLAGS', '\\Seen \\Answered')
    elif what == 'mark':
        c.uid('STORE', str(uid), dice.choice('+-') + 'FLAGS', '\\Deleted')
    elif what == 'move':
        c.uid('MOVE', str(uid), other)
    elif what == 'expunge':
        c.uid('STORE', str(uid), '+FLAGS', '\\Deleted')
        c.uid('EXPUNGE', str(uid))
        mails[n].least -= 1
        mails[n].most -= 1
    c.unselect()

# ---- Rowan ----

def run(words, fault=None):
    """The exit code, -9 when it was killed, and what it printed."""
    tally['commands'] += 1
    if fault in ('up', 'down'):
        tally['cut'] += 1
        n = int(2 ** dice.uniform(0, 11 if fault == 'up' else 14))
        for attempt in range(20):
            proxy = subprocess.Popen(['./proxy', str(listen), str(port), '--cut-' + fault, str(n)],
                                     stdout=subprocess.PIPE)
            if proxy.stdout.readline():
                break
            proxy.wait()
    else:
        n = dice.uniform(0, KILL_MS) if fault == 'kill' else 0
        proxy = subprocess.Popen(['./proxy', str(listen), str(port)], stdout=subprocess.PIPE)
        proxy.stdout.readline()
    child = subprocess.Popen([rowan, '--log=wire.%d' % tally['commands']] + words,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    code = None
    try:
        out, err = child.communicate(timeout=n / 1000 if fault == 'kill' else 60)
        code = child.returncode
    except subprocess.TimeoutExpired:
        child.kill()
        out, err = child.communicate()
        code = -9
        tally['killed'] += 1
        if fault != 'kill':
            fail('rowan', *words, 'does not end')
    proxy.terminate()
    proxy.wait()
    proxy.stdout.close()
    print('  %d rowan %s [%s %d]: %s %s %s' % (tally['commands'], ' '.join(words), fault or '-', n, code,
          '' if words[1:2] in (['list'], ['folders']) else out.decode()[:200].strip(),
          err.decode()[-200:].strip()), file=log, flush=True)
    if code not in (0, 1, 75, -9):
        fail('rowan', *words, 'ends with', code, err.decode()[-2000:])
    return code, out.decode()

def lines(*words):
    code, out = run(['--offline'] + list(words) + ['--json'])
    if code != 0:
        fail('rowan --offline', *words, 'gives', code)
        return []
    return [json.loads(l) for l in out.splitlines()]
def shown(folder):
    return lines('list', 'w/' + folder, '--limit', '0')
def number(row):
    return int(row['subject'].split()[1])
def own_folders():
    return [f['name'] for f in lines('folders') if f['name'][:1] in 'FG']

def wish(words):
    """What is certain about a wish: 'yes', it stands in the journal or is done; 'no'; 'maybe', it was killed."""
    fault = dice.choice([None, 'offline', 'offline', 'up', 'down', 'kill', 'kill'])
    if fault == 'offline':
        words = ['--offline'] + words
    code, out = run(words + ['--json'], None if fault == 'offline' else fault)
    if code == -9:
        return 'maybe'
    try:
        return 'no' if json.loads(out.splitlines()[-1])['state'] == 'failed' else 'yes'
    except (IndexError, KeyError, ValueError):
        return 'yes' if code == 0 else 'no'

def wish_flag(folder, rows):
    sign = dice.choice('+-')
    some = dice.sample(rows, min(len(rows), dice.randint(1, 4)))
    came = wish(['flag'] + [r['id'] for r in some] + [sign + 'flagged'])
    for r in some:
        m = mails[number(r)]
        m.flagged = sign == '+' if came == 'yes' and m.most == 1 else None

def wish_move(folder, rows):
    target = dice.choice([f for f in ['INBOX', 'A'] + own_folders() if f != folder])
    some = dice.sample(rows, min(len(rows), dice.randint(1, 4)))
    wish(['move'] + [r['id'] for r in some] + ['w/' + target])

def wish_copy(folder, rows):
    target = dice.choice(['INBOX', 'A'] + own_folders())
    some = dice.sample(rows, min(len(rows), dice.randint(1, 2)))
    came = wish(['copy'] + [r['id'] for r in some] + ['w/' + target])
    for r in some:
        m = mails[number(r)]
        m.flagged = None
        if came != 'no':
            m.most += 1
        if came == 'yes':
            m.least += 1
            copies.append((number(r), target))

def wish_delete(folder, rows):
    some = dice.sample(rows, min(len(rows), dice.randint(1, 3)))
    wish(['delete'] + [r['id'] for r in some])

def wish_undelete(folder, rows):
    some = [r for r in rows if '\\Deleted' in r['flags']][:3]
    if some:
        wish(['undelete'] + [r['id'] for r in some])

def wish_expunge(folder, rows):
    for r in rows:
        if '\\Deleted' in r['flags']: # whoever marked it: it is shown so; a mark not seen yet is not ours
            mails[number(r)].least -= 1
    wish(['expunge', 'w/' + folder])

made = 0
def wish_folder(folder, rows):
    global made
    ours = own_folders()
    what = dice.choice(['create', 'rename', 'delete'])
    if what == 'create' or not ours:
        made += 1
        wish(['folder', 'create', 'w/F%d' % made])
    elif what == 'rename':
        made += 1
        wish(['folder', 'rename', 'w/' + dice.choice(ours), 'G%d' % made])
    else:
        gone = dice.choice(ours)
        for r in shown(gone):
            mails[number(r)].least -= 1
        wish(['folder', 'delete', 'w/' + gone, '--yes'])

def wish_import(folder, rows):
    n = mail_new(0)
    with open('%d.eml' % n, 'wb') as f:
        f.write(text(n))
    if wish(['import', '--into', 'w/' + folder, '%d.eml' % n]) == 'yes':
        mails[n].least = 1
        imports.append(n)

KINDS = [wish_flag, wish_flag, wish_move, wish_move, wish_move, wish_copy, wish_delete, wish_undelete,
         wish_expunge, wish_folder, wish_import]
if server_kind == 'bare':
    # A mark keeps moves out of the folder waiting there, for a plain EXPUNGE would take it too.
    KINDS = [k for k in KINDS if k is not wish_delete]

# ---- The end ----

def settle():
    """No more faults until nothing waits; then everything is compared."""
    for attempt in range(8):
        run(['sync'])
        waits = [a for a in lines('actions') if a['state'] in ('waiting', 'running')]
        if not waits:
            break
    else:
        fail('these wait for ever:', waits)
    run(['sync'])
    rest = lines('actions')
    for a in rest:
        if not a['words']:
            fail('no reason is told for', a)
    connect()
    theirs = server_folders()
    ours = sorted(f['name'] for f in lines('folders') if f['selectable'])
    if ours != theirs:
        fail('folders here', ours, 'and there', theirs)
    count, flags = {}, {}
    for folder in theirs:
        there = server_mails(folder)
        here = {r['uid']: (number(r), frozenset(r['flags'])) for r in shown(folder)} if folder in ours else {}
        for uid in sorted(set(there) | set(here)):
            if there.get(uid) != here.get(uid):
                fail(folder, uid, 'is here', here.get(uid), 'and there', there.get(uid))
        for n, f in there.values():
            count[n] = count.get(n, 0) + 1
            flags[n] = f
    for a in rest:
        print('rest', a, file=log)
        for n, target in copies:
            if a['action'] == 'copy' and a['target'] == 'w/' + target:
                mails[n].least -= 1
        for n in imports if a['action'] == 'append' else []:
            mails[n].least = 0
    for n, m in mails.items():
        if not max(m.least, 0) <= count.get(n, 0) <= m.most:
            fail('number', n, 'is there', count.get(n, 0), 'times, not', max(m.least, 0), 'to', m.most)
        if not rest and m.flagged is not None and n in flags and ('\\Flagged' in flags[n]) != m.flagged:
            fail('number', n, 'has', set(flags[n]), 'but the wish was', m.flagged)
        if rest:
            m.flagged = None
        m.least = m.most = count.get(n, 0)
        if not m.least:
            m.most = 0
    copies.clear()
    imports.clear()
    for a in rest:
        run(['actions', 'drop', str(a['id'])])
    c.logout()
    return len(rest)

connect()
c.create('A')
for folder in ['INBOX', 'A']:
    for i in range(START):
        c.append(folder, None, None, text(mail_new()))
first = subprocess.Popen(['./proxy', '0', str(port)], stdout=subprocess.PIPE)
listen = int(first.stdout.readline())
first.terminate()
first.wait()
run(['account', 'add', 'w', '--imap', 'imap://user@127.0.0.1:%d' % listen, '--password-command', 'echo pencil'])
run(['sync'])
rest = 0
for r in range(1, rounds + 1):
    print('round', r, file=log, flush=True)
    for i in range(dice.randint(1, 2)):
        folder = dice.choice(['INBOX', 'A', 'INBOX', 'A'] + own_folders())
        rows = shown(folder)
        kind = dice.choice(KINDS)
        if rows or kind in (wish_folder, wish_import):
            kind(folder, rows)
    if dice.random() < 0.7:
        stranger()
    run(['sync'], dice.choice(['up', 'down', 'down', 'kill', 'kill']))
    if r % 25 == 0 and r < rounds and not bad:
        c.logout()
        rest += settle()
        connect()
    if bad:
        break
rest += settle()
print('test_chaos: %s, seed %d, %d rounds, %d commands, %d cut, %d killed, %d changes elsewhere, %d messages; '
      '%d wishes told as failed or unsure: %s' % (server_kind, seed, r, tally['commands'], tally['cut'], tally['killed'],
      tally['stranger'], len(mails), rest, 'some failed' if bad else 'all well'))
sys.exit(bad != 0)
END
python3 chaos.py "$rowan" "$IMAP_PORT" "$rounds" "$seed" "$kind"
