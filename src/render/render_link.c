#include "render/render_link.h"

struct str render_link_host(struct str url)
{
	if (str_starts_nocase(url, STR("mailto:"))) {
		struct str rest = str_skip(url, 7);
		struct str addr = str_cut(&rest, '?');
		size_t at = str_find_char(addr, '@');
		return at == STR_NONE ? STR("") : str_skip(addr, at + 1);
	}
	size_t scheme = str_find(url, STR("://"));
	if (scheme == STR_NONE)
		return STR("");
	url = str_skip(url, scheme + 3);
	size_t len = 0;
	while (len < url.len && strchr("/?#\\", url.data[len]) == NULL)
		len++;
	struct str host = str_first(url, len);
	for (size_t i = host.len; i > 0; i--) {
		if (host.data[i - 1] == '@') {
			host = str_skip(host, i);
			break;
		}
	}
	size_t port = str_find_char(host, ':');
	host = port == STR_NONE || str_starts(host, STR("[")) ? host : str_first(host, port);
	while (host.len > 0 && host.data[host.len - 1] == '.')
		host.len--;
	return host;
}

static bool is_host_char(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || c == '-' || c == '.' ||
	       (unsigned char)c >= 0x80;
}

/* A word that a reader takes for a host: "www.bank.example", "https://bank.example/x",
 * "bank.example/login", "help@bank.example". Empty when it is none. */
static struct str host_named(struct str word)
{
	while (word.len > 0 && strchr("<([\"'", word.data[0]) != NULL)
		word = str_skip(word, 1);
	while (word.len > 0 && strchr(">)]\"'.,;:!?", word.data[word.len - 1]) != NULL)
		word.len--;
	if (str_find(word, STR("://")) != STR_NONE || str_starts_nocase(word, STR("mailto:")))
		return render_link_host(word);
	size_t at = str_find_char(word, '@');
	if (at != STR_NONE)
		word = str_skip(word, at + 1);
	size_t len = 0;
	while (len < word.len && is_host_char(word.data[len]))
		len++;
	if (len < word.len && strchr("/?#:", word.data[len]) == NULL)
		return STR("");
	struct str host = str_first(word, len);
	size_t dot = STR_NONE;
	for (size_t i = 0; i < host.len; i++) {
		if (host.data[i] == '.')
			dot = i;
	}
	if (dot == STR_NONE || dot == 0 || host.len - dot - 1 < 2)
		return STR("");
	for (size_t i = dot + 1; i < host.len; i++) {
		if (!ascii_is_alpha(host.data[i]) && (unsigned char)host.data[i] < 0x80)
			return STR("");
	}
	return host;
}

/* The last n labels of a host. */
static struct str last_labels(struct str host, int n)
{
	size_t i = host.len;
	while (i > 0) {
		if (host.data[i - 1] == '.' && --n == 0)
			break;
		i--;
	}
	return str_skip(host, i);
}

static struct str registered_name(struct str host)
{
	struct str two = last_labels(host, 2);
	struct str tld = last_labels(host, 1);
	size_t second = two.len > tld.len ? two.len - tld.len - 1 : 0;
	bool is_shared = tld.len == 2 && second <= 3;
	return is_shared ? last_labels(host, 3) : two;
}

bool render_link_is_same_host(struct str a, struct str b)
{
	return str_equal_nocase(registered_name(a), registered_name(b));
}

/* File names end like hosts do: "report.pl", "notes.md". A lone word must begin like a host. */
static bool is_lone_name(struct str word)
{
	return !str_starts_nocase(word, STR("www.")) && str_find(word, STR("://")) == STR_NONE;
}

bool render_link_is_deceptive(struct str target, struct str text)
{
	struct str real = render_link_host(target);
	if (real.len == 0)
		return false;
	struct str rest = str_trim(text);
	bool is_one_word = str_find_char(rest, ' ') == STR_NONE;
	for (int i = 0; i < 16 && rest.len > 0; i++) {
		struct str word = str_cut(&rest, ' ');
		if (!is_one_word && is_lone_name(word))
			continue;
		struct str said = host_named(word);
		if (said.len > 0 && !str_equal_nocase(registered_name(said), registered_name(real)))
			return true;
	}
	return false;
}

