/* Drafts by chance. */
#include "tests/compose/made.h"

#include "base/memory.h"
#include "proto/mime/mime.h"
#include "compose/compose_address.h"

uint32_t made_chance(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static const char *const words[] = {"Hello", "grüße", "日本語", "ok", "=?UTF-8?Q?x?=", "a.b",
	"Привет", "x=y", "\"quoted\"", "--", "back\\slash", "semi;colon", "<angle>", "emoji 🎉",
	"(comment)", "comma,", "co:lon", "שלום", "e\xcc\x81", "From", ".", "..", ">", "=20", "=_",
	"?=",
	"averylongwordwithoutanyblankinitthatgoesonandonandonandonandonandonandonandonandonandon",
	"ﬀ", "100%", "[tag]", "'", "@", "x@y", "--=_"};
enum { WORD_COUNT = sizeof(words) / sizeof(*words) };

static const char *pick(uint64_t *seed)
{
	return words[made_chance(seed, WORD_COUNT)];
}

static void add_words(uint64_t *seed, uint32_t most, struct buf *out)
{
	for (uint32_t n = made_chance(seed, most) + 1; n > 0; n--)
		buf_addf(out, "%s%s", out->len > 0 && out->data[out->len - 1] != '\n' ? " " : "",
			pick(seed));
}

static void set_words(uint64_t *seed, uint32_t most, char **field)
{
	struct buf text = {0};
	add_words(seed, most, &text);
	draft_set(field, buf_str(&text));
	buf_done(&text);
}

static void set_addresses(uint64_t *seed, uint32_t most, char **field)
{
	static const char *const addrs[] = {"ann@example.org", "b.c+tag@sub.example.com",
		"\"odd one\"@example.net", "x@[192.0.2.1]", "o'neil_99@xn--bcher-kva.example",
		"a-very-long-local-part-that-fills-a-line-quite-well@a-long-host-name.example.org"};
	struct address_list list = {0};
	struct buf text = {0};
	for (uint32_t n = made_chance(seed, most + 1); n > 0; n--) {
		struct buf name = {0};
		if (made_chance(seed, 4) > 0)
			add_words(seed, 5, &name);
		/* In a name that is typed, an encoded word is one. */
		if (str_find(buf_str(&name), STR("=?")) != STR_NONE)
			buf_clear(&name);
		const char *addr = addrs[made_chance(seed, sizeof(addrs) / sizeof(*addrs))];
		address_list_add(&list, buf_str(&name), str_from(addr), STR(""));
		buf_done(&name);
	}
	compose_addresses_print(&list, &text);
	draft_set(field, buf_str(&text));
	address_list_done(&list);
	buf_done(&text);
}

/* One paragraph in the form that reading gives: no blank at its end, quote marks together. */
static void add_paragraph(uint64_t *seed, struct buf *out)
{
	struct buf line = {0};
	uint32_t depth = made_chance(seed, 3) == 0 ? made_chance(seed, 4) : 0;
	if (made_chance(seed, 6) > 0)
		add_words(seed, made_chance(seed, 8) == 0 ? 60 : 12, &line);
	if (made_chance(seed, 8) == 0 && line.len > 0)
		buf_addf(out, "%s", depth == 0 ? "  " : "");
	struct str text = buf_str(&line);
	while (text.len > 0 && text.data[0] == '>')
		text = str_trim(str_skip(text, 1));
	for (uint32_t i = 0; i < depth; i++)
		buf_add_char(out, '>');
	if (depth > 0 && text.len > 0)
		buf_add_char(out, ' ');
	buf_add(out, text);
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		buf_truncate(out, out->len - 1);
	buf_add_char(out, '\n');
	buf_done(&line);
}

static void set_body(uint64_t *seed, struct draft *out)
{
	struct buf body = {0};
	for (uint32_t n = made_chance(seed, 12); n > 0; n--)
		add_paragraph(seed, &body);
	if (made_chance(seed, 3) == 0)
		buf_add_text(&body, "-- \nA signature\n");
	draft_set(&out->body, buf_str(&body));
	buf_done(&body);
}

static const char message_plain[] = "From: a@b.org\r\nSubject: inside\r\n\r\nText\r\n";
static const char message_8bit[] =
	"From: a@b.org\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
	"Content-Transfer-Encoding: 8bit\r\nSubject: inside\r\n\r\ngr\xc3\xbc\xc3\x9f\r\n";

void made_bytes(const struct draft_file *file, struct buf *out)
{
	uint64_t seed = (uint64_t)file->file_id;
	if (file->is_message) {
		buf_add_text(out, file->file_id % 2 == 0 ? message_plain : message_8bit);
		return;
	}
	while (out->len < file->size)
		buf_add_char(out, (char)made_chance(&seed, file->file_id % 3 == 0 ? 90 : 256));
}

static void add_file(uint64_t *seed, struct draft *out)
{
	static const char *const types[] = {"image/png", "text/plain; charset=UTF-8",
		"application/octet-stream", "text/x-diff; charset=US-ASCII"};
	struct buf name = {0}, description = {0};
	bool is_message = made_chance(seed, 5) == 0;
	add_words(seed, 4, &name);
	if (made_chance(seed, 3) == 0)
		add_words(seed, 4, &description);
	char *texts[] = {
		mem_text(types[made_chance(seed, 4)]), buf_take(&name), buf_take(&description)};
	char message[] = "message/rfc822";
	struct draft_file file = {.file_id = made_chance(seed, 1000) + 1,
		.type = is_message ? message : texts[0],
		.name = texts[1],
		.description = texts[2],
		.size = made_chance(seed, 3) == 0 ? made_chance(seed, 200000)
						  : made_chance(seed, 300),
		.is_message = is_message};
	if (is_message)
		file.size = strlen(file.file_id % 2 == 0 ? message_plain : message_8bit);
	draft_add_file(out, &file);
	for (size_t i = 0; i < 3; i++)
		mem_free(texts[i]);
}

void made_draft(uint64_t *seed, struct draft *out)
{
	draft_init(out);
	out->verb = (enum draft_verb)made_chance(seed, DRAFT_VERB_COUNT);
	out->revision = made_chance(seed, 100);
	out->was_blind = made_chance(seed, 2) == 0;
	draft_set(&out->from, STR("Ånn Example <ann@example.org>"));
	set_addresses(seed, 4, &out->to);
	set_addresses(seed, 3, &out->cc);
	set_addresses(seed, 2, &out->bcc);
	set_addresses(seed, 1, &out->reply_to);
	if (out->to[0] == '\0')
		draft_set(&out->to, STR("somebody@example.org"));
	set_words(seed, 20, &out->subject);
	if (made_chance(seed, 2) == 0) {
		draft_set(&out->in_reply_to, STR("<one@x.org>"));
		draft_set(&out->references, STR("<zero@x.org> <one@x.org>"));
	}
	if (made_chance(seed, 3) == 0)
		draft_set(&out->extra, STR("X-Note: grüße, alle\nOrganization: Acme\n"));
	if (made_chance(seed, 3) == 0)
		set_words(seed, 3, &out->identity);
	set_body(seed, out);
	for (uint32_t n = made_chance(seed, 4); n > 0; n--)
		add_file(seed, out);
}

bool made_read(void *context, const struct draft_file *file, uint64_t offset, size_t size,
	struct buf *piece, struct error *err)
{
	struct buf all = {0};
	(void)context;
	(void)err;
	made_bytes(file, &all);
	buf_add(piece, str_first(str_skip(buf_str(&all), (size_t)offset), size));
	buf_done(&all);
	return true;
}

bool made_take(void *context, struct str bytes, struct error *err)
{
	struct made_message *m = context;
	(void)err;
	buf_add(&m->bytes, bytes);
	if (bytes.len > m->largest)
		m->largest = bytes.len;
	return true;
}
