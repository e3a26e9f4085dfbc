/* Who one writes as. */
#include "model/identity.h"

#include "base/memory.h"

enum { TEXT_COUNT = 9 };

static void identity_texts(struct identity *i, char **texts[TEXT_COUNT])
{
	char **all[TEXT_COUNT] = {&i->name, &i->from, &i->addresses, &i->reply_to, &i->cc, &i->bcc,
		&i->fcc, &i->signature, &i->extra};
	memcpy(texts, all, sizeof(all));
}

void identity_init(struct identity *i)
{
	char **texts[TEXT_COUNT];
	*i = (struct identity){0};
	identity_texts(i, texts);
	for (size_t n = 0; n < TEXT_COUNT; n++)
		*texts[n] = mem_text("");
}

void identity_done(struct identity *i)
{
	char **texts[TEXT_COUNT];
	identity_texts(i, texts);
	for (size_t n = 0; n < TEXT_COUNT; n++)
		mem_free(*texts[n]);
	*i = (struct identity){0};
}

void identity_copy_to(struct identity *to, const struct identity *from)
{
	char **texts[TEXT_COUNT];
	*to = *from;
	identity_texts(to, texts);
	for (size_t n = 0; n < TEXT_COUNT; n++)
		*texts[n] = mem_text(*texts[n] != NULL ? *texts[n] : "");
}
