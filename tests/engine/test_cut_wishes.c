/*
 * Wishes, cut at every byte and killed at every write: each takes effect exactly once or says why
 * it did not, and no message is lost or doubled. INBOX holds the messages 1 to 4, Lists 5 and 6,
 * Trash none. A quick run takes some bytes and writes of each scenario, SIM_CUTS=1 all.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/engine/engine_help.h"
#include "tests/sim/sim_cut.h"

#define TO_TRASH "\tdelete = trash\n"

/* ---- What the user does. ---- */

static void move_one(struct sim *sim)
{
	sim_wish_transfer(sim, REQUEST_MOVE, "INBOX", 2, 2, "Lists");
}

static void move_three(struct sim *sim)
{
	sim_wish_transfer(sim, REQUEST_MOVE, "INBOX", 1, 3, "Lists");
}

/* Neither may take the other's mark for a stranger's. */
static void move_apart(struct sim *sim)
{
	move_one(sim);
	sim_wish_transfer(sim, REQUEST_MOVE, "INBOX", 3, 3, "Trash");
}

static void copy_two(struct sim *sim)
{
	sim_wish_transfer(sim, REQUEST_COPY, "INBOX", 2, 3, "Lists");
}

static void delete_one(struct sim *sim)
{
	sim_wish_messages(sim, REQUEST_DELETE, "INBOX", 3, 3);
}

static void mark_all(struct sim *sim)
{
	sim_flag(sim->server, "INBOX", 2, SIM_DELETED, 0);
	sim_flag(sim->server, "INBOX", 4, SIM_DELETED, 0);
}

static void undelete_one(struct sim *sim)
{
	sim_wish_messages(sim, REQUEST_UNDELETE, "INBOX", 2, 2);
}

static void expunge_two(struct sim *sim)
{
	sim_wish_messages(sim, REQUEST_DELETE, "INBOX", 2, 3);
	sim_wish_expunge(sim, "INBOX");
}

static void flag_and_move(struct sim *sim)
{
	sim_wish(sim, "INBOX", 2, FLAG_FLAGGED, 0);
	move_one(sim);
}

static void move_and_flag(struct sim *sim)
{
	move_one(sim);
	sim_rest(sim);
	struct request *request = request_new(REQUEST_FLAGS);
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = sim_newest(sim, "Lists");
	request->place_count = 1;
	request->add = FLAG_FLAGGED;
	sim_ask(sim, request);
}

/* On, before the first move is done. */
static void move_and_move_on(struct sim *sim)
{
	move_one(sim);
	sim_rest(sim);
	struct request *request = request_new(REQUEST_MOVE);
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = sim_newest(sim, "Lists");
	request->place_count = 1;
	request->folder_id = sim_folder_id(sim, "Trash");
	sim_ask(sim, request);
}

static void keyword(struct sim *sim)
{
	sim_wish_keyword(sim, "INBOX", 2, "+Receipts");
}

/* ---- Folders. ---- */

static void folder_create(struct sim *sim)
{
	sim_wish_folder(sim, FOLDER_CREATE, "New", NULL);
}

static void folder_create_and_fill(struct sim *sim)
{
	sim_wish_folder(sim, FOLDER_CREATE, "New", NULL);
	sim_rest(sim);
	sim_wish_transfer(sim, REQUEST_MOVE, "INBOX", 2, 2, "New");
}

static void folder_rename(struct sim *sim)
{
	sim_wish_folder(sim, FOLDER_RENAME, "Lists", "Talks");
}

static void folder_delete(struct sim *sim)
{
	sim_wish_folder(sim, FOLDER_DELETE, "Trash", NULL);
}

static bool talks_is_here(struct sim *sim)
{
	return sim_folder_id(sim, "Talks") != 0;
}

static void folder_unsubscribe(struct sim *sim)
{
	sim_wish_folder(sim, FOLDER_UNSUBSCRIBE, "Lists", NULL);
}

