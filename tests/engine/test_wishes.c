/* Wishes on their way: journalled first, carried out when they can be, told when they cannot. */
#include <stdio.h>

#include "tests/cache/crash_vfs.h"
#include "tests/engine/engine_help.h"

static bool nothing_waits(struct sim *sim)
{
	return sim_waiting(sim) == 0;
}

Test(wishes, made_offline_show_at_once_and_settle_when_the_server_is_back)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 4);
		sim_stop(sim);
		sim->is_offline = true;
		sim_start(sim);
		sim_wish(sim, "INBOX", 2, FLAG_SEEN, 0);
		sim_wish(sim, "INBOX", 3, FLAG_FLAGGED, 0);
		sim_wish(sim, "INBOX", 3, 0, FLAG_FLAGGED);
		sim_rest(sim);
		cr_assert_eq(sim_shown_flags(sim, "INBOX", 2), FLAG_SEEN);
		cr_assert_eq(sim_waiting(sim), 1);
		sim_restart(sim); /* quitting and starting again changes nothing */
		sim_rest(sim);
		cr_assert_eq(sim_shown_flags(sim, "INBOX", 2), FLAG_SEEN);
		cr_assert_eq(sim_waiting(sim), 1);
		sim->is_offline = false;
		sim_restart(sim);
		SETTLES(sim);
		cr_assert_eq(sim_server_sets(sim->server, 2, SIM_SEEN), 1);
		cr_assert_eq(sim_server_sets(sim->server, 3, SIM_FLAGGED), 0);
		sim_free(sim);
	}
}

Test(wishes, and_what_others_did_meanwhile_both_hold)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 4);
		sim_stop(sim);
		sim->is_offline = true;
		sim_start(sim);
		sim_wish(sim, "INBOX", 2, FLAG_SEEN, 0);
		sim_wish(sim, "INBOX", 4, FLAG_SEEN, 0);
		sim_rest(sim);
		sim_flag(sim->server, "INBOX", 2, SIM_FLAGGED, 0);
		sim_expunge(sim->server, "INBOX", 4); /* the wish has nothing left to do */
		sim_expunge(sim->server, "INBOX", 1);
		sim->is_offline = false;
		sim_restart(sim);
		SETTLES(sim);
		cr_assert_eq(sim_shown_flags(sim, "INBOX", 2), FLAG_SEEN | FLAG_FLAGGED);
		sim_free(sim);
	}
}

Test(wishes, in_a_folder_that_is_not_open_reach_it)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	sim_mail_deliver(sim->server, "INBOX", 1);
	sim_mail_deliver(sim->server, "Lists", 2);
	sim_start(sim);
	SETTLES(sim);
	sim_view(sim, "Lists");
	SETTLES(sim);
	sim_view(sim, "INBOX");
	SETTLES(sim);
	sim_wish(sim, "Lists", 1, FLAG_SEEN, 0);
	SETTLES(sim);
	cr_assert_eq(
		sim_folder_message(sim_server_folder(sim->server, "Lists"), 1)->flags, SIM_SEEN);
	sim_free(sim);
}

Test(wishes, in_a_folder_that_vanished_end_with_a_word)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	sim_mail_deliver(sim->server, "INBOX", 1);
	sim_mail_deliver(sim->server, "Lists", 2);
	sim_start(sim);
	SETTLES(sim);
	sim_view(sim, "Lists");
	SETTLES(sim);
	sim_view(sim, "INBOX");
	SETTLES(sim);
	int64_t place = sim_place(sim, "Lists", 1);
	sim_folder_delete(sim->server, "Lists");
	struct request *request = request_new(REQUEST_FLAGS);
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = place;
	request->place_count = 1;
	request->add = FLAG_SEEN;
	sim_ask(sim, request);
	sim_run(sim, 60 * 60 * 1000);
	cr_assert_not(sim->spins);
	cr_assert_leq(sim_server_count(sim->server, "SELECT Lists"), 70);
	cr_assert_eq(sim_waiting(sim), 0, "it waits for a folder that is gone");
	cr_assert_eq(sim_failed(sim), 1);
	sim_wish(sim, "INBOX", 1, FLAG_SEEN, 0);
	sim_run(sim, 10000);
	cr_assert_eq(sim_server_sets(sim->server, 1, SIM_SEEN), 1, "other wishes are kept back");
	sim_free(sim);
}

static void wish_word(struct sim *sim, uint32_t uid, const char *words)
{
	struct request *request = request_new(REQUEST_FLAGS);
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = sim_place(sim, "INBOX", uid);
	request->place_count = 1;
	request->text = mem_text(words);
	sim_ask(sim, request);
}

Test(wishes, for_keywords_reach_servers_that_keep_them_and_are_told_by_the_others)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 3);
		wish_word(sim, 2, "+Receipts");
		SETTLES(sim);
		uint32_t bit = sim_server_flag(sim->server, STR("Receipts"));
		if (sim_profiles[i].keeps_keywords) {
			cr_assert_eq(sim_server_sets(sim->server, 2, bit), 1);
			wish_word(sim, 2, "-Receipts");
			SETTLES(sim);
			cr_assert_eq(sim_folder_message(sim_server_folder(sim->server, "INBOX"), 2)
					     ->flags,
				0);
		} else {
			cr_assert_eq(sim_server_count(sim->server, "UID STORE"), 0);
			cr_assert_eq(sim->heard.notices[NOTICE_NOT_KEPT], 1);
		}
		sim_free(sim);
	}
}

