/* The outbox: what is in it survives, and says the truth after every kind of end. */
#include "store_help.h"

static int64_t add(struct profile *p, const char *id, enum outgoing_state state)
{
	struct outgoing o = {
		.account_id = 1, .state = state, .updated = 100, .options = OUTGOING_NO_COPY};
	o.message_id = mem_text(id);
	o.from = mem_text("me@example.org");
	outgoing_add_recipient(&o, STR("a@example.org"));
	outgoing_add_recipient(&o, STR("b@example.org"));
	outgoing_add_recipient(&o, STR("a@example.org"));
	OK(p, cache_outbox_add(p->store, &o, STR("Subject: x\r\n\r\nhi\0there\r\n"), &p->err));
	int64_t outgoing_id = o.outgoing_id;
	outgoing_done(&o);
	return outgoing_id;
}

static void move(struct profile *p, int64_t id, enum outgoing_state from, enum outgoing_state to)
{
	struct outgoing o;
	bool is_found, is_moved;
	OK(p, cache_outbox_get(p->store, id, &o, &is_found, &p->err));
	cr_assert(is_found);
	o.state = to;
	OK(p, cache_outbox_move(p->store, &o, from, 200, &is_moved, &p->err));
	cr_assert(is_moved);
	outgoing_done(&o);
}

static enum outgoing_state state(struct profile *p, int64_t id)
{
	struct outgoing o;
	bool is_found;
	OK(p, cache_outbox_get(p->store, id, &o, &is_found, &p->err));
	cr_assert(is_found);
	enum outgoing_state found = o.state;
	outgoing_done(&o);
	return found;
}

Test(cache_outbox, what_is_added_is_there_after_a_restart_byte_for_byte)
{
	struct profile p;
	profile_open(&p);
	int64_t id = add(&p, "one@x", OUTGOING_QUEUED);
	profile_reopen(&p);
	struct outgoing *items;
	size_t count;
	struct buf message = {0};
	OK(&p, cache_outbox_list(p.store, &items, &count, &p.err));
	cr_assert_eq(count, 1);
	cr_expect_eq(items[0].outgoing_id, id);
	cr_expect_str_eq(items[0].message_id, "one@x");
	cr_expect_str_eq(items[0].from, "me@example.org");
	cr_assert_eq(items[0].recipient_count, 2);
	cr_expect_str_eq(items[0].recipients[1].address, "b@example.org");
	cr_expect_eq(items[0].size, 24);
	cr_expect_eq(items[0].options, OUTGOING_NO_COPY);
	OK(&p, cache_outbox_read(p.store, &items[0], 0, 7, &message, &p.err));
	cr_expect(str_equal(buf_str(&message), STR("Subject")));
	buf_clear(&message);
	OK(&p, cache_outbox_read(p.store, &items[0], 0, 1000, &message, &p.err));
	cr_expect(str_equal(buf_str(&message), STR("Subject: x\r\n\r\nhi\0there\r\n")));
	outgoing_done(&items[0]);
	mem_free(items);
	buf_done(&message);
	profile_close(&p);
}

Test(cache_outbox, a_message_is_never_there_twice_but_a_failed_one_makes_room)
{
	struct profile p;
	profile_open(&p);
	int64_t first = add(&p, "one@x", OUTGOING_QUEUED);
	char id[] = "one@x", from[] = "";
	struct outgoing again = {.account_id = 1, .state = OUTGOING_QUEUED, .message_id = id};
	again.from = from;
	struct error err = {0};
	cr_expect_not(cache_outbox_add(p.store, &again, STR("x\r\n"), &err));
	cr_expect_eq(err.kind, ERROR_INPUT);
	move(&p, first, OUTGOING_QUEUED, OUTGOING_FAILED);
	OK(&p, cache_outbox_add(p.store, &again, STR("x\r\n"), &p.err));
	cr_expect_eq(state(&p, again.outgoing_id), OUTGOING_QUEUED);
	profile_close(&p);
}

