/*
 * What went wrong: a kind that code acts on and a detail that a person reads (a server's own words
 * or errno's, not translated). words/ gives each kind its translated sentence.
 *
 * The one way to fail is `bool f(…, struct error *err)`: false means *err is filled; true leaves it
 * alone. err may be NULL where nobody wants to know.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/str.h"

enum error_kind {
	ERROR_NONE,
	ERROR_NETWORK,  /* again later: no route, refused, reset, timed out, name not found */
	ERROR_TLS,      /* ask: certificate, host name, version */
	ERROR_LOGIN,    /* ask: the server did not take name and password */
	ERROR_REFUSED,  /* this one request: a tagged NO, a missing folder */
	ERROR_PROTOCOL, /* reconnect: what came is not the protocol */
	ERROR_STORAGE,  /* our own disk: full, read-only, damaged */
	ERROR_INPUT,    /* what the user or a file gave us is wrong */
};

enum { ERROR_DETAIL_SIZE = 480 };

struct error {
	enum error_kind kind;
	char detail[ERROR_DETAIL_SIZE]; /* NUL-terminated UTF-8 as it came, cut when longer */
};

/* Fills err and returns false, so that `return error_set(err, …);` leaves a function. */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, ending in ": " and the text of errno. */
bool error_errno(struct error *err, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
