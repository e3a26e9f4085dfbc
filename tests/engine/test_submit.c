/*
 * The way out of an account, over pipes in memory: the connection is cut at every byte in both
 * directions, the program killed on the way. Each mail arrives once or not at all, and the
 * outbox says which.
 */
#include "base/array.h"
#include "base/file.h"
#include "engine/event.h"
#include "engine/world.h"
#include "tests/server/smtp_peer.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SMTP_PORT = 2525, HOUR_MS = 3600 * 1000 };

struct fake {
	struct engine_world world;
	struct smtp_peer peer;
	struct engine *engine;
	int64_t now; /* ms */
	unsigned connections;
	size_t cut_up, cut_down; /* bytes of the first connection; SIZE_MAX: never */
	bool kills;              /* the cut ends the program */
	size_t up, down;         /* bytes of the first connection */
	bool is_cut, is_unreachable;
	uint64_t chance;
	char folder[64], mails[80];
	enum outgoing_state state;
	int64_t outgoing_id;
	char *words; /* owned */
	bool has_item, is_complete, has_failed;
};

struct wire {
	struct fake *fake;
	bool is_first, is_smtp;
};

/* ---- The world. ---- */

static void *fake_connect(void *context, const struct net_target *target)
{
	struct fake *fake = context;
	struct wire *wire = mem_new(sizeof(*wire));
	wire->fake = fake;
	wire->is_smtp = target->port == SMTP_PORT && !fake->is_unreachable;
	if (wire->is_smtp) {
		wire->is_first = fake->connections++ == 0;
		smtp_peer_start(&fake->peer);
	}
	return wire;
}

static void fake_close(void *conn)
{
	buf_clear(&((struct wire *)conn)->fake->peer.out);
	mem_free(conn);
}

static bool fake_step(void *conn, int64_t now, struct error *err)
{
	(void)now;
	const struct wire *wire = conn;
	return wire->is_smtp || error_set(err, ERROR_NETWORK, "refused");
}

static enum net_state fake_state(const void *conn)
{
	return ((const struct wire *)conn)->is_smtp ? NET_OPEN : NET_CONNECTING;
}

static const struct net_cert *fake_certificate(const void *conn)
{
	(void)conn;
	return NULL;
}

static size_t fake_poll(const void *conn, bool wants_write, struct pollfd *fds, int64_t *deadline)
{
	(void)conn;
	(void)wants_write;
	(void)fds;
	(void)deadline;
	return 0;
}

static void cut_here(struct fake *fake)
{
	fake->is_cut = true;
	if (fake->kills)
		_exit(0);
}

static enum net_io fake_read(void *conn, size_t max, struct buf *out, struct error *err)
{
	struct wire *wire = conn;
	struct fake *fake = wire->fake;
	struct smtp_peer *peer = &fake->peer;
	(void)err;
	if (wire->is_first && fake->is_cut)
		return NET_IO_CLOSED;
	size_t room = wire->is_first ? fake->cut_down - fake->down : SIZE_MAX;
	size_t n = peer->out.len < max ? peer->out.len : max;
	n = n < room ? n : room;
	buf_add(out, str_first(buf_str(&peer->out), n));
	buf_consume(&peer->out, n);
	if (wire->is_first)
		fake->down += n;
	if (wire->is_first && fake->down == fake->cut_down)
		cut_here(fake);
	if (n > 0)
		return NET_IO_BYTES;
	return peer->is_over ? NET_IO_CLOSED : NET_IO_WAIT;
}

static enum net_io fake_write(void *conn, struct str bytes, size_t *written, struct error *err)
{
	struct wire *wire = conn;
	struct fake *fake = wire->fake;
	size_t room = wire->is_first ? fake->cut_up - fake->up : SIZE_MAX;
	size_t n = bytes.len < room ? bytes.len : room;
	if (wire->is_first && fake->is_cut) {
		error_set(err, ERROR_NETWORK, "cut");
		return NET_IO_ERROR;
	}
	smtp_peer_feed(&fake->peer, str_first(bytes, n));
	if (wire->is_first)
		fake->up += n;
	if (wire->is_first && fake->up == fake->cut_up)
		cut_here(fake);
	*written = bytes.len; /* the rest is lost on the way */
	return NET_IO_BYTES;
}

static bool fake_no(const void *conn)
{
	(void)conn;
	return false;
}

static bool fake_yes(const void *conn)
{
	(void)conn;
	return true;
}

static void fake_start_tls(void *conn)
{
	(void)conn;
}

static bool fake_start_deflate(void *conn, struct str first, struct error *err)
{
	(void)conn;
	(void)first;
	(void)err;
	return false;
}

static bool fake_binding(const void *conn, bool *is_exporter, struct buf *out)
{
	(void)conn;
	(void)is_exporter;
	(void)out;
	return false;
}

static void fake_counts(const void *conn, struct net_counts *counts)
{
	(void)conn;
	(void)counts;
}

static int64_t fake_wall(void *context)
{
	return 1700000000 + ((struct fake *)context)->now / 1000;
}

static uint64_t fake_random(void *context)
{
	struct fake *fake = context;
	fake->chance = fake->chance * 6364136223846793005u + 1442695040888963407u;
	return fake->chance >> 33;
}

