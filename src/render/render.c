/*
 * Which parts are shown, in what order, and what is said of the others. One row of the table of
 * types for each way to show a part; everything else is listed at the end.
 */
#include "render/render.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "render/render_calendar.h"
#include "render/render_enriched.h"
#include "render/render_html.h"
#include "render/render_link.h"
#include "render/render_parts.h"
#include "render/render_text.h"
#include "render/render_words.h"

enum {
	TEXT_SHOWN_MAX = 4 * 1024 * 1024, /* of a message, as text */
	HTML_READ_MAX = 16 * 1024 * 1024, /* before cleaning; most of that is pictures */
	STUB_TEXT_MAX = 400,
	CALENDAR_MAX = 1024 * 1024,
	PARAM_MAX = 500,
	TAIL_BODY_MAX = 32 * 1024 * 1024,
	TAIL_MAX = 16 * 1024, /* of text behind a base64 body */
	MESSAGES_MAX = 10,    /* embedded in each other */
	LISTED_MAX = 1000,    /* attachments and links in the lists at the end */
};

struct place {
	int messages; /* embedded so far */
};

static void show(struct render *r, const struct part *p, struct place place);

static bool is_detached(const struct part *p)
{
	return p->disposition != NULL && strcmp(p->disposition, "attachment") == 0 &&
	       p->parent != NULL;
}

static void mark_shown(struct render *r, const struct part *p)
{
	int row = render_row_of(r, p);
	if (row >= 0)
		r->doc->parts[row].is_shown = true;
}

/* ---- Leaves of text. ---- */

static bool has_param(const struct part *p, const char *name, const char *value)
{
	return str_equal_nocase(str_from(part_param(p, name)), str_from(value));
}

/* False when the bytes are not here; that is said in their place. */
static bool begin_text(struct render *r, const struct part *p)
{
	bool is_missing = !p->have_bytes && render_body(r, p).len == 0;
	if (r->has_text || is_missing)
		render_divider(r, p, WORD_PART);
	mark_shown(r, p);
	r->doc->is_incomplete |= !p->have_bytes;
	if (is_missing)
		render_note(r, WORD_MISSING, STR(""));
	r->has_text = true;
	return !is_missing;
}

/* What list software put behind a base64 body. */
static void add_tail(struct render *r, const struct part *p)
{
	struct str body = render_body(r, p), tail = STR("");
	struct buf text = {0};
	if (body.len <= TAIL_BODY_MAX)
		tail = str_trim(mime_body_tail(p->transfer, body));
	if (tail.len == 0)
		return;
	mime_charset_decode(NULL, str_first(tail, TAIL_MAX), &text);
	doc_add_block(r->doc, DOC_BLANK);
	render_text_add(r->doc, buf_str(&text), &(struct render_text_format){0});
	buf_done(&text);
}

static void add_plain(struct render *r, const struct part *p, bool is_code)
{
	struct render_text_format format = {
		.is_flowed = !is_code && has_param(p, "format", "flowed"),
		.is_delsp = has_param(p, "delsp", "yes"),
		.is_code = is_code,
	};
	struct buf text = {0};
	bool is_whole =
		mime_text_decode(p, render_body(r, p), r->options->charset, r->text_left, &text);
	r->text_left -= text.len < r->text_left ? text.len : r->text_left;
	render_text_add(r->doc, buf_str(&text), &format);
	if (!is_whole)
		render_note(r, WORD_CUT, STR(""));
	add_tail(r, p);
	buf_done(&text);
}

static void show_plain_as(struct render *r, const struct part *p, bool is_code)
{
	if (begin_text(r, p))
		add_plain(r, p, is_code);
}

/* A text with files in it: they are named where they stand. */
static void show_files(struct render *r, const struct part *p, const struct mime_inside *inside)
{
	if (!begin_text(r, p))
		return;
	for (size_t i = 0; i < inside->root->child_count; i++) {
		const struct part *piece = inside->root->children[i];
		int row = render_row_of(r, piece);
		if (row < 0 && r->text_left > 0)
			add_plain(r, piece, false);
		if (row < 0)
			continue;
		render_divider(r, piece, WORD_ATTACHMENT);
		r->is_silent[row] = true;
	}
}

static void show_plain(struct render *r, const struct part *p, struct place place)
{
	(void)place;
	const struct mime_inside *inside = render_inside_of(r, p);
	if (is_detached(p) || r->text_left == 0)
		return;
	if (inside != NULL)
		show_files(r, p, inside);
	else
		show_plain_as(r, p, false);
}

