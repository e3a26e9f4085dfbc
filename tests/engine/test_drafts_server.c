/* Drafts and an IMAP server: answers to its mail, and the copies in its Drafts folder, of which
 * there is never none once there was one, and never two. */
#include "engine_help.h"

#include "tests/sim/sim.h"

static struct draft *draft; /* owned: the last that was given */

static void hear(struct sim *sim)
{
	struct event *event;
	while ((event = queue_take(engine_events(sim->engine))) != NULL) {
		if (event->kind == EVENT_DRAFT) {
			draft_free(draft);
			draft = draft_copy(event->draft);
		}
		event_free(event);
	}
}

static bool has_draft(struct sim *sim)
{
	(void)sim;
	return draft != NULL;
}

/* The simulator takes the events itself; drafts are read before it can. */
static void ask(struct sim *sim, struct request *request, bool gives_draft)
{
	engine_request(sim->engine, request);
	for (int i = 0; i < 4000; i++) {
		engine_step(sim->engine, sim->now);
		hear(sim);
		if (!gives_draft || has_draft(sim))
			return;
		int64_t next = INT64_MAX;
		sim_world_move(sim, &next);
		sim->now += 5;
	}
	cr_assert_fail("no draft came");
}

static bool all_is_done(struct sim *sim)
{
	return sim_waiting(sim) == 0 && sim_is_idling(sim);
}

static struct sim *begin(void)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	sim_mail_deliver(sim->server, "INBOX", 1);
	sim_server_folder(sim->server, "Drafts")->use = "\\Drafts";
	sim_start(sim);
	SETTLES(sim);
	return sim;
}

static void end(struct sim *sim)
{
	draft_free(draft);
	draft = NULL;
	sim_free(sim);
}

static void compose(struct sim *sim, enum draft_verb verb)
{
	struct request *request = request_new(REQUEST_COMPOSE);
	request->draft_verb = verb;
	if (verb != DRAFT_NEW)
		request->place_id = sim_place(sim, "INBOX", 1);
	ask(sim, request, true);
}

static void save(struct sim *sim, const char *body)
{
	struct request *request = request_new(REQUEST_DRAFT_SAVE);
	draft_set(&draft->body, str_from(body));
	draft_set(&draft->to, STR("ann@example.org"));
	request->draft = draft_copy(draft);
	ask(sim, request, false);
}

static void end_with(struct sim *sim, enum request_kind kind)
{
	struct request *request = request_new(kind);
	request->draft_id = draft->draft_id;
	ask(sim, request, false);
	sim_run(sim, 10000);
	BECOMES(sim, all_is_done, 600000);
}

static void expect_copy(struct sim *sim, const char *text)
{
	struct sim_folder *folder = sim_server_folder(sim->server, "Drafts");
	cr_assert_eq(folder->count, 1, "%zu copies", folder->count);
	struct str bytes = str_make(folder->messages[0].bytes, folder->messages[0].len);
	cr_expect_neq(str_find(bytes, str_from(text)), STR_NONE);
	cr_expect_neq(folder->messages[0].flags & SIM_DRAFT, 0);
}

Test(drafts_server, an_answer_quotes_and_goes_to_the_sender)
{
	struct sim *sim = begin();
	compose(sim, DRAFT_REPLY);
	cr_expect(str_starts_nocase(str_from(draft->subject), STR("Re: ")), "%s", draft->subject);
	cr_expect_neq(str_find(str_from(draft->body), STR("\n> ")), STR_NONE, "%s", draft->body);
	cr_expect_neq(draft->to[0], '\0');
	cr_expect_eq(draft->answer_count, 1);
	end(sim);
}

Test(drafts_server, a_forwarded_message_is_attached_whole)
{
	struct sim *sim = begin();
	compose(sim, DRAFT_FORWARD_ATTACHED);
	cr_assert_eq(draft->file_count, 1);
	cr_expect(draft->files[0].is_message);
	cr_expect_eq(
		draft->files[0].size, sim_server_folder(sim->server, "INBOX")->messages[0].len);
	end(sim);
}

Test(drafts_server, postponed_it_is_on_the_server_once_and_each_time_anew)
{
	struct sim *sim = begin();
	compose(sim, DRAFT_NEW);
	save(sim, "first words\n");
	end_with(sim, REQUEST_DRAFT_POSTPONE);
	expect_copy(sim, "first words");
	save(sim, "second words\n");
	end_with(sim, REQUEST_DRAFT_POSTPONE);
	expect_copy(sim, "second words");
	end_with(sim, REQUEST_DRAFT_DROP);
	cr_expect_eq(sim_server_folder(sim->server, "Drafts")->count, 0);
	end(sim);
}

Test(drafts_server, while_it_is_written_it_is_saved_there_every_two_minutes)
{
	struct sim *sim = begin();
	compose(sim, DRAFT_NEW);
	save(sim, "first words\n");
	sim_run(sim, 130 * 1000);
	BECOMES(sim, all_is_done, 600000);
	expect_copy(sim, "first words");
	end(sim);
}

Test(drafts_server, written_offline_many_times_it_comes_there_once)
{
	struct sim *sim = begin();
	compose(sim, DRAFT_NEW);
	struct request *request = request_new(REQUEST_ONLINE);
	ask(sim, request, false);
	for (int i = 0; i < 5; i++) {
		save(sim, i < 4 ? "some words\n" : "last words\n");
		request = request_new(REQUEST_DRAFT_POSTPONE);
		request->draft_id = draft->draft_id;
		ask(sim, request, false);
		sim_run(sim, 10000);
	}
	request = request_new(REQUEST_ONLINE);
	request->is_on = true;
	ask(sim, request, false);
	sim_run(sim, 10000);
	BECOMES(sim, all_is_done, 600000);
	expect_copy(sim, "last words");
	end(sim);
}

Test(drafts_server, what_lies_there_is_gone_on_with_and_has_one_copy)
{
	struct sim *sim = begin();
	sim_deliver(sim->server, "Drafts",
		STR("From: me@example.org\r\nTo: bob@example.org\r\nSubject: Elsewhere\r\n"
		    "Message-ID: <d1@elsewhere.example>\r\nDate: Mon, 2 Jan 2023 10:00:00 +0000\r\n"
		    "\r\nbegun elsewhere\r\n"));
	sim_view(sim, "Drafts");
	SETTLES(sim);
	struct request *request = request_new(REQUEST_COMPOSE);
	request->place_id = sim_place(sim, "Drafts", 1);
	ask(sim, request, true);
	cr_expect_str_eq(draft->subject, "Elsewhere");
	cr_expect_str_eq(draft->to, "bob@example.org");
	cr_expect_str_eq(draft->body, "begun elsewhere\n");
	save(sim, "and gone on with here\n");
	end_with(sim, REQUEST_DRAFT_POSTPONE);
	expect_copy(sim, "and gone on with here");
	end(sim);
}
