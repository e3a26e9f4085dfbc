/* A POP3 maildrop without a socket. */
#include "tests/sim/sim_pop3.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "engine/event.h"

/* ---- The server. ---- */

static void say(struct sim_pop3 *sim, const char *text)
{
	buf_add_text(&sim->out, text);
}

static void message(unsigned number, bool only_head, struct buf *out)
{
	buf_addf(out, "From: a@x.example\r\nSubject: number %u\r\nMessage-ID: <%u@x>\r\n\r\n",
		number, number);
	for (unsigned i = 0; !only_head && i < 1 + number % 3; i++)
		buf_addf(out, ".line %u of %u\r\n.\r\n", i, number);
}

static size_t size_of(unsigned number)
{
	struct buf text = {0};
	message(number, false, &text);
	size_t size = text.len;
	buf_done(&text);
	return size;
}

static void say_lines(struct sim_pop3 *sim, unsigned number, bool only_head)
{
	struct buf text = {0};
	message(number, only_head, &text);
	struct str rest = buf_str(&text);
	say(sim, "+OK\r\n");
	while (rest.len > 0) {
		struct str line = str_cut(&rest, '\n');
		if (line.data[0] == '.')
			say(sim, ".");
		buf_add(&sim->out, line);
		say(sim, "\n");
	}
	say(sim, ".\r\n");
	buf_done(&text);
}

static void say_capa(struct sim_pop3 *sim)
{
	if (sim->profile->no_capa) {
		say(sim, "-ERR unknown\r\n");
		return;
	}
	say(sim, "+OK\r\nUSER\r\nRESP-CODES\r\n");
	say(sim, sim->profile->no_top ? "" : "TOP\r\n");
	say(sim, sim->profile->no_uidl ? "" : "UIDL\r\n");
	say(sim, sim->profile->pipelines ? "PIPELINING\r\n" : "");
	say(sim, ".\r\n");
}

static void say_list(struct sim_pop3 *sim, bool is_uidl)
{
	if (is_uidl && sim->profile->no_uidl) {
		say(sim, "-ERR unknown\r\n");
		return;
	}
	say(sim, "+OK\r\n");
	for (size_t i = 0; i < sim->count; i++)
		if (is_uidl)
			buf_addf(&sim->out, "%zu %s\r\n", i + 1,
				sim->profile->same_uidl ? "same" : sim->mails[i].uidl);
		else
			buf_addf(&sim->out, "%zu %zu\r\n", i + 1, size_of(sim->mails[i].number));
	say(sim, ".\r\n");
}

static void say_stat(struct sim_pop3 *sim)
{
	size_t size = 0;
	for (size_t i = 0; i < sim->count; i++)
		size += size_of(sim->mails[i].number);
	buf_addf(&sim->out, "+OK %zu %zu\r\n", sim->count, size);
}

/* RFC 1939 6: only now is anything deleted. */
static void update(struct sim_pop3 *sim)
{
	size_t kept = 0;
	for (size_t i = 0; i < sim->count; i++)
		if (!sim->mails[i].is_marked)
			sim->mails[kept++] = sim->mails[i];
	sim->count = kept;
}

static void obey_message(struct sim_pop3 *sim, struct str verb, struct str rest)
{
	uint32_t number = 0;
	(void)str_to_u32(str_cut(&rest, ' '), &number);
	struct sim_pop3_mail *mail =
		number > 0 && number <= sim->count ? &sim->mails[number - 1] : NULL;
	bool is_top = str_equal(verb, STR("TOP"));
	if (mail == NULL || mail->is_marked || (is_top && sim->profile->no_top)) {
		say(sim, "-ERR no\r\n");
	} else if (str_equal(verb, STR("DELE"))) {
		mail->is_marked = true;
		say(sim, "+OK\r\n");
	} else {
		sim->retrieved += !is_top;
		say_lines(sim, mail->number, is_top);
	}
}

static void obey_pass(struct sim_pop3 *sim)
{
	if (sim->refused < sim->profile->in_use) {
		sim->refused++;
		say(sim, "-ERR [IN-USE] busy\r\n");
		return;
	}
	sim->is_authorised = true;
	say(sim, "+OK\r\n");
}

static void obey(struct sim_pop3 *sim, struct str line)
{
	struct str rest = line, verb = str_cut(&rest, ' ');
	if (str_equal(verb, STR("CAPA")))
		say_capa(sim);
	else if (str_equal(verb, STR("USER")))
		say(sim, "+OK\r\n");
	else if (str_equal(verb, STR("PASS")))
		obey_pass(sim);
	else if (str_equal(verb, STR("QUIT"))) {
		if (sim->is_authorised)
			update(sim);
		sim->said_quit = true;
		say(sim, "+OK bye\r\n");
	} else if (!sim->is_authorised)
		say(sim, "-ERR not yet\r\n");
	else if (str_equal(verb, STR("STAT")))
		say_stat(sim);
	else if (str_equal(verb, STR("LIST")) || str_equal(verb, STR("UIDL")))
		say_list(sim, verb.data[0] == 'U');
	else
		obey_message(sim, verb, rest);
}

