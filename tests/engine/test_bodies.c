/* Bodies: as few bytes as needed, kept, and never those of another message. */
#include <stdio.h>

#include "base/file.h"
#include "tests/engine/engine_help.h"

static uint32_t big_mail(struct sim *sim, size_t text, size_t attachment)
{
	struct buf bytes = {0};
	struct sim_mail mail = {.number = 900, .text = text, .attachment = attachment};
	sim_mail_make(&mail, &bytes);
	uint32_t uid = sim_deliver(sim->server, "INBOX", buf_str(&bytes));
	buf_done(&bytes);
	return uid;
}

static bool text_shows(const struct sim *sim, const char *text)
{
	const struct shown *shown = sim->heard.shown != NULL ? sim->heard.shown->shown : NULL;
	if (shown == NULL || shown->doc == NULL)
		return false;
	for (size_t i = 0; i < shown->doc->block_count; i++)
		if (strstr(buf_text(&shown->doc->blocks[i].text), text) != NULL)
			return true;
	return false;
}

Test(bodies, a_message_is_fetched_once_and_read_offline_from_then_on)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 3);
		sim_open(sim, "INBOX", 2);
		BECOMES(sim, sim_is_shown, 10000);
		cr_assert(text_shows(sim, "This is the text of talk 2."));
		cr_assert_not(sim->heard.shown->is_unreachable);
		sim_stop(sim);
		sim->is_offline = true;
		unsigned connections = sim->connections;
		sim_start(sim);
		sim_open(sim, "INBOX", 2);
		BECOMES(sim, sim_is_shown, 10000);
		cr_assert(text_shows(sim, "This is the text of talk 2."));
		cr_assert_not(sim->heard.shown->is_unreachable);
		sim_open(sim, "INBOX", 3);
		BECOMES(sim, sim_is_shown, 10000);
		cr_assert(sim->heard.shown->is_unreachable);
		cr_assert_eq(sim->connections, connections);
		sim_free(sim);
	}
}

Test(bodies, an_offline_start_shows_the_list_and_opens_no_connection)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 4);
	sim_stop(sim);
	sim->is_offline = true;
	sim_start(sim);
	sim_view(sim, "INBOX");
	sim_run(sim, 1000);
	cr_assert_eq(sim->heard.page->total, 4);
	cr_assert_eq(sim_account_state(sim), ACCOUNT_OFFLINE);
	cr_assert_eq(sim->connections, 1);
	struct request *online = request_new(REQUEST_ONLINE);
	online->is_on = true;
	sim_ask(sim, online);
	sim_mail_deliver(sim->server, "INBOX", 5);
	SETTLES(sim);
	sim_free(sim);
}

Test(bodies, a_text_of_300_kB_comes_whole)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 1);
		uint32_t uid = big_mail(sim, 300 * 1024, 0);
		cr_assert(sim_until(sim, sim_is_equal, 600000));
		sim_open(sim, "INBOX", uid);
		BECOMES(sim, sim_is_shown, 10000);
		cr_assert_not(sim->heard.shown->is_unreachable, "%s\n%s",
			sim->server->profile->name, sim_said(sim));
		cr_assert(text_shows(sim, "Line 6000 of the text of talk 900"));
		sim_free(sim);
	}
}

static bool part_is_saved(struct sim *sim)
{
	return sim->heard.saved != NULL;
}

static void ask_save(struct sim *sim, uint32_t uid, const char *part)
{
	struct request *request = request_new(REQUEST_SAVE_PART);
	struct buf path = {0};
	buf_addf(&path, "%s/saved", sim->folder);
	request->place_id = sim_place(sim, "INBOX", uid);
	request->text = mem_text(part);
	request->path = buf_take(&path);
	request->may_overwrite = true;
	sim_ask(sim, request);
}

static size_t saved_size(struct sim *sim)
{
	size_t size = 0;
	char byte[4096];
	FILE *file = fopen(sim->heard.saved->path, "r");
	for (size_t n = 1; file != NULL && n > 0; size += n)
		n = fread(byte, 1, sizeof(byte), file);
	if (file != NULL)
		fclose(file);
	return size;
}

enum { ATTACHMENT = 5 * 1000 * 1000 };

Test(bodies, an_attachment_stays_on_the_server_until_it_is_asked_for)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 1);
		uint32_t uid = big_mail(sim, 2000, ATTACHMENT);
		cr_assert(sim_until(sim, sim_is_equal, 600000));
		uint64_t before = sim_bytes(sim, 1, SIM_DOWN);
		sim_open(sim, "INBOX", uid);
		BECOMES(sim, sim_is_shown, 10000);
		cr_assert(text_shows(sim, "This is the text of talk 900."));
		cr_assert_not(sim->heard.shown->is_unreachable);
		cr_assert_leq(sim_bytes(sim, 1, SIM_DOWN) - before, 20000, "%s",
			sim->server->profile->name);
		ask_save(sim, uid, "2");
		BECOMES(sim, part_is_saved, 10000);
		cr_assert(sim->heard.saved->is_ok, "%s", sim->heard.saved->error.detail);
		cr_assert_eq(saved_size(sim), ATTACHMENT);
		sim_free(sim);
	}
}

