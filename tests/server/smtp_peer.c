/* A submission server without I/O for the tests. */
#include "tests/server/smtp_peer.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void say(struct smtp_peer *peer, const char *line)
{
	buf_addf(&peer->out, "%s\r\n", line);
}

static void end(struct smtp_peer *peer, const char *line)
{
	say(peer, line);
	peer->is_over = true;
}

static void forget_mail(struct smtp_peer *peer)
{
	buf_clear(&peer->from);
	buf_clear(&peer->recipients);
	buf_clear(&peer->message);
	peer->has_mail = peer->is_data = peer->chunk_is_bad = false;
	peer->recipient_count = 0;
}

void smtp_peer_start(struct smtp_peer *peer)
{
	buf_clear(&peer->in);
	buf_clear(&peer->out);
	forget_mail(peer);
	peer->greeted = peer->is_in = peer->is_over = peer->is_chunk = false;
	peer->chunk = 0;
	say(peer, "220 peer.example ESMTP");
}

void smtp_peer_done(struct smtp_peer *peer)
{
	buf_done(&peer->in);
	buf_done(&peer->out);
	buf_done(&peer->from);
	buf_done(&peer->recipients);
	buf_done(&peer->message);
}

/* Never over one that is there: each start of a server goes on counting. */
static void keep(struct smtp_peer *peer)
{
	struct error err;
	struct buf path = {0}, all = {0};
	for (unsigned n = 1; path.len == 0 || file_exists(buf_text(&path)); n++) {
		buf_clear(&path);
		buf_addf(&path, "%s/mail-%u", peer->options.folder, n);
	}
	buf_addf(&all, "%s\n%s\n", buf_text(&peer->from), buf_text(&peer->recipients));
	buf_add(&all, buf_str(&peer->message));
	if (!file_write_atomic(buf_text(&path), buf_str(&all), 0600, &err))
		abort();
	buf_done(&path);
	buf_done(&all);
}

/* The Maildir of a recipient; false when there is none. */
static bool maildir_of(const struct smtp_peer *peer, struct str address, struct buf *path)
{
	struct str user = str_cut(&address, '@');
	buf_clear(path);
	buf_addf(path, "%s/%.*s", peer->options.maildirs, (int)user.len, user.data);
	return user.len > 0 && str_find_char(user, '/') == STR_NONE && user.data[0] != '.' &&
	       file_exists(buf_text(path));
}

/* Into new/, as the folder's owner, who need not be the one who serves. */
static void deliver(struct smtp_peer *peer)
{
	struct error err;
	struct stat owner;
	struct buf maildir = {0}, path = {0};
	struct str rest = buf_str(&peer->recipients);
	while (rest.len > 0) {
		if (!maildir_of(peer, str_cut(&rest, '\n'), &maildir))
			continue;
		buf_clear(&path);
		buf_addf(&path, "%s/new/%lld.%ld_%u.sink", buf_text(&maildir),
			(long long)clock_wall_seconds(), (long)getpid(), ++peer->delivered);
		if (stat(buf_text(&maildir), &owner) != 0 ||
			!file_write_atomic(buf_text(&path), buf_str(&peer->message), 0600, &err) ||
			(geteuid() == 0 && chown(buf_text(&path), owner.st_uid, owner.st_gid) != 0))
			abort();
	}
	buf_done(&maildir);
	buf_done(&path);
}

static void mail_is_whole(struct smtp_peer *peer)
{
	char line[80];
	if (peer->options.end_code != 0 && peer->options.end_times > 0) {
		peer->options.end_times--;
		snprintf(line, sizeof(line), "%u %u.3.0 not this one", peer->options.end_code,
			peer->options.end_code / 100);
		say(peer, line);
	} else {
		if (peer->options.maildirs != NULL)
			deliver(peer);
		else
			keep(peer);
		snprintf(line, sizeof(line), "250 2.0.0 kept as %u", ++peer->accepted);
		say(peer, line);
	}
	forget_mail(peer);
}

static void hello(struct smtp_peer *peer, bool is_extended)
{
	const struct smtp_peer_options *o = &peer->options;
	peer->greeted = true;
	forget_mail(peer);
	if (!is_extended) {
		say(peer, "250 peer.example");
		return;
	}
	say(peer, "250-peer.example");
	if (!o->no_pipelining)
		say(peer, "250-PIPELINING");
	if (!o->no_chunking)
		say(peer, "250-CHUNKING");
	if (!o->no_8bitmime)
		say(peer, "250-8BITMIME");
	if (o->user != NULL)
		say(peer, "250-AUTH PLAIN");
	if (o->size_max > 0)
		buf_addf(&peer->out, "250-SIZE %llu\r\n", (unsigned long long)o->size_max);
	say(peer, "250 ENHANCEDSTATUSCODES");
}

static void auth(struct smtp_peer *peer, struct str initial)
{
	struct buf got = {0}, want = {0};
	buf_add_char(&want, '\0');
	buf_add_text(&want, peer->options.user);
	buf_add_char(&want, '\0');
	buf_add_text(&want, peer->options.password);
	peer->is_in = base64_decode(initial, &got) && str_equal(buf_str(&got), buf_str(&want));
	say(peer, peer->is_in ? "235 2.7.0 in" : "535 5.7.8 wrong user name or password");
	buf_done(&got);
	buf_done(&want);
}

