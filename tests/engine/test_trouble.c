/* What goes wrong on the way: each thing is told, heals by itself or waits for an answer. */
#include "tests/engine/engine_help.h"

static bool account_is_held(struct sim *sim)
{
	return sim_account_state(sim) == ACCOUNT_HELD;
}

static bool account_is_waiting(struct sim *sim)
{
	return sim_account_state(sim) == ACCOUNT_WAITING;
}

/* Answers the question that is open. */
static void answer_password(struct sim *sim, const char *password)
{
	struct request *answer = request_new(REQUEST_ANSWER);
	cr_assert_not_null(sim->heard.question);
	answer->question_id = sim->heard.question->question->question_id;
	answer->text = mem_text(password);
	answer->answer = ANSWER_ONCE;
	sim_ask(sim, answer);
}

Test(trouble, a_wrong_password_is_held_and_never_tried_again)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_new(&sim_profiles[i]);
		sim->password = NULL;
		sim_start(sim);
		sim_rest(sim);
		answer_password(sim, "wrong");
		sim_run(sim, 60 * 60 * 1000);
		cr_assert(account_is_held(sim));
		cr_assert_eq(sim->heard.counts[EVENT_QUESTION], 2);
		cr_assert_eq(sim->server->failed_logins, 1, "%s: %u", sim->server->profile->name,
			sim->server->failed_logins);
		cr_assert_eq(sim->connections, 1);
		sim_free(sim);
	}
}

Test(trouble, the_right_password_after_a_wrong_one_goes_on)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	sim_mail_deliver(sim->server, "INBOX", 1);
	sim->password = NULL;
	sim_start(sim);
	sim_rest(sim);
	answer_password(sim, "wrong");
	sim_rest(sim);
	answer_password(sim, "secret");
	SETTLES(sim);
	cr_assert_eq(sim->server->failed_logins, 1);
	sim_free(sim);
}

static bool never_answers(struct sim *sim)
{
	return sim->connections >= 2;
}

static enum sim_reply hang_on_select(void *context, struct sim_talk *talk, const char *line)
{
	(void)context;
	bool is_select = strncmp(line, "SELECT", 6) == 0;
	return is_select && sim_talk_number(talk) == 1 ? SIM_HANG : SIM_DO;
}

Test(trouble, a_server_that_never_answers_is_left_and_asked_again)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	sim_mail_deliver(sim->server, "INBOX", 1);
	sim->server->hook = hang_on_select;
	sim_start(sim);
	BECOMES(sim, never_answers, 5 * 60 * 1000);
	SETTLES(sim);
	sim_free(sim);
}

Test(trouble, a_refused_connection_is_tried_again_with_growing_pauses)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	sim->refuses = true;
	sim_start(sim);
	sim_run(sim, 60 * 60 * 1000);
	cr_assert(sim->connections >= 8 && sim->connections <= 60, "%u", sim->connections);
	cr_assert(account_is_waiting(sim));
	cr_assert_eq(sim->heard.notices[NOTICE_OFFLINE], 1);
	sim->refuses = false;
	SETTLES(sim);
	sim_free(sim);
}

static enum sim_reply bye_once(void *context, struct sim_talk *talk, const char *line)
{
	(void)context;
	bool is_fetch = strncmp(line, "UID FETCH", 9) == 0;
	return is_fetch && sim_talk_number(talk) == 1 ? SIM_BYE : SIM_DO;
}

Test(trouble, a_server_that_says_bye_is_asked_again)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_new(&sim_profiles[i]);
		sim_mail_deliver(sim->server, "INBOX", 1);
		sim->server->hook = bye_once;
		sim_start(sim);
		SETTLES(sim);
		cr_assert_eq(sim->connections, 2);
		sim_free(sim);
	}
}

Test(trouble, a_connection_that_breaks_heals_and_the_list_stays)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 5);
		sim_view(sim, "INBOX");
		sim_run(sim, 1000);
		cr_assert_eq(sim->heard.page->total, 5);
		sim->refuses = true;
		sim->fault = (struct sim_fault){.is_armed = true,
			.connection = 1,
			.direction = SIM_DOWN,
			.after = sim_bytes(sim, 1, SIM_DOWN)};
		sim_mail_deliver(sim->server, "INBOX", 6);
		sim_run(sim, 15 * 60 * 1000);
		cr_assert(account_is_waiting(sim), "%s", sim->server->profile->name);
		cr_assert_eq(sim->heard.page->total, 5);
		sim->refuses = false;
		SETTLES(sim);
		sim_run(sim, 1000);
		cr_assert_eq(sim->heard.page->total, 6);
		cr_assert_eq(sim->heard.notices[NOTICE_ONLINE], 1);
		sim_free(sim);
	}
}

