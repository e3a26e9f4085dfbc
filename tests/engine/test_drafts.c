/*
 * Writing: a draft is there from its first moment, survives every kind of end, and becomes exactly
 * one message; what is taken back or refused comes back as it was.
 */
#include "tests/engine/submit_fake.h"
#include "tests/server/smtp_peer.h"

#include "base/memory.h"

#include <sys/wait.h>

static void ask(struct fake *fake, struct request *request)
{
	request->tag = 9;
	engine_request(fake->engine, request);
	for (int i = 0; i < 6; i++) {
		engine_step(fake->engine, fake->now);
		hear(fake);
	}
}

/* A new draft of account 1, filled in. */
static struct draft *write_to(struct fake *fake, const char *to, const char *text)
{
	struct request *request = request_new(REQUEST_COMPOSE);
	request->account_id = 1;
	ask(fake, request);
	cr_assert_not_null(fake->draft, "%s", fake->failure);
	struct draft *draft = draft_copy(fake->draft->draft);
	draft_set(&draft->to, str_from(to));
	draft_set(&draft->subject, STR("Lunch"));
	draft_set(&draft->body, str_from(text));
	return draft;
}

static void save(struct fake *fake, const struct draft *draft)
{
	struct request *request = request_new(REQUEST_DRAFT_SAVE);
	request->draft = draft_copy(draft);
	ask(fake, request);
}

/* Takes the draft over. */
static void send_draft(struct fake *fake, struct draft *draft)
{
	struct request *request = request_new(REQUEST_DRAFT_SEND);
	request->draft = draft;
	ask(fake, request);
}

static void act(struct fake *fake, const char *word)
{
	struct request *request = request_new(REQUEST_OUTGOING);
	request->outgoing_id = fake->outgoing_id;
	request->text = mem_text(word);
	ask(fake, request);
}

static void list(struct fake *fake)
{
	ask(fake, request_new(REQUEST_DRAFTS));
	cr_assert_not_null(fake->drafts);
}

static void read_mail(const struct fake *fake, unsigned number, struct buf *mail)
{
	char path[128];
	struct error err;
	snprintf(path, sizeof(path), "%s/mail-%u", fake->mails, number);
	buf_clear(mail);
	cr_assert(file_read(path, 1 << 24, mail, &err), "%s", err.detail);
}

static char *make_file(const struct fake *fake, const char *name, size_t size)
{
	struct buf path = {0}, bytes = {0};
	struct error err;
	buf_addf(&path, "%s/%s", fake->folder, name);
	for (size_t i = 0; i < size; i++)
		buf_add_char(&bytes, (char)(i * 31 + i / 251));
	cr_assert(file_write_atomic(buf_text(&path), buf_str(&bytes), 0600, &err));
	buf_done(&bytes);
	return buf_take(&path);
}

static void attach(struct fake *fake, int64_t draft_id, const char *path)
{
	struct request *request = request_new(REQUEST_DRAFT_ATTACH);
	request->draft_id = draft_id;
	request->path = mem_text(path);
	ask(fake, request);
}

Test(drafts, a_new_one_is_from_its_account_and_is_kept)
{
	struct fake fake;
	fake_open(&fake, NULL);
	struct draft *draft = write_to(&fake, "a@x.org", "hi\n");
	cr_expect_str_eq(draft->from, "Me <me@example.org>");
	cr_expect_eq(draft->account_id, 1);
	cr_expect_gt(draft->draft_id, 0);
	save(&fake, draft);
	cr_expect_eq(fake.saved, 1);
	list(&fake);
	cr_assert_eq(fake.drafts->draft_count, 1);
	cr_expect_str_eq(fake.drafts->drafts[0].subject, "Lunch");
	cr_expect(fake.drafts->drafts[0].is_open);
	draft_free(draft);
	fake_done(&fake);
}

