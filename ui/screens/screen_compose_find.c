/* Looking for words in the text, replacing them, going to a line. */
#include "ui/screens/compose_state.h"

#include "base/memory.h"
#include "words/gettext.h"

enum { FIND_TOP, FIND_BOTTOM, FIND_LINE, FIND_REPLACE };

static const struct choice find_keys[] = {
	{INPUT_CTRL('Y'), N_("Top"), FIND_TOP},
	{INPUT_CTRL('V'), N_("Bottom"), FIND_BOTTOM},
	{INPUT_CTRL('T'), N_("Line"), FIND_LINE},
	{INPUT_CTRL('R'), N_("Replace"), FIND_REPLACE},
};

/* What was asked for, or last time's for an empty answer. False: nothing to look for. */
static bool find_words(struct screen_compose *w, const char *text)
{
	if (text == NULL || (text[0] == '\0' && w->find == NULL))
		return false;
	if (text[0] != '\0') {
		mem_free(w->find);
		w->find = mem_text(text);
	}
	return true;
}

static bool find_go(struct screen_compose *w)
{
	bool is_wrapped;
	if (!editor_find(compose_editor(w), str_from(w->find), &is_wrapped)) {
		app_say(w->base.app, _("Word \"%s\" not found"), w->find);
		return false;
	}
	if (is_wrapped)
		app_say(w->base.app, "%s", _("Search wrapped to beginning"));
	compose_show(w);
	return true;
}

static void find_done(void *context, const char *text)
{
	struct screen_compose *w = context;
	if (find_words(w, text))
		find_go(w);
}

static void find_line_done(void *context, const char *text)
{
	struct screen_compose *w = context;
	uint32_t line;
	if (text == NULL || text[0] == '\0')
		return;
	if (!str_to_u32(str_trim(str_from(text)), &line) || line == 0)
		app_say(w->base.app, _("\"%s\" is no number"), text);
	else if (!editor_go_line(compose_editor(w), line))
		app_say(w->base.app, "%s", _("The text has fewer lines"));
	compose_show(w);
}

static void find_key(void *context, int value, const char *text)
{
	struct screen_compose *w = context;
	(void)text;
	if (value == FIND_TOP || value == FIND_BOTTOM)
		editor_move(compose_editor(w), value == FIND_TOP ? EDITOR_START : EDITOR_END, 1);
	else if (value == FIND_LINE)
		app_ask_line(w->base.app, str_from(_("Line to go to: ")), STR(""), false,
			find_line_done, w);
	else
		compose_replace(w);
	compose_show(w);
}

static void find_ask(
	struct screen_compose *w, const char *plain, const char *again, prompt_line_done *done)
{
	struct buf label = {0};
	if (w->find != NULL)
		buf_addf(&label, "%s [%s] : ", again, w->find);
	else
		buf_addf(&label, "%s : ", plain);
	app_ask_line(w->base.app, buf_str(&label), STR(""), false, done, w);
	buf_done(&label);
}

void compose_find(struct screen_compose *w)
{
	find_ask(w, _("Search"), _("Search"), find_done);
	app_ask_keys(w->base.app, find_keys, 4, find_key);
}

/* ---- Replacing. ---- */

enum { REPLACE_THIS, REPLACE_SKIP, REPLACE_ALL };

static const struct choice replace_choices[] = {
	{'y', N_("Yes"), REPLACE_THIS},
	{'n', N_("No"), REPLACE_SKIP},
	{'a', N_("All"), REPLACE_ALL},
};

static void replace_say(struct screen_compose *w)
{
	app_say(w->base.app, P_("%u place was changed", "%u places were changed", w->replaced),
		w->replaced);
}

static void replace_next(struct screen_compose *w);

static void replace_answer(void *context, int value)
{
	struct screen_compose *w = context;
	struct editor *e = compose_editor(w);
	struct str words = str_from(w->find), with = str_from(w->replacement);
	if (value == REPLACE_THIS && editor_replace_here(e, words, with))
		w->replaced++;
	if (value == REPLACE_ALL)
		w->replaced += (unsigned)editor_replace_all(e, words, with);
	if (value == REPLACE_THIS && e->cursor > 0)
		e->cursor--; /* the search begins behind it */
	if (value == REPLACE_THIS || value == REPLACE_SKIP)
		replace_next(w);
	else
		replace_say(w);
	compose_show(w);
}

/* To the end of the text and no further. */
static void replace_next(struct screen_compose *w)
{
	struct editor *e = compose_editor(w);
	size_t before = e->cursor;
	bool is_wrapped;
	if (!editor_find(e, str_from(w->find), &is_wrapped) || is_wrapped) {
		editor_go(e, before);
		replace_say(w);
		return;
	}
	app_ask_choice(w->base.app, str_from(_("Replace this one? ")), replace_choices, 3,
		REPLACE_THIS, replace_answer, w);
	compose_show(w);
}

static void replace_with_done(void *context, const char *text)
{
	struct screen_compose *w = context;
	struct editor *e = compose_editor(w);
	if (text == NULL)
		return;
	mem_free(w->replacement);
	w->replacement = mem_text(text);
	w->replaced = 0;
	struct str here = editor_text_str(&e->text, e->cursor,
		e->cursor + strlen(w->find) < e->text.len ? e->cursor + strlen(w->find)
							  : e->text.len);
	if (str_equal_nocase(here, str_from(w->find)))
		app_ask_choice(w->base.app, str_from(_("Replace this one? ")), replace_choices, 3,
			REPLACE_THIS, replace_answer, w);
	else
		replace_next(w);
}

static void replace_words_done(void *context, const char *text)
{
	struct screen_compose *w = context;
	if (find_words(w, text))
		app_ask_line(w->base.app, str_from(_("Replace with : ")), STR(""), false,
			replace_with_done, w);
}

void compose_replace(struct screen_compose *w)
{
	find_ask(w, _("Words to replace"), _("Words to replace"), replace_words_done);
}
