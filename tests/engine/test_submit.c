/*
 * The way out of an account, over pipes in memory: the connection is cut at every byte in both
 * directions, the program killed on the way. Each mail arrives once or not at all, and the
 * outbox says which.
 */
#include "tests/engine/submit_fake.h"
#include "tests/server/smtp_peer.h"

#include <sys/wait.h>

/* ---- What a server makes of a mail. ---- */

static const struct outcome {
	const char *name;
	struct smtp_peer_options options;
	const char *recipients, *text;
	enum outgoing_state state;
	unsigned mails;
	const char *words; /* the beginning */
} answers[] = {
	{"all there is", {0}, "a@x.org b@x.org", "hi\r\n.\r\nx\r\n", OUTGOING_DONE, 1,
		"250 2.0.0 kept"},
	{"no pipelining", {.no_pipelining = true}, "a@x.org b@x.org", "hi\r\n", OUTGOING_DONE, 1,
		"250"},
	{"no chunking, neither", {.no_pipelining = true, .no_chunking = true}, "a@x.org b@x.org",
		"hi\r\n", OUTGOING_DONE, 1, "250"},
	{"one refused: none has it", {.refused = "b@x.org", .refused_code = 550}, "a@x.org b@x.org",
		"hi\r\n", OUTGOING_FAILED, 0, "550 5.1.1 nobody"},
	{"the only one refused", {.refused = "b@x.org", .refused_code = 550}, "b@x.org", "hi\r\n",
		OUTGOING_FAILED, 0, "550 5.1.1 nobody"},
	{"refused for good at the end", {.end_code = 554, .end_times = 9}, "a@x.org", "hi\r\n",
		OUTGOING_FAILED, 0, "554 5.3.0 not this one"},
	{"refused for now, twice", {.end_code = 451, .end_times = 2}, "a@x.org", "hi\r\n",
		OUTGOING_DONE, 1, "250"},
	{"8 bits for a server that takes 7", {.no_8bitmime = true}, "a@x.org", "\xc3\xbc\r\n",
		OUTGOING_DONE, 1, "250"},
	{"too large", {.size_max = 20}, "a@x.org", "hi\r\n", OUTGOING_FAILED, 0, "the message has"},
};

Test(submit, each_answer_has_its_end)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		const struct outcome *a = &answers[i];
		struct fake fake;
		fake_open(&fake, &a->options);
		send(&fake, a->recipients, a->text);
		run(&fake, 24 * (int64_t)HOUR_MS);
		cr_expect_eq(fake.state, a->state, "%s: %s (%s)", a->name,
			outgoing_state_name(fake.state), fake.words);
		cr_expect_eq(mails(&fake), a->mails, "%s", a->name);
		cr_expect(str_starts(str_from(fake.words), str_from(a->words)), "%s: %s", a->name,
			fake.words);
		fake_done(&fake);
	}
}

Test(submit, a_wrong_password_holds_the_mail_until_it_is_asked_for)
{
	struct fake fake;
	struct smtp_peer_options options = {.user = "me", .password = "another"};
	fake_open(&fake, &options);
	send(&fake, "a@x.org", "hi\r\n");
	run(&fake, 24 * (int64_t)HOUR_MS);
	cr_expect_eq(fake.state, OUTGOING_QUEUED);
	cr_expect(fake.is_complete);
	cr_expect_eq(fake.connections, 1, "%u %s", fake.connections, fake.words);
	fake.peer.options.password = "secret";
	struct request *request = request_new(REQUEST_OUTGOING);
	request->outgoing_id = 1;
	request->text = mem_text("retry");
	engine_request(fake.engine, request);
	run(&fake, HOUR_MS);
	cr_expect_eq(fake.state, OUTGOING_DONE);
	cr_expect_eq(mails(&fake), 1);
	fake_done(&fake);
}

Test(submit, no_network_is_waited_for)
{
	struct fake fake;
	fake_open(&fake, NULL);
	fake.is_unreachable = true;
	send(&fake, "a@x.org", "hi\r\n");
	run(&fake, 3 * (int64_t)HOUR_MS);
	cr_expect_eq(fake.state, OUTGOING_QUEUED);
	cr_expect(fake.is_complete);
	fake.is_unreachable = false;
	run(&fake, HOUR_MS);
	cr_expect_eq(fake.state, OUTGOING_DONE);
	fake_done(&fake);
}

Test(submit, the_same_message_twice_is_sent_once)
{
	struct fake fake;
	fake_open(&fake, NULL);
	send(&fake, "a@x.org", "hi\r\n");
	run(&fake, HOUR_MS);
	send(&fake, "a@x.org", "hi\r\n");
	cr_expect(fake.has_failed);
	run(&fake, HOUR_MS);
	cr_expect_eq(mails(&fake), 1);
	fake_done(&fake);
}