Test(wishes, in_a_read_only_folder_send_nothing)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_new(&sim_profiles[i]);
		sim_mail_deliver(sim->server, "INBOX", 1);
		sim_server_folder(sim->server, "INBOX")->is_read_only = true;
		sim_start(sim);
		SETTLES(sim);
		sim_wish(sim, "INBOX", 1, FLAG_SEEN, 0);
		sim_run(sim, 60 * 60 * 1000);
		SETTLES(sim);
		cr_assert_eq(sim_server_count(sim->server, "UID STORE"), 0);
		cr_assert_eq(sim_shown_flags(sim, "INBOX", 1), 0);
		sim_free(sim);
	}
}

static enum sim_reply refuse_store(void *context, struct sim_talk *talk, const char *line)
{
	unsigned *times = context;
	(void)talk;
	if (strncmp(line, "UID STORE", 9) != 0 || *times == 0)
		return SIM_DO;
	(*times)--;
	return SIM_NO;
}

Test(wishes, refused_for_a_while_are_tried_again_and_done_once)
{
	unsigned times = 2;
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 3);
	sim->server->hook = refuse_store;
	sim->server->hook_context = &times;
	sim_wish(sim, "INBOX", 2, FLAG_SEEN, 0);
	SETTLES(sim);
	cr_assert_eq(sim_server_sets(sim->server, 2, SIM_SEEN), 1);
	sim_free(sim);
}

static enum sim_reply store_unheard(void *context, struct sim_talk *talk, const char *line)
{
	bool *is_done = context;
	(void)talk;
	if (strncmp(line, "UID STORE", 9) != 0 || *is_done)
		return SIM_DO;
	*is_done = true;
	return SIM_DO_NOT_ANSWER;
}

Test(wishes, done_without_an_answer_are_not_done_twice)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		bool is_done = false;
		struct sim *sim = sim_settled(&sim_profiles[i], 3);
		sim->server->hook = store_unheard;
		sim->server->hook_context = &is_done;
		sim_wish(sim, "INBOX", 2, FLAG_SEEN, 0);
		SETTLES(sim);
		cr_assert_eq(sim_server_sets(sim->server, 2, SIM_SEEN), 1);
		sim_free(sim);
	}
}

Test(wishes, that_are_undone_after_the_folder_was_renumbered_touch_no_other_message)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 4);
	sim_wish_transfer(sim, REQUEST_COPY, "INBOX", 3, 3, "INBOX");
	SETTLES(sim);
	sim_world_cut(sim); /* its copy is 5; then 5 is message 2 */
	sim_renumber(sim->server, "INBOX");
	SETTLES(sim);
	sim_wish_undo(sim);
	sim_run(sim, 60000);
	SETTLES(sim);
	for (unsigned content = 1; content <= 4; content++)
		cr_assert_geq(sim_server_copies(sim->server, content), 1, "%u", content);
	sim_free(sim);
}

Test(wishes, for_flags_are_undone_where_the_message_is_since_the_folder_was_renumbered)
{
	struct buf places = {0};
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 4);
	sim_wish(sim, "INBOX", 2, FLAG_FLAGGED, 0);
	sim_wish(sim, "INBOX", 3, FLAG_FLAGGED, 0);
	SETTLES(sim);
	sim_world_cut(sim);
	sim_renumber(sim->server, "INBOX");
	SETTLES(sim);
	sim_wish_undo(sim);
	BECOMES(sim, nothing_waits, 60000);
	SETTLES(sim);
	sim_places(sim->server, &places);
	cr_assert_str_eq(buf_text(&places), "INBOX 1 2f 3 4");
	buf_done(&places);
	sim_free(sim);
}

static void wish_newest(struct sim *sim, const char *wire, enum request_kind kind)
{
	int64_t place = sim_newest(sim, wire);
	struct request *request = request_new(kind);
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = place;
	request->place_count = 1;
	request->folder_id = kind == REQUEST_MOVE ? sim_folder_id(sim, "Trash") : 0;
	request->add = kind == REQUEST_FLAGS ? FLAG_FLAGGED : 0;
	sim_ask(sim, request);
	sim_rest(sim);
}

