/*
 * What the files of this folder share; nobody else includes it (but its tests, for the resolver).
 *
 *	net.c          the life of a connection: its steps, what it waits for, reading and writing
 *	net_name.c     host names as the network wants them
 *	net_resolve.c  looking names up, on a thread each
 *	net_connect.c  the race of addresses
 *	net_tls.c      handshake and verification
 *	net_cert.c     what is wrong with a certificate, for a person
 *	net_deflate.c  COMPRESS=DEFLATE
 */
#ifndef PROTO_NET_NET_INSIDE_H
#define PROTO_NET_NET_INSIDE_H

#include "proto/net/net.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

enum {
	NET_ADDRESSES_MAX = 16,
	NET_STAGGER_MS = 250,   /* RFC 8305 section 5: the next address starts */
	NET_ATTEMPT_MS = 2000,  /* an address that says nothing makes room for another */
	NET_CONNECT_MS = 10000, /* from the start, looking up included, to a TCP connection */
	NET_TLS_MS = 10000,     /* a handshake */
};

struct net_address {
	socklen_t size;
	struct sockaddr_storage at;
};

struct net_answer {
	size_t count;
	struct net_address list[NET_ADDRESSES_MAX]; /* best first */
	char *failure; /* owned: a sentence with the name in it; NULL when there are addresses */
};

/* Fills a zeroed answer; may wait as long as it likes, it runs on a thread of its own. */
typedef void net_resolver(const char *host, uint16_t port, struct net_answer *answer);

struct net {
	net_resolver *resolver; /* the system's, but for tests */
	SSL_CTX *tls;           /* owned; made by the first connection that wants it */
	bool has_system_roots;  /* tls knows where they are */
	BIO_METHOD *socket_bio; /* owned, with tls */
};

struct net_attempt {
	int fd;
	int64_t since;
};

struct net_conn {
	struct net *net;
	char *host;  /* owned: A-label or address, without brackets */
	char *where; /* owned: "host:port" for sentences */
	uint16_t port;
	enum net_security security;
	bool allow_plain;
	char *ca_file, *pin, *trust_once; /* owned or NULL */

	bool said_goodbye;
	enum net_state state;
	struct error failure; /* why NET_FAILED */
	bool has_ended;       /* the peer said cleanly that no more comes */
	int64_t started;      /* what the deadline counts from; -1: the next step */

	struct net_lookup *lookup; /* while resolving */
	struct net_answer *answer; /* owned, while connecting */
	size_t next_address;       /* of the answer, to be tried */
	int64_t next_attempt;      /* when */
	struct net_attempt attempts[NET_POLL_MAX];
	size_t attempt_count;
	int connect_errno; /* of the first address that failed */

	int fd;               /* -1 until connected */
	int socket_errno;     /* of its last failure */
	bool is_socket_ended; /* end of file was read */
	bool is_loopback;
	SSL *ssl;               /* owned; NULL in clear */
	short handshake_events; /* what the handshake waits for */
	bool read_wants_write, write_wants_read;
	bool has_cert, is_rejected;
	struct net_cert cert;
	struct buf cert_why; /* one clause a fault */

	struct net_deflate *deflate; /* owned, NULL without */
	struct net_counts counts;
	bool has_written;        /* since the last read, for turns */
	bool has_written_socket; /* the same for those of the handshake */
};

/* net.c: sets NET_FAILED and the detail "host:port: …". Returns false. */
bool net_fail(struct net_conn *c, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool net_fail_errno(struct net_conn *c, int code);
/* The same without "host:port: " in front. */
bool net_fail_plain(struct net_conn *c, enum error_kind kind, const char *text);
/* Bytes of the socket itself, counted, without SIGPIPE. As recv and send: -1 with errno. */
ssize_t net_socket_read(struct net_conn *c, void *data, size_t size);
ssize_t net_socket_write(struct net_conn *c, const void *data, size_t size);

/* net_name.c: the A-label or address behind what the user wrote; NULL with *err. */
char *net_name_make(const char *written, struct error *err);
bool net_name_is_address(const char *host);

/* net_resolve.c. NULL: no thread could be had. Dropping one leaves its thread to end by itself. */
struct net_lookup *net_lookup_new(net_resolver *resolver, const char *host, uint16_t port);
void net_lookup_drop(struct net_lookup *l); /* takes NULL */
int net_lookup_fd(const struct net_lookup *l);
struct net_answer *net_lookup_take(struct net_lookup *l); /* owned by the caller, or NULL */
void net_answer_free(struct net_answer *a);
net_resolver net_resolve_system;
net_resolver net_resolve_address; /* numbers only, never waits */

/* net_connect.c. True while under way or connected (then c->fd is set). */
bool net_connect_begin(struct net_conn *c, struct net_answer *answer, int64_t now);
bool net_connect_step(struct net_conn *c, int64_t now);
size_t net_connect_poll(const struct net_conn *c, struct pollfd *fds, int64_t *deadline);
void net_connect_end(struct net_conn *c); /* closes all attempts */
bool net_address_is_loopback(const struct sockaddr *at);

/* net_tls.c */
void net_tls_done(struct net *net);
bool net_tls_begin(struct net_conn *c);
bool net_tls_step(struct net_conn *c, bool *is_done);
/* As net_read and net_write for one go: bytes moved in *moved. */
enum net_io net_tls_read(struct net_conn *c, void *data, size_t size, size_t *moved);
enum net_io net_tls_write(struct net_conn *c, const void *data, size_t size, size_t *moved);

/* net_cert.c */
void net_cert_fill(struct net_cert *cert, X509 *leaf);
/* Notes one failure of the verification: the fault and, when new, a clause in why. */
void net_cert_blame(struct net_cert *cert, struct buf *why, int code, int depth, X509 *blamed);

/* net_deflate.c */
struct net_deflate *net_deflate_new(struct str first);
void net_deflate_free(struct net_deflate *d);
struct buf *net_deflate_in(struct net_deflate *d);      /* compressed, to be inflated */
struct buf *net_deflate_pending(struct net_deflate *d); /* compressed, to be sent */
bool net_deflate_write(struct net_deflate *d, struct str bytes);
/* Appends at most max bytes. False: what came is not deflate. */
bool net_deflate_read(struct net_deflate *d, size_t max, struct buf *out);
bool net_deflate_has_more(const struct net_deflate *d); /* without new bytes from the peer */
bool net_deflate_is_over(const struct net_deflate *d);  /* the peer ended its stream */

#endif
