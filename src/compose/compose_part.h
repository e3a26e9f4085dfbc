/* A tree of parts, written through a sink; what compose_build makes of a draft. Not for others. */
#ifndef COMPOSE_COMPOSE_PART_H
#define COMPOSE_COMPOSE_PART_H

#include "compose/compose.h"

/* Where the bytes go, and how many went. */
struct compose_output {
	compose_sink *sink;
	compose_file_read *read;
	void *context;
	uint64_t size;
	const uint64_t *entropy; /* two */
	bool may_8bit;
};

bool compose_put(struct compose_output *o, struct str bytes, struct error *err);
/* Every line end becomes CR LF; *last_was_cr is kept between pieces and starts false. */
bool compose_put_lines(
	struct compose_output *o, struct str bytes, bool *last_was_cr, struct error *err);

/* A multipart has children; a leaf is a text or a file. All borrowed. */
struct compose_node {
	const char *type;                /* "text/plain", "multipart/mixed"; NULL: the file's */
	const struct part_param *params; /* boundary and charset come by themselves */
	size_t param_count;
	struct str text; /* UTF-8, '\n' */
	const struct draft_file *file;
	const struct compose_node *children;
	size_t child_count;
};

/* The Content-… fields, a blank line and the body. */
bool compose_put_node(struct compose_output *o, const struct compose_node *node, struct error *err);

#endif
