/*
 * Borrowed bytes. A struct str never owns what it points to and is never freed;
 * its pointer is never NULL, so that every slice can be handed to memcpy and to
 * the sanitisers. It need not end in NUL. All lengths are bytes.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *data;
	size_t len;
};

/* A literal: STR("INBOX"). */
#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})

static inline struct str str_make(const char *data, size_t len)
{
	return (struct str){data != NULL ? data : "", data != NULL ? len : 0};
}

/* NUL-terminated text; NULL is the empty str. */
static inline struct str str_from(const char *text)
{
	return str_make(text, text != NULL ? strlen(text) : 0);
}

static inline bool str_is_empty(struct str s)
{
	return s.len == 0;
}

/* What is left after the first n bytes; empty when there are fewer. */
static inline struct str str_skip(struct str s, size_t n)
{
	return n < s.len ? (struct str){s.data + n, s.len - n} : (struct str){"", 0};
}

/* The first n bytes, or all when there are fewer. */
static inline struct str str_first(struct str s, size_t n)
{
	return (struct str){s.data, n < s.len ? n : s.len};
}

/* ASCII only, never the locale's (RFC 3501 5.1 and every other protocol). */
char ascii_lower(char c);
bool ascii_is_digit(char c);
bool ascii_is_alpha(char c);
bool ascii_is_space(char c); /* SP HT CR LF */

bool str_equal(struct str a, struct str b);
bool str_equal_nocase(struct str a, struct str b); /* ASCII case */
bool str_starts(struct str s, struct str prefix);
bool str_starts_nocase(struct str s, struct str prefix);
bool str_ends_nocase(struct str s, struct str suffix);
int str_compare(struct str a, struct str b); /* as memcmp, the shorter first */

#define STR_NONE ((size_t)-1)
size_t str_find_char(struct str s, char c);       /* index or STR_NONE */
size_t str_find(struct str s, struct str needle); /* index or STR_NONE */
size_t str_find_nocase(struct str s, struct str needle);

struct str str_trim(struct str s); /* without blanks at both ends */

/* Cuts *rest at the first c: returns what stood before it and moves *rest behind it. Without c
 * it returns all and leaves *rest empty. */
struct str str_cut(struct str *rest, char c);

/* Decimal digits only and all of s; false on anything else, also on overflow. */
bool str_to_u64(struct str s, uint64_t *value);
bool str_to_u32(struct str s, uint32_t *value);

#endif