static bool lists_is_unsubscribed(struct sim *sim)
{
	return !sim_server_folder(sim->server, "Lists")->is_subscribed;
}

/* ---- Undone: before it ran, while it ran, after it. ---- */

static void undo_queued(struct sim *sim, void (*act)(struct sim *sim))
{
	sim_online(sim, false);
	sim_rest(sim);
	act(sim);
	sim_rest(sim);
	sim_wish_undo(sim);
	sim_rest(sim);
	sim_online(sim, true);
}

static void undo_running(struct sim *sim, void (*act)(struct sim *sim))
{
	sim->latency = 20;
	act(sim);
	sim_run(sim, 30); /* the server has it, the answer is on its way */
	sim_wish_undo(sim);
}

static void undo_done(struct sim *sim, void (*act)(struct sim *sim))
{
	act(sim);
	sim_until(sim, sim_is_watching, 60 * 60 * 1000);
	sim_wish_undo(sim);
}

static void flag_one(struct sim *sim)
{
	sim_wish(sim, "INBOX", 2, FLAG_FLAGGED, 0);
}

static void undo_queued_move(struct sim *sim)
{
	undo_queued(sim, move_one);
}

static void undo_running_move(struct sim *sim)
{
	undo_running(sim, move_one);
}

static void undo_done_move(struct sim *sim)
{
	undo_done(sim, move_one);
}

static void undo_queued_flag(struct sim *sim)
{
	undo_queued(sim, flag_one);
}

static void undo_running_flag(struct sim *sim)
{
	undo_running(sim, flag_one);
}

static void undo_done_flag(struct sim *sim)
{
	undo_done(sim, flag_one);
}

static void undo_running_copy(struct sim *sim)
{
	undo_running(sim, copy_two);
}

static void undo_done_copy(struct sim *sim)
{
	undo_done(sim, copy_two);
}

static void undo_done_delete(struct sim *sim)
{
	undo_done(sim, delete_one);
}

static void undo_done_rename(struct sim *sim)
{
	undo_done(sim, folder_rename);
}

static void undo_queued_create(struct sim *sim)
{
	undo_queued(sim, folder_create);
}

/* Three gestures, all taken back. */
static void undo_levels(struct sim *sim)
{
	flag_one(sim);
	sim_until(sim, sim_is_watching, 60 * 60 * 1000);
	sim_wish_messages(sim, REQUEST_DELETE, "INBOX", 3, 3);
	sim_rest(sim);
	sim_wish_transfer(sim, REQUEST_MOVE, "INBOX", 1, 1, "Lists");
	sim_rest(sim);
	for (int i = 0; i < 3; i++)
		sim_wish_undo(sim);
}

/* ---- What happens to the server meanwhile. ---- */

static bool is_first_of(struct sim *sim, const char *line, const char *start)
{
	if (strncmp(line, start, strlen(start)) != 0 || sim->stage > 0)
		return false;
	sim->stage++;
	return true;
}

static bool is_transfer(struct sim *sim, const char *line)
{
	return is_first_of(sim, line, "UID MOVE") || is_first_of(sim, line, "UID COPY");
}

static enum sim_reply stranger_marks(void *context, struct sim_talk *talk, const char *line)
{
	struct sim *sim = context;
	(void)talk;
	if (is_first_of(sim, line, "UID STORE"))
		sim_flag(sim->server, "INBOX", 4, SIM_DELETED, 0);
	return SIM_DO;
}

/* … and thinks better of it. */
static enum sim_reply stranger_marks_a_while(void *context, struct sim_talk *talk, const char *line)
{
	struct sim *sim = context;
	stranger_marks(context, talk, line);
	if (strncmp(line, "UID SEARCH DELETED", 18) == 0 && ++sim->stage == 4)
		sim_flag(sim->server, "INBOX", 4, 0, SIM_DELETED);
	return SIM_DO;
}

