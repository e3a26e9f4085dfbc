/* Addresses of servers as a person writes them. */
#include "settings/server_url.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define MISSING_USER "The user name is missing; write %1."
#define NOT_A_HOST                                                                                 \
	"\"%1\" is not a host name; write a name such as imap.example.org, or an IPv6 address in " \
	"[ ]."
#define BAD_PORT "Behind the host only a port may stand: a colon and a number from 1 to 65535."
#define BAD_SCHEME "The address must begin with a scheme that fits; write %1."
#define BAD_USER "The user name is too long, is not UTF-8, or holds a control character."
#define BAD_PERCENT                                                                                \
	"In the user name, %% must be followed by two hexadecimal digits; write %%25 for a per "   \
	"cent sign."
#define HAS_PASSWORD                                                                               \
	"Leave the password out of the address; Rowan asks for it, or takes it from "              \
	"password-command. (A colon in the user name is written %%3A.)"

static const struct {
	const char *url;
	enum service service;
	enum transport transport;
	const char *user, *host;
	unsigned port;
	const char *printed;
} good[] = {
	{"imaps://ann@imap.example.org", SERVICE_IMAP, TRANSPORT_TLS, "ann", "imap.example.org",
		993, "imaps://ann@imap.example.org"},
	{"IMAPS://ann@h:993/", SERVICE_IMAP, TRANSPORT_TLS, "ann", "h", 993, "imaps://ann@h"},
	{"imap+starttls://ann@h", SERVICE_IMAP, TRANSPORT_STARTTLS, "ann", "h", 143,
		"imap+starttls://ann@h"},
	{"imap://ann@127.0.0.1:1143", SERVICE_IMAP, TRANSPORT_PLAIN, "ann", "127.0.0.1", 1143,
		"imap://ann@127.0.0.1:1143"},
	{"pop3s://ann@h", SERVICE_POP3, TRANSPORT_TLS, "ann", "h", 995, "pop3s://ann@h"},
	{"pop3+starttls://ann@h", SERVICE_POP3, TRANSPORT_STARTTLS, "ann", "h", 110,
		"pop3+starttls://ann@h"},
	{"pop3://ann@h", SERVICE_POP3, TRANSPORT_PLAIN, "ann", "h", 110, "pop3://ann@h"},
	{"smtps://ann@h", SERVICE_SMTP, TRANSPORT_TLS, "ann", "h", 465, "smtps://ann@h"},
	{"smtp+starttls://ann@h", SERVICE_SMTP, TRANSPORT_STARTTLS, "ann", "h", 587,
		"smtp+starttls://ann@h"},
	{"smtp://h:25", SERVICE_SMTP, TRANSPORT_PLAIN, NULL, "h", 25, "smtp://h:25"},
	{"imaps://ann@example.org@h", SERVICE_IMAP, TRANSPORT_TLS, "ann@example.org", "h", 993,
		"imaps://ann%40example.org@h"},
	{"imaps://a%3ab%40c%25@h", SERVICE_IMAP, TRANSPORT_TLS, "a:b@c%", "h", 993,
		"imaps://a%3Ab%40c%25@h"},
	{"imaps://a%20b@h", SERVICE_IMAP, TRANSPORT_TLS, "a b", "h", 993, "imaps://a%20b@h"},
	{"imaps://j%C3%B6rg@b\xc3\xbc"
	 "cher.example",
		SERVICE_IMAP, TRANSPORT_TLS, "j\xc3\xb6rg",
		"b\xc3\xbc"
		"cher.example",
		993,
		"imaps://j\xc3\xb6rg@b\xc3\xbc"
		"cher.example"},
	{"imaps://ann@[::1]", SERVICE_IMAP, TRANSPORT_TLS, "ann", "::1", 993, "imaps://ann@[::1]"},
	{"imaps://ann@[2001:db8::1]:65535", SERVICE_IMAP, TRANSPORT_TLS, "ann", "2001:db8::1",
		65535, "imaps://ann@[2001:db8::1]:65535"},
	{"imaps://ann@h.example.", SERVICE_IMAP, TRANSPORT_TLS, "ann", "h.example.", 993,
		"imaps://ann@h.example."},
};

Test(server_url, reads_and_prints)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct server s;
		struct sentence why = {0};
		struct buf printed = {0};
		enum service service = SERVICE_SMTP;
		bool ok = server_url_read(str_from(good[i].url), good[i].service, &s, &why);
		cr_assert(ok, "%s: %s", good[i].url, why.text);
		cr_expect_eq(s.transport, good[i].transport, "%s", good[i].url);
		cr_expect_eq(s.port, good[i].port, "%s: %d", good[i].url, s.port);
		cr_expect_str_eq(s.host, good[i].host, "%s", good[i].url);
		if (good[i].user != NULL)
			cr_expect_str_eq(s.user, good[i].user, "%s", good[i].url);
		else
			cr_expect_null(s.user);
		cr_expect_not(s.allow_plain);
		server_url_print(&s, good[i].service, &printed);
		cr_expect_str_eq(buf_text(&printed), good[i].printed);
		cr_expect(server_url_service(str_from(good[i].url), &service));
		cr_expect_eq(service, good[i].service);
		buf_done(&printed);
		server_done(&s);
	}
}

