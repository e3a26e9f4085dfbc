/* What the message index asks its user: a word to find, a number, an order, a mark. */
#include "ui/screens/messages_state.h"

#include "base/memory.h"
#include "ui/app_save.h"
#include "ui/app_wish.h"
#include "words/gettext.h"

#include <stdio.h>

void screen_messages_next_new(struct screen *messages)
{
	struct screen_messages *m = (struct screen_messages *)messages;
	m->wants_open = messages_reader(m) != NULL;
	messages_send_find(m, REQUEST_NEXT_NEW, m->place_id);
}

static void messages_find_done(void *context, const char *text)
{
	struct screen_messages *m = context;
	if (text == NULL || (text[0] == '\0' && m->find == NULL))
		return;
	if (text[0] != '\0') {
		mem_free(m->find);
		m->find = mem_text(text);
	}
	m->wants_open = false;
	messages_send_find(m, REQUEST_FIND, m->place_id);
}

static void messages_find_end(void *context, int value, const char *text)
{
	struct screen_messages *m = context;
	(void)text;
	m->base.ops->command(&m->base, (enum command)value, &(struct input){0});
}

void messages_find(struct screen_messages *m)
{
	struct buf label = {0};
	if (m->find != NULL)
		buf_addf(&label, _("Word to search for [%s] : "), m->find);
	else
		buf_add_text(&label, _("Word to search for : "));
	app_ask_line(m->base.app, buf_str(&label), STR(""), false, messages_find_done, m);
	app_ask_ends(m->base.app, messages_find_end);
	buf_done(&label);
}

static void messages_jump_done(void *context, const char *text)
{
	struct screen_messages *m = context;
	uint32_t number;
	if (text == NULL || text[0] == '\0')
		return;
	bool is_number = str_to_u32(str_trim(str_from(text)), &number) && number > 0;
	if (is_number && m->page == NULL) {
		m->jump = number;
		return;
	}
	if (!is_number || number > m->list.total) {
		app_say(m->base.app, _("There is no message %s: 1 to %u"), text,
			(unsigned)m->list.total);
		return;
	}
	messages_go(m, number - 1);
	if (messages_reader(m) != NULL)
		messages_open(m);
}

void messages_jump_late(struct screen_messages *m)
{
	char text[16];
	if (m->jump == 0)
		return;
	snprintf(text, sizeof(text), "%u", (unsigned)m->jump);
	m->jump = 0;
	messages_jump_done(m, text);
}

void screen_messages_jump(struct screen *messages, uint32_t digit)
{
	struct screen_messages *m = (struct screen_messages *)messages;
	char first[2] = {(char)digit, '\0'};
	bool is_digit = digit >= '0' && digit <= '9';
	app_ask_line(m->base.app, str_from(_("Message number to jump to : ")),
		str_from(is_digit ? first : ""), false, messages_jump_done, m);
}

enum { SORT_TURN = 100 };

static const struct choice sort_choices[] = {
	{'a', N_("Arrival"), SORT_ARRIVAL},
	{'d', N_("Date"), SORT_DATE},
	{'f', N_("From"), SORT_FROM},
	{'s', N_("Subject"), SORT_SUBJECT},
	{'t', N_("To"), SORT_TO},
	{'z', N_("siZe"), SORT_SIZE},
	{'r', N_("Reverse"), SORT_TURN},
};

static void messages_sort_done(void *context, int value)
{
	struct screen_messages *m = context;
	struct folder_memory *memory = app_memory(m->base.app, m->view.folder_id);
	if (value < 0)
		return;
	if (value == SORT_TURN)
		m->view.is_reverse = !m->view.is_reverse;
	else
		m->view.sort = (enum view_sort)value;
	memory->sort = m->view.sort;
	memory->is_reverse = m->view.is_reverse;
	m->wanted = m->place_id;
	messages_ask(m, REQUEST_VIEW_OPEN);
}

void messages_sort(struct screen_messages *m)
{
	app_ask_choice(m->base.app, str_from(_("Choose type of sort, or R to turn it round : ")),
		sort_choices, sizeof(sort_choices) / sizeof(sort_choices[0]), (int)m->view.sort,
		messages_sort_done, m);
}

enum {
	FLAG_CHOICE_NEW,
	FLAG_CHOICE_IMPORTANT,
	FLAG_CHOICE_ANSWERED,
	FLAG_CHOICE_FORWARDED,
	FLAG_CHOICE_NOT
};

static const struct choice flag_choices[] = {
	{'n', N_("New"), FLAG_CHOICE_NEW},
	{'*', N_("Important"), FLAG_CHOICE_IMPORTANT},
	{'a', N_("Answered"), FLAG_CHOICE_ANSWERED},
	{'f', N_("Forwarded"), FLAG_CHOICE_FORWARDED},
	{'!', N_("Not"), FLAG_CHOICE_NOT},
};

/* New is the one mark that is set by taking a flag away. */
static const struct {
	flags_t flag;
	bool is_reverse;
} flag_bits[] = {
	[FLAG_CHOICE_NEW] = {FLAG_SEEN, true},
	[FLAG_CHOICE_IMPORTANT] = {FLAG_FLAGGED, false},
	[FLAG_CHOICE_ANSWERED] = {FLAG_ANSWERED, false},
	[FLAG_CHOICE_FORWARDED] = {FLAG_FORWARDED, false},
};

static void messages_flag_ask(struct screen_messages *m);

static void messages_flag_done(void *context, int value)
{
	struct screen_messages *m = context;
	if (value == FLAG_CHOICE_NOT) {
		m->flag_not = !m->flag_not;
		messages_flag_ask(m);
		return;
	}
	if (value < 0)
		return;
	struct request *request = m->flag_place != 0 ? request_new(REQUEST_FLAGS)
						     : messages_wish_selected(m, REQUEST_FLAGS);
	bool is_add = flag_bits[value].is_reverse == m->flag_not;
	*(is_add ? &request->add : &request->remove) = flag_bits[value].flag;
	if (m->flag_place != 0) {
		request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
		request->place_ids[0] = m->flag_place;
		request->place_count = 1;
	}
	app_wish(m->base.app, request);
}

static void messages_flag_ask(struct screen_messages *m)
{
	const char *label = m->flag_not ? _("Flag message as NOT (which?) : ")
					: _("Flag message as (which?) : ");
	app_ask_choice(m->base.app, str_from(label), flag_choices,
		sizeof(flag_choices) / sizeof(flag_choices[0]), FLAG_CHOICE_IMPORTANT,
		messages_flag_done, m);
}

void messages_flag_selected(struct screen_messages *m)
{
	m->flag_not = false;
	m->flag_place = 0;
	messages_flag_ask(m);
}

void screen_messages_flag(struct screen *messages, int64_t place_id)
{
	struct screen_messages *m = (struct screen_messages *)messages;
	m->flag_not = false;
	m->flag_place = place_id;
	if (place_id != 0)
		messages_flag_ask(m);
	else
		app_say(m->base.app, "%s", _("No message to flag"));
}

void messages_export(struct screen_messages *m)
{
	const struct message *row = messages_row(m, m->list.selected);
	if (row != NULL)
		app_save_message(m->base.app, row);
	else
		app_say(m->base.app, "%s", _("No message to export"));
}