/* text/enriched (RFC 1896) and text/richtext (RFC 1341) without their commands. */
static void show_enriched(struct render *r, const struct part *p, struct place place)
{
	(void)place;
	struct buf text = {0}, plain = {0};
	if (is_detached(p) || r->text_left == 0 || !begin_text(r, p))
		return;
	bool is_whole =
		mime_text_decode(p, render_body(r, p), r->options->charset, r->text_left, &text);
	r->text_left -= text.len < r->text_left ? text.len : r->text_left;
	render_enriched(buf_str(&text), part_is(p, "text", "richtext"), &plain);
	render_text_add(r->doc, buf_str(&plain), &(struct render_text_format){0});
	if (!is_whole)
		render_note(r, WORD_CUT, STR(""));
	buf_done(&text);
	buf_done(&plain);
}

static void show_code(struct render *r, const struct part *p, struct place place)
{
	(void)place;
	if (!is_detached(p) && r->text_left > 0)
		show_plain_as(r, p, true);
}

static void show_html(struct render *r, const struct part *p, struct place place)
{
	(void)place;
	struct buf text = {0};
	if (is_detached(p) || r->text_left == 0 || !begin_text(r, p))
		return;
	mime_text_decode(p, render_body(r, p), r->options->charset, HTML_READ_MAX, &text);
	size_t cost = text.len < RENDER_HTML_MAX ? text.len : RENDER_HTML_MAX;
	r->text_left -= cost < r->text_left ? cost : r->text_left;
	render_html_add(r->doc, buf_str(&text));
	add_tail(r, p);
	buf_done(&text);
}

static void show_calendar(struct render *r, const struct part *p, struct place place)
{
	(void)place;
	struct buf text = {0};
	if (is_detached(p) || r->text_left == 0 || (!p->have_bytes && render_body(r, p).len == 0))
		return;
	mime_text_decode(p, render_body(r, p), r->options->charset, CALENDAR_MAX, &text);
	if (r->has_text)
		render_divider(r, p, WORD_PART);
	mark_shown(r, p);
	if (!render_calendar_add(r->doc, buf_str(&text)))
		add_plain(r, p, true);
	r->has_text = true;
	buf_done(&text);
}

/* ---- Parts in order. ---- */

/* A multipart whose boundary never comes is text after all; one that a limit kept whole is listed.
 */
static void show_childless(struct render *r, const struct part *p)
{
	if (p->is_truncated)
		render_note(r, WORD_DEEP, STR(""));
	else if (render_body(r, p).len > 0)
		show_plain_as(r, p, false);
}

static void show_children(struct render *r, const struct part *p, struct place place)
{
	if (p->child_count == 0)
		show_childless(r, p);
	for (size_t i = 0; i < p->child_count; i++)
		show(r, p->children[i], place);
}

/* RFC 2387: the part that "start" names, or the first; the others are listed at the end. */
static const struct part *related_root(const struct part *p)
{
	struct str start = str_trim(str_from(part_param(p, "start")));
	if (start.len > 2 && start.data[0] == '<')
		start = str_first(str_skip(start, 1), start.len - 2);
	for (size_t i = 0; i < p->child_count && start.len > 0; i++) {
		if (str_equal(str_from(p->children[i]->content_id), start))
			return p->children[i];
	}
	return p->child_count > 0 ? p->children[0] : NULL;
}

static void show_related(struct render *r, const struct part *p, struct place place)
{
	const struct part *root = related_root(p);
	for (size_t i = 0; i < p->child_count; i++) {
		bool is_text = part_is(p->children[i], "text", NULL);
		if (p->children[i] == root || (!is_text && p->children[i]->child_count > 0))
			show(r, p->children[i], place);
	}
}

/* ---- Alternatives. ---- */

