/* What was learned of a server. */
#include "engine/facts.h"

#include "base/memory.h"

enum { FACTS_CLEAN = 3, FACTS_BARRED_S = 30 * 24 * 3600 };

static void facts_text(char **field, struct str value)
{
	mem_free(*field);
	*field = mem_str(value);
}

static void facts_line(struct server_facts *facts, struct str key, struct str value)
{
	uint32_t number = 0;
	(void)str_to_u32(value, &number);
	if (str_equal(key, STR("caps")))
		facts_text(&facts->caps, value);
	else if (str_equal(key, STR("prefix")))
		facts_text(&facts->prefix, value);
	else if (str_equal(key, STR("level")))
		facts->level = number > PIPELINE_BEFORE_GREETING ? PIPELINE_AFTER_LOGIN
								 : (enum pipelining)number;
	else if (str_equal(key, STR("clean")))
		facts->clean = number;
	else if (str_equal(key, STR("barred")))
		facts->barred = number;
	else if (str_equal(key, STR("scram-plus")))
		facts->scram_plus = number != 0;
	else if (str_equal(key, STR("plain-list")))
		facts->plain_list = number != 0;
	else if (str_equal(key, STR("no-qresync")))
		facts->no_qresync = number != 0;
	else if (str_equal(key, STR("no-compress")))
		facts->no_compress = number != 0;
	else if (str_equal(key, STR("id-sent")))
		facts->id_is_sent = number != 0;
	else if (str_equal(key, STR("delimiter")))
		facts->delimiter = (char)number;
}

void facts_read(struct server_facts *facts, struct str text)
{
	facts->level = PIPELINE_AFTER_LOGIN;
	while (text.len > 0) {
		struct str line = str_cut(&text, '\n');
		struct str key = str_cut(&line, ' ');
		facts_line(facts, key, line);
	}
}

void facts_write(const struct server_facts *facts, struct buf *out)
{
	if (facts->caps != NULL)
		buf_addf(out, "caps %s\n", facts->caps);
	if (facts->prefix != NULL)
		buf_addf(out, "prefix %s\n", facts->prefix);
	buf_addf(out, "level %u\nclean %u\nscram-plus %d\nplain-list %d\nno-qresync %d\n",
		facts->level, facts->clean, facts->scram_plus, facts->plain_list,
		facts->no_qresync);
	if (facts->no_compress)
		buf_add_text(out, "no-compress 1\n");
	buf_addf(out, "id-sent %d\ndelimiter %d\nbarred %lld\n", facts->id_is_sent,
		facts->delimiter, (long long)facts->barred);
}

void facts_clean(struct server_facts *facts, int64_t wall)
{
	if (facts->level >= PIPELINE_BEFORE_GREETING || wall < facts->barred ||
		++facts->clean < FACTS_CLEAN)
		return;
	facts->level++;
	facts->clean = 0;
}

void facts_surprised(struct server_facts *facts, int64_t wall)
{
	if (facts->level > PIPELINE_AFTER_LOGIN)
		facts->level--;
	facts->clean = 0;
	facts->barred = wall + FACTS_BARRED_S;
}

void facts_name(struct server_facts *facts, struct str words, int64_t wall)
{
	bool is_known = str_find_nocase(words, STR("Dovecot")) != STR_NONE ||
			str_find_nocase(words, STR("Cyrus IMAP")) != STR_NONE;
	if (is_known && wall >= facts->barred)
		facts->level = PIPELINE_BEFORE_GREETING;
}

void facts_done(struct server_facts *facts)
{
	mem_free(facts->caps);
	mem_free(facts->prefix);
}
