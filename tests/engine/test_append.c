/* Messages that go to a server from here: once each, whatever happens on the way. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/actions.h"
#include "tests/engine/engine_help.h"

static const char letter[] = "From: Bea <bea@example.org>\n"
			     "Date: Mon, 2 Nov 2026 10:00:00 +0000\n"
			     "Message-ID: <letter-1@example.org>\n"
			     "Subject: A letter\n"
			     "\n"
			     "one\r\ntwo\n.\n";

static void append(struct sim *sim, const char *wire, const char *text, flags_t flags)
{
	struct request *request = request_new(REQUEST_APPEND);
	request->folder_id = sim_folder_id(sim, wire);
	request->add = flags;
	request->arrived = 1700000000;
	buf_add_text(&request->message, text);
	sim_ask(sim, request);
}

/* How many messages of a folder have this in them. */
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

static struct sim *with_keep(int profile)
{
	struct sim *sim = sim_new(&sim_profiles[profile]);
	for (unsigned n = 1; n <= 3; n++) {
		sim_mail_deliver(sim->server, "INBOX", n);
		sim_mail_deliver(sim->server, "Keep", n + 10);
	}
	sim_start(sim);
	SETTLES(sim);
	sim_view(sim, "Keep");
	SETTLES(sim);
	return sim;
}

Test(append, shows_at_once_and_arrives_once_with_its_flags_on_every_server)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = with_keep(i);
		sim->latency = 500; /* what the server says comes later */
		append(sim, "Keep", letter, FLAG_SEEN | FLAG_FLAGGED);
		sim_run(sim, 100);
		cr_assert_eq(sim->heard.page->total, 4, "%s", sim->server->profile->name);
		cr_assert(place_is_temporary(sim->heard.page->rows[3].place_id));
		cr_assert_str_eq(sim->heard.page->rows[3].subject, "A letter");
		SETTLES(sim);
		struct sim_folder *keep = sim_server_folder(sim->server, "Keep");
		cr_assert_eq(keep->count, 4);
		const struct sim_message *m = &keep->messages[3];
		cr_assert(str_ends_nocase(
			str_make(m->bytes, m->len), STR("\r\none\r\ntwo\r\n.\r\n")));
		cr_assert_eq(m->flags, SIM_SEEN | SIM_FLAGGED);
		cr_assert_eq(sim->heard.page->total, 4);
		cr_assert_not(place_is_temporary(sim->heard.page->rows[3].place_id));
		sim_free(sim);
	}
}

Test(append, made_offline_can_be_read_and_goes_when_there_is_a_connection)
{
	struct sim *sim = with_keep(SIM_DOVECOT);
	sim_stop(sim);
	sim->is_offline = true;
	sim_start(sim);
	append(sim, "Keep", letter, 0);
	sim_rest(sim);
	sim_restart(sim);
	sim_view(sim, "Keep");
	sim_rest(sim);
	cr_assert_eq(sim->heard.page->total, 4);
	struct request *open = request_new(REQUEST_OPEN);
	open->place_id = sim->heard.page->rows[3].place_id;
	sim_ask(sim, open);
	sim_rest(sim);
	cr_assert_not_null(sim->heard.shown);
	cr_assert(sim->heard.shown->is_complete);
	cr_assert_not(sim->heard.shown->is_unreachable);
	sim->is_offline = false;
	sim_restart(sim);
	SETTLES(sim);
	cr_assert_eq(copies(sim, "Keep", "letter-1@"), 1);
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

Test(append, that_is_refused_ends_with_the_servers_words_and_shows_no_more)
{
	struct sim *sim = with_keep(SIM_DOVECOT);
	sim->server->hook = full;
	append(sim, "Keep", letter, 0);
	BECOMES(sim, has_failed, 600000);
	cr_assert_eq(sim->heard.page->total, 3);
	cr_assert_eq(copies(sim, "Keep", "letter-1@"), 0);
	sim->server->hook = NULL;
	struct action *actions = NULL;
	size_t count = 0;
	struct error err;
	cr_assert(cache_actions_list(sim_reader(sim), &actions, &count, &err));
	cr_assert_eq(count, 1);
	struct request *retry = request_new(REQUEST_ACTION_RETRY);
	retry->action_id = actions[0].action_id;
	action_done(&actions[0]);
	mem_free(actions);
	sim_ask(sim, retry);
	SETTLES(sim);
	cr_assert_eq(copies(sim, "Keep", "letter-1@"), 1, "it can be tried again");
	sim_free(sim);
}

Test(append, of_a_long_message_takes_little_memory_and_all_its_bytes)
{
	struct sim *sim = with_keep(SIM_DOVECOT);
	struct buf text = {0};
	buf_add_text(&text, letter);
	while (text.len < 3000000)
		buf_add_text(&text, "a line of a long message, which ends without a CR\n");
	append(sim, "Keep", buf_text(&text), 0);
	SETTLES(sim);
	struct sim_folder *keep = sim_server_folder(sim->server, "Keep");
	cr_assert_eq(keep->count, 4, "%s", sim_said(sim));
	size_t bare = 0, last = 0;
	for (size_t i = 0; i < text.len; i++) {
		bare += text.data[i] == '\n' && text.data[last] != '\r';
		last = i;
	}
	cr_assert_eq(keep->messages[3].len, text.len + bare);
	buf_done(&text);
	sim_free(sim);
}

static int64_t blob(struct sim *sim, const char *text)
{
	int64_t blob_id = 0;
	struct error err;
	cr_assert(cache_blob_add(sim->engine->cache, str_from(text), &blob_id, &err));
	return blob_id;
}

Test(append, replaces_an_older_one_which_goes_only_then)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = with_keep(i);
		struct error err;
		struct action_item item = {.arrived = 1700000000, .flags = FLAG_DRAFT};
		item.blob_id = blob(sim, letter);
		cr_assert(wish_bring(sim->engine, sim_folder_id(sim, "Keep"),
			sim_place(sim, "Keep", 2), &item, 1, NULL, &err));
		SETTLES(sim);
		struct sim_folder *keep = sim_server_folder(sim->server, "Keep");
		cr_assert_eq(keep->count, 3, "%s", sim->server->profile->name);
		cr_assert_null(sim_folder_message(keep, 2));
		cr_assert_eq(copies(sim, "Keep", "letter-1@"), 1);
		sim_free(sim);
	}
}