static const struct part *find_text(const struct part *p, const char *subtype)
{
	if (part_is(p, "text", subtype))
		return is_detached(p) ? NULL : p;
	if (!part_is(p, "multipart", NULL))
		return NULL;
	if (part_is(p, "multipart", "related")) {
		const struct part *root = related_root(p);
		return root != NULL ? find_text(root, subtype) : NULL;
	}
	for (size_t i = 0; i < p->child_count; i++) {
		const struct part *found = find_text(p->children[i], subtype);
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* Nothing, or a sentence that says to look at the other one. */
static bool is_stub(struct render *r, const struct part *p)
{
	static const char *const sayings[] = {"not support html", "n't support html",
		"support html e", "display html", "html version", "html format", "html-enabled",
		"enable html", "in your browser", "view online", "view this email online",
		"mit html", "im browser", "dans votre navigateur", "en su navegador"};
	struct buf text = {0};
	if (!p->have_bytes && render_body(r, p).len == 0)
		return false;
	mime_text_decode(p, render_body(r, p), r->options->charset, 8192, &text);
	struct str said = str_trim(buf_str(&text));
	bool is_found = said.len == 0 || str_equal(said, STR("\xc2\xa0"));
	for (size_t i = 0; said.len < STUB_TEXT_MAX && i < sizeof(sayings) / sizeof(*sayings); i++)
		is_found |= str_find_nocase(said, str_from(sayings[i])) != STR_NONE;
	buf_done(&text);
	return is_found;
}

static const struct part *choose(struct render *r, const struct part *p)
{
	const struct part *plain = NULL, *html = NULL, *other = NULL, *plain_leaf = NULL;
	for (size_t i = 0; i < p->child_count; i++) {
		const struct part *c = p->children[i];
		const struct part *leaf = find_text(c, "plain");
		if (find_text(c, "html") != NULL) {
			html = c;
		} else if (leaf != NULL && plain == NULL) {
			plain = c;
			plain_leaf = leaf;
		} else if (find_text(c, NULL) != NULL || other == NULL) {
			other = c;
		}
	}
	if (html != NULL && (r->options->prefer_html || plain == NULL || is_stub(r, plain_leaf)))
		return html;
	return plain != NULL ? plain : other;
}

/* The same words in another form need not be listed; anything else in there must be. */
static void silence(struct render *r, const struct part *p)
{
	static const char *const forms[] = {
		"plain", "html", "enriched", "richtext", "x-amp-html", "watch-html", "markdown"};
	int row = is_detached(p) ? -1 : render_row_of(r, p);
	for (size_t i = 0; row >= 0 && i < sizeof(forms) / sizeof(*forms); i++)
		r->is_silent[row] |= part_is(p, "text", forms[i]);
	for (size_t i = 0; part_is(p, "multipart", NULL) && i < p->child_count; i++)
		silence(r, p->children[i]);
}

static void show_alternative(struct render *r, const struct part *p, struct place place)
{
	const struct part *chosen = choose(r, p);
	for (size_t i = 0; i < p->child_count; i++) {
		if (p->children[i] != chosen)
			silence(r, p->children[i]);
	}
	bool had_text = r->has_text;
	for (size_t i = 0; i < p->child_count; i++) {
		if (p->children[i] == chosen || !part_is(p->children[i], "text", "calendar"))
			continue;
		show_calendar(r, p->children[i], place);
		doc_add_block(r->doc, DOC_BLANK);
	}
	r->has_text = had_text;
	if (chosen != NULL)
		show(r, chosen, place);
}

/* ---- Messages in messages, signatures, reports. ---- */

static void show_message(struct render *r, const struct part *p, struct place place)
{
	if (place.messages >= MESSAGES_MAX) {
		render_note(r, WORD_DEEP, STR(""));
		return;
	}
	render_divider(r, p, WORD_PART);
	mark_shown(r, p);
	if (!p->have_bytes && p->child_count == 0) {
		render_note(r, WORD_MISSING, STR(""));
		r->doc->is_incomplete = true;
		return;
	}
	render_header_blocks(r->doc, render_part_header(r, p), false);
	doc_add_block(r->doc, DOC_BLANK);
	bool had_text = r->has_text;
	r->has_text = false;
	place.messages++;
	const struct mime_inside *inside = render_inside_of(r, p);
	if (inside != NULL)
		show(r, inside->root, place);
	else
		show_children(r, p, place);
	r->has_text |= had_text;
}

static void show_signed(struct render *r, const struct part *p, struct place place)
{
	render_note(r, WORD_SIGNED, STR(""));
	doc_add_block(r->doc, DOC_BLANK);
	if (p->child_count > 0)
		show(r, p->children[0], place);
}

static void show_encrypted(struct render *r, const struct part *p, struct place place)
{
	(void)p, (void)place;
	render_note(r, WORD_ENCRYPTED, STR(""));
	r->has_text = true;
}

static void show_smime(struct render *r, const struct part *p, struct place place)
{
	(void)place;
	bool is_signed = has_param(p, "smime-type", "signed-data");
	render_note(r, is_signed ? WORD_SIGNED : WORD_ENCRYPTED, STR(""));
	r->has_text = true;
}

static void show_status(struct render *r, const struct part *p, struct place place)
{
	(void)place;
	struct buf text = {0};
	struct str body = render_body(r, p);
	size_t before = r->doc->block_count;
	mime_text_decode(p, body, NULL, 64 * 1024, &text);
	render_report(r, buf_str(&text), part_is(p, "message", "disposition-notification"));
	if (r->doc->block_count > before) {
		mark_shown(r, p);
		doc_add_block(r->doc, DOC_BLANK);
	}
	buf_done(&text);
}

static bool is_status(const struct part *p)
{
	return part_is(p, "message", "delivery-status") ||
	       part_is(p, "message", "global-delivery-status") ||
	       part_is(p, "message", "disposition-notification");
}

/* What became of the message stands first, whatever order the parts have. */
static void show_report(struct render *r, const struct part *p, struct place place)
{
	for (size_t i = 0; i < p->child_count; i++) {
		if (is_status(p->children[i]))
			show_status(r, p->children[i], place);
	}
	for (size_t i = 0; i < p->child_count; i++) {
		if (!is_status(p->children[i]))
			show(r, p->children[i], place);
	}
}

static void show_tnef(struct render *r, const struct part *p, struct place place)
{
	(void)p, (void)place;
	render_note(r, WORD_TNEF, STR(""));
}

static struct str param_str(const struct part *p, const char *name)
{
	return utf8_first(str_trim(str_from(part_param(p, name))), PARAM_MAX);
}

static void show_partial(struct render *r, const struct part *p, struct place place)
{
	(void)place;
	struct buf text = {0};
	buf_add(&text, param_str(p, "number"));
	if (param_str(p, "total").len > 0) {
		buf_add_text(&text, " / ");
		buf_add(&text, param_str(p, "total"));
	}
	render_note(r, WORD_PARTIAL, buf_str(&text));
	buf_done(&text);
}

static void show_external(struct render *r, const struct part *p, struct place place)
{
	static const char *const names[] = {
		"access-type", "url", "server", "site", "directory", "name", "subject"};
	(void)place;
	struct buf text = {0};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (param_str(p, names[i]).len == 0)
			continue;
		buf_add_text(&text, text.len > 0 ? " " : "");
		buf_add(&text, param_str(p, names[i]));
	}
	render_note(r, WORD_EXTERNAL, buf_str(&text));
	buf_done(&text);
}

/* The first row that fits; a part without one is listed at the end. */
static const struct {
	const char *type, *subtype;
	void (*show)(struct render *, const struct part *, struct place);
} types[] = {
	{"text", "plain", show_plain},
	{"text", "html", show_html},
	{"text", "enriched", show_enriched},
	{"text", "richtext", show_enriched},
	{"text", "calendar", show_calendar},
	{"text", "markdown", show_plain},
	{"text", "x-markdown", show_plain},
	{"text", "csv", show_code},
	{"text", "x-diff", show_code},
	{"text", "x-patch", show_code},
	{"text", "x-log", show_code},
	{"multipart", "alternative", show_alternative},
	{"multipart", "related", show_related},
	{"multipart", "signed", show_signed},
	{"multipart", "encrypted", show_encrypted},
	{"multipart", "report", show_report},
	{"multipart", NULL, show_children},
	{"message", "rfc822", show_message},
	{"message", "global", show_message},
	{"message", "delivery-status", show_status},
	{"message", "disposition-notification", show_status},
	{"message", "partial", show_partial},
	{"message", "external-body", show_external},
	{"application", "pkcs7-mime", show_smime},
	{"application", "x-pkcs7-mime", show_smime},
	{"application", "ms-tnef", show_tnef},
	{"application", "vnd.ms-tnef", show_tnef},
};

static void show(struct render *r, const struct part *p, struct place place)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!part_is(p, types[i].type, types[i].subtype))
			continue;
		bool is_childless = p->child_count == 0 && part_is(p, "multipart", NULL);
		(is_childless ? show_children : types[i].show)(r, p, place);
		return;
	}
}

