/*
 * The address of a server as a person writes it: SCHEME://USER@HOST:PORT.
 *
 *	imaps://ann@imap.example.org          TLS from the first byte, port 993
 *	imap+starttls://ann@host              begins in clear, STARTTLS before the log-in, port 143
 *	imap://ann@localhost:1143             no encryption: this machine only, or allow-plain
 *	pop3s 995, pop3+starttls and pop3 110; smtps 465, smtp+starttls and smtp 587
 *
 * USER may hold %XX (UTF-8) and an "@": the last "@" ends it. HOST is a name (UTF-8 or A-labels),
 *an IPv4 address, or an IPv6 address in []. Neither may hold control characters: they would become
 * commands on the wire. A password never stands here. An smtp URL without USER sends without
 * logging in; imap and pop3 need one. Pure.
 */
#ifndef SETTINGS_SERVER_URL_H
#define SETTINGS_SERVER_URL_H

#include "base/buf.h"
#include "model/account.h"
#include "model/sentence.h"

enum service { SERVICE_IMAP, SERVICE_POP3, SERVICE_SMTP };

enum { SERVER_USER_MAX = 512, SERVER_HOST_MAX = 255 };

/* Fills out (allow_plain false; end it with server_done); false: out is empty and why says what is
 * wrong and what to write. */
bool server_url_read(
	struct str url, enum service service, struct server *out, struct sentence *why);

/* The shortest URL that reads back as s: without a port that is the scheme's own. */
void server_url_print(const struct server *s, enum service service, struct buf *out);

/* The service a URL's scheme names, for callers that take imap and pop3 alike. False: none. */
bool server_url_service(struct str url, enum service *service);

/* "localhost", names below it, 127.0.0.0/8 and ::1. */
bool server_is_loopback(const struct server *s);

#endif
