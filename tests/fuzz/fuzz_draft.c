/* A message of a Drafts folder, or a mailto: URL, from any bytes: the draft can be built, what is
 * sent of it has clean lines, and in Drafts it comes back the same the second time. */
#include "base/memory.h"
#include "compose/compose.h"
#include "proto/smtp/smtp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct message {
	struct buf bytes;
	struct str from; /* the files stand here */
	const struct draft *draft;
	const struct compose_found *found;
};

static bool take(void *context, struct str bytes, struct error *err)
{
	(void)err;
	buf_add(context, bytes);
	return true;
}

static bool put(void *context, struct str bytes, struct error *err)
{
	struct message *m = context;
	return take(&m->bytes, bytes, err);
}

static bool read_file(void *context, const struct draft_file *file, uint64_t offset, size_t size,
	struct buf *piece, struct error *err)
{
	struct message *m = context;
	struct buf all = {0};
	compose_file_copy(m->from, &m->found[file - m->draft->files], take, &all, err);
	buf_add(piece, str_first(str_skip(buf_str(&all), (size_t)offset), size));
	buf_done(&all);
	return true;
}

static bool build(struct str from, const struct draft *draft, const struct compose_found *found,
	bool is_draft, struct buf *out)
{
	struct message m = {.from = from, .draft = draft, .found = found};
	struct compose_options options = {.entropy = {1, 2}, .is_draft = is_draft};
	struct outgoing outgoing = {0};
	bool ok = compose_build(draft, &options, read_file, put, &m, &outgoing, NULL);
	outgoing_done(&outgoing);
	*out = m.bytes;
	return ok;
}

static void texts_must_equal(const char *a, const char *b)
{
	if (strcmp(a, b) != 0)
		abort();
}

/* The first reading makes it what Rowan writes; from then on it stays. */
static void settles(struct str first)
{
	struct draft one, two;
	struct compose_found *one_found, *two_found;
	struct buf bytes = {0};
	draft_init(&one);
	draft_init(&two);
	if (compose_read(first, NULL, &one, &one_found, NULL, NULL)) {
		if (!build(first, &one, one_found, true, &bytes) ||
			!compose_read(buf_str(&bytes), NULL, &two, &two_found, NULL, NULL))
			abort();
		texts_must_equal(one.to, two.to);
		texts_must_equal(one.cc, two.cc);
		texts_must_equal(one.subject, two.subject);
		texts_must_equal(one.extra, two.extra);
		if (one.file_count != two.file_count || one.verb != two.verb)
			abort();
		mem_free(two_found);
		mem_free(one_found);
	}
	draft_done(&one);
	draft_done(&two);
	buf_done(&bytes);
}

static void is_clean(struct str from, struct draft *draft, const struct compose_found *found)
{
	struct buf bytes = {0};
	if (draft->from[0] == '\0')
		draft_set(&draft->from, STR("a@x.org"));
	if (build(from, draft, found, false, &bytes) && !smtp_message_is_clean(buf_str(&bytes)))
		abort();
	buf_done(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make((const char *)data, size);
	struct draft draft;
	struct compose_found *found = NULL;
	draft_init(&draft);
	if (compose_mailto(bytes, &draft, NULL)) {
		is_clean(bytes, &draft, NULL);
	} else {
		compose_read(bytes, NULL, &draft, &found, NULL, NULL);
		is_clean(bytes, &draft, found);
		settles(bytes);
	}
	mem_free(found);
	draft_done(&draft);
	return 0;
}
