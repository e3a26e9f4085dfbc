/* Mail that no server keeps: the same lists, wishes and undo, with or without a connection. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/actions.h"
#include "engine/local.h"
#include "tests/engine/engine_help.h"

static const char letter[] = "From: Bea <bea@example.org>\n"
			     "Message-ID: <letter-%u@example.org>\n"
			     "Subject: Letter %u\n"
			     "\n"
			     "text %u\n";

/* An account on a server and one without. */
static struct sim *with_local(int profile)
{
	struct sim *sim = sim_new(&sim_profiles[profile]);
	sim->settings = "[account \"here\"]\n\tlocal = yes\n";
	for (unsigned n = 1; n <= 3; n++) {
		sim_mail_deliver(sim->server, "INBOX", n);
		sim_mail_deliver(sim->server, "Keep", n + 10);
	}
	sim_start(sim);
	SETTLES(sim);
	return sim;
}

/* A folder of the account that has no server. */
static int64_t here(struct sim *sim, const char *wire)
{
	int64_t account_id = 0, folder_id = 0;
	struct error err;
	cr_assert(cache_account_register(sim->engine->cache, "here", &account_id, &err));
	cr_assert(cache_folder_register(sim->engine->cache, account_id, wire, &folder_id, &err));
	return folder_id;
}

static void make_folder(struct sim *sim, const char *name)
{
	struct request *request = request_new(REQUEST_FOLDER);
	struct error err;
	request->verb = FOLDER_CREATE;
	cr_assert(cache_account_register(sim->engine->cache, "here", &request->account_id, &err));
	request->text = mem_text(name);
	sim_ask(sim, request);
	sim_run(sim, 100);
}

static void append(struct sim *sim, int64_t folder_id, unsigned number, flags_t flags)
{
	struct request *request = request_new(REQUEST_APPEND);
	request->folder_id = folder_id;
	request->add = flags;
	buf_addf(&request->message, letter, number, number, number);
	sim_ask(sim, request);
	sim_run(sim, 100);
}

static void view(struct sim *sim, int64_t folder_id)
{
	struct request *request = request_new(REQUEST_VIEW_OPEN);
	request->list_id = 1;
	request->page.view.kind = VIEW_FOLDER;
	request->page.view.folder_id = folder_id;
	request->page.anchor = PAGE_AT_END;
	request->page.before = request->page.after = 60;
	sim_ask(sim, request);
	sim_run(sim, 100);
}

static void wish(struct sim *sim, enum request_kind kind, int64_t place_id, int64_t folder_id)
{
	struct request *request = request_new(kind);
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = place_id;
	request->place_count = 1;
	request->folder_id = folder_id;
	sim_ask(sim, request);
	sim_run(sim, 100);
}

static void undo(struct sim *sim)
{
	sim_ask(sim, request_new(REQUEST_UNDO));
	sim_run(sim, 100);
}

static bool is_sound(struct sim *sim)
{
	struct error err;
	bool ok = cache_check(sim->engine->cache, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.detail);
	return ok;
}

static unsigned total(struct sim *sim, int64_t folder_id)
{
	struct folder folder = {0};
	struct error err;
	cr_assert(cache_folder_get(sim->engine->cache, folder_id, &folder, &err));
	unsigned count = folder.total;
	folder_done(&folder);
	return count;
}

static const struct message *row(struct sim *sim, unsigned at)
{
	cr_assert_gt(sim->heard.page->count, at);
	return &sim->heard.page->rows[at];
}

