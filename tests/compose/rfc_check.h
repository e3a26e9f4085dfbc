/*
 * Whether bytes are a message by the grammar of RFC 5322, 2045-2047, 2183 and 2231: written from
 * the RFCs alone and sharing no line with proto/mime, so that it can tell when writer and reader
 * there are wrong together. Stricter than what the net takes.
 */
#ifndef TESTS_COMPOSE_RFC_CHECK_H
#define TESTS_COMPOSE_RFC_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct rfc_check {
	bool may_8bit;  /* bytes beyond ASCII may stand in bodies */
	char why[200];  /* of the first thing that is wrong */
	unsigned parts; /* leaves seen */
};

bool rfc_check_message(struct rfc_check *check, const char *bytes, size_t len);

#endif