Test(cache_outbox, after_an_end_only_what_may_have_gone_out_is_unknown)
{
	static const enum outgoing_state after[] = {
		[OUTGOING_HELD] = OUTGOING_HELD,
		[OUTGOING_QUEUED] = OUTGOING_QUEUED,
		[OUTGOING_TRYING] = OUTGOING_QUEUED,
		[OUTGOING_COMMITTING] = OUTGOING_UNKNOWN,
		[OUTGOING_ACCEPTED] = OUTGOING_ACCEPTED,
		[OUTGOING_SENTCOPY] = OUTGOING_SENTCOPY,
		[OUTGOING_DONE] = OUTGOING_DONE,
		[OUTGOING_UNKNOWN] = OUTGOING_UNKNOWN,
		[OUTGOING_FAILED] = OUTGOING_FAILED,
	};
	struct profile p;
	int64_t ids[OUTGOING_FAILED + 1];
	profile_open(&p);
	for (int i = 0; i <= OUTGOING_FAILED; i++) {
		char name[20];
		snprintf(name, sizeof(name), "m%d@x", i);
		ids[i] = add(&p, name, OUTGOING_QUEUED);
		move(&p, ids[i], OUTGOING_QUEUED, (enum outgoing_state)i);
	}
	profile_reopen(&p);
	OK(&p, cache_outbox_recover(p.store, 300, &p.err));
	for (int i = 0; i <= OUTGOING_FAILED; i++)
		cr_expect_eq(state(&p, ids[i]), after[i], "%s",
			outgoing_state_name((enum outgoing_state)i));
	profile_close(&p);
}

Test(cache_outbox, a_move_happens_once)
{
	struct profile p;
	struct outgoing o;
	bool is_found, is_moved;
	profile_open(&p);
	int64_t id = add(&p, "one@x", OUTGOING_QUEUED);
	OK(&p, cache_outbox_get(p.store, id, &o, &is_found, &p.err));
	o.state = OUTGOING_FAILED;
	o.recipients[0].code = 550;
	o.recipients[0].words = mem_text("no such user");
	o.recipients[0].enhanced = mem_text("5.1.1");
	outgoing_set_words(&o, STR("refused"));
	OK(&p, cache_outbox_move(p.store, &o, OUTGOING_QUEUED, 5, &is_moved, &p.err));
	cr_expect(is_moved);
	OK(&p, cache_outbox_move(p.store, &o, OUTGOING_QUEUED, 5, &is_moved, &p.err));
	cr_expect_not(is_moved);
	outgoing_done(&o);
	OK(&p, cache_outbox_get(p.store, id, &o, &is_found, &p.err));
	cr_expect_eq(o.recipients[0].code, 550);
	cr_expect_str_eq(o.recipients[0].enhanced, "5.1.1");
	cr_expect_str_eq(o.recipients[0].words, "no such user");
	cr_expect_str_eq(o.words, "refused");
	outgoing_done(&o);
	profile_close(&p);
}

Test(cache_outbox, what_is_due_comes_oldest_first_and_the_rest_says_when)
{
	struct profile p;
	struct outgoing o;
	bool is_found;
	int64_t next = INT64_MAX;
	profile_open(&p);
	int64_t first = add(&p, "one@x", OUTGOING_QUEUED);
	add(&p, "two@x", OUTGOING_QUEUED);
	OK(&p, cache_outbox_due(p.store, 1, OUTGOING_QUEUED, 10, &o, &is_found, &next, &p.err));
	cr_assert(is_found);
	cr_expect_eq(o.outgoing_id, first);
	o.not_before = 50;
	bool is_moved;
	OK(&p, cache_outbox_move(p.store, &o, OUTGOING_QUEUED, 10, &is_moved, &p.err));
	outgoing_done(&o);
	OK(&p, cache_outbox_due(p.store, 1, OUTGOING_QUEUED, 10, &o, &is_found, &next, &p.err));
	cr_expect_str_eq(o.message_id, "two@x");
	move(&p, o.outgoing_id, OUTGOING_QUEUED, OUTGOING_DONE);
	outgoing_done(&o);
	OK(&p, cache_outbox_due(p.store, 1, OUTGOING_QUEUED, 10, &o, &is_found, &next, &p.err));
	cr_expect_not(is_found);
	cr_expect_eq(next, 50);
	profile_close(&p);
}

Test(cache_outbox, what_is_on_its_way_is_not_forgotten)
{
	struct profile p;
	bool is_gone;
	profile_open(&p);
	int64_t id = add(&p, "one@x", OUTGOING_QUEUED);
	move(&p, id, OUTGOING_QUEUED, OUTGOING_COMMITTING);
	OK(&p, cache_outbox_forget(p.store, id, &is_gone, &p.err));
	cr_expect_not(is_gone);
	move(&p, id, OUTGOING_COMMITTING, OUTGOING_DONE);
	OK(&p, cache_outbox_sweep(p.store, 1000, &p.err));
	cr_expect_eq(state(&p, id), OUTGOING_DONE);
	OK(&p, cache_outbox_sweep(p.store, 200 + 8 * 24 * 3600, &p.err));
	struct outgoing o;
	bool is_found;
	OK(&p, cache_outbox_get(p.store, id, &o, &is_found, &p.err));
	cr_expect_not(is_found);
	SOUND(&p);
	profile_close(&p);
}
