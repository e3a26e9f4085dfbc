/* Drafts: what was saved is there, with its files, until it is out. */
#include "store_help.h"

static void make(struct draft *draft, const char *subject)
{
	draft_init(draft);
	draft->account_id = 1;
	draft_set(&draft->subject, str_from(subject));
	draft_set(&draft->to, STR("Ann <ann@example.org>"));
	draft_set(&draft->body, STR("Dear Ann,\n"));
}

static int64_t save(struct profile *p, const char *subject)
{
	struct draft draft;
	make(&draft, subject);
	OK(p, cache_draft_save(p->store, &draft, 100, &p->err));
	int64_t draft_id = draft.draft_id;
	draft_done(&draft);
	return draft_id;
}

static int64_t attach(struct profile *p, int64_t draft_id, struct str bytes, int64_t *blob_id)
{
	char name[] = "a.txt", type[] = "text/plain", none[] = "";
	struct draft_file file = {
		.name = name, .type = type, .description = none, .size = bytes.len};
	OK(p, cache_blob_add(p->store, bytes, blob_id, &p->err));
	OK(p, cache_draft_add_file(p->store, draft_id, &file, *blob_id, &p->err));
	return file.file_id;
}

static enum cache_draft_state state(struct profile *p, int64_t draft_id, bool *is_found)
{
	enum cache_draft_state found = CACHE_DRAFT_OPEN;
	OK(p, cache_draft_state(p->store, draft_id, &found, is_found, &p->err));
	return found;
}

static bool blob_is_there(struct profile *p, int64_t blob_id)
{
	struct cache_blob_info info;
	return cache_blob_get(p->store, blob_id, &info, NULL);
}

static int64_t send(struct profile *p, int64_t draft_id, const char *id)
{
	struct outgoing o = {.account_id = 1, .updated = 200, .draft_id = draft_id};
	o.state = OUTGOING_HELD;
	o.message_id = mem_text(id);
	o.from = mem_text("me@example.org");
	outgoing_add_recipient(&o, STR("ann@example.org"));
	OK(p, cache_outbox_add(p->store, &o, STR("Subject: x\r\n\r\nhi\r\n"), &p->err));
	int64_t outgoing_id = o.outgoing_id;
	outgoing_done(&o);
	return outgoing_id;
}

Test(cache_drafts, what_was_saved_is_there_after_a_restart_with_its_files)
{
	struct profile p;
	struct draft draft;
	struct buf bytes = {0};
	bool is_found;
	int64_t blob_id;
	profile_open(&p);
	int64_t draft_id = save(&p, "Lunch");
	int64_t file_id = attach(&p, draft_id, STR("hello"), &blob_id);
	profile_reopen(&p);
	draft_init(&draft);
	OK(&p, cache_draft_load(p.store, draft_id, &draft, &is_found, &p.err));
	cr_assert(is_found);
	cr_expect_str_eq(draft.subject, "Lunch");
	cr_expect_str_eq(draft.to, "Ann <ann@example.org>");
	cr_expect_str_eq(draft.body, "Dear Ann,\n");
	cr_expect(draft.is_flowed);
	cr_expect_eq(draft.revision, 1);
	cr_assert_eq(draft.file_count, 1);
	cr_expect_eq(draft.files[0].file_id, file_id);
	cr_expect_str_eq(draft.files[0].name, "a.txt");
	cr_expect_eq(draft.files[0].size, 5);
	OK(&p, cache_draft_read_file(p.store, file_id, 1, 100, &bytes, &p.err));
	cr_expect_str_eq(buf_text(&bytes), "ello");
	draft_done(&draft);
	buf_done(&bytes);
	profile_close(&p);
}

Test(cache_drafts, saving_again_is_the_next_revision_and_brings_back_what_was_dropped)
{
	struct profile p;
	struct draft draft;
	bool is_found;
	profile_open(&p);
	make(&draft, "one");
	OK(&p, cache_draft_save(p.store, &draft, 100, &p.err));
	OK(&p, cache_draft_mark(p.store, draft.draft_id, CACHE_DRAFT_DROPPED, 100, &p.err));
	cr_expect_eq(state(&p, draft.draft_id, &is_found), CACHE_DRAFT_DROPPED);
	draft_set(&draft.subject, STR("two"));
	OK(&p, cache_draft_save(p.store, &draft, 101, &p.err));
	cr_expect_eq(draft.revision, 2);
	cr_expect_eq(state(&p, draft.draft_id, &is_found), CACHE_DRAFT_OPEN);
	draft_done(&draft);
	profile_close(&p);
}