Test(drafts, a_mailto_address_fills_it_in)
{
	struct fake fake;
	fake_open(&fake, NULL);
	struct request *request = request_new(REQUEST_COMPOSE);
	request->text = mem_text("mailto:ann@example.org?subject=Tea&attach=/etc/passwd");
	ask(&fake, request);
	cr_assert_not_null(fake.draft);
	cr_expect_str_eq(fake.draft->draft->to, "ann@example.org");
	cr_expect_str_eq(fake.draft->draft->subject, "Tea");
	cr_expect_eq(fake.draft->draft->file_count, 0);
	fake_done(&fake);
}

Test(drafts, killed_after_a_save_it_can_be_gone_on_with)
{
	struct fake fake;
	fake_open(&fake, NULL);
	struct draft *draft = write_to(&fake, "a@x.org", "the last words\n");
	int64_t draft_id = draft->draft_id;
	engine_close(fake.engine);
	pid_t child = fork();
	if (child == 0) {
		open_engine(&fake);
		save(&fake, draft);
		_exit(fake.saved == 1 ? 0 : 1);
	}
	int status;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	open_engine(&fake);
	list(&fake);
	cr_assert_eq(fake.drafts->draft_count, 1);
	cr_expect_not(fake.drafts->drafts[0].is_open);
	struct request *request = request_new(REQUEST_COMPOSE);
	request->draft_id = draft_id;
	ask(&fake, request);
	cr_expect_str_eq(fake.draft->draft->body, "the last words\n");
	draft_free(draft);
	fake_done(&fake);
}

Test(drafts, dropped_it_can_be_brought_back_by_saving)
{
	struct fake fake;
	fake_open(&fake, NULL);
	struct draft *draft = write_to(&fake, "a@x.org", "hi\n");
	save(&fake, draft);
	struct request *request = request_new(REQUEST_DRAFT_DROP);
	request->draft_id = draft->draft_id;
	ask(&fake, request);
	list(&fake);
	cr_expect(fake.drafts->drafts[0].is_dropped);
	save(&fake, draft);
	list(&fake);
	cr_expect_not(fake.drafts->drafts[0].is_dropped);
	draft_free(draft);
	fake_done(&fake);
}

Test(drafts, sent_it_can_be_taken_back_for_some_seconds_and_then_goes_by_itself)
{
	struct fake fake;
	struct buf mail = {0};
	fake_open(&fake, NULL);
	send_draft(&fake, write_to(&fake, "Ann <a@x.org>", "hi\n"));
	cr_assert_not(fake.has_failed, "%s", fake.failure);
	cr_expect_eq(fake.state, OUTGOING_HELD);
	run(&fake, 5000);
	cr_expect_eq(mails(&fake), 0);
	act(&fake, "cancel");
	cr_expect_str_eq(fake.draft->draft->to, "Ann <a@x.org>");
	cr_expect_str_eq(fake.draft->draft->body, "hi\n");
	run(&fake, HOUR_MS);
	cr_expect_eq(mails(&fake), 0);
	send_draft(&fake, draft_copy(fake.draft->draft));
	run(&fake, HOUR_MS);
	cr_expect_eq(fake.state, OUTGOING_DONE);
	cr_expect_eq(mails(&fake), 1);
	read_mail(&fake, 1, &mail);
	cr_expect_neq(str_find(buf_str(&mail), STR("Subject: Lunch\r\n")), STR_NONE);
	list(&fake);
	cr_expect_eq(fake.drafts->draft_count, 0);
	buf_done(&mail);
	fake_done(&fake);
}

Test(drafts, held_when_the_program_ends_it_goes_after_the_next_start)
{
	struct fake fake;
	fake_open(&fake, NULL);
	send_draft(&fake, write_to(&fake, "a@x.org", "hi\n"));
	cr_expect_eq(fake.state, OUTGOING_HELD);
	engine_close(fake.engine);
	open_engine(&fake);
	run(&fake, HOUR_MS);
	cr_expect_eq(fake.state, OUTGOING_DONE);
	cr_expect_eq(mails(&fake), 1);
	fake_done(&fake);
}

