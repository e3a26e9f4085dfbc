/*
 * Message bytes → what is shown. Pure: no clock, no network, no files, no locale but gettext-free
 * ids; any thread. HTML goes to text here and is fetched by nobody.
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "model/part.h"
#include "model/shown.h"

struct render_options {
	bool full_headers;    /* every field, as written */
	bool prefer_html;     /* of alternatives take text/html; default is text/plain */
	bool want_digests;    /* fill shown_part.sha256; plain and html beyond 64 kB */
	const char *charset;  /* in place of what the parts say; NULL */
	const char *authserv; /* the server whose Authentication-Results are believed; NULL */
	/* Of a mapped file: told of bytes that were read and are not needed again soon; NULL. What
	 * is still in memory then is bounded by what is shown, whatever the size of the file. */
	void (*passed)(void *context, struct str bytes);
	void *passed_context;
};

/* Where the bytes come from: the header, the tree, and for each leaf its body as it came, as far as
 * it is here (part->have_bytes). Render works on an incomplete source and is run again as bytes
 * come. */
struct render_source {
	struct str header; /* the message's header */
	const struct part *root;
	/* The encoded body of a part; empty when it is not here. The header of a part is found at
	 * the same place for message/rfc822 children, whose header fields stand in their body. */
	struct str (*body)(void *context, const struct part *part);
	struct str (*part_header)(
		void *context, const struct part *part); /* embedded message's header */
	void *context;
};

struct shown *render_source(
	const struct render_source *source, const struct render_options *options);

/* The whole message in memory. */
struct shown *render_message(struct str message, const struct render_options *options);

#endif
