/* The links of a message: walked by key, opened by Return. */
#include "ui/screens/message_state.h"

#include "ui/app_compose.h"
#include "ui/app_open.h"
#include "words/gettext.h"

static const struct doc_link *message_link(const struct screen_message *m)
{
	const struct doc *doc = screen_message_doc(&m->base);
	return doc != NULL && m->text.link >= 0 && (size_t)m->text.link < doc->link_count
		       ? &doc->links[m->text.link]
		       : NULL;
}

void message_link_walk(struct screen_message *m, bool is_backwards)
{
	struct app *app = m->base.app;
	const struct doc *doc = screen_message_doc(&m->base);
	if (doc == NULL || doc->link_count == 0) {
		app_say(app, "%s", _("There are no links in this message"));
		return;
	}
	bool has_moved = text_walk_links(&m->text, is_backwards);
	const struct doc_link *link = message_link(m);
	if (link == NULL || !has_moved)
		app_say(app, "%s", is_backwards ? _("No link above") : _("No more links"));
	else if (link->is_deceptive)
		app_warn(app, _("NOT where it says: %s"), link->target);
	else
		app_say(app, "%s", link->target);
}

static const struct choice link_choices[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void message_link_answer(void *context, int value)
{
	struct screen_message *m = context;
	const struct doc_link *link = message_link(m);
	if (value == 1 && link != NULL)
		app_open_link(m->base.app, link->target);
	else
		app_say(m->base.app, "%s", _("Not opened"));
}

bool message_link_open(struct screen_message *m)
{
	const struct doc_link *link = message_link(m);
	if (link == NULL)
		return false;
	if (link->is_deceptive) {
		struct buf label = {0};
		buf_addf(&label, _("NOT where it says! Open %s? "), link->target);
		app_ask_choice(
			m->base.app, buf_str(&label), link_choices, 2, 0, message_link_answer, m);
		buf_done(&label);
	} else {
		app_open_link(m->base.app, link->target);
	}
	return true;
}

/* ---- Mailing lists. ---- */

static void message_leave_answer(void *context, int value)
{
	struct screen_message *m = context;
	const struct doc *doc = screen_message_doc(&m->base);
	if (value == 1 && doc != NULL && doc->leave_url != NULL)
		app_send_url(m->base.app, doc->leave_url);
	else
		app_say(m->base.app, "%s", _("Nothing was sent"));
}

void message_leave_list(struct screen_message *m)
{
	const struct doc *doc = screen_message_doc(&m->base);
	struct buf label = {0};
	if (doc == NULL || doc->leave_url == NULL) {
		app_say(m->base.app, "%s", _("The message does not say how to leave by mail"));
		return;
	}
	struct str query = str_skip(str_from(doc->leave_url), strlen("mailto:"));
	struct str addr = str_cut(&query, '?');
	buf_addf(&label, _("Leave the list by a mail to %.*s? "), (int)addr.len, addr.data);
	app_ask_choice(m->base.app, buf_str(&label), link_choices, 2, 0, message_leave_answer, m);
	buf_done(&label);
}