Test(drafts, later_means_at_that_time)
{
	struct fake fake;
	fake_open(&fake, NULL);
	struct draft *draft = write_to(&fake, "a@x.org", "hi\n");
	draft->send_at = 1700000000 + 3 * 3600;
	send_draft(&fake, draft);
	run(&fake, 3 * (int64_t)HOUR_MS - 60000);
	cr_expect_eq(mails(&fake), 0);
	cr_expect_eq(fake.state, OUTGOING_HELD);
	run(&fake, HOUR_MS);
	cr_expect_eq(mails(&fake), 1);
	fake_done(&fake);
}

Test(drafts, an_attached_file_may_go_away_and_arrives_all_the_same)
{
	struct fake fake;
	struct buf mail = {0};
	fake_open(&fake, NULL);
	struct draft *draft = write_to(&fake, "a@x.org", "hi\n");
	char *path = make_file(&fake, "data.bin", 700 * 1000);
	attach(&fake, draft->draft_id, path);
	cr_assert_eq(fake.files, 1, "%s", fake.failure);
	unlink(path);
	struct request *request = request_new(REQUEST_COMPOSE);
	request->draft_id = draft->draft_id;
	ask(&fake, request);
	cr_assert_eq(fake.draft->draft->file_count, 1);
	cr_expect_str_eq(fake.draft->draft->files[0].name, "data.bin");
	cr_expect_eq(fake.draft->draft->files[0].size, 700 * 1000);
	draft_free(draft);
	draft = draft_copy(fake.draft->draft);
	draft_set(&draft->to, STR("a@x.org"));
	send_draft(&fake, draft);
	run(&fake, HOUR_MS);
	cr_expect_eq(fake.state, OUTGOING_DONE, "%s", fake.words);
	read_mail(&fake, 1, &mail);
	cr_expect_gt(mail.len, 700 * 1000 * 4 / 3);
	mem_free(path);
	buf_done(&mail);
	fake_done(&fake);
}

Test(drafts, what_is_no_file_cannot_be_attached_and_a_sentence_says_so)
{
	static const char *const paths[] = {"/", "/dev/zero", "/nowhere/at/all"};
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct fake fake;
		fake_open(&fake, NULL);
		struct draft *draft = write_to(&fake, "a@x.org", "hi\n");
		attach(&fake, draft->draft_id, paths[i]);
		cr_expect_eq(fake.files, 0);
		cr_assert_not_null(fake.failure);
		cr_expect_neq(str_find(str_from(fake.failure), str_from(paths[i])), STR_NONE, "%s",
			fake.failure);
		draft_free(draft);
		fake_done(&fake);
	}
}

Test(drafts, without_a_recipient_it_stays_and_a_sentence_says_why)
{
	struct fake fake;
	fake_open(&fake, NULL);
	send_draft(&fake, write_to(&fake, "", "hi\n"));
	cr_expect(fake.has_failed);
	cr_expect_not(fake.has_item);
	list(&fake);
	cr_expect_eq(fake.drafts->draft_count, 1);
	fake_done(&fake);
}

Test(drafts, refused_it_comes_back_with_the_words_for_each)
{
	struct fake fake;
	struct smtp_peer_options options = {.refused = "b@x.org", .refused_code = 550};
	fake_open(&fake, &options);
	send_draft(&fake, write_to(&fake, "a@x.org, b@x.org", "hi\n"));
	run(&fake, HOUR_MS);
	cr_expect_eq(fake.state, OUTGOING_FAILED);
	cr_expect_eq(mails(&fake), 0);
	cr_assert_not_null(fake.notice);
	cr_expect_eq(fake.notice->notice, NOTICE_NOT_SENT);
	cr_expect(str_starts(str_from(fake.notice->text), STR("b@x.org: 550 5.1.1 ")), "%s",
		fake.notice->text);
	act(&fake, "cancel");
	cr_expect_str_eq(fake.draft->draft->to, "a@x.org, b@x.org");
	cr_expect(str_starts(str_from(fake.draft->text), STR("b@x.org: 550 5.1.1 ")));
	cr_expect_not(fake.has_item);
	fake_done(&fake);
}

