/*
 * MIME without I/O (RFC 2045-2049, 2183, 2231, 5322, 6532): message bytes → parts, header fields →
 * text, bodies → bytes → UTF-8. Broken mail is read as well as it can be; nothing here fails, it
 * only finds less. Every function takes any bytes at all, in linear time and bounded memory.
 *
 * Pure: any thread may call anything on its own objects.
 */
#ifndef PROTO_MIME_MIME_H
#define PROTO_MIME_MIME_H

#include "base/buf.h"
#include "model/address.h"
#include "model/part.h"
#include "proto/codec.h"

/*
 * ---- The parser: bytes → events. ----
 *
 * Lines end in CR LF or LF, or in CR alone where no LF follows the first CR soon. Paths are section
 * numbers (RFC 3501 6.4.5); the multipart of an embedded message "4" is "4.TEXT" and its parts are
 * "4.1", "4.2"; an embedded message that is one part is "4.1". The path and type of a part are
 * final with MIME_HEADER_END. message/rfc822 behind base64 or quoted-printable is a leaf; so is,
 * without is_truncated, a multipart whose boundary never comes: its body is best shown as text. A
 * multipart without a boundary parameter takes the first line of the form "--word" for one.
 */

enum mime_event_kind {
	MIME_PART_BEGIN, /* a part's header begins */
	MIME_HEADER,     /* one field: name as written, value unfolded, raw (not decoded) */
	MIME_HEADER_END, /* part's type, charset, name … are known */
	MIME_BODY,       /* bytes of a leaf's body, still transfer-encoded, in pieces */
	MIME_PART_END,   /* offset and length are known */
	MIME_END,        /* after mime_finish: nothing more will come */
};

struct mime_event {
	enum mime_event_kind kind;
	const struct part *part; /* borrowed; lives as long as the tree */
	struct str name;         /* MIME_HEADER; borrowed until the next call */
	struct str value;        /* MIME_HEADER */
	struct str bytes;        /* MIME_BODY */
};

/* Limits: a header field longer than MIME_FIELD_MAX is cut, a header longer than MIME_HEADER_MAX
 * ends there for the parser, parts below PART_DEPTH_MAX or beyond PART_COUNT_MAX are left as one
 * leaf with is_truncated. */
enum { MIME_FIELD_MAX = 256 * 1024, MIME_HEADER_MAX = 4 * 1024 * 1024 };

struct mime_parser;
struct mime_parser *mime_parser_new(void);
void mime_parser_free(struct mime_parser *p);            /* the tree with it, unless it was taken */
void mime_feed(struct mime_parser *p, struct str bytes); /* copied */
void mime_finish(struct mime_parser *p);                 /* the message ends here */
enum codec mime_next(struct mime_parser *p, struct mime_event *event);
struct part *mime_take_root(struct mime_parser *p); /* after MIME_END; owned by the caller */

/* The whole tree of a message that is in memory; offsets point into `message`. message/rfc822
 * parts have the embedded message's parts as children. Never NULL. */
struct part *mime_parse(struct str message);

/* The same for a file that is mapped and too large to keep in memory: passed is told, a few
 * megabytes at a time and in order, of bytes that were read. */
typedef void mime_passed(void *context, struct str bytes);
struct part *mime_parse_passing(struct str message, mime_passed *passed, void *context);

/* ---- Header fields. `header` is a header as it came, up to the blank line (or a whole message).
 */

/* The length of the header with its blank line. */
size_t mime_header_length(struct str message);

/* Steps through the fields: false at the end. value is raw and still folded. *rest is moved. A line
 * that is no field belongs to the one above when a field of a known name follows, else the body
 * begins there, as for the parser. */
bool mime_field_next(struct str *rest, struct str *name, struct str *raw_value);

/* The first field of that name (any case), raw; false when absent. */
bool mime_field_find(struct str header, const char *name, struct str *raw_value);

/* Unfolds and decodes: encoded words (RFC 2047, also split and adjacent ones, also inside quotes as
 * real mailers write them), raw 8-bit as UTF-8, else guessed. Appends UTF-8 on one line: CR, LF,
 * NUL from encoded words become blanks. */
