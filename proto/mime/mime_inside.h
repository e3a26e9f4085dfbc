/*
 * What stands inside a leaf and is no part for IMAP: the message behind the base64 or
 * quoted-printable of a message/rfc822 (forbidden by RFC 2046 5.2.1, and sent), and the files that
 * old plain text carries uuencoded ("begin 644 name" … "end"). Pure; linear time.
 */
#ifndef PROTO_MIME_MIME_INSIDE_H
#define PROTO_MIME_MIME_INSIDE_H

#include "base/buf.h"
#include "model/part.h"

enum { MIME_INSIDE_FILES_MAX = 1000, MIME_INSIDE_DEPTH_MAX = 10 };

/* Paths go on from the leaf's: inside "2" stand "2.1", "2.2". Of a text the root is a
 * multipart/mixed: its text (path "") and its files in their order. */
struct mime_inside {
	struct buf bytes;  /* owned; offsets of the parts point here */
	struct part *root; /* owned */
};

/* body is the leaf's, encoded. False, and nothing to free, when nothing stands inside or it would
 * be larger than limit bytes. */
bool mime_inside_open(
	const struct part *leaf, struct str body, size_t limit, struct mime_inside *inside);
void mime_inside_done(struct mime_inside *inside);

/* The leaf of a tree whose path the wanted one goes on from; NULL. */
const struct part *mime_inside_leaf(const struct part *root, struct str path);

/* The part of that path, inside a leaf or inside what stands there; body is the leaf's, encoded.
 * Its bytes are in inside->bytes, which the caller frees when it is not NULL. */
const struct part *mime_inside_find(
	const struct part *leaf, struct str body, struct str path, struct mime_inside *inside);

/* The decoded bytes of the part that path names, also of one inside a leaf. False when there is
 * none. */
bool mime_part_bytes(struct str message, struct str path, struct buf *out);

#endif