Test(cache_drafts, a_dropped_one_stays_for_a_week_and_then_goes_with_its_files)
{
	struct profile p;
	bool is_found;
	int64_t blob_id, week = 7 * 24 * 3600;
	profile_open(&p);
	int64_t draft_id = save(&p, "Lunch");
	attach(&p, draft_id, STR("hello"), &blob_id);
	OK(&p, cache_draft_mark(p.store, draft_id, CACHE_DRAFT_DROPPED, 100, &p.err));
	OK(&p, cache_drafts_recover(p.store, 99 + week, &p.err));
	state(&p, draft_id, &is_found);
	cr_expect(is_found);
	cr_expect(blob_is_there(&p, blob_id));
	OK(&p, cache_drafts_recover(p.store, 101 + week, &p.err));
	state(&p, draft_id, &is_found);
	cr_expect_not(is_found);
	cr_expect_not(blob_is_there(&p, blob_id));
	profile_close(&p);
}

Test(cache_drafts, an_open_one_is_closed_by_the_next_start)
{
	struct profile p;
	struct draft_row *rows;
	size_t count;
	profile_open(&p);
	save(&p, "Lunch");
	OK(&p, cache_drafts_list(p.store, &rows, &count, &p.err));
	cr_assert_eq(count, 1);
	cr_expect(rows[0].is_open);
	draft_row_done(&rows[0]);
	mem_free(rows);
	OK(&p, cache_drafts_recover(p.store, 100, &p.err));
	OK(&p, cache_drafts_list(p.store, &rows, &count, &p.err));
	cr_expect_not(rows[0].is_open);
	cr_expect_str_eq(rows[0].subject, "Lunch");
	draft_row_done(&rows[0]);
	mem_free(rows);
	profile_close(&p);
}

Test(cache_drafts, a_sent_one_is_away_and_comes_back_when_the_message_is_taken_back)
{
	struct profile p;
	struct draft draft;
	struct draft_row *rows;
	size_t count;
	bool is_found, is_gone;
	profile_open(&p);
	int64_t draft_id = save(&p, "Lunch");
	int64_t outgoing_id = send(&p, draft_id, "one@x");
	OK(&p, cache_drafts_list(p.store, &rows, &count, &p.err));
	cr_expect_eq(count, 0);
	cr_expect_eq(state(&p, draft_id, &is_found), CACHE_DRAFT_LEFT);
	make(&draft, "late");
	draft.draft_id = draft_id;
	struct error err = {0};
	cr_expect_not(cache_draft_save(p.store, &draft, 300, &err));
	cr_expect_eq(err.kind, ERROR_INPUT);
	OK(&p, cache_outbox_forget(p.store, outgoing_id, &is_gone, &p.err));
	cr_expect(is_gone);
	cr_expect_eq(state(&p, draft_id, &is_found), CACHE_DRAFT_CLOSED);
	OK(&p, cache_draft_save(p.store, &draft, 300, &p.err));
	draft_done(&draft);
	mem_free(rows);
	profile_close(&p);
}

Test(cache_drafts, a_detached_file_takes_its_bytes_along_and_no_other_draft_can_detach_it)
{
	struct profile p;
	int64_t blob_id;
	profile_open(&p);
	int64_t draft_id = save(&p, "Lunch"), other = save(&p, "Dinner");
	int64_t file_id = attach(&p, draft_id, STR("hello"), &blob_id);
	OK(&p, cache_draft_remove_file(p.store, other, file_id, &p.err));
	cr_expect(blob_is_there(&p, blob_id));
	OK(&p, cache_draft_remove_file(p.store, draft_id, file_id, &p.err));
	cr_expect_not(blob_is_there(&p, blob_id));
	profile_close(&p);
}
