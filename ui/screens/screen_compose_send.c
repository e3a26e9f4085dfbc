/* Sending: looked over first, each doubt a question; closed when the message is in the outbox. */
#include "ui/screens/compose_state.h"

#include "base/array.h"
#include "ui/app_compose.h"
#include "ui/say.h"
#include "words/gettext.h"

static const struct choice send_choices[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void warnings_done(struct compose_warnings *warnings)
{
	for (size_t i = 0; i < warnings->count; i++)
		mem_free(warnings->items[i].words);
	mem_free(warnings->items);
	*warnings = (struct compose_warnings){0};
}

void compose_warnings_free(struct screen_compose *w)
{
	warnings_done(&w->warnings);
}

/* ---- What was found. ---- */

static void say_too_large(const char *words, struct buf *out)
{
	struct str rest = str_from(words);
	uint64_t bytes = 0, limit = 0;
	str_to_u64(str_cut(&rest, ' '), &bytes);
	str_to_u64(rest, &limit);
	struct buf is = {0}, may = {0};
	say_size(bytes, &is);
	say_size(limit, &may);
	buf_addf(out, _("The message is too large: %s, the server takes %s"), buf_text(&is),
		buf_text(&may));
	buf_done(&is);
	buf_done(&may);
}

static void say_look_alike(const char *words, struct buf *out)
{
	struct str rest = str_from(words), addr = str_cut(&rest, ' ');
	buf_addf(out, _("%.*s looks like %.*s, but is another. Send anyway? "), (int)addr.len,
		addr.data, (int)rest.len, rest.data);
}

static void say_warning(const struct compose_warning *warning, struct buf *out)
{
	const char *words = warning->words;
	switch (warning->kind) {
	case COMPOSE_NO_RECIPIENT:
		buf_add_text(out, _("There is nobody to send it to: fill in To, Cc or Bcc"));
		break;
	case COMPOSE_BAD_ADDRESS:
		buf_addf(out, _("This is no address: %s"), words);
		break;
	case COMPOSE_TOO_LARGE:
		say_too_large(words, out);
		break;
	case COMPOSE_NO_SUBJECT:
		buf_add_text(out, _("The subject is empty. Send anyway? "));
		break;
	case COMPOSE_NO_ATTACHMENT:
		buf_addf(out, _("It says \"%s\", but nothing is attached. Send anyway? "), words);
		break;
	case COMPOSE_MANY_RECIPIENTS:
		buf_addf(out, _("It goes to %s people. Send anyway? "), words);
		break;
	case COMPOSE_BLIND_REPLY_ALL:
		buf_add_text(out, _("You had a blind copy, and now all will know. Send anyway? "));
		break;
	case COMPOSE_OTHER_FROM:
		buf_addf(out, _("The original was sent to %s, this is from another. Send anyway? "),
			words);
		break;
	case COMPOSE_FIRST_TIME:
		buf_addf(out, _("You never wrote to %s before. Send anyway? "), words);
		break;
	case COMPOSE_LOOK_ALIKE:
		say_look_alike(words, out);
		break;
	case COMPOSE_WARNING_COUNT:
		break;
	}
}

/* ---- One question after the other. ---- */

static bool warning_stops(enum compose_warning_kind kind)
{
	return kind < COMPOSE_NO_SUBJECT;
}

static enum compose_field field_with(const struct screen_compose *w, const char *words)
{
	static const enum compose_field places[] = {
		FIELD_TO, FIELD_CC, FIELD_BCC, FIELD_REPLY_TO, FIELD_FROM};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && words[0] != '\0'; i++) {
		struct editor *e = &w->fields[places[i]];
		size_t at = str_find(editor_text_str(&e->text, 0, e->text.len), str_from(words));
		if (at == STR_NONE)
			continue;
		editor_go(e, at);
		return places[i];
	}
	return FIELD_TO;
}

/* Where it is put right. */
static enum compose_field warning_field(
	const struct screen_compose *w, const struct compose_warning *warning)
{
	switch (warning->kind) {
	case COMPOSE_TOO_LARGE:
	case COMPOSE_NO_ATTACHMENT:
		return FIELD_ATTACH;
	case COMPOSE_NO_SUBJECT:
		return FIELD_SUBJECT;
	case COMPOSE_OTHER_FROM:
		w->fields[FIELD_FROM].cursor = 0;
		return FIELD_FROM;
	case COMPOSE_BAD_ADDRESS:
	case COMPOSE_FIRST_TIME:
		return field_with(w, warning->words);
	case COMPOSE_NO_RECIPIENT:
	case COMPOSE_MANY_RECIPIENTS:
	case COMPOSE_BLIND_REPLY_ALL:
	case COMPOSE_LOOK_ALIKE:
	case COMPOSE_WARNING_COUNT:
		break;
	}
	return FIELD_TO;
}