/* Old mail has files in its text; IMAP knows no part there. */
Test(bodies, a_file_uuencoded_in_a_text_is_saved_from_the_store)
{
	static const char mail[] =
		"From: ann@example.org\r\nSubject: old\r\nMessage-ID: <uu@example.org>\r\n"
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
		"--b\r\nContent-Type: text/plain\r\n\r\nNothing.\r\n"
		"--b\r\nContent-Type: text/plain\r\n\r\nThe plan:\r\n\r\n"
		"begin 644 plan.txt\r\n@5&AE('!L86X@;V8@=&AE(&)O870L(&EN('=O<F1S+@H \r\n`\r\n"
		"end\r\n--b--\r\n";
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 1);
	struct buf saved = {0};
	struct error err = {0};
	uint32_t uid = sim_deliver(sim->server, "INBOX", str_from(mail));
	cr_assert(sim_until(sim, sim_is_equal, 600000));
	ask_save(sim, uid, "2.1");
	BECOMES(sim, part_is_saved, 10000);
	cr_assert(sim->heard.saved->is_ok, "%s", sim->heard.saved->error.detail);
	cr_assert(file_read(sim->heard.saved->path, 1000, &saved, &err), "%s", err.detail);
	cr_expect_str_eq(buf_text(&saved), "The plan of the boat, in words.\n");
	buf_done(&saved);
	sim_free(sim);
}

Test(bodies, an_attachment_cut_in_the_middle_goes_on_where_it_was)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 1);
	uint32_t uid = big_mail(sim, 2000, ATTACHMENT);
	cr_assert(sim_until(sim, sim_is_equal, 600000));
	sim->fault = (struct sim_fault){.is_armed = true,
		.connection = 1,
		.direction = SIM_DOWN,
		.after = sim_bytes(sim, 1, SIM_DOWN) + 5000000};
	ask_save(sim, uid, "2");
	BECOMES(sim, part_is_saved, 60000);
	cr_assert(sim->heard.saved->is_ok, "%s", sim->heard.saved->error.detail);
	cr_assert_eq(saved_size(sim), ATTACHMENT);
	cr_assert_eq(sim->connections, 2);
	cr_assert_leq(sim_bytes(sim, 2, SIM_DOWN), 3000000);
	sim_free(sim);
}

Test(bodies, those_of_another_message_are_not_taken)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 3);
	sim->server->wrong_uid = 2;
	sim_open(sim, "INBOX", 2);
	BECOMES(sim, sim_is_shown, 10000);
	cr_assert(sim->heard.shown->is_unreachable);
	cr_assert_eq(sim->heard.shown->error.kind, ERROR_PROTOCOL);
	cr_assert_not(sim_has_body(sim, "INBOX", 2));
	sim->server->wrong_uid = 0;
	sim_open(sim, "INBOX", 2);
	BECOMES(sim, sim_is_shown, 10000);
	cr_assert_not(sim->heard.shown->is_unreachable);
	cr_assert(sim_has_body(sim, "INBOX", 2));
	cr_assert(sim_until(sim, sim_is_equal, 60000), "%s", buf_text(&sim->difference));
	sim_free(sim);
}

Test(bodies, a_message_expunged_before_it_is_read_is_told)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 3);
		sim_run(sim, 1000);
		sim->latency = 50;
		sim_open(sim, "INBOX", 2);
		sim_rest(sim);
		sim_expunge(sim->server, "INBOX", 2);
		sim_run(sim, 5000);
		cr_assert(sim_is_shown(sim));
		cr_assert(sim->heard.shown->is_unreachable);
		cr_assert(sim_until(sim, sim_is_equal, 600000), "%s", buf_text(&sim->difference));
		sim_free(sim);
	}
}

static bool sync_is_over(struct sim *sim)
{
	return sim->heard.synced != NULL;
}

Test(bodies, sync_with_bodies_brings_every_folder_whole)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_new(&sim_profiles[i]);
		for (unsigned n = 1; n <= 6; n++) {
			sim_mail_deliver(sim->server, "INBOX", n);
			sim_mail_deliver(sim->server, "Lists", 100 + n);
		}
		sim_server_folder(sim->server, "Empty");
		sim_start(sim);
		SETTLES(sim);
		struct request *request = request_new(REQUEST_SYNC);
		request->is_on = true;
		sim_ask(sim, request);
		BECOMES(sim, sync_is_over, 600000);
		cr_assert(sim->heard.synced->is_ok);
		cr_assert(sim_is_equal(sim), "%s", buf_text(&sim->difference));
		for (uint32_t uid = 1; uid <= 6; uid++) {
			cr_assert(sim_has_body(sim, "INBOX", uid));
			cr_assert(sim_has_body(sim, "Lists", uid));
		}
		sim_free(sim);
	}
}