Test(submit, what_waits_can_be_taken_back)
{
	struct fake fake;
	fake_open(&fake, NULL);
	fake.is_unreachable = true;
	send(&fake, "a@x.org", "hi\r\n");
	run(&fake, HOUR_MS);
	struct request *request = request_new(REQUEST_OUTGOING);
	request->outgoing_id = 1;
	request->text = mem_text("cancel");
	engine_request(fake.engine, request);
	fake.is_unreachable = false;
	run(&fake, HOUR_MS);
	cr_expect_not(fake.has_item);
	cr_expect_eq(mails(&fake), 0);
	fake_done(&fake);
}

/* ---- Cut and killed at every byte. ---- */

static void expect_truth(struct fake *fake, const char *what, size_t at)
{
	unsigned count = mails(fake);
	cr_expect_leq(count, 1, "%s at %zu: sent twice", what, at);
	cr_expect(fake->state == OUTGOING_DONE || fake->state == OUTGOING_UNKNOWN,
		"%s at %zu: %s (%s)", what, at, outgoing_state_name(fake->state), fake->words);
	if (fake->state == OUTGOING_DONE)
		cr_expect_eq(count, 1, "%s at %zu: done and not there", what, at);
}

/* The length of the conversation in one direction. */
static size_t measure(const struct smtp_peer_options *options, bool is_up)
{
	struct fake fake;
	fake_open(&fake, options);
	send(&fake, "a@x.org b@x.org", ".hi\r\n");
	run(&fake, HOUR_MS);
	cr_assert_eq(fake.state, OUTGOING_DONE);
	size_t length = is_up ? fake.up : fake.down;
	fake_done(&fake);
	return length;
}

/* Forgets the message and lets the connection go. */
static void clear(struct fake *fake)
{
	char path[128];
	struct request *request = request_new(REQUEST_OUTGOING);
	request->outgoing_id = fake->outgoing_id;
	request->text = mem_text("cancel");
	engine_request(fake->engine, request);
	engine_step(fake->engine, fake->now);
	hear(fake);
	cr_assert_not(fake->has_item);
	run(fake, 5 * 60 * 1000);
	snprintf(path, sizeof(path), "%s/mail-1", fake->mails);
	unlink(path);
	cr_assert_eq(mails(fake), 0);
	fake->connections = 0;
	fake->up = fake->down = 0;
	fake->is_cut = false;
}

static void cut_at(struct fake *fake, bool is_up, size_t at)
{
	fake->cut_up = is_up ? at : SIZE_MAX;
	fake->cut_down = is_up ? SIZE_MAX : at;
	send(fake, "a@x.org b@x.org", ".hi\r\n");
	run(fake, 24 * (int64_t)HOUR_MS);
	expect_truth(fake, is_up ? "cut on the way up" : "cut on the way down", at);
	clear(fake);
}

static const struct smtp_peer_options roads[] = {
	{0}, {.no_chunking = true}, {.no_pipelining = true, .no_chunking = true}};

static void cut_everywhere(const struct smtp_peer_options *options)
{
	struct fake fake;
	fake_open(&fake, options);
	for (int way = 0; way < 2; way++) {
		size_t length = measure(options, way == 0);
		for (size_t at = 0; at <= length; at++)
			cut_at(&fake, way == 0, at);
	}
	fake_done(&fake);
}

Test(submit, cut_at_every_byte_with_chunks)
{
	cut_everywhere(&roads[0]);
}

Test(submit, cut_at_every_byte_with_data)
{
	cut_everywhere(&roads[1]);
}

Test(submit, cut_at_every_byte_one_command_at_a_time)
{
	cut_everywhere(&roads[2]);
}

/* The child ends without a word at that byte; the next start finds what it left. */
static void kill_at(const struct smtp_peer_options *options, bool is_up, size_t at)
{
	struct fake fake;
	fake_open(&fake, options);
	engine_close(fake.engine);
	pid_t child = fork();
	if (child == 0) {
		open_engine(&fake);
		*(is_up ? &fake.cut_up : &fake.cut_down) = at;
		fake.kills = true;
		send(&fake, "a@x.org b@x.org", ".hi\r\n");
		run(&fake, HOUR_MS);
		_exit(0);
	}
	cr_assert_eq(waitpid(child, NULL, 0), child);
	open_engine(&fake);
	run(&fake, 24 * (int64_t)HOUR_MS);
	expect_truth(&fake, "killed", at);
	fake_done(&fake);
}

Test(submit, killed_on_the_way)
{
	for (int way = 0; way < 2; way++) {
		size_t length = measure(&roads[0], way == 0);
		for (size_t at = 1; at < length; at += 5) /* each is a process of its own */
			kill_at(&roads[0], way == 0, at);
	}
}
