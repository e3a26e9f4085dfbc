/*
 * What to show and what is attached: RFC 8621 4.1.4, whose recursive function is here a stack of
 * frames, one for each multipart that is open. A frame's has_text is its "textBody is not null".
 */
#include "model/part.h"

#include "base/array.h"

struct lists_frame {
	struct part *multipart; /* NULL: around the root, as if in multipart/mixed */
	size_t next;            /* child to look at */
	bool in_alternative;
	bool has_text, has_html;
	size_t text_before, html_before;
};

struct lists_walk {
	struct part_lists *lists;
	struct lists_frame *frames;
	size_t count, cap;
};

static void lists_add_text(struct part_lists *l, struct part *p)
{
	l->text = array_room(l->text, l->text_count, &l->text_cap, sizeof(struct part *));
	l->text[l->text_count++] = p;
}

static void lists_add_html(struct part_lists *l, struct part *p)
{
	l->html = array_room(l->html, l->html_count, &l->html_cap, sizeof(struct part *));
	l->html[l->html_count++] = p;
}

static void lists_add_attachment(struct part_lists *l, struct part *p)
{
	l->attachments = array_room(
		l->attachments, l->attachment_count, &l->attachment_cap, sizeof(struct part *));
	l->attachments[l->attachment_count++] = p;
}

static void lists_open(struct lists_walk *w, struct part *multipart)
{
	struct lists_frame frame = {.has_text = true, .has_html = true};
	if (w->count > 0) {
		struct lists_frame *outer = &w->frames[w->count - 1];
		frame.has_text = outer->has_text;
		frame.has_html = outer->has_html;
		frame.in_alternative =
			outer->in_alternative || part_is(multipart, "multipart", "alternative");
	}
	frame.multipart = multipart;
	frame.text_before = w->lists->text_count;
	frame.html_before = w->lists->html_count;
	w->frames = array_room(w->frames, w->count, &w->cap, sizeof(*w->frames));
	w->frames[w->count++] = frame;
}

static bool frame_is(const struct lists_frame *f, const char *subtype)
{
	return f->multipart != NULL && part_is(f->multipart, "multipart", subtype);
}

static bool part_is_media(const struct part *p)
{
	return part_is(p, "image", NULL) || part_is(p, "audio", NULL) || part_is(p, "video", NULL);
}

/* A body part rather than an attachment. A text with a file name that is not the first of its
 * multipart is one, and so is all but the first of multipart/related. */
static bool part_is_inline(const struct part *p, const struct lists_frame *f, size_t index)
{
	if (p->disposition != NULL && str_equal_nocase(str_from(p->disposition), STR("attachment")))
		return false;
	if (!part_is(p, "text", "plain") && !part_is(p, "text", "html") && !part_is_media(p))
		return false;
	return index == 0 || (!frame_is(f, "related") && (part_is_media(p) || p->name == NULL));
}

/* What the list it belongs to does not want would be lost: then it is an attachment. */
static void lists_add_alternative(struct lists_frame *f, struct part_lists *l, struct part *p)
{
	if (part_is(p, "text", "plain") && f->has_text)
		lists_add_text(l, p);
	else if (part_is(p, "text", "html") && f->has_html)
		lists_add_html(l, p);
	else
		lists_add_attachment(l, p);
}

static void lists_add_inline(struct lists_frame *f, struct part_lists *l, struct part *p)
{
	if (f->in_alternative && part_is(p, "text", "plain"))
		f->has_html = false;
	if (f->in_alternative && part_is(p, "text", "html"))
		f->has_text = false;
	if (f->has_text)
		lists_add_text(l, p);
	if (f->has_html)
		lists_add_html(l, p);
	if ((!f->has_text || !f->has_html) && part_is_media(p))
		lists_add_attachment(l, p);
}

/* An alternative that has only one of the two: it stands for the other as well. */
static void lists_close(struct lists_walk *w)
{
	struct lists_frame f = w->frames[--w->count];
	struct part_lists *l = w->lists;
	if (!frame_is(&f, "alternative") || !f.has_text || !f.has_html)
		return;
	size_t text_end = l->text_count, html_end = l->html_count;
	if (text_end == f.text_before)
		for (size_t i = f.html_before; i < html_end; i++)
			lists_add_text(l, l->html[i]);
	if (html_end == f.html_before)
		for (size_t i = f.text_before; i < text_end; i++)
			lists_add_html(l, l->text[i]);
}

static void lists_visit(struct lists_walk *w, struct part *p, size_t index)
{
	struct lists_frame *f = &w->frames[w->count - 1];
	if (part_is(p, "multipart", NULL))
		lists_open(w, p);
	else if (!part_is_inline(p, f, index))
		lists_add_attachment(w->lists, p);
	else if (frame_is(f, "alternative"))
		lists_add_alternative(f, w->lists, p);
	else
		lists_add_inline(f, w->lists, p);
}

void part_lists_make(struct part *root, struct part_lists *lists)
{
	struct lists_walk w = {.lists = lists};
	*lists = (struct part_lists){0};
	lists_open(&w, NULL);
	while (w.count > 0) {
		struct lists_frame *f = &w.frames[w.count - 1];
		size_t count = f->multipart != NULL ? f->multipart->child_count : 1;
		if (f->next >= count) {
			lists_close(&w);
			continue;
		}
		size_t index = f->next++;
		lists_visit(&w, f->multipart != NULL ? f->multipart->children[index] : root, index);
	}
	mem_free(w.frames);
}

void part_lists_done(struct part_lists *lists)
{
	mem_free(lists->text);
	mem_free(lists->html);
	mem_free(lists->attachments);
	*lists = (struct part_lists){0};
}