static enum sim_reply stranger_expunges(void *context, struct sim_talk *talk, const char *line)
{
	struct sim *sim = context;
	(void)talk;
	if (is_transfer(sim, line))
		sim_expunge(sim->server, "INBOX", 2);
	return SIM_DO;
}

static enum sim_reply stranger_delivers(void *context, struct sim_talk *talk, const char *line)
{
	struct sim *sim = context;
	(void)talk;
	if (is_transfer(sim, line)) {
		sim_mail_deliver(sim->server, "Lists", 7);
		sim_mail_deliver(sim->server, "INBOX", 8);
	}
	return SIM_DO;
}

static enum sim_reply target_goes(void *context, struct sim_talk *talk, const char *line)
{
	struct sim *sim = context;
	(void)talk;
	if (is_transfer(sim, line))
		sim_folder_delete(sim->server, "Lists");
	return SIM_DO;
}

static enum sim_reply target_is_full(void *context, struct sim_talk *talk, const char *line)
{
	struct sim *sim = context;
	(void)talk;
	(void)line;
	sim_server_folder(sim->server, "Lists")->is_full = true;
	return SIM_DO;
}

/* Off line, and the folder is renumbered before the wish can be carried out. */
static void renumbered_before(struct sim *sim, void (*act)(struct sim *sim))
{
	sim_online(sim, false);
	sim_rest(sim);
	act(sim);
	sim_rest(sim);
	sim_renumber(sim->server, "INBOX");
	sim_online(sim, true);
}

static void renumbered_flag(struct sim *sim)
{
	renumbered_before(sim, flag_one);
}

static void renumbered_move(struct sim *sim)
{
	renumbered_before(sim, move_one);
}

static void renumbered_expunge(struct sim *sim)
{
	renumbered_before(sim, expunge_two);
}

static void target_renumbered_move(struct sim *sim)
{
	sim_online(sim, false);
	sim_rest(sim);
	move_one(sim);
	sim_rest(sim);
	sim_renumber(sim->server, "Lists");
	sim_online(sim, true);
}

/* ---- The table. ---- */

#define ALL "INBOX 1 2 3 4|Lists 5 6|Trash"
#define MOVED "INBOX 1 3 4|Lists 2 5 6|Trash"
#define FOLDERS .has_folders = true

