/* Where a folder opens, and folders opened to be read only. */
#include "tests/engine/engine_help.h"

static struct request *view_request(struct sim *sim, const char *wire)
{
	struct request *request = request_new(REQUEST_VIEW_OPEN);
	request->list_id = 1;
	request->page = (struct page_request){.view = {.folder_id = sim_folder_id(sim, wire)},
		.anchor = PAGE_AT_END,
		.before = 20,
		.after = 20,
		.remembered = true,
		.at_unseen = true};
	return request;
}

static uint32_t opens_at(struct sim *sim, const char *wire)
{
	sim_ask(sim, view_request(sim, wire));
	sim_rest(sim);
	cr_assert_not_null(sim->heard.page);
	return place_uid(sim->heard.page->place_id);
}

static void leave(struct sim *sim, const char *wire, uint32_t uid)
{
	struct request *request = request_new(REQUEST_VIEW_CLOSE);
	request->list_id = 1;
	request->page.view.folder_id = sim_folder_id(sim, wire);
	request->page.remembered = true;
	request->page.place_id = uid != 0 ? sim_place(sim, wire, uid) : 0;
	sim_ask(sim, request);
	sim_rest(sim);
}

Test(views, open_at_the_first_unseen_message_unless_they_were_left_elsewhere)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 6);
	for (uint32_t uid = 1; uid <= 3; uid++)
		sim_wish(sim, "INBOX", uid, FLAG_SEEN, 0);
	sim_wish(sim, "INBOX", 5, FLAG_SEEN, 0);
	cr_expect_eq(opens_at(sim, "INBOX"), 4);
	leave(sim, "INBOX", 0);
	cr_expect_eq(opens_at(sim, "INBOX"), 4);
	leave(sim, "INBOX", 2);
	cr_expect_eq(opens_at(sim, "INBOX"), 2);
	leave(sim, "INBOX", 0);
	sim_wish(sim, "INBOX", 4, FLAG_SEEN, 0);
	sim_wish(sim, "INBOX", 6, FLAG_SEEN, 0);
	cr_expect_eq(opens_at(sim, "INBOX"), 0, "nothing is unseen: its end");
	sim_free(sim);
}

static bool is_examined(struct sim *sim)
{
	return sim_is_watching(sim) && sim_server_count(sim->server, "EXAMINE") > 0;
}

Test(views, opened_to_be_read_only_are_examined_and_nothing_is_changed_in_them)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 3);
		struct request *request = view_request(sim, "INBOX");
		request->page.read_only = true;
		sim_ask(sim, request);
		BECOMES(sim, is_examined, 60000);
		cr_assert(sim->heard.page->is_read_only);
		sim_wish(sim, "INBOX", 1, FLAG_SEEN, 0);
		sim_run(sim, 60000);
		cr_expect_eq(sim_server_count(sim->server, "UID STORE"), 0);
		cr_expect_eq(sim_shown_flags(sim, "INBOX", 1), 0);
		leave(sim, "INBOX", 0);
		sim_ask(sim, view_request(sim, "INBOX"));
		sim_wish(sim, "INBOX", 1, FLAG_SEEN, 0);
		SETTLES(sim);
		cr_expect(!sim->heard.page->is_read_only);
		cr_expect_eq(sim_shown_flags(sim, "INBOX", 1), FLAG_SEEN, "%s", sim_said(sim));
		sim_free(sim);
	}
}

Test(views, opened_to_be_read_only_do_not_hold_up_what_was_wished_before)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 3);
	sim->refuses = true;
	sim->fault = (struct sim_fault){.is_armed = true, .connection = 1, .direction = SIM_UP};
	sim_wish(sim, "INBOX", 1, FLAG_SEEN, 0);
	sim_run(sim, 1000);
	sim->refuses = false;
	struct request *request = view_request(sim, "INBOX");
	request->page.read_only = true;
	sim_ask(sim, request);
	BECOMES(sim, is_examined, 600000);
	cr_expect_eq(sim_shown_flags(sim, "INBOX", 1), FLAG_SEEN);
	cr_expect_eq(sim_waiting(sim), 0);
	sim_free(sim);
}
