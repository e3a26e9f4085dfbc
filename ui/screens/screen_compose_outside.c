/*
 * Another program on the text: $VISUAL or $EDITOR, or one that checks the spelling. The text is
 * written to a file in Rowan's own folder, the terminal handed over, and read back; what changed is
 * one step of the undo. The message is saved before, so that nothing can be lost by it.
 */
#include "ui/screens/compose_state.h"

#include "base/file.h"
#include "base/memory.h"
#include "ui/app_open.h"
#include "words/gettext.h"

#include <stdlib.h>
#include <unistd.h>

static const char *outside_editor(const struct app *app)
{
	const char *names[] = {app->options->editor, getenv("VISUAL"), getenv("EDITOR"), "vi"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] != NULL && names[i][0] != '\0')
			return names[i];
	return "";
}

static bool program_is_there(const char *name)
{
	const char *path = getenv("PATH");
	struct str rest = str_from(path != NULL ? path : "");
	bool is_there = false;
	while (rest.len > 0 && !is_there) {
		char *folder = mem_str(str_cut(&rest, ':'));
		char *file = file_join(folder, name);
		is_there = access(file, X_OK) == 0;
		mem_free(folder);
		mem_free(file);
	}
	return is_there;
}

/* Each works on a file and asks its questions on the terminal. */
static const char *outside_speller(const struct app *app)
{
	static const struct {
		const char *program, *line;
	} known[] = {
		{"aspell", "aspell --mode=email --dont-backup check"},
		{"hunspell", "hunspell"},
		{"ispell", "ispell -x"},
	};
	const char *names[] = {app->options->speller, getenv("SPELLER"), getenv("speller")};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] != NULL && names[i][0] != '\0')
			return names[i];
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (program_is_there(known[i].program))
			return known[i].line;
	return NULL;
}

static void outside_read(struct screen_compose *w)
{
	struct buf text = {0};
	struct error err = {0};
	if (!file_read(w->outside, EDITOR_BYTES_MAX, &text, &err)) {
		app_say_error(w->base.app, &err);
	} else {
		struct editor *e = &w->fields[FIELD_BODY];
		struct buf before = {0};
		editor_text(e, &before);
		/* An editor ends the last line; that alone is no change. */
		bool has_end = before.len > 0 && before.data[before.len - 1] == '\n';
		if (!has_end && text.len > 0 && text.data[text.len - 1] == '\n')
			buf_truncate(&text, text.len - 1);
		editor_replace_text(e, buf_str(&text));
		buf_done(&before);
	}
	buf_done(&text);
}

static void outside_done(void *context, int status)
{
	struct screen_compose *w = context;
	if (status == 0)
		outside_read(w);
	else
		app_warn(w->base.app, _("The program ended with status %d; nothing was changed"),
			status);
	unlink(w->outside);
	mem_free(w->outside);
	w->outside = NULL;
	compose_show(w);
}

void compose_outside(struct screen_compose *w, bool is_spelling)
{
	struct app *app = w->base.app;
	const char *line = is_spelling ? outside_speller(app) : outside_editor(app);
	struct error err = {0};
	struct buf text = {0};
	if (line == NULL) {
		app_say(app, "%s", _("No program checks spelling here: aspell or hunspell would"));
		return;
	}
	compose_save(w);
	editor_text(&w->fields[FIELD_BODY], &text);
	w->outside = app_open_file(app, "message.txt");
	if (w->outside == NULL) {
		buf_done(&text);
		return;
	}
	if (text.len > 0 && text.data[text.len - 1] != '\n')
		buf_add_char(&text, '\n');
	if (!file_write_atomic(w->outside, buf_str(&text), 0600, &err)) {
		app_say_error(app, &err);
		mem_free(w->outside);
		w->outside = NULL;
	} else {
		app_open_program(app, line, w->outside, outside_done, w);
	}
	buf_done(&text);
}