static const struct sim_scenario moves[] = {
	{"move, dovecot", SIM_DOVECOT, .act = move_one, FOLDERS, .places = MOVED},
	{"move, cyrus", SIM_CYRUS, .act = move_one, FOLDERS, .places = MOVED},
	{"move, gmail", SIM_GMAIL, .act = move_one, FOLDERS, .places = MOVED},
	{"move, exchange", SIM_EXCHANGE, .act = move_one, FOLDERS, .places = MOVED},
	{"move, icloud", SIM_ICLOUD, .act = move_one, FOLDERS, .places = MOVED},
	{"move, yahoo", SIM_YAHOO, .act = move_one, FOLDERS, .places = MOVED},
	{"move, courier", SIM_COURIER, .act = move_one, FOLDERS, .places = MOVED},
	{"move, bare", SIM_BARE, .act = move_one, FOLDERS, .places = MOVED},
	{"move of three, dovecot", SIM_DOVECOT, .act = move_three, FOLDERS,
		.places = "INBOX 4|Lists 1 2 3 5 6|Trash"},
	{"move of three, gmail", SIM_GMAIL, .act = move_three, FOLDERS,
		.places = "INBOX 4|Lists 1 2 3 5 6|Trash"},
	{"move of three, icloud", SIM_ICLOUD, .act = move_three, FOLDERS,
		.places = "INBOX 4|Lists 1 2 3 5 6|Trash"},
	{"move of three, bare", SIM_BARE, .act = move_three, FOLDERS,
		.places = "INBOX 4|Lists 1 2 3 5 6|Trash"},
	{"two moves apart, icloud", SIM_ICLOUD, .act = move_apart, FOLDERS,
		.places = "INBOX 1 4|Lists 2 5 6|Trash 3"},
	{"two moves apart, bare", SIM_BARE, .act = move_apart, FOLDERS,
		.places = "INBOX 1 4|Lists 2 5 6|Trash 3"},
	{"flag and move, dovecot", SIM_DOVECOT, .act = flag_and_move, FOLDERS,
		.places = "INBOX 1 3 4|Lists 2f 5 6|Trash"},
	{"flag and move, bare", SIM_BARE, .act = flag_and_move, FOLDERS,
		.places = "INBOX 1 3 4|Lists 2f 5 6|Trash"},
	{"flag on what moves, dovecot", SIM_DOVECOT, .act = move_and_flag, FOLDERS,
		.places = "INBOX 1 3 4|Lists 2f 5 6|Trash"},
	{"flag on what moves, icloud", SIM_ICLOUD, .act = move_and_flag, FOLDERS,
		.places = "INBOX 1 3 4|Lists 2f 5 6|Trash"},
	{"flag on what moves, bare", SIM_BARE, .act = move_and_flag, FOLDERS,
		.places = "INBOX 1 3 4|Lists 2f 5 6|Trash"},
	{"move on what moves, dovecot", SIM_DOVECOT, .act = move_and_move_on, FOLDERS,
		.places = "INBOX 1 3 4|Lists 5 6|Trash 2"},
	{"move on what moves, courier", SIM_COURIER, .act = move_and_move_on, FOLDERS,
		.places = "INBOX 1 3 4|Lists 5 6|Trash 2"},
	{"move on what moves, bare", SIM_BARE, .act = move_and_move_on, FOLDERS,
		.places = "INBOX 1 3 4|Lists 5 6|Trash 2"},
};

static const struct sim_scenario copies[] = {
	{"copy, dovecot", SIM_DOVECOT, .act = copy_two, FOLDERS,
		.places = "INBOX 1 2 3 4|Lists 2 3 5 6|Trash"},
	{"copy, gmail", SIM_GMAIL, .act = copy_two, FOLDERS,
		.places = "INBOX 1 2 3 4|Lists 2 3 5 6|Trash"},
	{"copy, exchange", SIM_EXCHANGE, .act = copy_two, FOLDERS,
		.places = "INBOX 1 2 3 4|Lists 2 3 5 6|Trash"},
	{"copy, courier", SIM_COURIER, .act = copy_two, FOLDERS,
		.places = "INBOX 1 2 3 4|Lists 2 3 5 6|Trash"},
	{"copy, bare", SIM_BARE, .act = copy_two, FOLDERS,
		.places = "INBOX 1 2 3 4|Lists 2 3 5 6|Trash"},
};

