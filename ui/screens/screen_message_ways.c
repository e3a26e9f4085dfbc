/* Other ways to show the same message: in another charset, with its quotes folded. */
#include "ui/screens/message_state.h"

#include "ui/say.h"
#include "words/gettext.h"

/* ---- Quotes. ---- */

static const char *ways_word(void *context, const char *id)
{
	(void)context;
	return say_command(id);
}

static void ways_folded(void *context, unsigned lines, struct buf *out)
{
	(void)context;
	buf_addf(out, P_("[%u quoted line]", "[%u quoted lines]", lines), lines);
}

void message_layout_options(const struct screen_message *m, struct layout_options *options)
{
	*options = (struct layout_options){
		.cells = m->columns > 20 ? m->columns : 20,
		.word = ways_word,
		.folds_quotes = m->folds_quotes,
		.quotes_kept = m->quotes_kept,
		.folded = ways_folded,
	};
}

static int ways_depth(const struct doc *doc)
{
	int depth = 0;
	for (size_t i = 0; doc != NULL && i < doc->block_count; i++)
		if (doc->blocks[i].quote > depth)
			depth = doc->blocks[i].quote;
	return depth;
}

/* All quotes first, then those within quotes, and so on while there are deeper ones. */
void message_fold(struct screen_message *m)
{
	int depth = ways_depth(message_doc(m));
	if (depth == 0) {
		app_say(m->base.app, "%s", _("Nothing is quoted in this message"));
		return;
	}
	m->quotes_kept = m->folds_quotes ? m->quotes_kept + 1 : 0;
	m->folds_quotes = m->quotes_kept < depth;
	message_relayout(m);
	if (!m->folds_quotes)
		app_say(m->base.app, "%s", _("All quotes are shown"));
	else if (m->quotes_kept == 0)
		app_say(m->base.app, "%s", _("Quotes are folded; Return shows them"));
	else
		app_say(m->base.app, "%s", _("Quotes within quotes are folded; Return shows them"));
}

bool message_unfold(struct screen_message *m)
{
	if (!m->folds_quotes)
		return false;
	m->folds_quotes = false;
	message_relayout(m);
	return true;
}

/* ---- Charsets. ---- */

static const char *const charsets[] = {"Big5", "Big5-HKSCS", "EUC-JP", "EUC-KR", "EUC-TW",
	"GB18030", "GB2312", "GBK", "HZ-GB-2312", "IBM437", "IBM850", "IBM852", "IBM855", "IBM866",
	"ISO-2022-JP", "ISO-2022-KR", "ISO-8859-1", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4",
	"ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9", "ISO-8859-10",
	"ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "KOI8-R", "KOI8-U", "Macintosh",
	"Shift_JIS", "TIS-620", "US-ASCII", "UTF-16BE", "UTF-16LE", "UTF-7", "UTF-8", "VISCII",
	"windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254",
	"windows-1255", "windows-1256", "windows-1257", "windows-1258", "windows-874"};
enum { CHARSETS = sizeof(charsets) / sizeof(*charsets) };

/* What all names that begin so have in common. */
static bool ways_complete(void *context, struct str typed, struct buf *completed)
{
	struct screen_message *m = context;
	struct str common = {0};
	size_t count = 0;
	for (size_t i = 0; i < CHARSETS; i++) {
		struct str name = str_from(charsets[i]);
		if (!str_starts_nocase(name, typed))
			continue;
		size_t same = 0;
		while (count > 0 && same < common.len && same < name.len &&
			ascii_lower(common.data[same]) == ascii_lower(name.data[same]))
			same++;
		common = count++ == 0 ? name : str_first(common, same);
	}
	bool is_longer = count > 0 && !str_equal(common, typed);
	if (is_longer)
		buf_add(completed, common);
	else
		m->base.app->wants_bell = true;
	return is_longer;
}

static void ways_charset_done(void *context, const char *text)
{
	struct screen_message *m = context;
	struct app *app = m->base.app;
	if (text == NULL)
		return;
	bool is_as_written = text[0] == '\0' || strcmp(text, _("as written")) == 0;
	if (!is_as_written && engine_charset_name(text) == NULL) {
		app_say(app, _("No character set is known as \"%s\""), text);
		return;
	}
	m->charset[0] = '\0';
	if (!is_as_written)
		strncpy(m->charset, engine_charset_name(text), sizeof(m->charset) - 1);
	if (is_as_written)
		app_say(app, "%s", _("Shown in the character set the message names"));
	else
		app_say(app, _("Shown as %s"), m->charset);
	message_ask(m);
}

void message_charset(struct screen_message *m)
{
	struct buf label = {0};
	buf_addf(&label, _("Character set [%s] : "), _("as written"));
	app_ask_line(
		m->base.app, buf_str(&label), str_from(m->charset), false, ways_charset_done, m);
	m->base.app->prompt.complete = ways_complete;
	buf_done(&label);
}
