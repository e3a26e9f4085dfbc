/* What the mime_charset_*.c files share; not for others. */
#ifndef PROTO_MIME_MIME_CHARSET_H
#define PROTO_MIME_MIME_CHARSET_H

#include "base/buf.h"

/* In the order of charset_pages. */
enum charset_page_index {
	PAGE_WINDOWS_1252,
	PAGE_WINDOWS_1250,
	PAGE_WINDOWS_1251,
	PAGE_WINDOWS_1253,
	PAGE_WINDOWS_1254,
	PAGE_WINDOWS_1255,
	PAGE_WINDOWS_1256,
	PAGE_WINDOWS_1257,
	PAGE_WINDOWS_1258,
	PAGE_WINDOWS_874,
	PAGE_KOI8_R,
	PAGE_KOI8_U,
	PAGE_ISO_8859_2,
	PAGE_ISO_8859_5,
	PAGE_ISO_8859_6,
	PAGE_ISO_8859_7,
	PAGE_ISO_8859_8,
	PAGE_ISO_8859_15,
	PAGE_IBM866,
	PAGE_IBM437,
	PAGE_IBM850,
	PAGE_IBM852,
	PAGE_MACINTOSH,
	CHARSET_PAGE_COUNT,
};

struct charset_page {
	const char *name;   /* as mime_charset_name gives it */
	uint16_t high[128]; /* code points of 0x80 to 0xff; 0: none */
};

extern const struct charset_page charset_pages[CHARSET_PAGE_COUNT];

/* The most frequent characters of languages with many. */
enum charset_frequent_index {
	CHARSET_FREQUENT_GB,   /* GB 2312, both high bits set */
	CHARSET_FREQUENT_BIG5, /* as Big5 has them */
	CHARSET_FREQUENT_JIS,  /* JIS X 0208, no high bit */
	CHARSET_FREQUENT_KS,   /* KS X 1001, both high bits set */
	CHARSET_FREQUENT_COUNT,
};

struct charset_frequent {
	const uint16_t *codes;
	size_t count;
};

extern const struct charset_frequent charset_frequents[CHARSET_FREQUENT_COUNT];

/* Charsets that iconv lacks or reads too strictly, rewritten as bytes of one that it has. */
void charset_iso2022jp_to_eucjp(struct str bytes, struct buf *out); /* with NEC's and JIS X 0212 */
void charset_hz_to_gb(struct str bytes, struct buf *out);

/* Bytes through iconv; name must be one that mime_charset_name gave. */
void charset_convert(const char *name, struct str bytes, struct buf *out);

#endif