static const struct sim_scenario deletions[] = {
	{"delete to trash, dovecot", SIM_DOVECOT, .act = delete_one, FOLDERS, .settings = TO_TRASH,
		.places = "INBOX 1 2 4|Lists 5 6|Trash 3"},
	{"delete to trash, icloud", SIM_ICLOUD, .act = delete_one, FOLDERS, .settings = TO_TRASH,
		.places = "INBOX 1 2 4|Lists 5 6|Trash 3"},
	{"delete to trash, bare", SIM_BARE, .act = delete_one, FOLDERS, .settings = TO_TRASH,
		.places = "INBOX 1 2 4|Lists 5 6|Trash 3"},
	{"delete by mark, dovecot", SIM_DOVECOT, .act = delete_one, FOLDERS,
		.places = "INBOX 1 2 3d 4|Lists 5 6|Trash"},
	{"undelete, dovecot", SIM_DOVECOT, .away = mark_all, .act = undelete_one, FOLDERS,
		.places = "INBOX 1 2 3 4d|Lists 5 6|Trash"},
	{"undelete, exchange", SIM_EXCHANGE, .away = mark_all, .act = undelete_one, FOLDERS,
		.places = "INBOX 1 2 3 4d|Lists 5 6|Trash"},
	{"undelete, bare", SIM_BARE, .away = mark_all, .act = undelete_one, FOLDERS,
		.places = "INBOX 1 2 3 4d|Lists 5 6|Trash"},
	{"expunge, dovecot", SIM_DOVECOT, .act = expunge_two, FOLDERS,
		.places = "INBOX 1 4|Lists 5 6|Trash"},
	{"expunge, gmail", SIM_GMAIL, .act = expunge_two, FOLDERS,
		.places = "INBOX 1 4|Lists 5 6|Trash"},
	{"expunge, bare", SIM_BARE, .act = expunge_two, FOLDERS,
		.places = "INBOX 1 4|Lists 5 6|Trash"},
	{"expunge beside a stranger's mark, dovecot", SIM_DOVECOT, .act = expunge_two, FOLDERS,
		.hook = stranger_marks, .places = "INBOX 1 4d|Lists 5 6|Trash"},
	{"expunge beside a stranger's mark, courier", SIM_COURIER, .act = expunge_two, FOLDERS,
		.hook = stranger_marks, .places = "INBOX 1 4d|Lists 5 6|Trash"},
	{"expunge beside a stranger's mark, bare", SIM_BARE, .act = expunge_two, FOLDERS,
		.hook = stranger_marks_a_while, .places = "INBOX 1 4|Lists 5 6|Trash"},
};

static const struct sim_scenario flags[] = {
	{"keyword, dovecot", SIM_DOVECOT, .act = keyword, FOLDERS,
		.places = "INBOX 1 2k 3 4|Lists 5 6|Trash"},
	{"keyword, courier", SIM_COURIER, .act = keyword, FOLDERS,
		.places = "INBOX 1 2k 3 4|Lists 5 6|Trash"},
	{"flag, icloud", SIM_ICLOUD, .act = flag_one, FOLDERS,
		.places = "INBOX 1 2f 3 4|Lists 5 6|Trash"},
	{"flag, yahoo", SIM_YAHOO, .act = flag_one, FOLDERS,
		.places = "INBOX 1 2f 3 4|Lists 5 6|Trash"},
};

static const struct sim_scenario folders[] = {
	{"folder made, dovecot", SIM_DOVECOT, .act = folder_create, FOLDERS, .places = ALL "|New"},
	{"folder made, courier", SIM_COURIER, .act = folder_create, FOLDERS, .places = ALL "|New"},
	{"folder made, bare", SIM_BARE, .act = folder_create, FOLDERS, .places = ALL "|New"},
	{"folder made and filled, dovecot", SIM_DOVECOT, .act = folder_create_and_fill, FOLDERS,
		.places = "INBOX 1 3 4|Lists 5 6|Trash|New 2"},
	{"folder made and filled, bare", SIM_BARE, .act = folder_create_and_fill, FOLDERS,
		.places = "INBOX 1 3 4|Lists 5 6|Trash|New 2"},
	{"folder renamed, dovecot", SIM_DOVECOT, .act = folder_rename, FOLDERS,
		.is_done = talks_is_here, .places = "INBOX 1 2 3 4|Talks 5 6|Trash"},
	{"folder renamed, exchange", SIM_EXCHANGE, .act = folder_rename, FOLDERS,
		.is_done = talks_is_here, .places = "INBOX 1 2 3 4|Talks 5 6|Trash"},
	{"folder renamed, bare", SIM_BARE, .act = folder_rename, FOLDERS, .is_done = talks_is_here,
		.places = "INBOX 1 2 3 4|Talks 5 6|Trash"},
	{"folder deleted, dovecot", SIM_DOVECOT, .act = folder_delete, FOLDERS,
		.places = "INBOX 1 2 3 4|Lists 5 6"},
	{"folder deleted, courier", SIM_COURIER, .act = folder_delete, FOLDERS,
		.places = "INBOX 1 2 3 4|Lists 5 6"},
	{"folder deleted, bare", SIM_BARE, .act = folder_delete, FOLDERS,
		.places = "INBOX 1 2 3 4|Lists 5 6"},
	{"folder unsubscribed, dovecot", SIM_DOVECOT, .act = folder_unsubscribe, FOLDERS,
		.is_done = lists_is_unsubscribed, .places = ALL},
};

