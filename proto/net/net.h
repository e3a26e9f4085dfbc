/*
 * Connections: non-blocking sockets with TLS 1.2+ (OpenSSL), driven by poll() from one thread. The
 * only folder with sockets, names and TLS. Nothing here waits: names are looked up on a thread of
 * their own (net_resolve), IPv6 and IPv4 are raced (RFC 8305, 250 ms apart), and every step says
 *which events of which descriptors it waits for.
 *
 *	net_connect → net_step until NET_OPEN (or NET_FAILED) → net_read / net_write
 */
#ifndef PROTO_NET_NET_H
#define PROTO_NET_NET_H

#include "base/buf.h"
#include "base/error.h"

#include <poll.h>

struct net;      /* what all connections share: the TLS context, the look-up thread */
struct net_conn; /* one connection */

struct net *net_new(struct error *err);
void net_free(struct net *net);

enum { NET_POLL_MAX = 4 }; /* descriptors one connection waits for, at most */

/* Why a certificate is not trusted: each bit is a reason a person can understand. */
enum net_cert_fault {
	NET_CERT_UNKNOWN_ISSUER = 1 << 0,
	NET_CERT_SELF_SIGNED = 1 << 1,
	NET_CERT_EXPIRED = 1 << 2,
	NET_CERT_NOT_YET = 1 << 3,
	NET_CERT_WRONG_NAME =
		1 << 4, /* no CN fall-back, only whole left-most wildcards (RFC 9525) */
	NET_CERT_WRONG_PURPOSE = 1 << 5,
	NET_CERT_REVOKED = 1 << 6,
	NET_CERT_OTHER = 1 << 7,
	NET_CERT_PIN_CHANGED = 1 << 8, /* another key than the one pinned for this host and port */
};

struct net_cert {
	unsigned faults;
	char *subject;     /* owned: names the certificate is for, joined by ", " */
	char *issuer;      /* owned */
	char *fingerprint; /* owned: "sha256:…" of the certificate, hex pairs with colons */
	char *pin;         /* owned: "sha256:…" of the public key, base64, as `trust` stores it */
	char *not_before, *not_after; /* owned, ISO dates */
};
void net_cert_done(struct net_cert *cert);

enum net_security { NET_TLS, NET_STARTTLS, NET_PLAIN };

struct net_target {
	const char *host; /* as the user wrote it; becomes an A-label (libidn2, LDH checked) */
	uint16_t port;
	enum net_security security;
	bool allow_plain;       /* plain text to a host that is not loopback, in so many words */
	const char *ca_file;    /* PEM in place of the system's roots; NULL */
	const char *pin;        /* trusted key for this host and port; NULL */
	const char *trust_once; /* a pin the user took for this run; NULL */
};

/* Never fails at once: failures come out of net_step. Strings are copied. */
struct net_conn *net_connect(struct net *net, const struct net_target *target);
/* Tells the peer that nothing more will be said (TLS close_notify), waiting for nothing: the last
 * bytes that net_counts counts. net_close does it when nobody has. */
void net_goodbye(struct net_conn *c);
void net_close(struct net_conn *c); /* at once, without waiting for the peer; takes NULL */

enum net_state {
	NET_RESOLVING,
	NET_CONNECTING,
	NET_HANDSHAKE,
	NET_OPEN,   /* bytes may flow; for NET_STARTTLS in clear until net_start_tls */
	NET_FAILED, /* *err of net_step told why */
};

/* Goes as far as it can without waiting. now in ms (monotonic). False once NET_FAILED: *err tells
 * why; for a certificate net_certificate tells the rest. Time-outs: 10 s to connect, 10 s for TLS.
 */
bool net_step(struct net_conn *c, int64_t now, struct error *err);
enum net_state net_state(const struct net_conn *c);
const struct net_cert *net_certificate(const struct net_conn *c); /* NULL: none seen */

/* What to poll for; returns how many were filled (0 is possible: then only the deadline counts).
 * *deadline (ms, monotonic) is lowered to when net_step should be called anyway. Call net_step when
 * any of them is ready or the deadline passed.
 */
size_t net_poll(const struct net_conn *c, bool wants_write, struct pollfd fds[NET_POLL_MAX],
	int64_t *deadline);

enum net_io { NET_IO_BYTES, NET_IO_WAIT, NET_IO_CLOSED, NET_IO_ERROR };

/* Appends what can be read now, at most max bytes. NET_IO_CLOSED after a clean close_notify or,
 * without TLS, end of file; end of file inside TLS is NET_IO_ERROR (truncation). */
enum net_io net_read(struct net_conn *c, size_t max, struct buf *out, struct error *err);
/* NET_IO_BYTES: *written went out or, with compression, will go with the next net_steps. After
 * NET_IO_WAIT the same bytes come again, more behind them if one likes. NET_IO_ERROR of either is
 * NET_FAILED. A peer that is gone is an error, never SIGPIPE. */
enum net_io net_write(struct net_conn *c, struct str bytes, size_t *written, struct error *err);
bool net_has_buffered(const struct net_conn *c); /* TLS holds decrypted bytes poll cannot see */

/* Upgrades an open clear connection; then net_step until NET_OPEN again. Nothing is read or written
 * in clear from here on: bytes that came behind the server's OK and were not read yet make the
 * handshake fail. Those the caller has read already it throws away itself. A failed handshake is
 * NET_FAILED, never clear text. */
void net_start_tls(struct net_conn *c);

/* Compression (RFC 4978): from now on inflate and deflate. first: bytes already read from the peer
 * that belong to the compressed stream. A limit bounds what one read may inflate to. */
bool net_start_deflate(struct net_conn *c, struct str first, struct error *err);

bool net_is_tls(const struct net_conn *c); /* verified, or trusted by pin */
bool net_is_loopback(const struct net_conn *c);
/* Channel binding: TLS 1.3 exporter (RFC 9266) or TLS 1.2 tls-unique; false when there is none. */
bool net_binding(const struct net_conn *c, bool *is_exporter, struct buf *out);

/* Counted for --stats: application bytes, bytes on the socket, and turns: a turn is counted when
 * the first byte is read after something was written. */
struct net_counts {
	uint64_t bytes_up, bytes_down;   /* of the protocol, before TLS and compression */
	uint64_t socket_up, socket_down; /* on the TCP connection */
	uint64_t turns;                  /* round trips of the protocol */
	uint64_t handshake_turns;        /* of TCP and TLS */
};
void net_counts(const struct net_conn *c, struct net_counts *counts);

#endif
