/* What needs no profile: a message from a file. */
#include "engine/engine.h"

#include "proto/mime/mime.h"
#include "render/render.h"

struct shown *engine_show_bytes(struct str message, const struct show_options *show)
{
	struct render_options options = {
		.full_headers = show->full_headers,
		.prefer_html = show->prefer_html,
		.want_digests = show->want_digests,
		.charset = show->charset[0] != '\0' ? show->charset : NULL,
	};
	return render_message(message, &options);
}

bool engine_part_bytes(struct str message, struct str path, struct buf *out, struct error *err)
{
	if (str_is_empty(path)) {
		buf_add(out, message);
		return true;
	}
	struct part *root = mime_parse(message);
	const struct part *part = part_find(root, path);
	if (part == NULL && str_equal(path, STR("1")) && root->child_count == 0)
		part = root;
	bool is_found = part != NULL && part->offset + part->length <= message.len;
	if (is_found)
		mime_body_decode(part->child_count == 0 ? part->transfer : TRANSFER_IDENTITY,
			str_first(str_skip(message, (size_t)part->offset), (size_t)part->length), 0,
			out);
	part_free(root);
	return is_found || error_set(err, ERROR_INPUT, "the message has no part %.*s",
				   (int)path.len, path.data);
}
