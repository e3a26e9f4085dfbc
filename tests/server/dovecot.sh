#!/bin/bash
# A Dovecot of one's own, on loopback, in a folder of its own, root or not.
#
#	dovecot.sh start DIR    starts it; DIR/env then says where it listens
#	dovecot.sh stop DIR     stops it; DIR stays
#
# DIR/passwd (a line "user:password" each) and DIR/mail/USER (Maildir++) may
# stand there before; without the former there is the user "user" with the
# password "pencil". DIR/mail is given to an ordinary user when root starts it.
#
# DIR/env, and what start prints:
#	IMAP_PORT IMAPS_PORT POP3_PORT POP3S_PORT, on 127.0.0.1 ("localhost")
#	SUBMISSIONS_PORT  where it takes mail to send (implicit TLS), when RELAY_PORT
#	          told start which port passes it on, and it can; else 0
#	CA_FILE   the certificate, valid for localhost and 127.0.0.1
#	DOVECOT_PID

set -eu
PATH=$PATH:/usr/sbin:/usr/local/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)

die() {
	echo "dovecot.sh: $*" >&2
	exit 1
}

# who DIR: sets the owners; Dovecot never serves mail as root
who() {
	if [ "$(id -u)" = 0 ]; then
		mail_user=nobody
		mail_group=$(id -gn nobody)
		internal_user=dovecot
		internal_group=dovecot
		login_user=dovenull
	else
		mail_user=$(id -un)
		mail_group=$(id -gn)
		internal_user=$mail_user
		internal_group=$mail_group
		login_user=$mail_user
	fi
}

# can_submit: there is somebody to pass mail on to, and the part of Dovecot that takes it
can_submit() {
	local dir
	[ -n "${RELAY_PORT-}" ] || return 1
	for dir in /usr/lib/dovecot /usr/libexec/dovecot /usr/local/libexec/dovecot; do
		[ ! -x "$dir/submission-login" ] || return 0
	done
	return 1
}

# submission PORT: both languages agree about it
submission() {
	can_submit || return 0
	cat <<END
protocols = imap pop3 submission
hostname = localhost
submission_relay_host = 127.0.0.1
submission_relay_port = $RELAY_PORT
service submission-login {
  chroot =
  inet_listener submission {
    port = 0
  }
  inet_listener submissions {
    port = $1
    ssl = yes
  }
}
END
}

# settings DIR TOKEN IMAP IMAPS POP3 POP3S SUBMISSIONS
settings_23() {
	cat <<END
base_dir = $1/run
state_dir = $1/state
log_path = $1/log
instance_name = $2
login_greeting = Rowan fixture $2 ready.
protocols = imap pop3
listen = 127.0.0.1
default_vsz_limit = 4G
default_internal_user = $internal_user
default_internal_group = $internal_group
default_login_user = $login_user
mail_uid = $mail_user
mail_gid = $mail_group
first_valid_uid = 0
first_valid_gid = 0
mail_home = $1/home/%u
mail_location = maildir:$1/mail/%u
mail_fsync = never
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
ssl = yes
ssl_cert = <$1/ssl/cert.pem
ssl_key = <$1/ssl/key.pem
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u $1/passwd
}
userdb {
  driver = static
  args = uid=$mail_user gid=$mail_group home=$1/home/%u
}
namespace inbox {
  inbox = yes
  separator = /
$(for box in Drafts Sent Trash Junk Archive; do
		printf '  mailbox %s {\n    special_use = \\%s\n    auto = subscribe\n  }\n' $box $box
	done)
}
mail_plugins = zlib notify
protocol imap {
  mail_plugins = zlib notify imap_zlib
  imap_metadata = yes
  mail_max_userip_connections = 50
}
mail_attribute_dict = file:$1/home/%u/dovecot-attributes
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $3
  }
  inet_listener imaps {
    port = $4
    ssl = yes
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = $5
  }
  inet_listener pop3s {
    port = $6
    ssl = yes
  }
}
$(submission "$7")
END
}

# Dovecot 2.4 reads another language.
settings_24() {
	cat <<END
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = $1/run
state_dir = $1/state
log_path = $1/log
instance_name = $2
login_greeting = Rowan fixture $2 ready.
protocols = imap pop3
listen = 127.0.0.1
default_vsz_limit = 4G
default_internal_user = $internal_user
default_internal_group = $internal_group
default_login_user = $login_user
mail_uid = $mail_user
mail_gid = $mail_group
first_valid_uid = 0
first_valid_gid = 0
mail_home = $1/home/%{user}
mail_driver = maildir
mail_path = $1/mail/%{user}
mail_fsync = never
auth_allow_cleartext = yes
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 scram-sha-1-plus scram-sha-256-plus
ssl = yes
ssl_server_cert_file = $1/ssl/cert.pem
ssl_server_key_file = $1/ssl/key.pem
passdb passwd-file {
  passwd_file_path = $1/passwd
  default_password_scheme = PLAIN
}
userdb static {
  fields {
    uid = $mail_user
    gid = $mail_group
    home = $1/home/%{user}
  }
}
namespace inbox {
  inbox = yes
  separator = /
$(for box in Drafts Sent Trash Junk Archive; do
		printf '  mailbox %s {\n    special_use = \\%s\n    auto = subscribe\n  }\n' $box $box
	done)
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $3
  }
  inet_listener imaps {
    port = $4
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = $5
  }
  inet_listener pop3s {
    port = $6
  }
}
$(submission "$7")
END
}