/* ---- The lists at the end. ---- */

static void add_remote_note(struct render *r, const char *word, int count, const struct buf *hosts)
{
	struct buf text = {0};
	if (count == 0)
		return;
	buf_addf(&text, "%d", count);
	if (hosts->len > 0)
		buf_addf(&text, " (%s)", buf_text(hosts));
	render_note(r, word, buf_str(&text));
	buf_done(&text);
}

static void list_remote(struct render *r)
{
	const struct doc *doc = r->doc;
	if (doc->remote_images == 0)
		return;
	doc_add_block(r->doc, DOC_BLANK);
	add_remote_note(
		r, WORD_REMOTE, doc->remote_images - doc->remote_pixels, &doc->remote_hosts);
	add_remote_note(r, WORD_TRACKERS, doc->remote_pixels, &doc->pixel_hosts);
}

static void list_link(struct render *r, size_t index)
{
	const struct doc_link *l = &r->doc->links[index];
	struct buf label = {0};
	struct doc_block *b = doc_add_block(r->doc, DOC_TEXT);
	buf_addf(&label, "[%zu] ", index + 1);
	b->label = buf_take(&label);
	b->wrap = DOC_KEEP;
	unsigned style = DOC_STYLE_LINK | (l->is_deceptive ? DOC_STYLE_WARNING : 0);
	doc_block_add(b, str_from(l->target), style, (int)index);
}