static bool angle(struct str text, struct str *inside)
{
	size_t from = str_find_char(text, '<'), to = str_find_char(text, '>');
	if (from == STR_NONE || to == STR_NONE || to < from)
		return false;
	*inside = str_first(str_skip(text, from + 1), to - from - 1);
	return true;
}

static bool is_nobody(const struct smtp_peer *peer, struct str address)
{
	struct buf path = {0};
	bool is_there = peer->options.maildirs == NULL || maildir_of(peer, address, &path);
	buf_done(&path);
	return !is_there;
}

static void recipient(struct smtp_peer *peer, struct str address)
{
	if (!peer->has_mail) {
		say(peer, "503 5.5.1 MAIL first");
	} else if (str_equal(address, str_from(peer->options.refused))) {
		buf_addf(&peer->out, "%u %u.1.1 nobody of that name\r\n",
			peer->options.refused_code, peer->options.refused_code / 100);
	} else if (is_nobody(peer, address)) {
		say(peer, "550 5.1.1 nobody of that name lives here");
	} else {
		buf_add(&peer->recipients, address);
		buf_add_char(&peer->recipients, '\n');
		peer->recipient_count++;
		say(peer, "250 2.1.5 ok");
	}
}

static void mail(struct smtp_peer *peer, struct str line)
{
	struct str from;
	if (peer->has_mail || !angle(line, &from)) {
		say(peer, "503 5.5.1 not now");
		return;
	}
	if (peer->options.user != NULL && !peer->is_in) {
		say(peer, "530 5.7.0 log in first");
		return;
	}
	buf_add(&peer->from, from);
	peer->has_mail = true;
	say(peer, "250 2.1.0 ok");
}

static void chunk(struct smtp_peer *peer, struct str rest)
{
	struct str number = str_cut(&rest, ' ');
	if (!str_to_u64(number, &peer->chunk)) {
		end(peer, "501 5.5.4 how long?");
		return;
	}
	peer->is_chunk = true;
	peer->is_last = str_equal(rest, STR("LAST"));
	peer->chunk_is_bad |= peer->recipient_count == 0;
}

static void command(struct smtp_peer *peer, struct str line)
{
	struct str address;
	if (str_starts(line, STR("EHLO ")) && !peer->options.no_ehlo)
		hello(peer, true);
	else if (str_starts(line, STR("HELO ")))
		hello(peer, false);
	else if (str_equal(line, STR("QUIT")))
		end(peer, "221 2.0.0 bye");
	else if (!peer->greeted)
		say(peer, "502 5.5.1 what?");
	else if (str_starts(line, STR("AUTH PLAIN ")) && peer->options.user != NULL)
		auth(peer, str_skip(line, 11));
	else if (str_starts(line, STR("MAIL FROM:<")))
		mail(peer, line);
	else if (str_starts(line, STR("RCPT TO:<")) && angle(line, &address))
		recipient(peer, address);
	else if (str_equal(line, STR("DATA")) && peer->recipient_count == 0)
		say(peer, "503 5.5.1 no recipients");
	else if (str_equal(line, STR("DATA"))) {
		peer->is_data = true;
		say(peer, "354 go on");
	} else if (str_starts(line, STR("BDAT ")))
		chunk(peer, str_skip(line, 5));
	else if (str_equal(line, STR("RSET"))) {
		forget_mail(peer);
		say(peer, "250 2.0.0 ok");
	} else if (str_equal(line, STR("NOOP")))
		say(peer, "250 2.0.0 ok");
	else
		say(peer, "502 5.5.1 what?");
}

static void data_line(struct smtp_peer *peer, struct str line)
{
	if (str_equal(line, STR("."))) {
		mail_is_whole(peer);
		return;
	}
	if (line.len > 0 && line.data[0] == '.')
		line = str_skip(line, 1);
	buf_add(&peer->message, line);
	buf_add_text(&peer->message, "\r\n");
}

/* True when a whole chunk was taken. */
static bool chunk_bytes(struct smtp_peer *peer)
{
	size_t n = peer->in.len < peer->chunk ? peer->in.len : (size_t)peer->chunk;
	buf_add(&peer->message, str_first(buf_str(&peer->in), n));
	buf_consume(&peer->in, n);
	peer->chunk -= n;
	if (peer->chunk > 0)
		return false;
	peer->is_chunk = false;
	if (peer->chunk_is_bad) {
		say(peer, "503 5.5.1 no recipients");
		peer->chunk_is_bad = !peer->is_last;
	} else if (peer->is_last)
		mail_is_whole(peer);
	else
		say(peer, "250 2.0.0 go on");
	return true;
}

void smtp_peer_feed(struct smtp_peer *peer, struct str bytes)
{
	buf_add(&peer->in, bytes);
	while (!peer->is_over) {
		if (peer->is_chunk) {
			if (!chunk_bytes(peer))
				return;
			continue;
		}
		size_t at = str_find_char(buf_str(&peer->in), '\n');
		if (at == STR_NONE)
			return;
		struct str line = str_first(buf_str(&peer->in), at);
		if (line.len == 0 || line.data[line.len - 1] != '\r' ||
			str_find_char(str_first(line, line.len - 1), '\r') != STR_NONE) {
			end(peer, "554 5.5.2 a bare line end");
			return;
		}
		char *copy = malloc(at);
		memcpy(copy, line.data, at);
		buf_consume(&peer->in, at + 1);
		line = str_make(copy, at - 1);
		if (peer->is_data)
			data_line(peer, line);
		else
			command(peer, line);
		free(copy);
	}
}
