/*
 * SASL (RFC 4422) as a stepper without I/O, over libgsasl: SCRAM-SHA-256(-PLUS),
 * SCRAM-SHA-1(-PLUS), CRAM-MD5, PLAIN, LOGIN, EXTERNAL, and our own XOAUTH2 and OAUTHBEARER (RFC
 * 7628). One table row per mechanism. Secrets are wiped; nothing is logged.
 */
#ifndef PROTO_SASL_SASL_H
#define PROTO_SASL_SASL_H

#include "base/buf.h"
#include "base/error.h"

struct sasl;

/* What the stepper is given; all borrowed until sasl_free. */
struct sasl_input {
	struct str user;
	struct str secret; /* password, or the token for OAuth */
	struct str host;   /* for OAUTHBEARER */
	uint16_t port;
	bool is_tls; /* the connection is verified TLS: PLAIN, LOGIN and OAuth may be used */
	struct str tls_exporter; /* TLS 1.3 channel binding bytes (RFC 9266); empty when none */
	struct str tls_unique;   /* TLS 1.2's */
};

/* The best mechanism both sides have, by settled order: SCRAM-…-PLUS, SCRAM, CRAM-MD5, PLAIN,
 * LOGIN; with is_token XOAUTH2/OAUTHBEARER only. Never PLAIN or LOGIN without TLS. `offers` answers
 * whether the server has one. wanted: NULL or "auto", else that one or nothing. not_plus: leave
 * -PLUS out (after a failed one, pitfall 11). NULL: none. */
const char *sasl_choose(bool (*offers)(void *context, struct str mechanism), void *context,
	const struct sasl_input *input, bool is_token, const char *wanted, bool not_plus);

bool sasl_is_known(const char *mechanism);
bool sasl_sends_secret(const char *mechanism); /* PLAIN, LOGIN, OAuth: only inside TLS */
bool sasl_is_token(const char *mechanism);

struct sasl *sasl_new(const char *mechanism, const struct sasl_input *input, struct error *err);
void sasl_free(struct sasl *s);

/* The initial response; has_initial false for mechanisms where the server speaks first. */
bool sasl_begin(struct sasl *s, bool *has_initial, struct buf *response, struct error *err);

/* One challenge (decoded) → one response (not encoded). False: cancel the exchange; *err says why
 * (for OAuth the server's JSON). */
bool sasl_step(struct sasl *s, struct str challenge, struct buf *response, struct error *err);

/* After the server's success: whether it proved itself (SCRAM); true for mechanisms without proof.
 */
bool sasl_is_proven(const struct sasl *s);

#endif