static void serve(struct sim_pop3 *sim)
{
	size_t end;
	while (!sim->said_quit && (end = str_find_char(buf_str(&sim->in), '\n')) != STR_NONE) {
		struct buf line = {0};
		buf_add(&line, str_trim(str_first(buf_str(&sim->in), end)));
		buf_consume(&sim->in, end + 1);
		obey(sim, buf_str(&line));
		buf_done(&line);
	}
}

/* ---- The world. ---- */

static void close_all(struct sim_pop3 *sim)
{
	sim->is_open = false;
	buf_clear(&sim->in);
	buf_clear(&sim->out);
	for (size_t i = 0; i < sim->count; i++)
		sim->mails[i].is_marked = false;
}

static void *sim_connect(void *context, const struct net_target *target)
{
	struct sim_pop3 *sim = context;
	(void)target;
	close_all(sim);
	sim->connections++;
	sim->is_open = true;
	sim->is_cut = sim->is_authorised = sim->said_quit = false;
	say(sim, "+OK maildrop\r\n");
	return sim;
}

static void sim_close(void *context)
{
	close_all(context);
}

static bool sim_step(void *context, int64_t now, struct error *err)
{
	(void)context;
	(void)now;
	(void)err;
	return true;
}

static enum net_state sim_state(const void *context)
{
	(void)context;
	return NET_OPEN;
}

static const struct net_cert *sim_certificate(const void *context)
{
	(void)context;
	return NULL;
}

static size_t sim_poll(const void *context, bool wants_write, struct pollfd *fds, int64_t *deadline)
{
	(void)context;
	(void)wants_write;
	(void)fds;
	(void)deadline;
	return 0;
}

static enum net_io is_lost(struct error *err)
{
	error_set(err, ERROR_NETWORK, "connection reset");
	return NET_IO_ERROR;
}

static enum net_io sim_read(void *context, size_t max, struct buf *out, struct error *err)
{
	struct sim_pop3 *sim = context;
	struct str part = str_first(buf_str(&sim->out), max);
	if (sim->is_cut)
		return is_lost(err);
	if (sim->cut_down >= 0 && sim->down + (long)part.len >= sim->cut_down) {
		part = str_first(part, (size_t)(sim->cut_down - sim->down));
		sim->cut_down = SIM_POP3_NEVER;
		sim->is_cut = true;
	}
	if (part.len == 0)
		return sim->is_cut ? is_lost(err) : sim->said_quit ? NET_IO_CLOSED : NET_IO_WAIT;
	sim->down += (long)part.len;
	buf_add(out, part);
	buf_consume(&sim->out, part.len);
	return NET_IO_BYTES;
}

static enum net_io sim_write(void *context, struct str bytes, size_t *written, struct error *err)
{
	struct sim_pop3 *sim = context;
	if (sim->is_cut)
		return is_lost(err);
	*written = bytes.len;
	if (sim->cut_up >= 0 && sim->up + (long)bytes.len >= sim->cut_up) {
		bytes = str_first(bytes, (size_t)(sim->cut_up - sim->up));
		sim->cut_up = SIM_POP3_NEVER;
		sim->is_cut = true;
	}
	sim->up += (long)bytes.len;
	buf_add(&sim->in, bytes);
	serve(sim);
	return NET_IO_BYTES;
}

static bool is_never(const void *context)
{
	(void)context;
	return false;
}

static bool is_always(const void *context)
{
	(void)context;
	return true;
}

static bool sim_binding(const void *context, bool *is_exporter, struct buf *out)
{
	(void)context;
	(void)is_exporter;
	(void)out;
	return false;
}

static void sim_counts(const void *context, struct net_counts *counts)
{
	(void)context;
	*counts = (struct net_counts){0};
}

static int64_t sim_wall(void *context)
{
	const struct sim_pop3 *sim = context;
	return 1750000000 + sim->now / 1000;
}

static uint64_t sim_random(void *context)
{
	(void)context;
	return 7;
}

/* ---- Running it. ---- */

static void path_of(const struct sim_pop3 *sim, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", sim->folder, name);
}

struct sim_pop3 *sim_pop3_new(const struct sim_pop3_profile *profile, const char *leave)
{
	struct sim_pop3 *sim = mem_new(sizeof(*sim));
	sim->profile = profile;
	sim->leave = leave;
	sim->cut_up = sim->cut_down = SIM_POP3_NEVER;
	snprintf(sim->folder, sizeof(sim->folder), "/tmp/rowan-maildrop-XXXXXX");
	if (mkdtemp(sim->folder) == NULL)
		abort();
	sim->world = (struct engine_world){
		.context = sim,
		.connect = sim_connect,
		.close = sim_close,
		.step = sim_step,
		.state = sim_state,
		.certificate = sim_certificate,
		.poll = sim_poll,
		.read = sim_read,
		.write = sim_write,
		.has_buffered = is_never,
		.is_tls = is_always,
		.is_loopback = is_always,
		.binding = sim_binding,
		.counts = sim_counts,
		.wall = sim_wall,
		.random = sim_random,
		.runs_jobs_inline = true,
	};
	return sim;
}

