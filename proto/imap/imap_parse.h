/*
 * Steps over one response, which lies whole in memory with its literals inside. Lenient: takes what
 * servers send, never reads past the end, never recurses. Text that must be changed (quoted pairs)
 * goes to `arena`, which has room for the whole response, so that earlier text stays where it is.
 */
#ifndef PROTO_IMAP_IMAP_PARSE_H
#define PROTO_IMAP_IMAP_PARSE_H

#include "base/buf.h"

struct imap_scan {
	const char *p, *end;
	struct buf *arena; /* borrowed */
	unsigned depth;    /* parentheses allowed */
	bool is_short;     /* a literal was announced whose bytes are not here */
};

bool imap_scan_at_end(const struct imap_scan *s);
bool imap_scan_is(const struct imap_scan *s, char c);
bool imap_scan_take(struct imap_scan *s, char c); /* steps over c if it stands here */
void imap_scan_blanks(struct imap_scan *s);       /* also line ends, which stand behind literals */

/* Up to a blank, a parenthesis, a quote or the end; may be empty. */
struct str imap_scan_atom(struct imap_scan *s);
/* Up to a blank or ')': flags, in which servers put anything else. */
struct str imap_scan_flag(struct imap_scan *s);
struct str imap_scan_rest(struct imap_scan *s); /* all that is left, without blanks around it */

/* Digits; false when there are none or they do not fit. */
bool imap_scan_u64(struct imap_scan *s, uint64_t *value);
bool imap_scan_u32(struct imap_scan *s, uint32_t *value);
/* Also "-1" (value 0) and "9.3736e+06" (Zoho, mail.ru): *is_exact is then false. */
bool imap_scan_odd_number(struct imap_scan *s, uint64_t *value, bool *is_exact);

/* "{n}", "{n+}", "~{n}" with its line end. */
bool imap_scan_literal_head(struct imap_scan *s, uint64_t *length);

/* A quoted string, literal, atom or NIL (empty, *is_nil). */
bool imap_scan_string(struct imap_scan *s, struct str *text, bool *is_nil);

/* Any value, lists included. */
bool imap_scan_skip(struct imap_scan *s);
/* From inside a list to behind its ')'. */
bool imap_scan_skip_list(struct imap_scan *s);

/* The length of a line's "{n}" ending, line end included, that announces a literal; 0 when there is
 * none. *is_huge: the number does not fit. */
size_t imap_literal_announced(struct str line, uint64_t *length, bool *is_huge);

#endif
