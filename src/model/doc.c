/* A message as readable text: building and freeing. */
#include "model/doc.h"

#include "base/array.h"

struct doc *doc_new(void)
{
	return mem_new(sizeof(struct doc));
}

static void doc_block_done(struct doc_block *b)
{
	mem_free(b->label);
	buf_done(&b->text);
	mem_free(b->spans);
}

static void doc_part_done(struct doc_part *p)
{
	mem_free(p->path);
	mem_free(p->type);
	mem_free(p->name);
	mem_free(p->disposition);
	mem_free(p->charset);
	mem_free(p->content_id);
}

void doc_free(struct doc *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->block_count; i++)
		doc_block_done(&d->blocks[i]);
	for (size_t i = 0; i < d->link_count; i++) {
		mem_free(d->links[i].target);
		mem_free(d->links[i].text);
	}
	for (size_t i = 0; i < d->part_count; i++)
		doc_part_done(&d->parts[i]);
	mem_free(d->blocks);
	mem_free(d->links);
	mem_free(d->parts);
	buf_done(&d->remote_hosts);
	buf_done(&d->pixel_hosts);
	mem_free(d->leave_url);
	mem_free(d);
}

struct doc_block *doc_add_block(struct doc *d, enum doc_block_kind kind)
{
	d->blocks = array_room(d->blocks, d->block_count, &d->block_cap, sizeof(*d->blocks));
	struct doc_block *b = &d->blocks[d->block_count++];
	*b = (struct doc_block){.kind = kind, .part = -1};
	return b;
}

static struct doc_span *doc_block_last_span(struct doc_block *b)
{
	return b->span_count > 0 ? &b->spans[b->span_count - 1] : NULL;
}

static void doc_block_add_span(struct doc_block *b, size_t len, unsigned style, int link)
{
	struct doc_span *last = doc_block_last_span(b);
	if (last != NULL && last->start + last->len == b->text.len && last->style == style &&
		last->link == link) {
		last->len += len;
		return;
	}
	b->spans = array_room(b->spans, b->span_count, &b->span_cap, sizeof(*b->spans));
	b->spans[b->span_count++] = (struct doc_span){b->text.len, len, style, link};
}

void doc_block_add(struct doc_block *b, struct str text, unsigned style, int link)
{
	if (str_is_empty(text))
		return;
	if (style != 0 || link >= 0)
		doc_block_add_span(b, text.len, style, link);
	buf_add(&b->text, text);
}

int doc_add_link(struct doc *d, struct str target, struct str text)
{
	d->links = array_room(d->links, d->link_count, &d->link_cap, sizeof(*d->links));
	d->links[d->link_count] = (struct doc_link){mem_str(target), mem_str(text), false};
	return (int)d->link_count++;
}

struct doc_part *doc_add_part(struct doc *d)
{
	d->parts = array_room(d->parts, d->part_count, &d->part_cap, sizeof(*d->parts));
	struct doc_part *p = &d->parts[d->part_count++];
	*p = (struct doc_part){0};
	return p;
}