# greets DIR PORT TOKEN: it is our server that answers, not somebody else's
greets() {
	local line=
	{ exec 3<>"/dev/tcp/127.0.0.1/$2"; } 2>/dev/null || return 1
	read -r -t 5 line <&3 || true
	exec 3>&- 3<&-
	case $line in *"Rowan fixture $3 ready."*) return 0 ;; esac
	return 1
}

# answers PORT: somebody does
answers() {
	{ exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
	exec 3>&- 3<&-
}

# alive PID DIR: the process runs, and it is the Dovecot of DIR: ids are given again
alive() {
	kill -0 "$1" 2>/dev/null || return 1
	if [ -r "/proc/$1/cmdline" ]; then
		tr '\0' ' ' <"/proc/$1/cmdline"
	else
		ps -o command= -p "$1"
	fi 2>/dev/null | grep -qF "$2/dovecot.conf"
}

certificate() {
	[ -f "$1/ssl/cert.pem" ] && return
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-keyout "$1/ssl/key.pem" -out "$1/ssl/cert.pem" -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost,IP:127.0.0.1 >"$1/ssl/log" 2>&1 ||
		die "openssl made no certificate: $(tail -n 3 "$1/ssl/log")"
}

# once DIR: one attempt with fresh ports; false when a port was taken meanwhile
once() {
	local dir=$1 token ports pid tries=0
	token=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
	ports=$("$dir/freeport" 5) || die "no free port"
	set -- $ports
	"settings_$version" "$dir" "$token" "$@" >"$dir/dovecot.conf"
	rm -f "$dir/log"
	# Nothing of ours stays open in the server: whoever waits for our output would wait for it.
	if command -v setsid >/dev/null 2>&1; then
		setsid dovecot -F -c "$dir/dovecot.conf" </dev/null >"$dir/output" 2>&1 3>&- &
	else
		dovecot -F -c "$dir/dovecot.conf" </dev/null >"$dir/output" 2>&1 3>&- &
	fi
	pid=$!
	trap 'kill -- "-$pid" "$pid" 2>/dev/null; exit 1' HUP INT TERM
	until greets "$dir" "$1" "$token"; do
		tries=$((tries + 1))
		if ! kill -0 "$pid" 2>/dev/null || [ $tries -gt 200 ]; then
			kill "$pid" 2>/dev/null || true
			return 1
		fi
		sleep 0.05
	done
	[ ! -s "$dir/run/master.pid" ] || read -r pid <"$dir/run/master.pid"
	cat >"$dir/env" <<END
IMAP_PORT=$1
IMAPS_PORT=$2
POP3_PORT=$3
POP3S_PORT=$4
SUBMISSIONS_PORT=$(can_submit && echo "$5" || echo 0)
CA_FILE=$dir/ssl/cert.pem
DOVECOT_PID=$pid
END
}

start() {
	local dir try
	command -v dovecot >/dev/null || die "Dovecot is not installed"
	mkdir -p "$1"
	dir=$(cd "$1" && pwd)
	[ ! -f "$dir/env" ] || die "$dir/env stands there: is it running already?"
	case $(dovecot --version) in 2.3.*) version=23 ;; *) version=24 ;; esac
	who
	umask 022
	mkdir -p "$dir"/{run,state,mail,home,ssl}
	[ -f "$dir/passwd" ] || printf 'user:{PLAIN}pencil::::::\n' >"$dir/passwd"
	sed -i.was 's/^\([^:]*\):\([^:{]*\)$/\1:{PLAIN}\2::::::/' "$dir/passwd" && rm -f "$dir/passwd.was"
	if [ "$(id -u)" = 0 ]; then
		chown -R "$mail_user:$mail_group" "$dir/mail" "$dir/home"
		chmod 755 "$dir"
	fi
	certificate "$dir"
	${CC:-cc} -o "$dir/freeport" "$here/freeport.c" || die "cannot compile freeport.c"
	for try in 1 2 3 4 5; do
		if once "$dir"; then
			cat "$dir/env"
			return
		fi
	done
	die "Dovecot does not start: $(tail -n 3 "$dir/output" "$dir/log" 2>/dev/null)"
}

stop() {
	local dir pid=0 tries=0
	[ -d "$1" ] || return 0
	dir=$(cd "$1" && pwd)
	[ ! -s "$dir/run/master.pid" ] || read -r pid <"$dir/run/master.pid"
	if [ "$pid" != 0 ] && alive "$pid" "$dir"; then
		# All of its processes at once, or it waits a second for them.
		kill -- "-$pid" 2>/dev/null || kill "$pid" 2>/dev/null || true
		while alive "$pid" "$dir" && [ $tries -lt 100 ]; do
			tries=$((tries + 1))
			sleep 0.05
		done
		if alive "$pid" "$dir"; then
			kill -9 -- "-$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null || true
		fi
		# Its children hold the ports, and write into DIR, a moment longer.
		[ ! -f "$dir/env" ] || . "$dir/env"
		while answers "${IMAP_PORT-0}" && [ $tries -lt 200 ]; do
			tries=$((tries + 1))
			sleep 0.05
		done
	fi
	rm -f "$dir/env"
}

case "${1-} ${2-}" in
'start '?*) start "$2" ;;
'stop '?*) stop "$2" ;;
*)
	sed -n '2,19s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
