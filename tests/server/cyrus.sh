#!/bin/bash
# A Cyrus of one's own, on loopback, in a folder of its own. Its package cannot
# stand beside Dovecot's, so it is fetched and unpacked, not installed (Debian only).
#
#	cyrus.sh start DIR    fetches and starts it; DIR/env then says where it listens
#	cyrus.sh stop DIR     stops it; DIR stays
#	cyrus.sh check        starts one, lets $ROWAN log in, list and read, stops it
#
# There is the user "user" with the password "pencil". DIR/env holds IMAP_PORT
# and IMAPS_PORT on localhost, CA_FILE and CYRUS_PID.

set -eu
here=$(cd "$(dirname "$0")" && pwd)

die() {
	echo "cyrus.sh: $*" >&2
	exit 1
}

# as_user COMMAND…: Cyrus does not run as root
as_user() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups "$@"
	else
		"$@"
	fi
}

fetch() { # DIR
	[ ! -x "$1/root/usr/sbin/cyrmaster" ] || return 0
	command -v apt-get >/dev/null || die "this needs apt-get and dpkg"
	mkdir -p "$1/packages" "$1/root"
	local names
	names=$(apt-get install --print-uris -y --no-install-recommends cyrus-imapd sasl2-bin 2>/dev/null |
		sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p" | grep -v '^exim4')
	[ -n "$names" ] || die "apt-get knows no cyrus-imapd (or it is installed already)"
	(cd "$1/packages" && apt-get -qq -o APT::Sandbox::User=root download $names) || die "cannot fetch $names"
	for package in "$1"/packages/*.deb; do
		dpkg -x "$package" "$1/root"
	done
}

settings() { # DIR PORT PORT
	local root=$1/root owner
	owner=$(as_user id -un)
	cat >"$1/imapd.conf" <<END
configdirectory: $1/state
partition-default: $1/mail
defaultpartition: default
sievedir: $1/sieve
proc_path: $1/run/proc
mboxname_lockpath: $1/run/lock
cyrus_user: $owner
cyrus_group: $(as_user id -gn)
admins: cyrus
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: $1/sasldb2
sasl_mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256
allowplaintext: yes
servername: localhost
unixhierarchysep: yes
altnamespace: yes
autocreate_quota: 102400
autocreate_inbox_folders: Drafts|Sent|Trash
tls_server_cert: $1/ssl/cert.pem
tls_server_key: $1/ssl/key.pem
conversations: 1
syslog_prefix: rowan
END
	cat >"$1/cyrus.conf" <<END
START {
  recover cmd="$root/usr/lib/cyrus/bin/ctl_cyrusdb -C $1/imapd.conf -r"
}
SERVICES {
  imap cmd="$root/usr/lib/cyrus/bin/imapd -C $1/imapd.conf" listen="127.0.0.1:$2" prefork=0
  imaps cmd="$root/usr/lib/cyrus/bin/imapd -C $1/imapd.conf -s" listen="127.0.0.1:$3" prefork=0
}
EVENTS {
}
END
}

# hears PORT: waits until a Cyrus answers there
hears() {
	local tries=0 line=
	while [ $tries -lt 100 ]; do
		tries=$((tries + 1))
		if { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null; then
			read -r -t 5 line <&3 || true
			exec 3>&- 3<&-
			case $line in *Cyrus*) return 0 ;; esac
		fi
		sleep 0.1
	done
	return 1
}

start() {
	local dir
	mkdir -p "$1"
	dir=$(cd "$1" && pwd)
	[ ! -f "$dir/env" ] || die "$dir/env stands there: is it running already?"
	fetch "$dir"
	umask 022
	mkdir -p "$dir"/{state,mail,sieve,run,ssl}
	[ -f "$dir/ssl/cert.pem" ] ||
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
			-keyout "$dir/ssl/key.pem" -out "$dir/ssl/cert.pem" -subj /CN=localhost \
			-addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>"$dir/ssl/log"
	${CC:-cc} -o "$dir/freeport" "$here/freeport.c"
	set -- "$dir" $("$dir/freeport" 2)
	settings "$@"
	export LD_LIBRARY_PATH
	LD_LIBRARY_PATH=$(find "$dir/root/usr/lib" -name '*.so*' -printf '%h\n' | sort -u | grep -v /sasl2 | tr '\n' ':')
	SASL_PATH=$(dirname "$(find "$dir/root/usr/lib" -name libsasldb.so)")
	export SASL_PATH
	if [ "$(id -u)" = 0 ]; then
		chmod 755 "$dir"
		chown -R nobody "$dir"/{state,mail,sieve,run,ssl} "$dir"
	fi
	echo pencil | as_user "$dir/root/usr/sbin/saslpasswd2" -p -c -f "$dir/sasldb2" -u localhost user
	cd "$dir"
	as_user setsid "$dir/root/usr/sbin/cyrmaster" -D -M "$dir/cyrus.conf" -C "$dir/imapd.conf" \
		-p "$dir/run/master.pid" </dev/null >"$dir/output" 2>&1 &
	hears "$2" || die "Cyrus does not start: $(tail -n 5 "$dir/output")"
	cat >"$dir/env" <<END
IMAP_PORT=$2
IMAPS_PORT=$3
CA_FILE=$dir/ssl/cert.pem
CYRUS_PID=$(cat "$dir/run/master.pid")
END
	cat "$dir/env"
}

stop() {
	local tries=0
	[ -f "$1/env" ] || return 0
	. "$1/env"
	if [ "$(cat "$1/run/master.pid" 2>/dev/null | tr -d ' ')" = "${CYRUS_PID// /}" ]; then
		kill "$CYRUS_PID" 2>/dev/null || true
		while kill -0 "$CYRUS_PID" 2>/dev/null && [ $tries -lt 100 ]; do
			tries=$((tries + 1))
			sleep 0.05
		done
	fi
	rm -f "$1/env"
}

# fill PORT: two folders and three messages, by IMAP itself
fill() {
	local file size
	exec 3<>"/dev/tcp/127.0.0.1/$1"
	printf 'a LOGIN user pencil\r\nb CREATE Projects/Rowan\r\n' >&3
	for file in garden1 attachments lang-greek; do
		file=$here/../../data/demo/mail/$file.eml
		size=$(sed 's/$/\r/' "$file" | wc -c)
		printf 'c APPEND INBOX {%d+}\r\n' "$size" >&3
		sed 's/$/\r/' "$file" >&3
		printf '\r\n' >&3
	done
	printf 'd NOOP\r\ne STATUS INBOX (MESSAGES)\r\nf LOGOUT\r\n' >&3
	grep -q 'STATUS INBOX (MESSAGES 3)' <&3 || die "Cyrus did not take the sample mail"
	exec 3>&- 3<&-
}

# expect TEXT COMMAND…: its output holds TEXT
expect() {
	local want=$1 out
	shift
	if out=$("$@" 2>&1) && grep -q -- "$want" <<<"$out"; then
		echo "PASS: ${*##*/}"
	else
		echo "FAIL: ${*##*/} does not say \"$want\":"
		tail -n 20 <<<"$out"
		failed=1
	fi
}