bool sim_pop3_start(struct sim_pop3 *sim, struct error *err)
{
	char config[128], local[128], cache[128], body[128];
	path_of(sim, "rowan.conf", config);
	path_of(sim, "local.db", local);
	path_of(sim, "cache.db", cache);
	path_of(sim, "body.db", body);
	FILE *file = fopen(config, "w");
	if (file == NULL)
		abort();
	fprintf(file,
		"[account \"pop\"]\npop3 = pop3s://u@maildrop.example\npassword-command = echo "
		"pencil\n"
		"leave-on-server = %s\ncheck-minutes = 1\n",
		sim->leave);
	fclose(file);
	struct engine_options options = {
		.config_path = config,
		.local_path = local,
		.cache_path = cache,
		.body_path = body,
		.state_path = sim->folder,
	};
	sim->engine = engine_open_in(&options, &sim->world, err);
	return sim->engine != NULL;
}

void sim_pop3_stop(struct sim_pop3 *sim)
{
	if (sim->engine != NULL)
		engine_close(sim->engine);
	sim->engine = NULL;
	close_all(sim);
}

void sim_pop3_free(struct sim_pop3 *sim)
{
	char command[100];
	sim_pop3_stop(sim);
	snprintf(command, sizeof(command), "rm -rf %s", sim->folder);
	if (system(command) != 0)
		abort();
	buf_done(&sim->in);
	buf_done(&sim->out);
	mem_free(sim);
}

void sim_pop3_run(struct sim_pop3 *sim, int64_t ms)
{
	int64_t end = sim->now + ms;
	while (sim->now < end) {
		int64_t next = engine_step(sim->engine, sim->now);
		for (struct event *event = queue_take(engine_events(sim->engine)); event != NULL;
			event = queue_take(engine_events(sim->engine)))
			event_free(event);
		bool has_more = sim->is_open && (sim->out.len > 0 || sim->is_cut);
		if (next <= sim->now || has_more)
			sim->now++;
		else
			sim->now = next < end ? next : end;
	}
}

void sim_pop3_deliver(struct sim_pop3 *sim, unsigned number)
{
	struct sim_pop3_mail *mail = &sim->mails[sim->count++];
	*mail = (struct sim_pop3_mail){.number = number};
	snprintf(mail->uidl, sizeof(mail->uidl), "uidl-%u", ++sim->uidls);
}

void sim_pop3_rename(struct sim_pop3 *sim)
{
	for (size_t i = 0; i < sim->count; i++)
		snprintf(sim->mails[i].uidl, sizeof(sim->mails[i].uidl), "uidl-%u", ++sim->uidls);
}

/* ---- Both sides. ---- */

void sim_pop3_there(const struct sim_pop3 *sim, struct buf *out)
{
	for (size_t i = 0; i < sim->count; i++)
		buf_addf(out, "%s%u", i > 0 ? " " : "", sim->mails[i].number);
}

static unsigned number_of(struct cache *cache, const struct cache_local_mail *mail)
{
	struct buf bytes = {0}, expected = {0};
	uint32_t number = 0;
	if (!cache_blob_read(cache, mail->blob_id, 0, 100000, &bytes, NULL))
		abort();
	struct str rest = str_skip(buf_str(&bytes), str_find(buf_str(&bytes), STR("number ")) + 7);
	(void)str_to_u32(str_trim(str_cut(&rest, '\n')), &number);
	message(number, false, &expected);
	if (!str_equal(buf_str(&bytes), buf_str(&expected)))
		number = 9999; /* not what the server had */
	buf_done(&bytes);
	buf_done(&expected);
	return number;
}

void sim_pop3_here(struct sim_pop3 *sim, struct buf *out)
{
	char local[128], cache_path[128], body[128];
	int64_t account = 0, folder = 0;
	struct cache_local_mail mails[SIM_POP3_MAX * 2];
	size_t count = 0;
	struct error err;
	path_of(sim, "local.db", local);
	path_of(sim, "cache.db", cache_path);
	path_of(sim, "body.db", body);
	struct cache_options options = {.local_path = local,
		.cache_path = cache_path,
		.body_path = body,
		.mode = CACHE_GUEST};
	struct cache *cache = cache_open(&options, &err);
	if (cache == NULL || !cache_account_register(cache, "pop", &account, &err) ||
		!cache_local_folder_create(cache, account, "INBOX", &folder, &err) ||
		!cache_local_list(cache, folder, 1, mails, SIM_POP3_MAX * 2, &count, &err))
		abort();
	for (size_t i = 0; i < count; i++)
		buf_addf(out, "%s%u", i > 0 ? " " : "", number_of(cache, &mails[i]));
	cache_close(cache);
}
