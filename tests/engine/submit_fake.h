/* A submission server, a wire that can be cut, and an engine with one account, all in memory. */
#ifndef TESTS_ENGINE_SUBMIT_FAKE_H
#define TESTS_ENGINE_SUBMIT_FAKE_H

#include "base/array.h"
#include "base/file.h"
#include "engine/event.h"
#include "engine/world.h"
#include "tests/server/smtp_peer.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
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
	char *words;                                                          /* owned */
	struct event *draft, *checked, *completions, *book, *drafts, *notice; /* owned: the last */
	int64_t file_id; /* the last attached */
	unsigned saved, files;
	char *failure; /* owned: the last EVENT_FAILED */
	bool has_item, is_complete, has_failed;
};

struct wire {
	struct fake *fake;
	bool is_first, is_smtp;
};

/* ---- The world. ---- */

static inline void *fake_connect(void *context, const struct net_target *target)
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

static inline void fake_close(void *conn)
{
	struct wire *wire = conn;
	if (wire->is_smtp)
		buf_clear(&wire->fake->peer.out);
	mem_free(wire);
}

static inline bool fake_step(void *conn, int64_t now, struct error *err)
{
	(void)now;
	const struct wire *wire = conn;
	return wire->is_smtp || error_set(err, ERROR_NETWORK, "refused");
}

static inline enum net_state fake_state(const void *conn)
{
	return ((const struct wire *)conn)->is_smtp ? NET_OPEN : NET_CONNECTING;
}

static inline const struct net_cert *fake_certificate(const void *conn)
{
	(void)conn;
	return NULL;
}

static inline size_t fake_poll(
	const void *conn, bool wants_write, struct pollfd *fds, int64_t *deadline)
{
	(void)conn;
	(void)wants_write;
	(void)fds;
	(void)deadline;
	return 0;
}

static inline void cut_here(struct fake *fake)
{
	fake->is_cut = true;
	if (fake->kills)
		_exit(0);
}

static inline enum net_io fake_read(void *conn, size_t max, struct buf *out, struct error *err)
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

static inline enum net_io fake_write(
	void *conn, struct str bytes, size_t *written, struct error *err)
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

static inline bool fake_no(const void *conn)
{
	(void)conn;
	return false;
}

static inline bool fake_yes(const void *conn)
{
	(void)conn;
	return true;
}

static inline void fake_start_tls(void *conn)
{
	(void)conn;
}

static inline bool fake_start_deflate(void *conn, struct str first, struct error *err)
{
	(void)conn;
	(void)first;
	(void)err;
	return false;
}

static inline bool fake_binding(const void *conn, bool *is_exporter, struct buf *out)
{
	(void)conn;
	(void)is_exporter;
	(void)out;
	return false;
}

static inline void fake_counts(const void *conn, struct net_counts *counts)
{
	(void)conn;
	(void)counts;
}

static inline int64_t fake_wall(void *context)
{
	return 1700000000 + ((struct fake *)context)->now / 1000;
}

static inline uint64_t fake_random(void *context)
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

/* rowan.conf of the next fake_open; NULL: with the submission server. */
static const char *fake_config;

static inline void open_engine(struct fake *fake)
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

static inline void fake_open(struct fake *fake, const struct smtp_peer_options *options)
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
		fake_config != NULL
			? str_from(fake_config)
			: STR("[account \"work\"]\n\tpop3 = pop3://me@127.0.0.1:110\n"
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

static inline void fake_done(struct fake *fake)
{
	char command[128];
	engine_close(fake->engine);
	smtp_peer_done(&fake->peer);
	mem_free(fake->words);
	mem_free(fake->failure);
	struct event *kept[] = {fake->draft, fake->checked, fake->completions, fake->book,
		fake->drafts, fake->notice};
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		event_free(kept[i]);
	snprintf(command, sizeof(command), "rm -rf %s", fake->folder);
	cr_assert_eq(system(command), 0);
}

/* True when it is kept. */
static inline bool hear_draft(struct fake *fake, struct event *event)
{
	struct event **at = event->kind == EVENT_DRAFT         ? &fake->draft
			    : event->kind == EVENT_CHECKED     ? &fake->checked
			    : event->kind == EVENT_COMPLETIONS ? &fake->completions
			    : event->kind == EVENT_BOOK        ? &fake->book
			    : event->kind == EVENT_DRAFTS      ? &fake->drafts
			    : event->kind == EVENT_NOTICE      ? &fake->notice
							       : NULL;
	fake->saved += event->kind == EVENT_DRAFT_SAVED;
	fake->files += event->kind == EVENT_DRAFT_FILE;
	if (event->kind == EVENT_DRAFT_FILE)
		fake->file_id = event->file->file_id;
	if (event->kind == EVENT_FAILED) {
		mem_free(fake->failure);
		fake->failure = mem_text(event->error.detail);
	}
	if (at == NULL)
		return false;
	event_free(*at);
	*at = event;
	return true;
}

static inline void hear(struct fake *fake)
{
	struct event *event;
	while ((event = queue_take(engine_events(fake->engine))) != NULL) {
		if (hear_draft(fake, event))
			continue;
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

static inline bool is_final(const struct fake *fake)
{
	return fake->has_item && (fake->state == OUTGOING_DONE || fake->state == OUTGOING_UNKNOWN ||
					 fake->state == OUTGOING_FAILED);
}

/* Until the message has come to an end, or so much time has passed. */
static inline void run(struct fake *fake, int64_t ms)
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

static inline void send(struct fake *fake, const char *recipients, const char *text)
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

static inline unsigned mails(const struct fake *fake)
{
	DIR *folder = opendir(fake->mails);
	unsigned count = 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

#endif