static const struct sim_scenario undone[] = {
	{"undo of a waiting move", SIM_DOVECOT, .act = undo_queued_move, FOLDERS, .places = ALL},
	{"undo of a running move, dovecot", SIM_DOVECOT, .act = undo_running_move, FOLDERS,
		.places = ALL},
	{"undo of a running move, icloud", SIM_ICLOUD, .act = undo_running_move, FOLDERS,
		.places = ALL},
	{"undo of a running move, bare", SIM_BARE, .act = undo_running_move, FOLDERS,
		.places = ALL},
	{"undo of a move, dovecot", SIM_DOVECOT, .act = undo_done_move, FOLDERS, .places = ALL},
	{"undo of a move, gmail", SIM_GMAIL, .act = undo_done_move, FOLDERS, .places = ALL},
	{"undo of a move, courier", SIM_COURIER, .act = undo_done_move, FOLDERS, .places = ALL},
	{"undo of a move, bare", SIM_BARE, .act = undo_done_move, FOLDERS, .places = ALL},
	{"undo of a waiting flag", SIM_DOVECOT, .act = undo_queued_flag, FOLDERS, .places = ALL},
	{"undo of a running flag, dovecot", SIM_DOVECOT, .act = undo_running_flag, FOLDERS,
		.places = ALL},
	{"undo of a running flag, exchange", SIM_EXCHANGE, .act = undo_running_flag, FOLDERS,
		.places = ALL},
	{"undo of a flag, gmail", SIM_GMAIL, .act = undo_done_flag, FOLDERS, .places = ALL},
	{"undo of a running copy, dovecot", SIM_DOVECOT, .act = undo_running_copy, FOLDERS,
		.between = "INBOX 1 2 3 4|Lists 2 3 5 6|Trash", .places = ALL},
	{"undo of a copy, dovecot", SIM_DOVECOT, .act = undo_done_copy, FOLDERS,
		.between = "INBOX 1 2 3 4|Lists 2 3 5 6|Trash", .places = ALL},
	{"undo of a copy, bare", SIM_BARE, .act = undo_done_copy, FOLDERS,
		.between = "INBOX 1 2 3 4|Lists 2 3 5 6|Trash", .places = ALL},
	{"undo of a delete to trash, dovecot", SIM_DOVECOT, .act = undo_done_delete, FOLDERS,
		.settings = TO_TRASH, .places = ALL},
	{"undo of a rename, dovecot", SIM_DOVECOT, .act = undo_done_rename, FOLDERS, .places = ALL},
	{"undo of a waiting folder", SIM_DOVECOT, .act = undo_queued_create, FOLDERS,
		.places = ALL},
	{"undo of three, dovecot", SIM_DOVECOT, .act = undo_levels, FOLDERS, .places = ALL},
	{"undo of three, courier", SIM_COURIER, .act = undo_levels, FOLDERS, .places = ALL},
};