static const struct engine_world fake_world = {
	.connect = fake_connect,
	.close = fake_close,
	.step = fake_step,
	.state = fake_state,
	.certificate = fake_certificate,
	.poll = fake_poll,
	.read = fake_read,
	.write = fake_write,
	.has_buffered = fake_no,
	.start_tls = fake_start_tls,
	.start_deflate = fake_start_deflate,
	.is_tls = fake_no,
	.is_loopback = fake_yes,
	.binding = fake_binding,
	.counts = fake_counts,
	.wall = fake_wall,
	.random = fake_random,
	.runs_jobs_inline = true,
};

/* ---- A profile with one account. ---- */

static void open_engine(struct fake *fake)
{
	char paths[4][96];
	static const char *const names[] = {"rowan.conf", "local.db", "cache.db", "body.db"};
	struct error err;
	for (int i = 0; i < 4; i++)
		snprintf(paths[i], sizeof(paths[i]), "%s/%s", fake->folder, names[i]);
	struct engine_options options = {.config_path = paths[0],
		.local_path = paths[1],
		.cache_path = paths[2],
		.body_path = paths[3],
		.state_path = fake->folder};
	fake->engine = engine_open_in(&options, &fake->world, &err);
	cr_assert_not_null(fake->engine, "%s", err.detail);
	struct request *request = request_new(REQUEST_OUTBOX);
	request->tag = 1;
	engine_request(fake->engine, request);
}

static void fake_open(struct fake *fake, const struct smtp_peer_options *options)
{
	char path[128];
	struct error err;
	*fake = (struct fake){.cut_up = SIZE_MAX, .cut_down = SIZE_MAX, .chance = 1};
	/* Hundreds of profiles: in memory where there is such a place. */
	const char *where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(fake->folder, sizeof(fake->folder), "%s/rowan-submit-XXXXXX", where);
	cr_assert_not_null(mkdtemp(fake->folder));
	snprintf(fake->mails, sizeof(fake->mails), "%s/mails", fake->folder);
	cr_assert(file_make_folder(fake->mails, &err));
	snprintf(path, sizeof(path), "%s/rowan.conf", fake->folder);
	cr_assert(file_write_atomic(path,
		STR("[account \"work\"]\n\tpop3 = pop3://me@127.0.0.1:110\n"
		    "\tsmtp = smtp://me@127.0.0.1:2525\n\tfrom = Me <me@example.org>\n"
		    "\tpassword-command = echo secret\n"),
		0600, &err));
	fake->world = fake_world;
	fake->world.context = fake;
	if (options != NULL)
		fake->peer.options = *options;
	fake->peer.options.folder = fake->mails;
	if (fake->peer.options.user == NULL) {
		fake->peer.options.user = "me";
		fake->peer.options.password = "secret";
	}
	open_engine(fake);
}

static void fake_done(struct fake *fake)
{
	char command[128];
	engine_close(fake->engine);
	smtp_peer_done(&fake->peer);
	mem_free(fake->words);
	snprintf(command, sizeof(command), "rm -rf %s", fake->folder);
	cr_assert_eq(system(command), 0);
}

static void hear(struct fake *fake)
{
	struct event *event;
	while ((event = queue_take(engine_events(fake->engine))) != NULL) {
		fake->has_failed |= event->kind == EVENT_FAILED;
		if (event->kind == EVENT_OUTBOX) {
			fake->is_complete = event->is_complete;
			fake->has_item = event->outbox_count > 0;
		}
		if (event->kind == EVENT_OUTBOX && fake->has_item) {
			const struct outgoing *o = &event->outbox[0];
			fake->state = o->state;
			fake->outgoing_id = o->outgoing_id;
			mem_free(fake->words);
			fake->words = mem_text(o->words);
		}
		event_free(event);
	}
}

static bool is_final(const struct fake *fake)
{
	return fake->has_item && (fake->state == OUTGOING_DONE || fake->state == OUTGOING_UNKNOWN ||
					 fake->state == OUTGOING_FAILED);
}

/* Until the message has come to an end, or so much time has passed. */
static void run(struct fake *fake, int64_t ms)
{
	int64_t end = fake->now + ms;
	for (int quiet = 0; fake->now < end && !is_final(fake);) {
		int64_t deadline = engine_step(fake->engine, fake->now);
		hear(fake);
		quiet = deadline <= fake->now || fake->peer.out.len > 0 ? 0 : quiet + 1;
		if (quiet < 3)
			continue;
		int64_t next = deadline < fake->now + 60000 ? deadline : fake->now + 60000;
		fake->now = next > fake->now ? next : fake->now + 1;
		quiet = 0;
	}
}

static void send(struct fake *fake, const char *recipients, const char *text)
{
	struct request *request = request_new(REQUEST_SEND);
	struct str rest = str_from(recipients);
	request->tag = 7;
	request->outgoing = mem_new(sizeof(*request->outgoing));
	request->outgoing->account_id = 1;
	request->outgoing->state = OUTGOING_QUEUED;
	request->outgoing->message_id = mem_text("one@example.org");
	request->outgoing->from = mem_text("me@example.org");
	while (rest.len > 0)
		outgoing_add_recipient(request->outgoing, str_cut(&rest, ' '));
	buf_addf(&request->message, "Message-ID: <one@example.org>\r\n\r\n%s", text);
	engine_request(fake->engine, request);
	engine_step(fake->engine, fake->now);
	hear(fake);
}

static unsigned mails(const struct fake *fake)
{
	DIR *folder = opendir(fake->mails);
	unsigned count = 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

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
	cr_expect_eq(fake.connections, 1);
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