Test(local, mail_is_listed_read_flagged_moved_and_expunged_without_a_connection)
{
	struct sim *sim = with_local(SIM_DOVECOT);
	sim_stop(sim);
	sim->is_offline = true;
	sim_start(sim);
	make_folder(sim, "Letters/2026");
	int64_t letters = here(sim, "Letters/2026"), trash = here(sim, "Trash");
	append(sim, letters, 1, FLAG_SEEN);
	append(sim, letters, 2, 0);
	view(sim, letters);
	cr_assert_eq(sim->heard.page->total, 2);
	cr_assert_str_eq(row(sim, 1)->subject, "Letter 2");
	cr_assert_not(place_is_temporary(row(sim, 1)->place_id));
	cr_assert_eq(row(sim, 0)->flags, FLAG_SEEN);
	struct request *open = request_new(REQUEST_OPEN);
	open->place_id = row(sim, 1)->place_id;
	sim_ask(sim, open);
	sim_run(sim, 100);
	cr_assert(sim->heard.shown != NULL && sim->heard.shown->is_complete);
	cr_assert_not(sim->heard.shown->is_unreachable);
	wish(sim, REQUEST_MOVE, row(sim, 0)->place_id, trash);
	cr_assert_eq(total(sim, letters), 1);
	cr_assert_eq(total(sim, trash), 1);
	undo(sim);
	cr_assert_eq(total(sim, letters), 2);
	cr_assert_eq(total(sim, trash), 0);
	wish(sim, REQUEST_COPY, row(sim, 0)->place_id, trash);
	cr_assert_eq(total(sim, trash), 1);
	wish(sim, REQUEST_DELETE, row(sim, 0)->place_id, 0);
	wish(sim, REQUEST_EXPUNGE, row(sim, 1)->place_id, letters);
	cr_assert_eq(total(sim, letters), 1);
	cr_assert_eq(sim_waiting(sim), 0);
	cr_assert(is_sound(sim));
	sim_free(sim);
}

Test(local, the_list_is_made_again_when_the_cache_is_lost)
{
	char path[128];
	struct sim *sim = with_local(SIM_DOVECOT);
	int64_t sent = here(sim, "Sent");
	for (unsigned n = 1; n <= 250; n++) {
		struct request *request = request_new(REQUEST_APPEND);
		request->folder_id = sent;
		request->add = n % 2 == 0 ? FLAG_SEEN : 0;
		buf_addf(&request->message, letter, n, n, n);
		sim_ask(sim, request);
	}
	sim_run(sim, 1000);
	view(sim, sent);
	cr_assert_eq(sim->heard.page->total, 250);
	unsigned unseen = 125 - ((row(sim, 0)->flags & FLAG_SEEN) == 0);
	wish(sim, REQUEST_DELETE, row(sim, 0)->place_id, 0);
	wish(sim, REQUEST_EXPUNGE, row(sim, 0)->place_id, sent);
	sim_stop(sim);
	snprintf(path, sizeof(path), "%s/cache.db", sim->folder);
	cr_assert_eq(unlink(path), 0);
	sim_start(sim);
	SETTLES(sim);
	view(sim, sent);
	cr_assert_eq(sim->heard.page->total, 249);
	cr_assert_eq(sim->heard.page->unseen, unseen);
	cr_assert_str_eq(row(sim, (unsigned)sim->heard.page->count - 1)->subject, "Letter 250");
	cr_assert(is_sound(sim));
	sim_free(sim);
}

/* ---- Between accounts. ---- */

static unsigned copies(struct sim *sim, const char *wire, const char *text)
{
	struct sim_folder *folder = sim_server_folder(sim->server, wire);
	unsigned count = 0;
	for (size_t i = 0; i < folder->count; i++) {
		struct str bytes = str_make(folder->messages[i].bytes, folder->messages[i].len);
		count += str_find_nocase(bytes, str_from(text)) != STR_NONE;
	}
	return count;
}

Test(local, a_message_moves_from_a_server_to_here_and_back_by_undo)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = with_local(i);
		int64_t sent = here(sim, "Sent");
		int64_t place = sim_place(sim, "INBOX", 2);
		sim_flag(sim->server, "INBOX", 2, SIM_FLAGGED, 0);
		SETTLES(sim);
		wish(sim, REQUEST_MOVE, place, sent);
		SETTLES(sim);
		cr_assert_eq(total(sim, sent), 1, "%s", sim->server->profile->name);
		cr_assert_eq(sim_server_folder(sim->server, "INBOX")->count, 2, "%s",
			sim->server->profile->name);
		view(sim, sent);
		cr_assert((row(sim, 0)->flags & FLAG_FLAGGED) != 0);
		undo(sim);
		SETTLES(sim);
		cr_assert_eq(total(sim, sent), 0, "%s", sim->server->profile->name);
		cr_assert_eq(sim_server_folder(sim->server, "INBOX")->count, 3, "%s\n%s",
			sim->server->profile->name, sim_said(sim));
		cr_assert(is_sound(sim));
		sim_free(sim);
	}
}

