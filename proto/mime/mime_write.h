/*
 * MIME written (RFC 2045-2049, 2047, 2183, 2231, 3676, 5322): texts → header fields, parts →
 * message bytes. What is written here, proto/mime reads back equal. Lines end in CR LF and are
 * folded at 78 characters, and are never longer than 998; no text, name or address can make a
 * header line of its own, because control characters become blanks. Input is UTF-8; bad bytes
 * become U+FFFD. Pure.
 */
#ifndef PROTO_MIME_MIME_WRITE_H
#define PROTO_MIME_MIME_WRITE_H

#include "base/buf.h"
#include "base/error.h"
#include "model/address.h"
#include "model/part.h"

/* ---- Header fields, each with its name and line end. ---- */

/* Unstructured text: Subject, Comments, Content-Description. What is not ASCII becomes encoded
 * words, B or Q, whichever is shorter; no character is split between two. */
void mime_write_text(struct buf *out, const char *name, struct str text);

/* An address list. Items of one group stand together. An empty list writes nothing. */
void mime_write_addresses(struct buf *out, const char *name, const struct address_list *list);

/* "<a@b> <c@d>" from ids one per line, without <>; nothing when there are none. */
void mime_write_ids(struct buf *out, const char *name, struct str ids);

/* seconds since 1970 UTC, zone in minutes east. */
void mime_write_date(struct buf *out, const char *name, int64_t seconds, int zone);

/* A value with parameters: Content-Type, Content-Disposition. Values that are not ASCII, or long,
 * by RFC 2231; such a filename also in plain ASCII, and a "name" in encoded words, for old readers.
 */
void mime_write_value(struct buf *out, const char *name, const char *value,
	const struct part_param *params, size_t count);

/* A field as somebody else wrote it, raw, with all beyond ASCII in it encoded by its kind. */
void mime_write_encoded(struct buf *out, struct str name, struct str raw_value);

/* "<random@domain>" without a word about this machine; entropy: 128 bits of chance. */
void mime_write_message_id(struct buf *out, const uint64_t entropy[2], struct str domain);

/* ---- Bodies and parts. ---- */

/* Text as format=flowed (RFC 3676): lines longer than 72 cells are broken softly, quoted ones with
 * their ">" again on each line. Lines of the input end in '\n'. */
void mime_write_flowed(struct str text, struct buf *out);

struct mime_source {
	const char *type;                /* "text/plain", "multipart/mixed", "message/rfc822" */
	const struct part_param *params; /* of Content-Type; charset and boundary come by
					    themselves */
	size_t param_count;
	const char *disposition; /* "attachment", "inline"; NULL */
	const char *name;        /* file name; NULL */
	const char *content_id;  /* without <>; NULL */
	const char *description; /* NULL */
	struct str body;         /* of a leaf: text as UTF-8 with '\n' or CR LF; else the bytes */
	const struct mime_source *const *children; /* of a multipart */
	size_t child_count;
};

/* The Content-… fields, a blank line and the body, for the end of a header. Text goes as it is when
 * it can, else quoted-printable or base64, whichever is shorter. may_8bit: without that for text
 * that is only not ASCII. Boundaries occur in no part. */
void mime_write_part(
	struct buf *out, const struct mime_source *source, bool may_8bit, uint64_t seed);

/* ---- A message as servers take it: mime_recode.c ---- */

/* Recodes bodies with lines of more than 998 bytes and, without may_8bit, all that is beyond ASCII,
 * at any depth; header fields beyond ASCII or with such lines are encoded. False with a sentence
 * where that would break a signature. message has CR LF line ends. The same message gives the same
 * bytes each time. */
bool mime_recode(struct str message, bool may_8bit, struct buf *out, struct error *err);

#endif
