/* A certificate that cannot be trusted without asking: what is wrong with it, and three answers. */
#include "ui/screens/page_text.h"

#include "base/memory.h"
#include "words/gettext.h"

struct screen_trouble {
	struct page_text page;
	struct question *question; /* owned */
	enum answer answer;
};

static const struct {
	unsigned fault;
	const char *sentence;
} trouble_faults[] = {
	{CERT_PIN_CHANGED, N_("The key is another one than the one you trusted before.")},
	{CERT_REVOKED, N_("It has been revoked by those who issued it.")},
	{CERT_WRONG_NAME, N_("It is made out to another name than this server's.")},
	{CERT_EXPIRED, N_("It is no longer valid.")},
	{CERT_NOT_YET, N_("It is not valid yet: is the clock of this computer right?")},
	{CERT_SELF_SIGNED, N_("It is signed by nobody but itself.")},
	{CERT_UNKNOWN_ISSUER, N_("It is signed by someone this computer does not know.")},
	{CERT_WRONG_PURPOSE, N_("It was not issued for servers.")},
	{CERT_OTHER, N_("It could not be verified.")},
};

/* The answer goes out when the screen goes, whichever way. */
static void trouble_close(struct screen *s)
{
	struct screen_trouble *t = (struct screen_trouble *)s;
	struct request *request = request_new(REQUEST_ANSWER);
	struct event *event = mem_new(sizeof(*event));
	request->question_id = t->question->question_id;
	request->answer = t->answer;
	s->app->answered = s->app->last_key;
	app_send(s->app, request);
	event->question = t->question;
	event_free(event);
	page_text_done(&t->page);
	mem_free(t);
}

static void trouble_answer(struct screen_trouble *t, enum answer answer)
{
	t->answer = answer;
	app_pop(t->page.base.app);
}

static bool trouble_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_trouble *t = (struct screen_trouble *)s;
	switch ((int)command) {
	case COMMAND_NO:
	case COMMAND_BACK:
		trouble_answer(t, ANSWER_NO);
		return true;
	case COMMAND_ONCE:
		trouble_answer(t, ANSWER_ONCE);
		return true;
	case COMMAND_ALWAYS:
		trouble_answer(t, ANSWER_ALWAYS);
		return true;
	}
	return page_text_command(s, command, input);
}

static void trouble_title(const struct screen *s, struct buf *about, struct buf *position)
{
	(void)position;
	buf_addf(about, _("Account: %s"), ((const struct screen_trouble *)s)->question->account);
}

static void trouble_line(struct screen_trouble *t, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	struct buf line = {0};
	buf_addf(&line, "  %s %s", name, value);
	page_text_keep(&t->page, buf_text(&line));
	buf_done(&line);
}

static void trouble_write(struct screen_trouble *t)
{
	const struct question *q = t->question;
	struct buf line = {0};
	buf_addf(&line, _("The server %s shows a certificate that cannot be trusted:"), q->host);
	page_text_line(&t->page, buf_text(&line));
	page_text_blank(&t->page);
	for (size_t i = 0; i < sizeof(trouble_faults) / sizeof(trouble_faults[0]); i++)
		if ((q->cert_faults & trouble_faults[i].fault) != 0)
			page_text_line(&t->page, _(trouble_faults[i].sentence));
	page_text_blank(&t->page);
	trouble_line(t, _("Made out to:"), q->subject);
	trouble_line(t, _("Issued by:  "), q->issuer);
	trouble_line(t, _("Valid from: "), q->not_before);
	trouble_line(t, _("Valid until:"), q->not_after);
	trouble_line(t, _("Fingerprint:"), q->fingerprint);
	page_text_blank(&t->page);
	page_text_line(&t->page,
		_("Someone between you and the server could read your mail and your password if "
		  "this certificate is not the server's own. Compare the fingerprint with the one "
		  "your provider publishes before you trust it."));
	buf_done(&line);
}

static const struct screen_ops trouble_ops = {
	.context = CONTEXT_TROUBLE,
	.name = N_("CERTIFICATE"),
	.close = trouble_close,
	.layout = page_text_layout,
	.command = trouble_command,
	.title = trouble_title,
	.paint = page_text_paint,
};

struct screen *screen_trouble_new(struct app *app, struct question *question)
{
	struct screen_trouble *t = mem_new(sizeof(*t));
	page_text_init(&t->page, &trouble_ops, app);
	t->question = question;
	t->answer = ANSWER_CANCEL;
	trouble_write(t);
	return &t->page.base;
}
