/* Something to say to a person. */
#include "model/sentence.h"

#include "base/memory.h"

bool sentence_set(
	struct sentence *s, const char *text, const char *one, const char *two, const char *three)
{
	if (s == NULL)
		return false;
	sentence_done(s);
	*s = (struct sentence){text, {mem_text(one), mem_text(two), mem_text(three)}};
	return false;
}

void sentence_done(struct sentence *s)
{
	for (int i = 0; i < SENTENCE_ARGS; i++)
		mem_free(s->args[i]);
	*s = (struct sentence){0};
}

void sentence_fill(const char *text, char *const args[SENTENCE_ARGS], struct buf *out)
{
	for (const char *p = text; *p != '\0'; p++) {
		int place = p[0] == '%' ? p[1] - '1' : -1;
		if (place >= 0 && place < SENTENCE_ARGS)
			buf_add_text(out, args[place] != NULL ? args[place] : "");
		else
			buf_add_char(out, *p);
		if ((place >= 0 && place < SENTENCE_ARGS) || (p[0] == '%' && p[1] == '%'))
			p++;
	}
}

bool sentence_error(const struct sentence *s, enum error_kind kind, struct error *err)
{
	struct buf text = {0};
	if (s->text != NULL)
		sentence_fill(s->text, s->args, &text);
	error_set(err, kind, "%s", buf_text(&text));
	buf_done(&text);
	return false;
}
