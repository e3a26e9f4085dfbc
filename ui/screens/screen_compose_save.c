/* Into the store while one writes, and out of the composer. */
#include "ui/screens/compose_state.h"

#include "base/memory.h"
#include "ui/app_compose.h"
#include "words/gettext.h"

enum { SAVE_AFTER_MS = 3000 };

uint64_t compose_revision(const struct screen_compose *w)
{
	uint64_t sum = w->file_changes;
	for (int i = 0; i < FIELD_COUNT; i++)
		sum += w->fields[i].revision;
	return sum;
}

static void collect_text(const struct screen_compose *w, enum compose_field field, char **text)
{
	struct buf typed = {0};
	editor_text(&w->fields[field], &typed);
	draft_set(text, field == FIELD_BODY ? buf_str(&typed) : str_trim(buf_str(&typed)));
	buf_done(&typed);
}

struct draft *compose_collect(const struct screen_compose *w)
{
	struct draft *draft = draft_copy(w->draft);
	char **const texts[FIELD_COUNT] = {&draft->from, &draft->reply_to, &draft->to, &draft->cc,
		&draft->bcc, &draft->fcc, NULL, &draft->subject, &draft->body};
	for (int i = 0; i < FIELD_COUNT; i++)
		if (texts[i] != NULL)
			collect_text(w, (enum compose_field)i, texts[i]);
	return draft;
}

void compose_save(struct screen_compose *w)
{
	struct request *request = request_new(REQUEST_DRAFT_SAVE);
	request->draft = compose_collect(w);
	request->draft->revision = ++w->draft->revision;
	request->tag = w->save_tag = app_next_tag(w->base.app);
	w->saved = compose_revision(w);
	w->dirty_since = 0;
	app_send(w->base.app, request);
}

/* Some seconds after the first change that is not saved; one save at a time. */
int64_t compose_tick(struct screen *s)
{
	struct screen_compose *w = (struct screen_compose *)s;
	if (w->is_over || w->send_tag != 0 || compose_revision(w) == w->saved)
		return -1;
	if (w->dirty_since == 0)
		w->dirty_since = s->app->now;
	if (w->save_tag != 0)
		return -1; /* its answer comes first */
	if (s->app->now - w->dirty_since < SAVE_AFTER_MS)
		return w->dirty_since + SAVE_AFTER_MS;
	compose_save(w);
	return -1;
}

/* ---- Away. ---- */

static void leave(struct screen_compose *w, enum request_kind kind)
{
	struct app *app = w->base.app;
	if (kind != REQUEST_QUIT) {
		struct request *request = request_new(kind);
		request->draft_id = w->draft->draft_id;
		app_send(app, request);
		struct draft *draft = compose_collect(w);
		app_compose_left(app, draft, kind == REQUEST_DRAFT_DROP);
		draft_free(draft);
	}
	w->is_over = true;
	app_pop_to(app, &w->base);
	app_pop(app);
}

void compose_leave(struct screen_compose *w)
{
	struct app *app = w->base.app;
	leave(w, REQUEST_DRAFT_POSTPONE);
	app_say(app, "%s", _("Composition postponed. Select Compose to resume"));
}

void compose_sent(struct screen_compose *w)
{
	leave(w, REQUEST_QUIT);
}

/* It closes when it is certain that it is kept. */
void compose_postpone(struct screen_compose *w)
{
	if (w->attaching > 0) {
		app_say(w->base.app, "%s", _("A file is still being copied; wait a moment"));
		return;
	}
	w->is_postponing = true;
	compose_save(w);
}

static const struct choice cancel_choices[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void cancel_done(void *context, int value)
{
	struct screen_compose *w = context;
	struct app *app = w->base.app;
	if (value != 1)
		return;
	compose_save(w); /* what is brought back is the latest */
	leave(w, REQUEST_DRAFT_DROP);
	app_say(app, "%s", _("Message cancelled; for a week Compose can bring it back"));
}

void compose_cancel(struct screen_compose *w)
{
	struct app *app = w->base.app;
	struct draft *draft = compose_collect(w);
	bool is_blank = draft_is_blank(draft);
	draft_free(draft);
	if (is_blank) {
		leave(w, REQUEST_DRAFT_DROP);
		app_say(app, "%s", _("Message cancelled"));
		return;
	}
	app_ask_choice(app,
		str_from(_("Cancel message (answering \"Yes\" will abandon your mail message)? ")),
		cancel_choices, 2, 1, cancel_done, w);
}
