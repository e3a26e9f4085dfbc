/* What needs no profile: a message from a file. */
#include "engine/engine.h"

#include "base/file.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_inside.h"
#include "render/render.h"

enum { MAPPED_MIN = 16 * 1024 * 1024 };

static struct render_options show_render_options(const struct show_options *show)
{
	return (struct render_options){
		.full_headers = show->full_headers,
		.prefer_html = show->prefer_html,
		.want_digests = show->want_digests,
		.charset = show->charset[0] != '\0' ? show->charset : NULL,
		.authserv = show->authserv[0] != '\0' ? show->authserv : NULL,
	};
}

struct shown *engine_show_bytes(struct str message, const struct show_options *show)
{
	struct render_options options = show_render_options(show);
	return render_message(message, &options);
}

static void show_passed(void *context, struct str bytes)
{
	(void)context;
	file_forget(bytes);
}

struct shown *engine_show_file(const char *path, const struct show_options *show, struct error *err)
{
	struct render_options options = show_render_options(show);
	struct shown *shown = NULL;
	struct buf bytes = {0};
	struct str mapped;
	if (file_size(path) < MAPPED_MIN) {
		if (file_read(path, MAPPED_MIN, &bytes, err))
			shown = render_message(buf_str(&bytes), &options);
		buf_done(&bytes);
		return shown;
	}
	if (!file_map(path, &mapped, err))
		return NULL;
	options.passed = show_passed;
	shown = render_message(mapped, &options);
	file_unmap(mapped);
	return shown;
}

bool engine_part_bytes(struct str message, struct str path, struct buf *out, struct error *err)
{
	if (str_is_empty(path)) {
		buf_add(out, message);
		return true;
	}
	return mime_part_bytes(message, path, out) ||
	       error_set(
		       err, ERROR_INPUT, "the message has no part %.*s", (int)path.len, path.data);
}

const char *engine_charset_name(const char *label)
{
	return mime_charset_name(str_from(label));
}
