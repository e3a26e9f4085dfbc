/* The address of a server as a person writes it. */
#include "settings/server_url.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <arpa/inet.h>

static const struct url_scheme {
	const char *name;
	enum service service;
	enum transport transport;
	uint16_t port;
} url_schemes[] = {
	{"imaps", SERVICE_IMAP, TRANSPORT_TLS, 993},
	{"imap+starttls", SERVICE_IMAP, TRANSPORT_STARTTLS, 143},
	{"imap", SERVICE_IMAP, TRANSPORT_PLAIN, 143},
	{"pop3s", SERVICE_POP3, TRANSPORT_TLS, 995},
	{"pop3+starttls", SERVICE_POP3, TRANSPORT_STARTTLS, 110},
	{"pop3", SERVICE_POP3, TRANSPORT_PLAIN, 110},
	{"smtps", SERVICE_SMTP, TRANSPORT_TLS, 465},
	{"smtp+starttls", SERVICE_SMTP, TRANSPORT_STARTTLS, 587},
	{"smtp", SERVICE_SMTP, TRANSPORT_PLAIN, 587},
};

enum { URL_SCHEME_COUNT = sizeof(url_schemes) / sizeof(url_schemes[0]) };

/* What to write instead, by service. */
static const char *const url_examples[] = {
	[SERVICE_IMAP] = "imaps://USER@HOST",
	[SERVICE_POP3] = "pop3s://USER@HOST",
	[SERVICE_SMTP] = "smtps://USER@HOST",
};

/* Cuts "scheme://" off *rest. */
static const struct url_scheme *url_scheme_of(struct str *rest)
{
	for (size_t i = 0; i < URL_SCHEME_COUNT; i++) {
		struct str name = str_from(url_schemes[i].name);
		struct str after = str_skip(*rest, name.len);
		if (!str_starts_nocase(*rest, name) || !str_starts(after, STR("://")))
			continue;
		*rest = str_skip(after, 3);
		return &url_schemes[i];
	}
	return NULL;
}

bool server_url_service(struct str url, enum service *service)
{
	const struct url_scheme *scheme = url_scheme_of(&url);
	if (scheme != NULL)
		*service = scheme->service;
	return scheme != NULL;
}

static int url_hex(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, ascii_lower(c)) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

/* Decodes %XX; false on a lone %. */
static bool url_decode(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != '%') {
			buf_add_char(out, text.data[i]);
			continue;
		}
		int high = i + 2 < text.len ? url_hex(text.data[i + 1]) : -1;
		int low = i + 2 < text.len ? url_hex(text.data[i + 2]) : -1;
		if (high < 0 || low < 0)
			return false;
		buf_add_char(out, (char)(high << 4 | low));
		i += 2;
	}
	return true;
}

static bool url_read_user(struct str text, char **user, struct sentence *why)
{
	struct buf decoded = {0};
	const char *problem = NULL;
	if (str_find_char(text, ':') != STR_NONE)
		problem =
			N_("Leave the password out of the address; Rowan asks for it, or takes it "
			   "from password-command. (A colon in the user name is written %%3A.)");
	else if (!url_decode(text, &decoded))
		problem = N_("In the user name, %% must be followed by two hexadecimal digits; "
			     "write %%25 for a per cent sign.");
	else if (decoded.len == 0)
		problem = N_("The user name before the @ is empty.");
	else if (decoded.len > SERVER_USER_MAX || !utf8_is_clean(buf_str(&decoded)))
		problem = N_(
			"The user name is too long, is not UTF-8, or holds a control character.");
	if (problem != NULL) {
		buf_done(&decoded);
		return sentence_set(why, problem, NULL, NULL, NULL);
	}
	*user = buf_take(&decoded);
	return true;
}

/* Labels of letters, digits, "-", "_" and whatever is not ASCII; proto/net turns them to A-labels.
 */
static bool url_is_host_name(struct str host)
{
	size_t label = 0;
	if (host.len == 0 || host.len > SERVER_HOST_MAX || !utf8_is_clean(host))
		return false;
	for (size_t i = 0; i < host.len; i++) {
		char c = host.data[i];
		bool is_letter = ascii_is_alpha(c) || ascii_is_digit(c) || c == '-' || c == '_' ||
				 (unsigned char)c >= 0x80;
		if (c == '.' ? label == 0 : !is_letter)
			return false;
		label = c == '.' ? 0 : label + 1;
	}
	return host.data[0] != '-';
}

static bool url_is_ipv6(struct str host)
{
	struct in6_addr address;
	char *text = mem_str(host);
	bool is_address = strlen(text) == host.len && inet_pton(AF_INET6, text, &address) == 1;
	mem_free(text);
	return is_address;
}