/* ---- Cut at every byte. ---- */

struct cut {
	int profile;
	bool replaces;
};

static void cut_act(struct sim *sim, const struct cut *cut)
{
	struct action_item item = {.arrived = 1700000000, .flags = FLAG_SEEN};
	struct error err;
	item.blob_id = blob(sim, letter);
	cr_assert(wish_bring(sim->engine, sim_folder_id(sim, "Keep"),
		cut->replaces ? sim_place(sim, "Keep", 2) : 0, &item, 1, NULL, &err));
}

/* Up to which byte the scenario goes, or whether all came right. */
static void cut_run(
	const struct cut *cut, const struct sim_fault *fault, uint64_t from[2], uint64_t to[2])
{
	struct sim *sim = with_keep(cut->profile);
	unsigned connection = sim->connections;
	for (int i = 0; i < 2; i++)
		from[i] = sim_bytes(sim, connection, (enum sim_direction)i);
	if (fault != NULL) {
		sim->fault = *fault;
		sim->fault.connection = connection;
	}
	cut_act(sim, cut);
	cr_assert(sim_until(sim, sim_is_watching, 30 * 60 * 1000) && !sim->spins,
		"%s, cut %s behind byte %llu: %s\n%s", sim->server->profile->name,
		fault == NULL                ? "never"
		: fault->direction == SIM_UP ? "up"
					     : "down",
		fault == NULL ? 0 : (unsigned long long)fault->after, buf_text(&sim->difference),
		sim_said(sim));
	cr_assert_eq(copies(sim, "Keep", "letter-1@"), 1, "%s, cut %s behind byte %llu: %s",
		sim->server->profile->name,
		fault == NULL                ? "never"
		: fault->direction == SIM_UP ? "up"
					     : "down",
		fault == NULL ? 0 : (unsigned long long)fault->after, sim_said(sim));
	cr_assert_eq(sim_server_folder(sim->server, "Keep")->count, cut->replaces ? 3 : 4);
	sim_until(sim, sim_is_idling, 1000);
	for (int i = 0; to != NULL && i < 2; i++)
		to[i] = sim_bytes(sim, connection, (enum sim_direction)i);
	sim_free(sim);
}

static void cut_everywhere(const struct cut *cut)
{
	uint64_t from[2], to[2], ignored[2];
	const char *wish = getenv("SIM_CUTS"); /* 1: at every byte */
	unsigned cuts = 0, stride = wish != NULL ? (unsigned)atoi(wish) : 11;
	cut_run(cut, NULL, from, to);
	for (int direction = 0; direction < 2; direction++)
		for (uint64_t at = from[direction]; at <= to[direction]; at += stride, cuts++) {
			struct sim_fault fault = {.is_armed = true,
				.direction = (enum sim_direction)direction,
				.after = at};
			cut_run(cut, &fault, ignored, NULL);
		}
	printf("cuts: %s, %s: %u, once each\n", sim_profiles[cut->profile].name,
		cut->replaces ? "replaced" : "appended", cuts);
}

Test(append, happens_once_wherever_it_is_cut)
{
	static const struct cut cuts[] = {
		{SIM_DOVECOT, false}, {SIM_GMAIL, false}, {SIM_COURIER, false}, {SIM_BARE, false}};
	for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++)
		cut_everywhere(&cuts[i]);
}

Test(append, that_replaces_happens_once_wherever_it_is_cut)
{
	static const struct cut cuts[] = {{SIM_DOVECOT, true}, {SIM_COURIER, true}};
	for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++)
		cut_everywhere(&cuts[i]);
}
