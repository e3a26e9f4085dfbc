/*
 * The engine with its real threads against the model server on a loopback socket: requests at
 * random from this thread, other clients at random on the server's. At the end both sides are
 * equal. For a build with ThreadSanitizer, where Criterion does not run; without it a smoke test.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "tests/sim/sim.h"

enum { RACE_MAIL = 40, RACE_REQUESTS = 1500, RACE_TALKS = 32, RACE_TRIES = 30 };

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "race: %s\n", what);
	exit(1);
}

/* xorshift32 */
static uint32_t chance(uint32_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % below;
}

/* ---- The server's thread. ---- */

struct host {
	struct sim_server *server; /* the thread's own until it has ended */
	int listener;
	uint16_t port;
	pthread_t thread;
	atomic_bool is_quiet; /* other clients do nothing any more */
	atomic_bool is_over;
	uint32_t random;
	struct {
		int fd;
		struct sim_talk *talk;
	} talks[RACE_TALKS];
	size_t count;
};

static void host_drop(struct host *host, size_t at)
{
	close(host->talks[at].fd);
	sim_talk_free(host->talks[at].talk);
	host->talks[at] = host->talks[--host->count];
}

static void host_accept(struct host *host)
{
	int fd = accept(host->listener, NULL, NULL);
	if (fd < 0)
		return;
	if (host->count == RACE_TALKS) {
		close(fd);
		return;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	host->talks[host->count].fd = fd;
	host->talks[host->count++].talk = sim_talk_new(host->server);
}

static bool host_read(struct host *host, size_t at)
{
	char bytes[4096];
	ssize_t n = read(host->talks[at].fd, bytes, sizeof(bytes));
	if (n > 0)
		sim_talk_feed(host->talks[at].talk, str_make(bytes, (size_t)n));
	return n > 0;
}

static bool host_write(struct host *host, size_t at)
{
	struct buf *output = sim_talk_output(host->talks[at].talk);
	if (output->len > 0) {
		ssize_t n = send(host->talks[at].fd, output->data, output->len, MSG_NOSIGNAL);
		if (n > 0)
			buf_consume(output, (size_t)n);
	}
	return output->len > 0 || !sim_talk_is_over(host->talks[at].talk);
}

/* Another client does something. */
static void host_disturb(struct host *host)
{
	struct sim_folder *inbox = sim_server_folder(host->server, "INBOX");
	uint32_t uid = inbox->count > 0
			       ? inbox->messages[chance(&host->random, (uint32_t)inbox->count)].uid
			       : 0;
	switch (chance(&host->random, 8)) {
	case 0:
		sim_mail_deliver(host->server, "INBOX", 1000 + host->server->contents);
		break;
	case 1:
		if (inbox->count > RACE_MAIL / 2)
			sim_expunge(host->server, "INBOX", uid);
		break;
	case 2:
		/* A connection breaks. */
		if (host->count > 0 && chance(&host->random, 20) == 0)
			host_drop(host, chance(&host->random, (uint32_t)host->count));
		break;
	default:
		sim_flag(host->server, "INBOX", uid, SIM_ANSWERED, SIM_DRAFT);
		break;
	}
	for (size_t i = 0; i < host->count; i++)
		sim_talk_push(host->talks[i].talk);
}

static void *host_main(void *argument)
{
	struct host *host = argument;
	while (!atomic_load(&host->is_over)) {
		struct pollfd fds[RACE_TALKS + 1] = {{host->listener, POLLIN, 0}};
		size_t count = host->count;
		for (size_t i = 0; i < count; i++) {
			bool wants = sim_talk_output(host->talks[i].talk)->len > 0;
			fds[i + 1] = (struct pollfd){
				host->talks[i].fd, (short)(POLLIN | (wants ? POLLOUT : 0)), 0};
		}
		int ready = poll(fds, count + 1, 5);
		for (size_t i = count; i > 0; i--)
			if (((fds[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
				    !host_read(host, i - 1)) ||
				!host_write(host, i - 1))
				host_drop(host, i - 1);
		if (fds[0].revents != 0)
			host_accept(host);
		if (ready == 0 && !atomic_load(&host->is_quiet))
			host_disturb(host);
	}
	while (host->count > 0)
		host_drop(host, 0);
	return NULL;
}

static void host_start(struct host *host)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	host->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	must(host->listener >= 0 &&
			bind(host->listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
			listen(host->listener, 16) == 0 &&
			getsockname(host->listener, (struct sockaddr *)&address, &len) == 0,
		"no socket");
	host->port = ntohs(address.sin_port);
	host->random = 2463534242u;
	must(pthread_create(&host->thread, NULL, host_main, host) == 0, "no thread");
}

static void host_stop(struct host *host)
{
	atomic_store(&host->is_over, true);
	pthread_join(host->thread, NULL);
	close(host->listener);
}

/* ---- This thread: a user who presses keys at random. ---- */

struct user {
	struct engine *engine;
	uint32_t random;
	int64_t places[RACE_MAIL];
	size_t place_count;
	int64_t folder_id;
	bool is_synced, is_idle, is_ok;
	unsigned heard;
};

static void user_hear_page(struct user *user, const struct page *page)
{
	user->place_count = 0;
	for (size_t i = 0; i < page->count && i < RACE_MAIL; i++)
		user->places[user->place_count++] = page->rows[i].place_id;
}

static void user_answer(struct user *user, const struct question *question)
{
	struct request *answer = request_new(REQUEST_ANSWER);
	answer->question_id = question->question_id;
	answer->answer = ANSWER_ONCE;
	answer->text = mem_text("secret");
	engine_request(user->engine, answer);
}

static void user_hear(struct user *user, int ms)
{
	struct pollfd fd = {queue_fd(engine_events(user->engine)), POLLIN, 0};
	poll(&fd, 1, ms);
	for (struct event *event = queue_take(engine_events(user->engine)); event != NULL;
		event = queue_take(engine_events(user->engine))) {
		user->heard++;
		if (event->kind == EVENT_PAGE)
			user_hear_page(user, event->page);
		else if (event->kind == EVENT_QUESTION)
			user_answer(user, event->question);
		else if (event->kind == EVENT_FOLDERS && event->folder_count > 0)
			user->folder_id = event->folders[0].folder_id;
		else if (event->kind == EVENT_SYNCED)
			user->is_synced = true, user->is_ok = event->is_ok;
		else if (event->kind == EVENT_IDLE)
			user->is_idle = true;
		event_free(event);
	}
}

static int64_t user_place(struct user *user)
{
	return user->place_count == 0
		       ? 0
		       : user->places[chance(&user->random, (uint32_t)user->place_count)];
}

static struct request *user_request(struct user *user)
{
	static const enum request_kind kinds[] = {REQUEST_FOLDERS, REQUEST_ACCOUNTS,
		REQUEST_VIEW_OPEN, REQUEST_PAGE, REQUEST_VIEW_CLOSE, REQUEST_OPEN, REQUEST_OPEN_END,
		REQUEST_FIND, REQUEST_NEXT_NEW, REQUEST_FLAGS, REQUEST_FLAGS, REQUEST_CHECK,
		REQUEST_ACTIONS, REQUEST_VIEW_OPEN, REQUEST_OPEN};
	enum request_kind kind =
		kinds[chance(&user->random, (uint32_t)(sizeof(kinds) / sizeof(*kinds)))];
	struct request *request = request_new(kind);
	request->list_id = 1;
	request->page.view.kind = VIEW_FOLDER;
	request->page.view.folder_id = user->folder_id;
	request->page.anchor = PAGE_AT_END;
	request->page.before = request->page.after = 30;
	request->place_id = user_place(user);
	request->text = kind == REQUEST_FIND ? mem_text("talk 1") : NULL;
	if (kind == REQUEST_FLAGS && request->place_id != 0) {
		request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
		request->place_ids[0] = request->place_id;
		request->place_count = 1;
		request->add = chance(&user->random, 2) ? FLAG_SEEN : FLAG_FLAGGED;
		request->remove = request->add == FLAG_SEEN ? FLAG_FLAGGED : 0;
	}
	return request;
}

static void user_go_online(struct user *user, bool is_on)
{
	struct request *request = request_new(REQUEST_ONLINE);
	request->is_on = is_on;
	engine_request(user->engine, request);
}

static void user_play(struct user *user)
{
	engine_request(user->engine, request_new(REQUEST_FOLDERS));
	for (int i = 0; user->folder_id == 0 && i < 1000; i++)
		user_hear(user, 10);
	must(user->folder_id != 0, "no folders");
	for (int i = 0; i < RACE_REQUESTS; i++) {
		engine_request(user->engine, user_request(user));
		if (i % 400 == 399)
			user_go_online(user, false);
		if (i % 400 == 10)
			user_go_online(user, true);
		user_hear(user, (int)chance(&user->random, 3));
	}
	user_go_online(user, true);
}

/* All is brought here and all wishes there. */
static bool user_sync(struct user *user)
{
	user->is_synced = user->is_idle = false;
	engine_request(user->engine, request_new(REQUEST_SYNC));
	for (int i = 0; !user->is_synced && i < 2000; i++)
		user_hear(user, 10);
	engine_request(user->engine, request_new(REQUEST_IDLE));
	for (int i = 0; !user->is_idle && i < 2000; i++)
		user_hear(user, 10);
	return user->is_synced && user->is_ok && user->is_idle;
}

static void write_config(const struct sim *sim, uint16_t port)
{
	struct buf path = {0};
	buf_addf(&path, "%s/rowan.conf", sim->folder);
	FILE *file = fopen(buf_text(&path), "w");
	must(file != NULL, "no settings");
	fprintf(file, "[account \"work\"]\n\timap = imap://ann@127.0.0.1:%u\n", (unsigned)port);
	fclose(file);
	buf_done(&path);
}

static struct engine *open_engine(const struct sim *sim)
{
	char paths[4][128];
	static const char *const names[] = {"rowan.conf", "local.db", "cache.db", "body.db"};
	struct error err;
	for (int i = 0; i < 4; i++)
		snprintf(paths[i], sizeof(paths[i]), "%s/%s", sim->folder, names[i]);
	struct engine_options options = {
		.config_path = paths[0],
		.local_path = paths[1],
		.cache_path = paths[2],
		.body_path = paths[3],
		.state_path = sim->folder,
		.may_ask = true,
	};
	struct engine *engine = engine_open(&options, &err);
	must(engine != NULL && engine_start(engine, &err), "the engine does not start");
	return engine;
}

/* race [SEED] */
int main(int argc, char **argv)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	struct host host = {.server = sim->server};
	struct user user = {.random = argc > 1 ? (uint32_t)atoi(argv[1]) | 1 : 88675123u};
	bool is_synced = false;
	for (unsigned n = 1; n <= RACE_MAIL; n++)
		sim_mail_deliver(sim->server, "INBOX", n);
	host_start(&host);
	write_config(sim, host.port);
	user.engine = open_engine(sim);
	user_play(&user);
	atomic_store(&host.is_quiet, true);
	for (int i = 0; !is_synced && i < RACE_TRIES; i++)
		is_synced = user_sync(&user);
	engine_stop(user.engine);
	host_stop(&host);
	must(is_synced, "it never came to an end");
	if (!sim_is_equal(sim)) {
		fprintf(stderr, "race: %s\n", buf_text(&sim->difference));
		return 1;
	}
	printf("race: %d requests, %u events, %u connections, %zu changes on the server: equal at "
	       "the end\n",
		RACE_REQUESTS, user.heard, sim->server->talks, sim->server->effect_count);
	sim_free(sim);
	return 0;
}