/* The targets that a reader does not see in the text. */
static void list_links(struct render *r)
{
	int listed = 0;
	for (size_t i = 0; i < r->doc->link_count && listed < LISTED_MAX; i++) {
		const struct doc_link *l = &r->doc->links[i];
		if (!l->is_deceptive &&
			render_link_says_itself(str_from(l->target), str_from(l->text)))
			continue;
		if (listed++ == 0) {
			doc_add_block(r->doc, DOC_BLANK);
			render_note(r, WORD_LINKS, STR(""));
		}
		list_link(r, i);
	}
}

static void list_attachments(struct render *r, bool is_empty)
{
	int listed = 0;
	for (size_t i = 0; i < r->row_count && listed < LISTED_MAX; i++) {
		if (r->doc->parts[i].is_shown || r->is_silent[i])
			continue;
		if (listed++ == 0)
			doc_add_block(r->doc, DOC_BLANK);
		struct doc_block *b = doc_add_block(r->doc, DOC_PART);
		b->label = mem_text(WORD_ATTACHMENT);
		b->part = (int)i;
	}
	if (listed == 0 && is_empty)
		render_note(r, WORD_EMPTY, STR(""));
}

struct shown *render_source(
	const struct render_source *source, const struct render_options *options)
{
	struct shown *shown = shown_new();
	struct render r = {
		.source = source,
		.options = options,
		.shown = shown,
		.doc = shown->doc,
		.text_left = TEXT_SHOWN_MAX,
	};
	struct buf picked = {0};
	render_header_pick(source->header, &picked);
	render_fields(shown, buf_str(&picked));
	render_rows_add(&r);
	render_bodies_add(&r);
	render_header_blocks(r.doc, options->full_headers ? source->header : buf_str(&picked),
		options->full_headers);
	if (r.doc->block_count > 0)
		doc_add_block(r.doc, DOC_BLANK);
	render_sender_notes(&r, buf_str(&picked));
	size_t before = r.doc->block_count;
	show(&r, source->root, (struct place){0});
	bool is_empty = r.doc->block_count == before;
	list_links(&r);
	list_remote(&r);
	render_list_note(&r, buf_str(&picked));
	list_attachments(&r, is_empty);
	render_rows_done(&r);
	buf_done(&picked);
	return shown;
}

/* ---- A message in memory. ---- */

static struct str slice(struct str message, uint64_t offset, uint64_t length)
{
	if (offset > message.len)
		return STR("");
	struct str rest = str_skip(message, (size_t)offset);
	return length < rest.len ? str_first(rest, (size_t)length) : rest;
}

static struct str memory_body(void *context, const struct part *part)
{
	const struct str *message = context;
	return slice(*message, part->offset, part->length);
}

static struct str memory_header(void *context, const struct part *part)
{
	struct str body = memory_body(context, part);
	if (part->child_count == 0)
		return str_first(body, mime_header_length(body));
	return slice(body, 0, part->children[0]->offset - part->offset);
}

struct shown *render_message(struct str message, const struct render_options *options)
{
	struct part *root = mime_parse_passing(message, options->passed, options->passed_context);
	struct render_source source = {
		.header = slice(message, 0, root->offset),
		.root = root,
		.body = memory_body,
		.part_header = memory_header,
		.context = &message,
	};
	struct shown *shown = render_source(&source, options);
	part_free(root);
	return shown;
}