/* "[::1]:993", "host:993" → host and ":993". */
static bool url_read_host(struct str *rest, char **host, struct sentence *why)
{
	struct str name = str_first(*rest, str_find_char(*rest, ':'));
	bool is_good;
	if (str_starts(*rest, STR("["))) {
		name = str_skip(*rest, 1);
		size_t len = str_find_char(name, ']');
		name = str_first(name, len);
		is_good = len != STR_NONE && url_is_ipv6(name);
		*rest = str_skip(*rest, name.len + 2);
	} else {
		is_good = url_is_host_name(name);
		*rest = str_skip(*rest, name.len);
	}
	char *text = mem_str(name);
	if (is_good)
		*host = text;
	else if (name.len == 0)
		sentence_set(why, N_("The host name is missing."), NULL, NULL, NULL);
	else
		sentence_set(why,
			N_("\"%1\" is not a host name; write a name such as imap.example.org, or "
			   "an IPv6 address in [ ]."),
			text, NULL, NULL);
	if (!is_good)
		mem_free(text);
	return is_good;
}

static bool url_read_port(struct str text, uint16_t *port, struct sentence *why)
{
	uint32_t number = 0;
	if (str_is_empty(text))
		return true;
	if (text.data[0] == ':' && str_to_u32(str_skip(text, 1), &number) && number >= 1 &&
		number <= 65535) {
		*port = (uint16_t)number;
		return true;
	}
	return sentence_set(why,
		N_("Behind the host only a port may stand: a colon and a number from 1 to 65535."),
		NULL, NULL, NULL);
}

/* Cuts "user@" off *rest: the last @ ends it. */
static bool url_cut_user(struct str *rest, struct str *user)
{
	size_t at = rest->len;
	while (at > 0 && rest->data[at - 1] != '@')
		at--;
	if (at == 0)
		return false;
	*user = str_first(*rest, at - 1);
	*rest = str_skip(*rest, at);
	return true;
}

static bool url_read_parts(
	struct str rest, const struct url_scheme *scheme, struct server *out, struct sentence *why)
{
	struct str user;
	if (rest.len > 0 && rest.data[rest.len - 1] == '/')
		rest.len--;
	if (url_cut_user(&rest, &user)) {
		if (!url_read_user(user, &out->user, why))
			return false;
	} else if (scheme->service != SERVICE_SMTP) {
		return sentence_set(why, N_("The user name is missing; write %1."),
			url_examples[scheme->service], NULL, NULL);
	}
	out->transport = scheme->transport;
	out->port = scheme->port;
	return url_read_host(&rest, &out->host, why) && url_read_port(rest, &out->port, why);
}

bool server_url_read(struct str url, enum service service, struct server *out, struct sentence *why)
{
	const struct url_scheme *scheme = url_scheme_of(&url);
	*out = (struct server){0};
	if (scheme == NULL || scheme->service != service)
		return sentence_set(why,
			N_("The address must begin with a scheme that fits; write %1."),
			url_examples[service], NULL, NULL);
	if (url_read_parts(url, scheme, out, why))
		return true;
	server_done(out);
	return false;
}

static void url_add_user(struct buf *out, struct str user)
{
	for (size_t i = 0; i < user.len; i++) {
		unsigned char c = (unsigned char)user.data[i];
		if (c <= 0x20 || c == 0x7f || strchr("%:/@?#\"", c) != NULL)
			buf_addf(out, "%%%02X", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add_char(out, '@');
}

static const struct url_scheme *url_scheme_for(const struct server *s, enum service service)
{
	const struct url_scheme *scheme = url_schemes;
	while (scheme->service != service || scheme->transport != s->transport)
		scheme++;
	return scheme;
}

void server_url_print(const struct server *s, enum service service, struct buf *out)
{
	const struct url_scheme *scheme = url_scheme_for(s, service);
	bool is_ipv6 = strchr(s->host, ':') != NULL;
	buf_addf(out, "%s://", scheme->name);
	if (s->user != NULL)
		url_add_user(out, str_from(s->user));
	buf_addf(out, is_ipv6 ? "[%s]" : "%s", s->host);
	if (s->port != scheme->port)
		buf_addf(out, ":%u", (unsigned)s->port);
}

bool server_is_loopback(const struct server *s)
{
	struct str host = str_from(s->host);
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, host.data, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	if (inet_pton(AF_INET6, host.data, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return str_equal_nocase(host, STR("localhost")) || str_ends_nocase(host, STR(".localhost"));
}
