/*
 * Authentication-Results (RFC 8601) of the one server that the reader trusts, in words. Such a
 * server takes away what others wrote in its name (section 5) and puts its own on top: only the
 * first field of that name counts.
 */
#include "base/memory.h"
#include "proto/mime/mime.h"
#include "render/render_link.h"
#include "render/render_parts.h"
#include "render/render_words.h"

enum { AUTH_FIELDS_MAX = 50, AUTH_TEXT_MAX = 8000, AUTH_WORD_MAX = 40 };

/* What the methods said. */
struct auth {
	struct str dmarc, dkim, spf; /* "pass"; empty: not said */
	bool has_own_key;            /* a DKIM signature of the sender's own host is right */
};

/* Without comments; a quoted string loses its quotes, and its ';' and blanks become '_'. */
static void auth_plain(struct str value, struct buf *out)
{
	int depth = 0;
	bool is_quoted = false;
	for (size_t i = 0; i < value.len && out->len < AUTH_TEXT_MAX; i++) {
		char c = value.data[i];
		if (c == '\\' && (is_quoted || depth > 0) && i + 1 < value.len)
			c = value.data[++i] == ';' ? '_' : value.data[i];
		else if (c == '"' && depth == 0) {
			is_quoted = !is_quoted;
			continue;
		} else if (!is_quoted && (c == '(' || c == ')')) {
			depth += c == '(' ? 1 : depth > 0 ? -1 : 0;
			c = ' ';
		}
		bool is_parting = c == ';' || ascii_is_space(c);
		if (depth == 0)
			buf_add_char(out, is_quoted && is_parting ? '_' : c);
	}
}

static struct str auth_word(struct str *rest)
{
	*rest = str_trim(*rest);
	size_t len = 0;
	while (len < rest->len && !ascii_is_space(rest->data[len]))
		len++;
	struct str word = str_first(*rest, len);
	*rest = str_skip(*rest, len);
	return word;
}

/* "dkim=pass header.d=example.org" */
static void auth_method(struct auth *auth, struct str said, struct str from_host)
{
	struct str result = auth_word(&said), method = str_cut(&result, '=');
	struct {
		const char *name;
		struct str *to;
	} rows[] = {{"dmarc", &auth->dmarc}, {"dkim", &auth->dkim}, {"spf", &auth->spf}};
	bool is_pass = str_equal_nocase(result, STR("pass"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (str_equal_nocase(method, str_from(rows[i].name)) &&
			(rows[i].to->len == 0 || is_pass))
			*rows[i].to = str_first(result, AUTH_WORD_MAX);
	while (str_equal_nocase(method, STR("dkim")) && is_pass && said.len > 0) {
		struct str host = auth_word(&said), name = str_cut(&host, '=');
		if (str_equal_nocase(name, STR("header.d")))
			auth->has_own_key |= render_link_is_same_host(host, from_host);
	}
}

/* The first field by that server; false when there is none. */
static bool auth_find(struct str header, const char *server, struct buf *text)
{
	struct str name, value;
	for (int i = 0; i < AUTH_FIELDS_MAX && mime_field_next(&header, &name, &value);) {
		if (!str_equal_nocase(name, STR("Authentication-Results")))
			continue;
		i++;
		buf_clear(text);
		auth_plain(value, text);
		struct str rest = buf_str(text);
		struct str by = str_cut(&rest, ';');
		if (str_equal_nocase(auth_word(&by), str_from(server)))
			return true;
	}
	return false;
}

static const char *auth_verdict(const struct auth *auth)
{
	bool is_failed = str_equal_nocase(auth->dmarc, STR("fail")) ||
			 (auth->dmarc.len == 0 && str_equal_nocase(auth->spf, STR("fail")));
	if (str_equal_nocase(auth->dmarc, STR("pass")) || auth->has_own_key)
		return WORD_AUTH_RIGHT;
	return is_failed ? WORD_AUTH_FALSE : WORD_AUTH_UNKNOWN;
}

static void auth_add(struct buf *out, const char *method, struct str result)
{
	if (result.len == 0)
		return;
	buf_addf(out, "%s%s ", out->len > 0 ? ", " : "", method);
	buf_add(out, result);
}

void render_auth_note(struct render *r, struct str header, const char *server, struct str from_host)
{
	struct auth auth = {0};
	struct buf text = {0}, said = {0};
	if (server != NULL && server[0] != '\0' && auth_find(header, server, &text)) {
		struct str rest = buf_str(&text);
		str_cut(&rest, ';');
		while (rest.len > 0)
			auth_method(&auth, str_cut(&rest, ';'), from_host);
		auth_add(&said, "DMARC", auth.dmarc);
		auth_add(&said, "DKIM", auth.dkim);
		auth_add(&said, "SPF", auth.spf);
		render_note(r, auth_verdict(&auth), buf_str(&said));
	}
	buf_done(&text);
	buf_done(&said);
}