static const struct sim_scenario meanwhile[] = {
	{"move of what is expunged, dovecot", SIM_DOVECOT, .act = move_one, FOLDERS,
		.hook = stranger_expunges, .places = "INBOX 1 3 4|Lists 5 6|Trash",
		.or_places = MOVED, .may_fail = 1},
	{"move of what is expunged, bare", SIM_BARE, .act = move_one, FOLDERS,
		.hook = stranger_expunges, .places = "INBOX 1 3 4|Lists 5 6|Trash",
		.or_places = MOVED, .may_fail = 1},
	{"move while mail comes, dovecot", SIM_DOVECOT, .act = move_one, FOLDERS,
		.hook = stranger_delivers, .places = "INBOX 1 3 4 8|Lists 2 5 6 7|Trash"},
	{"move while mail comes, yahoo", SIM_YAHOO, .act = move_one, FOLDERS,
		.hook = stranger_delivers, .places = "INBOX 1 3 4 8|Lists 2 5 6 7|Trash"},
	{"move while mail comes, bare", SIM_BARE, .act = move_one, FOLDERS,
		.hook = stranger_delivers, .places = "INBOX 1 3 4 8|Lists 2 5 6 7|Trash"},
	{"move to what is gone, dovecot", SIM_DOVECOT, .act = move_one, FOLDERS,
		.hook = target_goes, .places = "INBOX 1 2 3 4|Trash", .failed = 1},
	{"move to what is gone, bare", SIM_BARE, .act = move_one, FOLDERS, .hook = target_goes,
		.places = "INBOX 1 2 3 4|Trash", .failed = 1},
	{"copy to what is full, dovecot", SIM_DOVECOT, .act = copy_two, FOLDERS,
		.hook = target_is_full, .places = ALL, .failed = 1},
	{"move to what is full, icloud", SIM_ICLOUD, .act = move_one, FOLDERS,
		.hook = target_is_full, .places = ALL, .failed = 1},
	{"flag on what is renumbered, dovecot", SIM_DOVECOT, .act = renumbered_flag, FOLDERS,
		.places = "INBOX 1 2f 3 4|Lists 5 6|Trash"},
	{"flag on what is renumbered, bare", SIM_BARE, .act = renumbered_flag, FOLDERS,
		.places = "INBOX 1 2f 3 4|Lists 5 6|Trash"},
	{"move of what is renumbered, dovecot", SIM_DOVECOT, .act = renumbered_move, FOLDERS,
		.places = MOVED},
	{"move of what is renumbered, bare", SIM_BARE, .act = renumbered_move, FOLDERS,
		.places = MOVED},
	{"expunge of what is renumbered, cyrus", SIM_CYRUS, .act = renumbered_expunge, FOLDERS,
		.places = "INBOX 1 4|Lists 5 6|Trash"},
	{"move to what is renumbered, dovecot", SIM_DOVECOT, .act = target_renumbered_move, FOLDERS,
		.places = MOVED},
	{"move to what is renumbered, bare", SIM_BARE, .act = target_renumbered_move, FOLDERS,
		.places = MOVED},
};

static void cut_all(const struct sim_scenario *rows, size_t count)
{
	struct buf why = {0};
	struct sim_cut_counts counts = {0, 0};
	const char *only = getenv("SIM_ONLY");
	for (size_t i = 0; i < count; i++) {
		if (only != NULL && strstr(rows[i].name, only) == NULL)
			continue;
		buf_clear(&why);
		bool ok = sim_cut_everywhere(&rows[i], 0, true, &counts, &why);
		cr_expect(ok, "%s", buf_text(&why));
	}
	printf("cuts: %zu scenarios, %u cuts, %u kills\n", count, counts.cuts, counts.kills);
	buf_done(&why);
}

#define CUT_ALL(rows) cut_all(rows, sizeof(rows) / sizeof(*(rows)))

Test(cut_wishes, a_move_arrives_once)
{
	CUT_ALL(moves);
}

Test(cut_wishes, a_copy_arrives_once)
{
	CUT_ALL(copies);
}

Test(cut_wishes, what_is_deleted_is_gone_and_nothing_else)
{
	CUT_ALL(deletions);
}

Test(cut_wishes, a_flag_is_set)
{
	CUT_ALL(flags);
}

Test(cut_wishes, a_folder_is_what_was_wished)
{
	CUT_ALL(folders);
}

Test(cut_wishes, what_is_undone_is_as_it_was)
{
	CUT_ALL(undone);
}

Test(cut_wishes, what_others_do_meanwhile_holds_too)
{
	CUT_ALL(meanwhile);
}