static void send_stay(struct screen_compose *w)
{
	if (w->warning < w->warnings.count) {
		enum compose_field field = warning_field(w, &w->warnings.items[w->warning]);
		w->is_rich |= !compose_is_shown(w, field);
		compose_go(w, field);
		compose_show(w);
	}
	warnings_done(&w->warnings);
}

static void send_go(struct screen_compose *w)
{
	struct request *request = request_new(REQUEST_DRAFT_SEND);
	request->draft = compose_collect(w);
	request->not_before = w->draft->send_at;
	request->tag = w->send_tag = app_next_tag(w->base.app);
	warnings_done(&w->warnings);
	app_send(w->base.app, request);
}

static void send_ask(struct screen_compose *w);

static void send_answer(void *context, int value)
{
	struct screen_compose *w = context;
	if (value != 1) {
		send_stay(w);
		app_say(w->base.app, "%s", _("Not sent"));
	} else if (w->warning < w->warnings.count) {
		w->warning++;
		send_ask(w);
	} else {
		send_go(w);
	}
}

static void send_ask(struct screen_compose *w)
{
	struct buf label = {0};
	if (w->warning < w->warnings.count)
		say_warning(&w->warnings.items[w->warning], &label);
	else
		buf_add_text(&label, _("Send message? "));
	if (w->warning < w->warnings.count && warning_stops(w->warnings.items[w->warning].kind)) {
		send_stay(w);
		app_warn(w->base.app, "%s", buf_text(&label));
	} else {
		/* A doubt is not answered by a Return too many. */
		app_ask_choice(w->base.app, buf_str(&label), send_choices, 2,
			w->warning == w->warnings.count, send_answer, w);
	}
	buf_done(&label);
}

void compose_send(struct screen_compose *w)
{
	struct request *request;
	if (w->attaching > 0) {
		app_say(w->base.app, "%s", _("A file is still being copied; wait a moment"));
		return;
	}
	if (w->fields[FIELD_ATTACH].text.len > 0) {
		compose_attach_typed(w);
		app_say(w->base.app, "%s", _("The file is attached first; send again then"));
		return;
	}
	request = request_new(REQUEST_DRAFT_CHECK);
	request->draft = compose_collect(w);
	request->tag = w->check_tag = app_next_tag(w->base.app);
	app_send(w->base.app, request);
}

void compose_send_early(struct screen_compose *w, const struct input *input)
{
	if (!input->is_pasted && w->early_count < sizeof(w->early) / sizeof(w->early[0]))
		w->early[w->early_count++] = *input;
}

/* "^X y" typed in one go answers the last question; a doubt that came in between it does not. */
static void send_replay(struct screen_compose *w)
{
	struct app *app = w->base.app;
	size_t count = w->warnings.count == 0 ? w->early_count : 0;
	struct input early[sizeof(w->early) / sizeof(w->early[0])];
	memcpy(early, w->early, sizeof(early));
	w->early_count = 0;
	for (size_t i = 0; i < count && app->prompt.state != PROMPT_NONE; i++)
		prompt_input(&app->prompt, &early[i]);
}

bool compose_send_event(struct screen_compose *w, struct event *event)
{
	if (event->tag == 0)
		return false;
	if (event->kind == EVENT_CHECKED && event->tag == w->check_tag) {
		warnings_done(&w->warnings);
		w->warnings = event->warnings;
		event->warnings = (struct compose_warnings){0};
		w->warning = 0;
		w->check_tag = 0;
		send_ask(w);
		send_replay(w);
		return true;
	}
	if (event->tag == w->check_tag && event->kind == EVENT_FAILED)
		w->check_tag = w->early_count = 0;
	if (event->tag != w->send_tag)
		return false;
	if (event->kind == EVENT_FAILED)
		w->send_tag = 0;
	if (event->kind == EVENT_OUTBOX) {
		struct app *app = w->base.app;
		int64_t outgoing_id = event->outgoing_id;
		compose_sent(w);
		app_compose_sent(app, outgoing_id);
	}
	return true;
}
