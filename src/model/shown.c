/* The nouns of a shown message: made empty, freed whole. render/ fills them. */
#include "model/shown.h"

#include "base/memory.h"

struct shown *shown_new(void)
{
	struct shown *s = mem_new(sizeof(*s));
	s->doc = doc_new();
	return s;
}

static void shown_part_done(struct shown_part *p)
{
	mem_free(p->path);
	mem_free(p->type);
	mem_free(p->name);
	mem_free(p->disposition);
	mem_free(p->content_id);
	mem_free(p->charset);
}

void shown_free(struct shown *s)
{
	if (s == NULL)
		return;
	struct address_list *lists[] = {
		&s->from, &s->sender, &s->reply_to, &s->to, &s->cc, &s->bcc};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		address_list_done(lists[i]);
	struct buf *bufs[] = {&s->in_reply_to, &s->references, &s->plain, &s->html};
	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_done(bufs[i]);
	for (size_t i = 0; i < s->part_count; i++)
		shown_part_done(&s->parts[i]);
	mem_free(s->parts);
	mem_free(s->subject);
	mem_free(s->date_raw);
	mem_free(s->message_id);
	doc_free(s->doc);
	mem_free(s);
}
