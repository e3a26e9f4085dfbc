#!/bin/sh
# Who may include whom. Every #include names its folder from the top, so the
# check is a grep; the other half of it is that each folder is a library.

cd "${TEST_SRCDIR:-$(dirname "$0")/..}" || exit 1
bad=0

# allow WHERE PREFIX…: a folder ends in /, a header is another folder's door
allow() {
	where=$1
	shift
	set -- $(for p; do echo "|$p"; done)
	ok=$(printf '%s' "$@")
	files=$(find $where -name '*.[ch]' 2>/dev/null)
	[ -n "$files" ] || return 0
	if grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' $files /dev/null |
		grep -vE "include[[:space:]]*\"(${ok#|})"; then
		echo "$where may include only: ${ok#|}"
		bad=1
	fi
}

# only HEADER WHERE…: system headers that one place alone may see
only() {
	header=$1
	shift
	allowed=$(for p; do printf '|%s' "$p"; done)
	if grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*<($header)" --include='*.[ch]' \
		src proto cache ui 2>/dev/null | grep -vE "^(${allowed#|})"; then
		echo "<$header> belongs in: $*"
		bad=1
	fi
}

allow src/base base/
allow src/model model/ base/
allow src/settings settings/ model/ base/
allow src/words words/ model/ base/
allow proto/net proto/net/ proto/codec.h base/
allow proto/sasl proto/sasl/ proto/codec.h base/
allow proto/mime proto/mime/ proto/codec.h model/part.h model/address.h base/
allow proto/imap proto/imap/ proto/codec.h proto/sasl/sasl.h model/part.h model/flags.h base/
allow proto/pop3 proto/pop3/ proto/codec.h proto/sasl/sasl.h base/
allow proto/smtp proto/smtp/ proto/codec.h proto/sasl/sasl.h base/
allow cache cache/ model/ base/
allow src/render render/ proto/mime/ proto/codec.h model/ base/
allow src/compose compose/ proto/mime/ proto/codec.h model/ base/
allow src/mailbox mailbox/ model/flags.h base/
allow src/engine engine/ mailbox/mailbox.h render/render.h compose/compose.h proto/ cache/cache.h settings/ model/ base/
allow ui ui/ engine/engine.h render/layout.h words/ model/ base/
allow 'src -maxdepth 1' '[a-z_]*\.h"' engine/engine.h ui/ui.h render/layout.h settings/ words/ model/ base/

only '(ncursesw/|ncurses/)?n?curses\.h|term\.h' ui/term.c
only 'sqlite3' cache/
only 'openssl/ssl|sys/socket|netdb' proto/net/
only 'libintl' src/words/ ui/ 'src/[^/]*\.[ch]:'
# queue.c has the lock, jobs.c the workers, engine.c the engine's thread; getaddrinfo waits in one of its own.
only 'pthread' src/base/queue.c src/engine/jobs.c src/engine/engine.c proto/net/net_resolve.c

exit $bad