Test(drafts, sent_to_the_rest_only_those_who_were_refused_come_back)
{
	struct fake fake;
	struct buf mail = {0};
	struct smtp_peer_options options = {.refused = "b@x.org", .refused_code = 550};
	fake_open(&fake, &options);
	send_draft(&fake, write_to(&fake, "a@x.org, b@x.org, c@x.org", "hi\n"));
	run(&fake, HOUR_MS);
	cr_expect_eq(fake.state, OUTGOING_FAILED);
	fake.state = OUTGOING_QUEUED;
	act(&fake, "rest");
	run(&fake, HOUR_MS);
	cr_expect_eq(fake.state, OUTGOING_DONE, "%s", fake.words);
	cr_expect_eq(mails(&fake), 1);
	read_mail(&fake, 1, &mail);
	cr_expect_neq(str_find(buf_str(&mail), STR("a@x.org")), STR_NONE);
	cr_expect_str_eq(fake.draft->draft->to, "b@x.org");
	cr_expect_str_eq(fake.draft->draft->body, "hi\n");
	buf_done(&mail);
	fake_done(&fake);
}

static void pass(struct fake *fake, int64_t ms)
{
	for (int64_t end = fake->now + ms; fake->now < end; fake->now += 1000)
		for (int i = 0; i < 4; i++) {
			engine_step(fake->engine, fake->now);
			hear(fake);
		}
}

Test(drafts, while_one_writes_the_connection_is_made_and_kept)
{
	struct fake fake;
	fake_open(&fake, NULL);
	send_draft(&fake, write_to(&fake, "a@x.org", "hi\n"));
	run(&fake, HOUR_MS);
	cr_assert_eq(fake.state, OUTGOING_DONE);
	run(&fake, 1);
	unsigned before = fake.connections;
	fake.state = OUTGOING_QUEUED;
	fake.now += HOUR_MS;
	struct draft *draft = write_to(&fake, "b@x.org", "more\n");
	for (int i = 0; i < 4; i++) {
		save(&fake, draft);
		pass(&fake, 60000);
	}
	cr_expect_eq(fake.connections, before + 1, "made once, and kept");
	send_draft(&fake, draft);
	pass(&fake, 30000);
	cr_expect_eq(fake.connections, before + 1, "and used");
	cr_expect_eq(mails(&fake), 2);
	fake_done(&fake);
}

/* ---- Killed at every write of a draft that is sent. ---- */

static void expect_one_of_two(struct fake *fake, size_t at)
{
	unsigned count = mails(fake);
	list(fake);
	cr_expect_leq(count, 1, "killed at %zu: sent twice", at);
	if (fake->state == OUTGOING_DONE)
		cr_expect_eq(count, 1, "killed at %zu: done and not there", at);
	if (count == 0 && fake->state != OUTGOING_UNKNOWN)
		cr_expect_eq(fake->drafts->draft_count, 1, "killed at %zu: lost", at);
}

static void kill_at(size_t at)
{
	struct fake fake;
	fake_open(&fake, NULL);
	struct draft *draft = write_to(&fake, "a@x.org", "hi\n");
	save(&fake, draft);
	engine_close(fake.engine);
	pid_t child = fork();
	if (child == 0) {
		open_engine(&fake);
		fake.cut_up = at;
		fake.kills = true;
		send_draft(&fake, draft_copy(draft));
		run(&fake, HOUR_MS);
		_exit(0);
	}
	cr_assert_eq(waitpid(child, NULL, 0), child);
	fake.has_item = false;
	fake.state = OUTGOING_QUEUED;
	open_engine(&fake);
	run(&fake, 24 * (int64_t)HOUR_MS);
	expect_one_of_two(&fake, at);
	draft_free(draft);
	fake_done(&fake);
}

Test(drafts, killed_on_the_way_it_is_a_draft_or_a_message_and_never_both_or_none)
{
	for (size_t at = 0; at < 640; at += 7)
		kill_at(at);
}

/* ---- By a program. ---- */