Test(trouble, a_silent_link_is_noticed_and_replaced)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 3);
	sim->fault = (struct sim_fault){.is_armed = true,
		.is_stall = true,
		.connection = 1,
		.direction = SIM_UP,
		.after = sim_bytes(sim, 1, SIM_UP)};
	sim_wish(sim, "INBOX", 2, FLAG_SEEN, 0);
	BECOMES(sim, never_answers, 3 * 60 * 1000);
	SETTLES(sim);
	cr_assert_eq(sim_server_sets(sim->server, 2, SIM_SEEN), 1);
	sim_free(sim);
}

/* ---- NO to each command in turn. ---- */

struct refusal {
	const char *start;
	unsigned times;
	enum sim_reply reply;
};

static enum sim_reply refuse(void *context, struct sim_talk *talk, const char *line)
{
	struct refusal *refusal = context;
	(void)talk;
	if (strncmp(line, refusal->start, strlen(refusal->start)) != 0 || refusal->times == 0)
		return SIM_DO;
	refusal->times--;
	return refusal->reply;
}

Test(trouble, a_command_refused_once_does_not_keep_the_rest_from_coming)
{
	static const char *const starts[] = {
		"ID", "NAMESPACE", "ENABLE", "LIST", "LSUB", "STATUS", "UID FETCH", "UID SEARCH"};
	for (int i = 0; i < SIM_PROFILES; i++)
		for (size_t k = 0; k < sizeof(starts) / sizeof(*starts); k++)
			for (int bad = 0; bad < 2; bad++) {
				struct refusal refusal = {starts[k], 1, bad ? SIM_BAD : SIM_NO};
				struct sim *sim = sim_new(&sim_profiles[i]);
				for (unsigned n = 1; n <= 3; n++)
					sim_mail_deliver(sim->server, "INBOX", n);
				sim->server->hook = refuse;
				sim->server->hook_context = &refusal;
				sim_start(sim);
				cr_assert(
					sim_until(sim, sim_is_equal, 20 * 60 * 1000) && !sim->spins,
					"%s refused by %s: %s\n%s", starts[k],
					sim->server->profile->name, buf_text(&sim->difference),
					sim_said(sim));
				sim_free(sim);
			}
}

Test(trouble, a_command_that_is_always_refused_never_makes_a_loop)
{
	static const char *const starts[] = {
		"ID", "NAMESPACE", "ENABLE", "LIST", "STATUS", "UID FETCH", "SELECT", "IDLE"};
	for (int i = 0; i < SIM_PROFILES; i++)
		for (size_t k = 0; k < sizeof(starts) / sizeof(*starts); k++) {
			struct refusal refusal = {starts[k], UINT32_MAX, SIM_NO};
			struct sim *sim = sim_new(&sim_profiles[i]);
			sim_mail_deliver(sim->server, "INBOX", 1);
			sim->server->hook = refuse;
			sim->server->hook_context = &refusal;
			sim_start(sim);
			sim_run(sim, 60 * 60 * 1000);
			cr_assert_not(sim->spins, "%s, %s", starts[k], sim->server->profile->name);
			cr_assert_leq(sim_server_count(sim->server, starts[k]), 200,
				"%s refused %u times by %s", starts[k],
				sim_server_count(sim->server, starts[k]),
				sim->server->profile->name);
			sim_free(sim);
		}
}

Test(trouble, rubbish_for_a_greeting_is_told_and_tried_again_later)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_BARE]);
	sim->fault = (struct sim_fault){.is_armed = true,
		.is_stall = true,
		.connection = 1,
		.direction = SIM_DOWN,
		.after = 3};
	sim_start(sim);
	BECOMES(sim, never_answers, 5 * 60 * 1000);
	SETTLES(sim);
	sim_free(sim);
}

Test(trouble, a_folder_that_is_empty_and_renumbered_is_done_with)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 1);
		sim_server_folder(sim->server, "Empty");
		sim_restart(sim);
		SETTLES(sim);
		sim_view(sim, "Empty");
		SETTLES(sim);
		sim_view(sim, "INBOX");
		SETTLES(sim);
		sim_renumber(sim->server, "Empty");
		sim_restart(sim);
		sim_run(sim, 10000); /* what there is on the server has been told */
		sim_ask(sim, request_new(REQUEST_SYNC));
		SETTLES(sim);
		sim_free(sim);
	}
}
