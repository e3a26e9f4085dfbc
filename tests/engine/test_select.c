/* Selecting messages by rules, and one wish about all that are. */
#include "tests/engine/engine_help.h"

enum { LIST = 1 };

/* All is done, and the page on the screen is the last. */
#define RESTS(sim)                                                                                 \
	do {                                                                                       \
		SETTLES(sim);                                                                      \
		sim_run(sim, 1000);                                                                \
	} while (0)

static struct request *select_request(enum select_rule rule, enum select_mode mode)
{
	struct request *request = request_new(REQUEST_SELECT);
	request->list_id = LIST;
	request->select = (struct select){.rule = rule, .mode = mode};
	return request;
}

static struct sim *list_of(const struct sim_profile *profile, unsigned count)
{
	struct sim *sim = sim_settled(profile, count);
	sim_view(sim, "INBOX");
	sim_rest(sim);
	return sim;
}

/* How many are selected afterwards. */
static uint32_t selects(struct sim *sim, struct request *request)
{
	sim_ask(sim, request);
	sim_run(sim, 1000);
	cr_assert_not_null(sim->heard.page);
	return sim->heard.page->selected;
}

static uint32_t selects_numbers(struct sim *sim, const char *numbers, enum select_mode mode)
{
	struct request *request = select_request(SELECT_NUMBERS, mode);
	request->text = mem_text(numbers);
	return selects(sim, request);
}

static uint32_t selects_flags(struct sim *sim, flags_t flags, bool is_not, enum select_mode mode)
{
	struct request *request = select_request(SELECT_FLAGS, mode);
	request->select.is_not = is_not;
	request->add = flags;
	return selects(sim, request);
}

static struct request *about_selected(enum request_kind kind)
{
	struct request *request = request_new(kind);
	request->list_id = LIST;
	request->by_selection = true;
	return request;
}

Test(select, broadens_narrows_and_replaces)
{
	struct sim *sim = list_of(&sim_profiles[SIM_DOVECOT], 20);
	cr_expect_eq(selects_numbers(sim, "3,5-9,19-", SELECT_REPLACES), 8);
	cr_expect_eq(selects_numbers(sim, "1,3,x,99", SELECT_BROADENS), 9);
	cr_expect_eq(selects_numbers(sim, "1-6", SELECT_NARROWS), 4); /* 1 3 5 6 */
	for (uint32_t uid = 5; uid <= 12; uid++)
		sim_wish(sim, "INBOX", uid, FLAG_FLAGGED, 0);
	cr_expect_eq(selects_flags(sim, FLAG_FLAGGED, false, SELECT_NARROWS), 2);
	cr_expect_eq(selects_flags(sim, FLAG_FLAGGED, false, SELECT_BROADENS), 8);
	cr_expect_eq(selects_flags(sim, FLAG_FLAGGED, true, SELECT_REPLACES), 12);
	cr_expect_eq(selects(sim, select_request(SELECT_ALL, SELECT_REPLACES)), 20);
	struct request *one = select_request(SELECT_PLACE, SELECT_REPLACES);
	one->place_id = sim_place(sim, "INBOX", 7);
	cr_expect_eq(selects(sim, one), 19);
	cr_expect_eq(selects(sim, select_request(SELECT_NONE, SELECT_REPLACES)), 0);
	sim_free(sim);
}

Test(select, all_does_not_take_in_what_comes_later)
{
	struct sim *sim = list_of(&sim_profiles[SIM_DOVECOT], 5);
	cr_expect_eq(selects(sim, select_request(SELECT_ALL, SELECT_REPLACES)), 5);
	sim_mail_deliver(sim->server, "INBOX", 6);
	RESTS(sim);
	sim_ask(sim, about_selected(REQUEST_DELETE));
	RESTS(sim);
	cr_expect_eq(sim_shown_flags(sim, "INBOX", 5), FLAG_DELETED);
	cr_expect_eq(sim_shown_flags(sim, "INBOX", 6), 0);
	sim_free(sim);
}

Test(select, one_wish_about_thousands_is_one_step_of_the_undo)
{
	enum { MANY = 2000 };
	struct sim *sim = list_of(&sim_profiles[SIM_DOVECOT], MANY);
	cr_expect_eq(selects(sim, select_request(SELECT_ALL, SELECT_REPLACES)), MANY);
	unsigned acted = sim->heard.counts[EVENT_ACTED];
	struct request *flag = about_selected(REQUEST_FLAGS);
	flag->add = FLAG_SEEN;
	sim_ask(sim, flag);
	RESTS(sim);
	cr_expect_eq(sim->heard.counts[EVENT_ACTED], acted + 1);
	cr_expect_eq(sim->heard.page->unseen, 0);
	cr_expect_eq(sim_shown_flags(sim, "INBOX", MANY), FLAG_SEEN);
	sim_ask(sim, request_new(REQUEST_UNDO));
	RESTS(sim);
	cr_expect_eq(sim->heard.counts[EVENT_UNDONE], 1);
	cr_expect_eq(sim->heard.page->unseen, MANY);
	sim_free(sim);
}