check() {
	local id
	: "${ROWAN:?must name the program}"
	dir=$(mktemp -d "${TMPDIR:-/tmp}/rowan-cyrus.XXXXXX")
	trap 'stop "$dir"; rm -rf "$dir"' EXIT
	trap 'exit 1' HUP INT TERM
	(start "$dir")
	. "$dir/env"
	fill "$IMAP_PORT"
	failed=0
	export ROWAN_HOME=$dir/profile
	mkdir -m 700 "$ROWAN_HOME"
	expect '' "$ROWAN" account add cyrus --imap "imaps://user@localhost:$IMAPS_PORT" \
		--password-command 'echo pencil' --ca-file "$CA_FILE"
	expect '' "$ROWAN" account test cyrus
	expect '' "$ROWAN" sync --bodies
	expect 'Projects/Rowan' "$ROWAN" folders --json
	expect 'Planting the north garden' "$ROWAN" list cyrus/INBOX --json
	id=$("$ROWAN" list cyrus/INBOX --json | sed -n '/Planting/s/.*"id": *"\{0,1\}\([^",}]*\).*/\1/p' | head -n 1)
	expect 'the frost is two weeks off' "$ROWAN" show "$id"
	[ $failed = 0 ]
}

case "${1-} ${2-}" in
'start '?*) start "$2" ;;
'stop '?*) stop "$2" ;;
'check ') check ;;
*)
	sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
