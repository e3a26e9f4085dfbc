/*
 * Questions of the accounts: a password is asked on the status line, a certificate on a screen of
 * its own. One at a time; meanwhile every other account goes on.
 */
#include "ui/app_parts.h"

#include "base/array.h"
#include "ui/screens/screen.h"
#include "words/gettext.h"

static void question_free(struct question *q)
{
	struct event *event;
	if (q == NULL)
		return;
	event = mem_new(sizeof(*event));
	event->question = q;
	event_free(event);
}

void app_question_add(struct app *app, struct question *question)
{
	app->questions = array_room(
		app->questions, app->question_count, &app->question_cap, sizeof(struct question *));
	app->questions[app->question_count++] = question;
}

static struct question *app_question_take(struct app *app)
{
	struct question *first = app->questions[0];
	app->question_count--;
	memmove(app->questions, app->questions + 1,
		app->question_count * sizeof(struct question *));
	return first;
}

static void password_send(struct app *app, bool may_keep)
{
	struct request *request = request_new(REQUEST_ANSWER);
	request->question_id = app->asking->question_id;
	request->answer = app->password != NULL ? ANSWER_ONCE : ANSWER_CANCEL;
	request->may_keep = may_keep;
	request->text = app->password;
	app->password = NULL;
	app->answered = app->last_key;
	app_send(app, request);
	question_free(app->asking);
	app->asking = NULL;
}

static void password_keep_done(void *context, int value)
{
	password_send(context, value == 1);
}

static const struct choice keep_choices[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void password_done(void *context, const char *text)
{
	struct app *app = context;
	if (text == NULL || text[0] == '\0') {
		app_say(app, _("%s stays without a connection until you answer"),
			app->asking->account);
		password_send(app, false);
		return;
	}
	app->password = mem_text(text);
	if (!app->asking->can_keep) {
		password_send(app, false);
		return;
	}
	app_ask_choice(app, str_from(_("Keep the password in the keyring? ")), keep_choices, 2, 0,
		password_keep_done, app);
}

static void password_ask(struct app *app, struct question *q)
{
	struct buf label = {0};
	app->asking = q;
	buf_addf(&label, _("%s: password of %s at %s : "), q->account, q->user, q->host);
	app_ask_line(app, buf_str(&label), STR(""), true, password_done, app);
	buf_done(&label);
}

void app_question_next(struct app *app)
{
	if (app->question_count == 0 || app->prompt.state != PROMPT_NONE || app->asking != NULL ||
		app_find(app, CONTEXT_TROUBLE) != NULL)
		return;
	struct question *q = app_question_take(app);
	if (q->kind == QUESTION_PASSWORD)
		password_ask(app, q);
	else
		app_push(app, screen_trouble_new(app, q));
}

void app_question_done(struct app *app)
{
	mem_free_secret(app->password);
	question_free(app->asking);
	for (size_t i = 0; i < app->question_count; i++)
		question_free(app->questions[i]);
	mem_free(app->questions);
}