static enum outgoing_state send_by(const char *program)
{
	struct fake fake;
	struct buf config = {0};
	buf_addf(&config,
		"[rowan]\nundo-send = 0\n[account \"work\"]\npop3 = pop3://me@127.0.0.1:110\n"
		"from = Me <me@example.org>\npassword-command = echo x\nsendmail = %s\n",
		program);
	fake_config = buf_text(&config);
	fake_open(&fake, NULL);
	send_draft(&fake, write_to(&fake, "a@x.org", "hi\n"));
	run(&fake, 10000);
	enum outgoing_state state = fake.state;
	fake_done(&fake);
	buf_done(&config);
	return state;
}

Test(drafts, a_program_sends_too_and_its_exit_code_tells)
{
	cr_expect_eq(send_by("sh -c 'test $1 = -f && test $4 = a@x.org && grep -q ^hi$' x"),
		OUTGOING_DONE);
	cr_expect_eq(send_by("sh -c 'exit 75' x"), OUTGOING_QUEUED);
	cr_expect_eq(send_by("sh -c 'exit 67' x"), OUTGOING_FAILED);
	cr_expect_eq(send_by("/nowhere/at/all"), OUTGOING_FAILED);
	cr_expect_eq(send_by("sh -c 'kill -9 $$' x"), OUTGOING_UNKNOWN);
}

/* ---- The address book. ---- */

static void type(struct fake *fake, const char *text)
{
	struct request *request = request_new(REQUEST_COMPLETE);
	request->text = mem_text(text);
	ask(fake, request);
	cr_assert_not_null(fake->completions);
}

static void keep(struct fake *fake, const char *nickname, const char *name, const char *address)
{
	struct request *request = request_new(REQUEST_BOOK_SAVE);
	request->entry = mem_new(sizeof(*request->entry));
	book_entry_init(request->entry);
	draft_set(&request->entry->nickname, str_from(nickname));
	draft_set(&request->entry->name, str_from(name));
	draft_set(&request->entry->addresses, str_from(address));
	ask(fake, request);
}

Test(book, completes_by_nickname_name_and_address_the_book_first)
{
	struct fake fake;
	fake_open(&fake, NULL);
	keep(&fake, "ann", "Ann Example", "ann@example.org");
	keep(&fake, "", "Joann, Dr.", "doctor@example.org");
	send_draft(&fake, write_to(&fake, "Annika <annika@x.org>, x@y.org", "hi\n"));
	type(&fake, "An");
	cr_assert_eq(fake.completions->completion_count, 2);
	cr_expect_str_eq(fake.completions->completions[0].text, "Ann Example <ann@example.org>");
	cr_expect_str_eq(fake.completions->completions[1].text, "Annika <annika@x.org>");
	cr_expect_eq(fake.completions->completions[1].source, BOOK_WRITTEN);
	type(&fake, "dr");
	cr_assert_eq(fake.completions->completion_count, 1);
	cr_expect_str_eq(
		fake.completions->completions[0].text, "\"Joann, Dr.\" <doctor@example.org>");
	type(&fake, "oann");
	cr_expect_eq(fake.completions->completion_count, 0);
	fake_done(&fake);
}

Test(book, an_address_that_looks_like_a_known_one_is_flagged)
{
	struct fake fake;
	fake_open(&fake, NULL);
	keep(&fake, "ann", "Ann Example", "ann@example.org");
	type(&fake, "ann@examp1e.org");
	cr_assert_eq(fake.completions->completion_count, 1);
	cr_expect_str_eq(fake.completions->completions[0].looks_like, "ann@example.org");
	fake_done(&fake);
}

Test(book, two_cannot_have_one_nickname)
{
	struct fake fake;
	fake_open(&fake, NULL);
	keep(&fake, "ann", "Ann Example", "ann@example.org");
	keep(&fake, "ANN", "Another", "another@example.org");
	cr_expect(fake.has_failed);
	cr_expect_eq(fake.book->book_count, 1);
	fake_done(&fake);
}
