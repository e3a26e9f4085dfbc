/* A message being written. */
#include "model/draft.h"

#include "base/array.h"

enum { TEXT_COUNT = 13 };

static void draft_texts(struct draft *d, char **texts[TEXT_COUNT])
{
	char **all[TEXT_COUNT] = {&d->identity, &d->from, &d->reply_to, &d->to, &d->cc, &d->bcc,
		&d->subject, &d->fcc, &d->extra, &d->in_reply_to, &d->references, &d->body,
		&d->came_to};
	memcpy(texts, all, sizeof(all));
}

void draft_init(struct draft *d)
{
	char **texts[TEXT_COUNT];
	*d = (struct draft){.is_flowed = true};
	draft_texts(d, texts);
	for (size_t i = 0; i < TEXT_COUNT; i++)
		*texts[i] = mem_text("");
}

static void file_done(struct draft_file *file)
{
	mem_free(file->name);
	mem_free(file->type);
	mem_free(file->description);
}

void draft_done(struct draft *d)
{
	char **texts[TEXT_COUNT];
	draft_texts(d, texts);
	for (size_t i = 0; i < TEXT_COUNT; i++)
		mem_free(*texts[i]);
	for (size_t i = 0; i < d->file_count; i++)
		file_done(&d->files[i]);
	mem_free(d->files);
	mem_free(d->answers);
	*d = (struct draft){0};
}

struct draft *draft_new(void)
{
	struct draft *d = mem_new(sizeof(*d));
	draft_init(d);
	return d;
}

static char *text_copy(const char *text)
{
	return mem_text(text != NULL ? text : "");
}

struct draft *draft_copy(const struct draft *d)
{
	char **texts[TEXT_COUNT];
	if (d == NULL)
		return NULL;
	struct draft *copy = mem_new(sizeof(*copy));
	*copy = *d;
	draft_texts(copy, texts);
	for (size_t i = 0; i < TEXT_COUNT; i++)
		*texts[i] = text_copy(*texts[i]);
	copy->files = NULL;
	copy->file_count = copy->file_cap = 0;
	for (size_t i = 0; i < d->file_count; i++)
		draft_add_file(copy, &d->files[i]);
	copy->answers = NULL;
	copy->answer_count = 0;
	for (size_t i = 0; i < d->answer_count; i++)
		draft_add_answer(copy, d->answers[i]);
	return copy;
}

void draft_free(struct draft *d)
{
	if (d == NULL)
		return;
	draft_done(d);
	mem_free(d);
}

void draft_set(char **field, struct str text)
{
	char *old = *field;
	*field = mem_str(text);
	mem_free(old);
}

struct draft_file *draft_add_file(struct draft *d, const struct draft_file *file)
{
	if (d->file_count >= DRAFT_FILES_MAX)
		return NULL;
	d->files = array_room(d->files, d->file_count, &d->file_cap, sizeof(*d->files));
	struct draft_file *copy = &d->files[d->file_count++];
	*copy = *file;
	copy->name = text_copy(file->name);
	copy->type = text_copy(file->type);
	copy->description = text_copy(file->description);
	return copy;
}

void draft_remove_file(struct draft *d, size_t index)
{
	if (index >= d->file_count)
		return;
	file_done(&d->files[index]);
	d->file_count--;
	memmove(&d->files[index], &d->files[index + 1],
		(d->file_count - index) * sizeof(*d->files));
}

void draft_add_answer(struct draft *d, int64_t place_id)
{
	for (size_t i = 0; i < d->answer_count; i++)
		if (d->answers[i] == place_id)
			return;
	d->answers = mem_resize(d->answers, (d->answer_count + 1) * sizeof(*d->answers));
	d->answers[d->answer_count++] = place_id;
}

bool draft_is_blank(const struct draft *d)
{
	const char *const typed[] = {d->to, d->cc, d->bcc, d->subject, d->body};
	for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++)
		if (str_trim(str_from(typed[i])).len > 0)
			return false;
	return d->file_count == 0;
}

static const char *const verb_names[DRAFT_VERB_COUNT] = {
	[DRAFT_NEW] = "new",
	[DRAFT_REPLY] = "reply",
	[DRAFT_REPLY_ALL] = "reply-all",
	[DRAFT_REPLY_LIST] = "reply-list",
	[DRAFT_FORWARD] = "forward",
	[DRAFT_FORWARD_ATTACHED] = "forward-attached",
	[DRAFT_REDIRECT] = "redirect",
	[DRAFT_AGAIN] = "again",
};

const char *draft_verb_name(enum draft_verb verb)
{
	return verb_names[verb];
}

bool draft_verb_find(struct str name, enum draft_verb *verb)
{
	for (size_t i = 0; i < DRAFT_VERB_COUNT; i++)
		if (str_equal(name, str_from(verb_names[i]))) {
			*verb = (enum draft_verb)i;
			return true;
		}
	return false;
}
