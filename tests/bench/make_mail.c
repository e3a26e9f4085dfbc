/*
 * usage: make_mail MAILDIR COUNT [--size BYTES] [--seed N]
 *
 * Fills a Maildir with COUNT messages, BYTES long on average (default 6000), the same ones for the
 * same seed: threads with References, 2,000 senders, lists, encoded words, raw 8-bit, HTML parts
 * and attachments, dates over ten years, every fifth message unseen. Message i has UID i + 1, since
 * Dovecot numbers by name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	SENDERS = 2000,
	TOPICS = 4096,
	REPLY_WINDOW = 3000, /* a reply answers one of the last so many */
	REFERENCES_MAX = 12,
	PROSE = 1 << 16,
	FIRST_DAY = 1388534400, /* 2014-01-01 */
	TEN_YEARS = 3652 * 86400,
};

struct mill {
	uint64_t state;
	int folder;
	unsigned count, size;
	uint64_t seed;
	uint32_t *parents; /* owned: index + 1, 0 is none */
	uint32_t *topics;  /* owned */
	char prose[PROSE];
	char *out; /* owned */
	size_t len, room;
};

static const char *const words[] = {"the", "a", "of", "and", "to", "in", "harbour", "timetable",
	"meeting", "garden", "invoice", "release", "minutes", "letter", "river", "budget", "draft",
	"ticket", "window", "question", "answer", "village", "market", "teacher", "bicycle",
	"engine", "painting", "library", "kitchen", "season", "winter", "summer", "morning",
	"evening", "paper", "order", "plan", "road", "bridge", "station", "island", "forest",
	"orchard", "weather", "delivery", "concert", "museum", "journey", "translation", "recipe"};
static const char *const first_names[] = {"Anna", "Ben", "Clara", "David", "Elif", "Farid", "Greta",
	"Hugo", "Ines", "Jonas", "Karin", "Lars", "Mira", "Nils", "Olga", "Paul", "Rosa", "Sven",
	"Tara", "Yusuf", "J\xc3\xb6rg", "Zo\xc3\xab", "Fran\xc3\xa7oise", "\xc5\x81ukasz",
	"\xe5\xa4\xaa\xe9\x83\x8e"};
static const char *const surnames[] = {"Abel", "Brandt", "Costa", "Dahl", "Ekman", "Fischer",
	"Gruber", "Holm", "Ivanov", "Jansen", "Keller", "Lund", "Moreau", "Novak", "Okafor",
	"Petrov", "Quist", "Rossi", "Sato", "Toth", "Ueda", "Vogel", "Weber", "Young",
	"M\xc3\xbcller", "Nu\xc3\xb1o", "\xc3\x98st"};
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* splitmix64 */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15U;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
	return x ^ (x >> 31);
}

static uint32_t roll(struct mill *m, uint32_t sides)
{
	m->state = mix(m->state);
	return (uint32_t)((m->state >> 32) % sides);
}

static const char *word(struct mill *m)
{
	return words[roll(m, COUNT_OF(words))];
}

static void put(struct mill *m, const char *bytes, size_t len)
{
	if (m->len + len > m->room) {
		m->room = 2 * (m->len + len);
		m->out = realloc(m->out, m->room);
		if (m->out == NULL)
			die("make_mail");
	}
	memcpy(m->out + m->len, bytes, len);
	m->len += len;
}

__attribute__((format(printf, 2, 3))) static void putf(struct mill *m, const char *format, ...)
{
	char line[2000];
	va_list arguments;
	va_start(arguments, format);
	int len = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	put(m, line, (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1);
}

static bool is_ascii(const char *text)
{
	while (*text != '\0')
		if ((unsigned char)*text++ >= 0x80)
			return false;
	return true;
}

/* Text in a header: as it is, or as a word of RFC 2047 in B. */
static void put_text(struct mill *m, const char *text, bool may_be_raw)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = strlen(text);
	if (may_be_raw || is_ascii(text)) {
		put(m, text, len);
		return;
	}
	putf(m, "=?utf-8?B?");
	for (size_t i = 0; i < len; i += 3) {
		uint32_t group = 0;
		for (size_t k = 0; k < 3; k++)
			group = group << 8 | (i + k < len ? (unsigned char)text[i + k] : 0);
		char four[4];
		for (int k = 0; k < 4; k++)
			four[k] = digits[group >> (18 - 6 * k) & 63];
		if (i + 1 >= len)
			four[2] = '=';
		if (i + 2 >= len)
			four[3] = '=';
		put(m, four, 4);
	}
	putf(m, "?=");
}

static void put_person(struct mill *m, uint32_t person)
{
	uint64_t r = mix(m->seed + 77777 + person);
	char name[100];
	const char *first = first_names[r % COUNT_OF(first_names)];
	const char *last = surnames[(r >> 20) % COUNT_OF(surnames)];
	snprintf(name, sizeof(name), "%s %s", first, last);
	put_text(m, name, false);
	putf(m, " <person%u@%s%u.example>", (unsigned)person, words[6 + (r >> 40) % 40],
		(unsigned)(person % 97));
}