void mime_word_decode(struct str raw_value, struct buf *out);
void mime_unfold(struct str raw_value, struct buf *out); /* only unfolds */

/* Addresses with comments, groups, quoted strings, encoded words, missing <>, semicolons for
 * commas, RFC 6532 UTF-8. At most ADDRESS_COUNT_MAX. A group without members is one item with its
 * name as name and group and an empty addr. */
void mime_address_parse(struct str raw_value, struct address_list *list);

/* Just the first address, without building a list: for list rows. name falls back to "". */
void mime_address_first(struct str raw_value, struct buf *name, struct buf *addr);

/* Dates of RFC 5322 4.3 and what mailers make of them (two-digit years, named zones, missing
 * weekday or seconds, ISO 8601). seconds since 1970 UTC, zone in minutes east. */
bool mime_date_parse(struct str raw_value, int64_t *seconds, int *zone);

/* Message ids "<a@b>" of a field in order, without <>; appended one per line ('\n') to out. */
void mime_ids_parse(struct str raw_value, struct buf *out);

/* A structured value with parameters (Content-Type, Content-Disposition): value before the first
 * ';' in lower case, parameters decoded per RFC 2231 (continuations, charset) and RFC 2047. */
struct mime_params {
	char *value;              /* owned, "text/plain" */
	struct part_param *items; /* owned */
	size_t count, cap;
};
void mime_params_parse(struct str raw_value, struct mime_params *params);
void mime_params_done(struct mime_params *params);

/* ---- Bodies. ---- */

/* Undoes the transfer encoding, piece by piece: rubbish is skipped, what is cut at the end is kept
 * as far as it goes. */
struct mime_decoder {
	enum transfer transfer;
	unsigned bits, bit_count; /* base64 */
	int pending;              /* quoted-printable, base64: state between pieces */
	/* Quoted-printable: trailing blanks and a cut =XX; uuencode: a line; base64: a line behind
	 * the padding. */
	char kept[1024];
	size_t kept_len;
	uint64_t taken, tail_at; /* base64: bytes read; where the plain text behind it begins */
	bool is_done;            /* what still comes is no part of it */
};
void mime_decoder_init(struct mime_decoder *d, enum transfer transfer);
void mime_decoder_feed(struct mime_decoder *d, struct str piece, struct buf *out);
void mime_decoder_finish(struct mime_decoder *d, struct buf *out);

/* All of a body at once; at most limit decoded bytes (0: no limit). */
void mime_body_decode(enum transfer transfer, struct str body, size_t limit, struct buf *out);

/* The plain text that stands behind the end of a base64 body, where list software puts its footer;
 * usually empty. Borrowed from body. */
struct str mime_body_tail(enum transfer transfer, struct str body);

/* ---- Charsets. ---- */

/* The name iconv knows for a label as mail writes it (WHATWG labels and older ones: "x-sjis",
 * "unicode-1-1-utf-7", "ks_c_5601-1987", "iso-8859-8-i" …); NULL when it is no charset on the list,
 * because only known names ever reach iconv. */
const char *mime_charset_name(struct str label);

/* Appends bytes as UTF-8. label NULL, unknown, or a lie: UTF-8 if it is valid, else a guess from
 * the bytes (mime_charset_guess). What does not convert becomes U+FFFD and the rest goes on.
 * US-ASCII with 8-bit bytes counts as not said; ISO-8859-1 is read as windows-1252. */
void mime_charset_decode(const char *label, struct str bytes, struct buf *out);

/* The most likely charset of undeclared bytes: "UTF-8", "ISO-2022-JP", "windows-1252", "KOI8-R",
 * "windows-1251", "GB18030", "Big5", "Shift_JIS", "EUC-JP", "EUC-KR" … never NULL. */
const char *mime_charset_guess(struct str bytes);

/* A leaf of text as UTF-8: transfer decoding, then the charset (charset NULL: the part's own). Line
 * ends become '\n'. At most limit bytes of output. False when something was cut. */
bool mime_text_decode(const struct part *part, struct str body, const char *charset, size_t limit,
	struct buf *out);

#endif
