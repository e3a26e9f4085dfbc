/*
 * A submission server without I/O for the tests: bytes in, bytes out, and each mail it took as a
 * file "mail-N" in a folder (envelope, a blank line, the message). Strict where it matters: a bare
 * CR or LF, or a command sent too early, ends the conversation with 554.
 */
#ifndef TESTS_SERVER_SMTP_PEER_H
#define TESTS_SERVER_SMTP_PEER_H

#include "base/buf.h"

struct smtp_peer_options {
	bool no_ehlo, no_pipelining, no_chunking, no_8bitmime;
	const char *user, *password; /* AUTH PLAIN is needed; NULL: none */
	const char *refused;         /* a recipient */
	unsigned refused_code;
	unsigned end_code;  /* of the answer to a whole mail; 0: taken */
	unsigned end_times; /* so many times */
	uint64_t size_max;
	const char *folder;   /* borrowed */
	const char *maildirs; /* ANY@example.org is who has a folder there, and gets the mail in it;
			       * NULL: everybody is taken, nobody gets any. Borrowed */
};

struct smtp_peer {
	struct smtp_peer_options options;
	struct buf in, out;
	struct buf from, recipients, message;
	bool greeted, is_in, has_mail, is_data, is_over;
	uint64_t chunk; /* bytes still to come */
	bool is_chunk, is_last, chunk_is_bad;
	unsigned accepted, delivered; /* mails, over all its conversations */
	unsigned recipient_count;
};

void smtp_peer_start(struct smtp_peer *peer); /* a new connection; the greeting */
void smtp_peer_feed(struct smtp_peer *peer, struct str bytes);
void smtp_peer_done(struct smtp_peer *peer);

#endif