static void put_id(struct mill *m, uint32_t index)
{
	uint64_t r = mix(m->seed ^ index);
	putf(m, "<%llx.%u@%s.example>", (unsigned long long)r, (unsigned)index, words[6 + r % 40]);
}

/* The oldest ancestor first; long chains keep the first and the newest, as mailers do. */
static void put_references(struct mill *m, uint32_t index)
{
	uint32_t chain[REFERENCES_MAX];
	unsigned count = 0;
	for (uint32_t at = m->parents[index]; at != 0; at = m->parents[at - 1]) {
		if (count == REFERENCES_MAX)
			chain[count - 1] = at - 1;
		else
			chain[count++] = at - 1;
	}
	if (count == 0)
		return;
	putf(m, "In-Reply-To: ");
	put_id(m, chain[0]);
	putf(m, "\r\nReferences:");
	while (count-- > 0) {
		putf(m, "\r\n\t");
		put_id(m, chain[count]);
	}
	putf(m, "\r\n");
}

static void put_subject(struct mill *m, uint32_t index)
{
	static const char *const foreign[] = {"gro\xc3\x9f", "caf\xc3\xa9",
		"\xd0\xbf\xd0\xb8\xd1\x81\xd1\x8c\xd0\xbc\xd0\xbe", "\xe4\xbc\x9a\xe8\xad\xb0",
		"na\xc3\xafve", "\xe2\x82\xac 100"};
	uint64_t r = mix(m->seed * 31 + m->topics[index]);
	char subject[200];
	int len = snprintf(subject, sizeof(subject), "%s %s %s %s %u", words[r % 50],
		words[(r >> 8) % 50], words[(r >> 16) % 50], words[(r >> 24) % 50],
		(unsigned)(r >> 32) % 1000);
	if ((r >> 44) % 6 == 0)
		snprintf(subject + len, sizeof(subject) - (size_t)len, " %s",
			foreign[(r >> 50) % COUNT_OF(foreign)]);
	putf(m, "Subject: %s%s", (r >> 40) % 5 == 0 ? "[garden-club] " : "",
		m->parents[index] != 0 ? "Re: " : "");
	put_text(m, subject, index % 50 == 0);
	putf(m, "\r\n");
}

static time_t date_of(const struct mill *m, uint32_t index)
{
	time_t step = (time_t)((uint64_t)TEN_YEARS * index / m->count);
	return FIRST_DAY + step + (time_t)(mix(m->seed + index) % 3000);
}

static void put_date(struct mill *m, const char *start, time_t when, const char *end)
{
	struct tm tm;
	char text[64];
	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	putf(m, "%s%s%s", start, text, end);
}

static void put_headers(struct mill *m, uint32_t index)
{
	time_t when = date_of(m, index);
	uint32_t sender = roll(m, SENDERS);
	putf(m, "Return-Path: <person%u@example.org>\r\n", (unsigned)sender);
	for (unsigned i = 0; i < 2; i++) {
		putf(m,
			"Received: from %s.example (%s.example [192.0.2.%u])\r\n\tby "
			"mx%u.example.org",
			word(m), word(m), (unsigned)roll(m, 250), (unsigned)roll(m, 9));
		put_date(m, " with ESMTPS;\r\n\t", when, "\r\n");
	}
	put_date(m, "Date: ", when, "\r\n");
	putf(m, "From: ");
	put_person(m, sender);
	putf(m, "\r\nTo: ");
	put_person(m, roll(m, SENDERS));
	for (unsigned more = roll(m, 4) == 0 ? 1 + roll(m, 5) : 0; more > 0; more--) {
		putf(m, ",\r\n\t");
		put_person(m, roll(m, SENDERS));
	}
	if (roll(m, 4) == 0) {
		putf(m, "\r\nCc: ");
		put_person(m, roll(m, SENDERS));
	}
	putf(m, "\r\n");
	put_subject(m, index);
	putf(m, "Message-ID: ");
	put_id(m, index);
	putf(m, "\r\n");
	put_references(m, index);
	if (m->topics[index] % 5 == 0)
		putf(m, "List-Id: Garden club <garden-club.lists.example>\r\n"
			"Reply-To: garden-club@lists.example\r\n");
	putf(m, "MIME-Version: 1.0\r\n");
}

static void put_prose(struct mill *m, size_t len)
{
	while (len > 0) {
		size_t start = roll(m, PROSE / 2);
		while (m->prose[start++] != '\n')
			;
		size_t piece = len < PROSE / 4 ? len : PROSE / 4;
		put(m, m->prose + start, piece);
		len -= piece;
	}
	putf(m, "\r\n");
}

static void put_attachment(struct mill *m, size_t len)
{
	char line[77];
	putf(m,
		"--=_bench\r\nContent-Type: application/octet-stream; name=\"%s.bin\"\r\n"
		"Content-Transfer-Encoding: base64\r\n"
		"Content-Disposition: attachment; filename=\"%s.bin\"\r\n\r\n",
		word(m), word(m));
	for (size_t done = 0; done < len; done += 78) {
		for (int i = 0; i < 76; i++)
			line[i] = (char)('A' + roll(m, 26));
		line[76] = '\0';
		putf(m, "%s\r\n", line);
	}
}