Test(select, deletes_and_expunges_thousands)
{
	enum { MANY = 1200 };
	struct sim *sim = list_of(&sim_profiles[SIM_DOVECOT], MANY);
	selects_numbers(sim, "2-", SELECT_REPLACES);
	sim_ask(sim, about_selected(REQUEST_DELETE));
	RESTS(sim);
	cr_expect_eq(sim->heard.page->deleted, MANY - 1);
	struct request *expunge = request_new(REQUEST_EXPUNGE);
	expunge->folder_id = sim_folder_id(sim, "INBOX");
	sim_ask(sim, expunge);
	RESTS(sim);
	cr_expect_eq(sim->heard.page->total, 1);
	cr_expect_eq(sim->heard.page->deleted, 0);
	sim_free(sim);
}

static struct request *zoom(bool is_on)
{
	struct request *request = request_new(REQUEST_ZOOM);
	request->list_id = LIST;
	request->is_on = is_on;
	return request;
}

Test(select, zooming_shows_what_is_selected_alone)
{
	struct sim *sim = list_of(&sim_profiles[SIM_DOVECOT], 300);
	selects_numbers(sim, "10-12,200", SELECT_REPLACES);
	sim_ask(sim, zoom(true));
	sim_run(sim, 1000);
	const struct page *page = sim->heard.page;
	cr_assert(page->is_zoomed);
	cr_assert_eq(page->total, 4);
	cr_assert_eq(page->count, 4);
	cr_expect_eq(place_uid(page->rows[0].place_id), 10);
	cr_expect_eq(place_uid(page->rows[3].place_id), 200);
	cr_expect((page->rows[3].hints & HINT_SELECTED) != 0);
	/* One of them goes elsewhere. */
	struct request *expunge = request_new(REQUEST_EXPUNGE);
	expunge->folder_id = sim_folder_id(sim, "INBOX");
	sim_wish(sim, "INBOX", 11, FLAG_DELETED, 0);
	sim_ask(sim, expunge);
	RESTS(sim);
	cr_expect_eq(sim->heard.page->total, 3);
	sim_ask(sim, zoom(false));
	sim_run(sim, 1000);
	cr_expect(!sim->heard.page->is_zoomed);
	cr_expect_eq(sim->heard.page->total, 299);
	sim_free(sim);
}

static bool is_selected(struct sim *sim)
{
	return sim->heard.counts[EVENT_SELECTED] > 0;
}

static struct request *body_request(const char *text)
{
	struct request *request = select_request(SELECT_BODY, SELECT_REPLACES);
	request->text = mem_text(text);
	return request;
}

Test(select, text_is_asked_of_the_server_and_offline_of_the_bodies_that_are_here)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = list_of(&sim_profiles[i], 4);
		sim_open(sim, "INBOX", 2);
		BECOMES(sim, sim_is_shown, 60000);
		sim_ask(sim, body_request("text of talk 3"));
		BECOMES(sim, is_selected, 60000);
		RESTS(sim);
		cr_expect_eq(sim->heard.page->selected, 1, "%s: %u\n%s", sim->server->profile->name,
			sim->heard.page->selected, sim_said(sim));
		sim->heard.counts[EVENT_SELECTED] = 0;
		sim_ask(sim, request_new(REQUEST_ONLINE));
		sim_ask(sim, body_request("TEXT of talk"));
		BECOMES(sim, is_selected, 60000);
		sim_run(sim, 1000);
		cr_expect_eq(sim->heard.page->selected, 1, "%s: %u", sim->server->profile->name,
			sim->heard.page->selected);
		sim_free(sim);
	}
}

Test(select, text_with_quotes_does_not_leave_its_string)
{
	struct sim *sim = list_of(&sim_profiles[SIM_DOVECOT], 4);
	sim_ask(sim, body_request("\"quoted\" \\ (word\r\nA9 NOOP"));
	BECOMES(sim, is_selected, 60000);
	cr_expect_eq(sim->heard.page->selected, 0);
	cr_expect_eq(sim_server_count(sim->server, "A9 NOOP"), 0, "%s", sim_said(sim));
	RESTS(sim);
	sim_free(sim);
}

Test(select, a_connection_that_breaks_meanwhile_is_no_end)
{
	struct sim *sim = list_of(&sim_profiles[SIM_DOVECOT], 4);
	sim->refuses = true;
	sim->fault = (struct sim_fault){.is_armed = true,
		.connection = sim->connections,
		.direction = SIM_DOWN,
		.after = sim_bytes(sim, sim->connections, SIM_DOWN) + 5};
	sim_ask(sim, body_request("word"));
	BECOMES(sim, is_selected, 60000);
	sim_free(sim);
}