/* A move, a move on and a flag; of the message there are two when the folder is renumbered. */
Test(wishes, upon_a_message_that_never_arrives_end_with_it)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 4);
	sim_mail_deliver(sim->server, "INBOX", 2);
	sim_mail_deliver(sim->server, "Lists", 5);
	sim_mail_deliver(sim->server, "Trash", 6);
	sim_restart(sim);
	SETTLES(sim);
	sim_online(sim, false);
	sim_rest(sim);
	sim_wish_transfer(sim, REQUEST_MOVE, "INBOX", 2, 2, "Lists");
	sim_rest(sim);
	wish_newest(sim, "Lists", REQUEST_MOVE);
	wish_newest(sim, "Trash", REQUEST_FLAGS);
	cr_assert_eq(sim_waiting(sim), 3);
	sim_renumber(sim->server, "INBOX");
	sim_online(sim, true);
	sim_view(sim, "INBOX");
	BECOMES(sim, nothing_waits, 60 * 60 * 1000);
	SETTLES(sim);
	cr_assert_eq(sim_failed(sim), 3);
	struct buf places = {0};
	sim_places(sim->server, &places);
	cr_assert_str_eq(buf_text(&places), "INBOX 1 2 3 4 5|Lists 6|Trash 7");
	buf_done(&places);
	sim_free(sim);
}

/* What a greeting tells is of the time before the log-in, also when all was said before it came. */
Test(wishes, are_carried_out_by_what_the_server_can_after_the_login)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 4);
		sim_mail_deliver(sim->server, "Lists", 5);
		for (int start = 0; start < 20; start++) { /* the server is trusted more and more */
			sim_restart(sim);
			SETTLES(sim);
		}
		sim_wish_transfer(sim, REQUEST_MOVE, "INBOX", 2, 2, "Lists");
		SETTLES(sim);
		cr_assert_eq(sim_server_count(sim->server, "UID COPY"),
			!sim_profile_has(&sim_profiles[i], "MOVE"), "%s", sim_profiles[i].name);
		cr_assert_eq(sim_server_count(sim->server, "EXPUNGE"),
			!sim_profile_has(&sim_profiles[i], "UIDPLUS"), "%s", sim_profiles[i].name);
		sim_free(sim);
	}
}

/* The folder was selected before the message came there, and the server tells no UID. */
Test(wishes, upon_a_message_in_a_folder_that_is_open_elsewhere_do_not_ask_for_ever)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_BARE], 4);
	sim_mail_deliver(sim->server, "Lists", 5);
	sim_mail_deliver(sim->server, "Lists", 6);
	sim_restart(sim);
	SETTLES(sim);
	sim_view(sim, "Lists");
	SETTLES(sim);
	sim_ask(sim, request_new(REQUEST_SYNC)); /* the second connection looks at INBOX */
	sim_run(sim, 100);
	sim_wish_transfer(sim, REQUEST_MOVE, "Lists", 1, 1, "INBOX");
	sim_run(sim, 100);
	sim_wish_transfer(sim, REQUEST_MOVE, "Lists", 2, 2, "INBOX");
	sim_run(sim, 5000);
	sim_wish_undo(sim);
	BECOMES(sim, nothing_waits, 60 * 60 * 1000);
	SETTLES(sim);
	sim_free(sim);
}

/* ---- Guests. ---- */

Test(wishes, of_another_process_are_found_by_the_holder)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 3);
	struct sim *guest = sim_new(&sim_profiles[SIM_DOVECOT]);
	char own[64];
	snprintf(own, sizeof(own), "%s", guest->folder);
	snprintf(guest->folder, sizeof(guest->folder), "%s", sim->folder);
	sim_start(guest);
	cr_assert(engine_is_guest(guest->engine));
	sim_wish(guest, "INBOX", 2, FLAG_SEEN, 0);
	sim_rest(guest);
	cr_assert_eq(guest->connections, 0);
	SETTLES(sim);
	cr_assert(nothing_waits(sim));
	cr_assert_eq(sim_server_sets(sim->server, 2, SIM_SEEN), 1);
	sim_stop(guest);
	snprintf(guest->folder, sizeof(guest->folder), "%s", own);
	sim_free(guest);
	sim_free(sim);
}

/* ---- The disk. ---- */

Test(wishes, and_all_else_survive_a_full_disk)
{
	for (unsigned n = 1; n < 60; n += 3) {
		struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
		crash_vfs_register();
		crash_vfs_arm(CRASH_NEVER, 0);
		sim->world.vfs = CRASH_VFS;
		for (unsigned k = 1; k <= 3; k++)
			sim_mail_deliver(sim->server, "INBOX", k);
		sim_start(sim);
		SETTLES(sim);
		crash_vfs_arm(CRASH_FULL, n);
		sim_mail_deliver(sim->server, "INBOX", 4);
		sim_wish(sim, "INBOX", 2, FLAG_SEEN, 0);
		sim_open(sim, "INBOX", 1);
		sim_run(sim, 10 * 60 * 1000);
		cr_assert_not(sim->spins, "at write %u", n);
		cr_assert_leq(sim_server_count(sim->server, "LOGIN"), 60, "at write %u: %u", n,
			sim_server_count(sim->server, "LOGIN"));
		cr_assert(crash_vfs_count() < n || sim->heard.notices[NOTICE_STORAGE] > 0 ||
				  sim->heard.counts[EVENT_FAILED] > 0,
			"at write %u: nobody is told", n);
		crash_vfs_arm(CRASH_NEVER, 0); /* room again */
		cr_assert(sim_until(sim, sim_is_equal, 30 * 60 * 1000), "at write %u: %s\n%s", n,
			buf_text(&sim->difference), sim_said(sim));
		sim_free(sim);
	}
}