static void put_body(struct mill *m, size_t len)
{
	static const char text[] = "Content-Type: text/plain; charset=utf-8\r\n"
				   "Content-Transfer-Encoding: 8bit\r\n\r\n";
	uint32_t kind = len < 600 ? 9 : roll(m, 10);
	if (kind > 1) {
		putf(m, "%s", text);
		put_prose(m, len);
		return;
	}
	putf(m, "Content-Type: multipart/%s; boundary=\"=_bench\"\r\n\r\n--=_bench\r\n%s",
		kind == 0 ? "alternative" : "mixed", text);
	put_prose(m, len / 3);
	if (kind == 0) {
		putf(m, "--=_bench\r\nContent-Type: text/html; "
			"charset=utf-8\r\n\r\n<html><body><p>");
		put_prose(m, len - len / 3);
		putf(m, "</p></body></html>\r\n");
	} else
		put_attachment(m, len - len / 3);
	putf(m, "--=_bench--\r\n");
}

/* Many short messages and few long ones: half are shorter than 0.6 of the mean. */
static size_t body_length(struct mill *m)
{
	size_t base = m->size > 1200 ? m->size - 1000 : 200;
	uint32_t r = roll(m, 100);
	size_t spread = r < 70 ? base * 6 / 10 : r < 95 ? base * 14 / 10 : base * 46 / 10;
	return spread / 2 + roll(m, (uint32_t)spread);
}

static void fill_prose(struct mill *m)
{
	size_t at = 0, column = 0;
	while (at + 30 < PROSE) {
		const char *w = roll(m, 60) == 0 ? "gr\xc3\xb6\xc3\x9f"
						   "er"
						 : word(m);
		at += (size_t)snprintf(m->prose + at, 30, "%s%s", w, column > 60 ? "\r\n" : " ");
		column = column > 60 ? 0 : column + strlen(w) + 1;
	}
	memset(m->prose + at, '\n', PROSE - at);
}

static void write_message(struct mill *m, uint32_t index)
{
	char name[120];
	const char *flags = index % 5 == 3    ? ""
			    : index % 40 == 0 ? "FRS"
			    : index % 8 == 0  ? "RS"
					      : "S";
	struct timespec times[2] = {{.tv_sec = date_of(m, index)}, {.tv_sec = date_of(m, index)}};
	/* Stored lines end in CR LF, so that both sizes are the same. */
	snprintf(name, sizeof(name), "cur/1000000000.M%09u.bench,S=%zu,W=%zu:2,%s", (unsigned)index,
		m->len, m->len, flags);
	int file = openat(m->folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (file < 0 || write(file, m->out, m->len) != (ssize_t)m->len || futimens(file, times) < 0)
		die(name);
	close(file);
}

static void make(struct mill *m, uint32_t index)
{
	m->state = mix(m->seed * 1000003 + index);
	m->topics[index] = (uint32_t)roll(m, TOPICS);
	if (index > 10 && roll(m, 10) < 6) {
		uint32_t back = 1 + roll(m, index < REPLY_WINDOW ? index : REPLY_WINDOW);
		m->parents[index] = index - back + 1;
		m->topics[index] = m->topics[index - back];
	}
	m->len = 0;
	put_headers(m, index);
	put_body(m, body_length(m));
	write_message(m, index);
}

static void open_folder(struct mill *m, const char *path)
{
	static const char *const inner[] = {"cur", "new", "tmp"};
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		die(path);
	m->folder = open(path, O_RDONLY | O_DIRECTORY);
	if (m->folder < 0)
		die(path);
	for (size_t i = 0; i < COUNT_OF(inner); i++)
		if (mkdirat(m->folder, inner[i], 0755) < 0 && errno != EEXIST)
			die(path);
}

int main(int argc, char **argv)
{
	static struct mill m = {.size = 6000, .seed = 1};
	if (argc < 3 || argc % 2 == 0 || (m.count = (unsigned)strtoul(argv[2], NULL, 10)) == 0) {
		fprintf(stderr, "usage: make_mail MAILDIR COUNT [--size BYTES] [--seed N]\n");
		return 2;
	}
	for (int i = 3; i < argc; i += 2) {
		unsigned long value = strtoul(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--size") == 0)
			m.size = (unsigned)value;
		else
			m.seed = value;
	}
	m.parents = calloc(m.count, sizeof(*m.parents));
	m.topics = calloc(m.count, sizeof(*m.topics));
	if (m.parents == NULL || m.topics == NULL)
		die("make_mail");
	open_folder(&m, argv[1]);
	fill_prose(&m);
	for (uint32_t i = 0; i < m.count; i++)
		make(&m, i);
	free(m.parents);
	free(m.topics);
	free(m.out);
	close(m.folder);
	return 0;
}