Test(local, a_copy_goes_from_here_to_a_server)
{
	struct sim *sim = with_local(SIM_DOVECOT);
	int64_t sent = here(sim, "Sent");
	append(sim, sent, 7, FLAG_SEEN);
	view(sim, sent);
	wish(sim, REQUEST_COPY, row(sim, 0)->place_id, sim_folder_id(sim, "INBOX"));
	SETTLES(sim);
	cr_assert_eq(copies(sim, "INBOX", "letter-7@"), 1);
	cr_assert_eq(total(sim, sent), 1);
	wish(sim, REQUEST_MOVE, row(sim, 0)->place_id, sim_folder_id(sim, "INBOX"));
	SETTLES(sim);
	cr_assert_eq(copies(sim, "INBOX", "letter-7@"), 2);
	cr_assert_eq(total(sim, sent), 0);
	cr_assert(is_sound(sim));
	sim_free(sim);
}

static enum sim_reply full(void *context, struct sim_talk *talk, const char *line)
{
	(void)context;
	(void)talk;
	return str_starts(str_from(line), STR("APPEND")) ? SIM_NO : SIM_DO;
}

static bool has_failed(struct sim *sim)
{
	return sim->heard.notices[NOTICE_ACTION_FAILED] > 0;
}

Test(local, what_the_server_refuses_stays_where_it_was)
{
	struct sim *sim = with_local(SIM_DOVECOT);
	int64_t sent = here(sim, "Sent");
	append(sim, sent, 7, FLAG_SEEN);
	view(sim, sent);
	sim->server->hook = full;
	wish(sim, REQUEST_MOVE, row(sim, 0)->place_id, sim_folder_id(sim, "INBOX"));
	BECOMES(sim, has_failed, 600000);
	cr_assert_eq(total(sim, sent), 1);
	cr_assert_eq(copies(sim, "INBOX", "letter-7@"), 0);
	sim_free(sim);
}

/* Cut anywhere, a message is in one place in the end, and was never in none. */
static void cut_run(bool comes, const struct sim_fault *fault, uint64_t from[2], uint64_t to[2])
{
	struct sim *sim = with_local(SIM_DOVECOT);
	int64_t sent = here(sim, "Sent");
	if (!comes) {
		append(sim, sent, 7, FLAG_SEEN);
		view(sim, sent);
	}
	SETTLES(sim);
	unsigned connection = sim->connections;
	for (int i = 0; i < 2; i++)
		from[i] = sim_bytes(sim, connection, (enum sim_direction)i);
	if (fault != NULL) {
		sim->fault = *fault;
		sim->fault.connection = connection;
	}
	wish(sim, REQUEST_MOVE, comes ? sim_place(sim, "INBOX", 2) : row(sim, 0)->place_id,
		comes ? sent : sim_folder_id(sim, "INBOX"));
	cr_assert(sim_until(sim, sim_is_watching, 30 * 60 * 1000) && !sim->spins, "%s\n%s",
		buf_text(&sim->difference), sim_said(sim));
	cr_assert_eq(total(sim, sent), comes ? 1 : 0, "%s", sim_said(sim));
	cr_assert_eq(
		sim_server_folder(sim->server, "INBOX")->count, comes ? 2 : 4, "%s", sim_said(sim));
	sim_until(sim, sim_is_idling, 1000);
	for (int i = 0; to != NULL && i < 2; i++)
		to[i] = sim_bytes(sim, connection, (enum sim_direction)i);
	sim_free(sim);
}

static void cut_everywhere(bool comes)
{
	uint64_t from[2], to[2], ignored[2];
	const char *wish_for = getenv("SIM_CUTS"); /* 1: at every byte */
	unsigned cuts = 0, stride = wish_for != NULL ? (unsigned)atoi(wish_for) : 17;
	cut_run(comes, NULL, from, to);
	for (int direction = 0; direction < 2; direction++)
		for (uint64_t at = from[direction]; at <= to[direction]; at += stride, cuts++) {
			struct sim_fault fault = {.is_armed = true,
				.direction = (enum sim_direction)direction,
				.after = at};
			cut_run(comes, &fault, ignored, NULL);
		}
	printf("cuts: moved %s a server: %u, once each\n", comes ? "from" : "to", cuts);
}

Test(local, moves_between_accounts_happen_once_wherever_they_are_cut)
{
	cut_everywhere(true);
	cut_everywhere(false);
}