static const struct {
	struct str url;
	enum service service;
	const char *why;
} bad[] = {
	{STR(""), SERVICE_IMAP, BAD_SCHEME},
	{STR("imap.example.org"), SERVICE_IMAP, BAD_SCHEME},
	{STR("imaps:/ann@h"), SERVICE_IMAP, BAD_SCHEME},
	{STR("https://ann@h"), SERVICE_IMAP, BAD_SCHEME},
	{STR("smtps://ann@h"), SERVICE_IMAP, BAD_SCHEME},
	{STR("pop3s://ann@h"), SERVICE_IMAP, BAD_SCHEME},
	{STR("imap+ssl://ann@h"), SERVICE_IMAP, BAD_SCHEME},
	{STR(" imaps://ann@h"), SERVICE_IMAP, BAD_SCHEME},
	{STR("imaps://h"), SERVICE_IMAP, MISSING_USER},
	{STR("pop3s://h"), SERVICE_POP3, MISSING_USER},
	{STR("imaps://"), SERVICE_IMAP, MISSING_USER},
	{STR("imaps://@h"), SERVICE_IMAP, "The user name before the @ is empty."},
	{STR("imaps://ann:secret@h"), SERVICE_IMAP, HAS_PASSWORD},
	{STR("imaps://a%@h"), SERVICE_IMAP, BAD_PERCENT},
	{STR("imaps://a%4@h"), SERVICE_IMAP, BAD_PERCENT},
	{STR("imaps://a%zz@h"), SERVICE_IMAP, BAD_PERCENT},
	{STR("imaps://a%0d%0ab@h"), SERVICE_IMAP, BAD_USER},
	{STR("imaps://a%00b@h"), SERVICE_IMAP, BAD_USER},
	{STR("imaps://a\r\nb@h"), SERVICE_IMAP, BAD_USER},
	{STR("imaps://a\0b@h"), SERVICE_IMAP, BAD_USER},
	{STR("imaps://a%ff@h"), SERVICE_IMAP, BAD_USER},
	{STR("imaps://a%c2%80@h"), SERVICE_IMAP, BAD_USER},
	{STR("imaps://ann@"), SERVICE_IMAP, "The host name is missing."},
	{STR("imaps://ann@:993"), SERVICE_IMAP, "The host name is missing."},
	{STR("imaps://ann@[]"), SERVICE_IMAP, "The host name is missing."},
	{STR("imaps://ann@a..b"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@.b"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@-b"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@a b"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@a/b"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@a?b"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@a%41"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@a\r\nb"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@a\0b"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@a\xff"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@[::1"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@[::g]"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@[fe80::1%eth0]"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@[127.0.0.1]"), SERVICE_IMAP, NOT_A_HOST},
	{STR("imaps://ann@h:"), SERVICE_IMAP, BAD_PORT},
	{STR("imaps://ann@h:0"), SERVICE_IMAP, BAD_PORT},
	{STR("imaps://ann@h:65536"), SERVICE_IMAP, BAD_PORT},
	{STR("imaps://ann@h:99x"), SERVICE_IMAP, BAD_PORT},
	{STR("imaps://ann@h:993/INBOX"), SERVICE_IMAP, BAD_PORT},
	{STR("imaps://ann@[::1]x"), SERVICE_IMAP, BAD_PORT},
};

Test(server_url, says_what_is_wrong)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct server s;
		struct sentence why = {0};
		cr_expect_not(server_url_read(bad[i].url, bad[i].service, &s, &why), "row %zu", i);
		cr_expect(s.host == NULL && s.user == NULL);
		cr_expect_str_eq(why.text != NULL ? why.text : "", bad[i].why, "%s: %s",
			bad[i].url.data, why.text);
		sentence_done(&why);
		cr_expect_not(server_url_read(bad[i].url, bad[i].service, &s, NULL));
	}
}

Test(server_url, knows_this_machine)
{
	static const struct {
		const char *host;
		bool is_loopback;
	} rows[] = {
		{"localhost", true},
		{"LOCALHOST", true},
		{"a.localhost", true},
		{"127.0.0.1", true},
		{"127.255.0.9", true},
		{"::1", true},
		{"0:0:0:0:0:0:0:1", true},
		{"localhost.example.org", false},
		{"notlocalhost", false},
		{"127.0.0.1.example.org", false},
		{"128.0.0.1", false},
		{"0.0.0.0", false},
		{"::", false},
		{"::2", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char host[64];
		snprintf(host, sizeof(host), "%s", rows[i].host);
		struct server s = {.host = host};
		cr_expect_eq(server_is_loopback(&s), rows[i].is_loopback, "%s", host);
	}
}