bool render_link_says_itself(struct str target, struct str text)
{
	static const char *const silent[] = {"", "http://", "https://", "mailto:"};
	text = str_trim(text);
	if (target.len > text.len && target.data[target.len - 1] == '/')
		target.len--;
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		struct str prefix = str_from(silent[i]);
		if (str_starts_nocase(target, prefix) &&
			str_equal_nocase(str_skip(target, prefix.len), text))
			return true;
	}
	return false;
}

/* ---- URLs in plain text. ---- */

static const struct {
	struct str begin;
	const char *implied;
} kinds[] = {
	{{"https://", 8}, ""}, {{"http://", 7}, ""}, {{"ftp://", 6}, ""}, {{"mailto:", 7}, ""},
	{{"www.", 4}, "http://"}, {{"@", 1}, "mailto:"}, /* found by its middle, see address_at */
};
enum { KIND_ADDRESS = sizeof(kinds) / sizeof(kinds[0]) - 1 };

enum { URL_MAX = 4096 };

static size_t url_length(struct str s)
{
	size_t len = 0;
	int open = 0;
	while (len < s.len && len < URL_MAX) {
		char c = s.data[len];
		if ((unsigned char)c <= ' ' || c == '<' || c == '>' || c == '"' || c == 0x7f)
			break;
		open += c == '(' ? 1 : c == ')' ? -1 : 0;
		if (open < 0)
			break;
		len++;
	}
	while (len > 0 && strchr(".,;:!?'*_]}", s.data[len - 1]) != NULL)
		len--;
	return len;
}

/* The kind of URL that begins here, or -1. The first letters sort out nearly every place. */
static int kind_at(struct str s)
{
	if (strchr("hHfFmMwW", s.data[0]) == NULL)
		return -1;
	for (size_t i = 0; i < KIND_ADDRESS; i++) {
		if (str_starts_nocase(s, kinds[i].begin))
			return (int)i;
	}
	return -1;
}

static bool is_local_char(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || (c != '\0' && strchr("._%+-", c) != NULL);
}

/* A mail address around the '@' at `at`, not before `from`. */
static bool address_at(struct str s, size_t from, size_t at, size_t *begin, size_t *len)
{
	enum { LOCAL_MAX = 64, HOST_MAX = 255 };
	size_t start = at, end = at + 1;
	while (start > from && at - start < LOCAL_MAX && is_local_char(s.data[start - 1]))
		start--;
	while (end < s.len && end - at < HOST_MAX && is_host_char(s.data[end]))
		end++;
	while (end > at + 1 && strchr(".-", s.data[end - 1]) != NULL)
		end--;
	struct str host = str_make(s.data + at + 1, end - at - 1);
	*begin = start;
	*len = end - start;
	return start < at && str_equal(host_named(host), host) && host.len > 0;
}

static size_t url_find(struct str s, size_t from, int *kind, size_t *len)
{
	size_t begin = 0;
	for (size_t i = from; i < s.len; i++) {
		char before = i > 0 ? s.data[i - 1] : ' ';
		*kind = KIND_ADDRESS;
		if (s.data[i] == '@' && address_at(s, from, i, &begin, len))
			return begin;
		if (s.data[i] == '\0' || ascii_is_alpha(before) || ascii_is_digit(before))
			continue;
		*kind = kind_at(str_skip(s, i));
		if (*kind < 0)
			continue;
		*len = url_length(str_skip(s, i));
		if (*len > kinds[*kind].begin.len)
			return i;
	}
	return STR_NONE;
}

void render_link_add_text(struct doc *doc, struct doc_block *block, struct str text, unsigned style)
{
	size_t done = 0, len = 0;
	int kind = 0;
	while (doc->link_count < RENDER_LINK_MAX) {
		size_t at = url_find(text, done, &kind, &len);
		if (at == STR_NONE)
			break;
		struct str url = str_first(str_skip(text, at), len);
		struct buf target = {0};
		buf_add_text(&target, kinds[kind].implied);
		buf_add(&target, url);
		int link = doc_add_link(doc, buf_str(&target), url);
		buf_done(&target);
		doc_block_add(block, str_first(str_skip(text, done), at - done), style, -1);
		doc_block_add(block, url, style | DOC_STYLE_LINK, link);
		done = at + len;
	}
	doc_block_add(block, str_skip(text, done), style, -1);
}
