/*
 * From the answer to EHLO to "logged in" at the submission server: STARTTLS, the mechanism. Nothing
 * secret leaves before TLS is verified, unless the server is on this machine or the account says so
 * in so many words.
 */
#include "engine/submit_state.h"

#include "base/memory.h"
#include "engine/account_run.h"

static const struct engine_world *login_world(const struct submit *s)
{
	return s->run->engine->world;
}

static bool login_is_private(const struct submit *s)
{
	return s->is_tls || login_world(s)->is_loopback(s->conn) ||
	       s->run->account->outgoing.allow_plain;
}

static bool login_offers(void *context, struct str mechanism)
{
	const struct submit *s = context;
	return smtp_has_auth(s->smtp, mechanism);
}

bool submit_needs_login(const struct submit *s)
{
	const char *user = s->run->account->outgoing.user;
	return user != NULL && user[0] != '\0';
}

/* LOGIN is what IMAP calls its own command; here it is one of the mechanisms. */
static const char *login_wanted(const struct account *account)
{
	bool is_command =
		account->auth != NULL && str_equal_nocase(str_from(account->auth), STR("LOGIN"));
	return is_command ? NULL : account->auth;
}

static bool login_begin(struct submit *s, const char *mechanism, const struct sasl_input *input)
{
	struct error err;
	struct buf initial = {0};
	bool has_initial = false;
	s->sasl = sasl_new(mechanism, input, &err);
	bool ok = s->sasl != NULL && sasl_begin(s->sasl, &has_initial, &initial, &err);
	if (ok)
		smtp_auth(s->smtp, str_from(mechanism), has_initial, buf_str(&initial));
	buf_wipe(&initial);
	return ok || submit_fail_with(s, &err);
}

static void login_choose(struct submit *s)
{
	const struct account *account = s->run->account;
	struct buf binding = {0};
	bool is_exporter = false;
	struct sasl_input input = {
		.user = str_from(account->outgoing.user),
		.secret = str_from(s->run->secret),
		.host = str_from(account->outgoing.host),
		.port = account->outgoing.port,
		.is_tls = login_is_private(s),
		.tls_exporter = STR(""),
		.tls_unique = STR(""),
	};
	if (s->is_tls && login_world(s)->binding(s->conn, &is_exporter, &binding)) {
		if (is_exporter)
			input.tls_exporter = buf_str(&binding);
		else
			input.tls_unique = buf_str(&binding);
	}
	bool is_token = account->auth != NULL && sasl_is_token(account->auth);
	const char *mechanism = sasl_choose(
		login_offers, s, &input, is_token, login_wanted(account), s->run->not_plus);
	if (mechanism != NULL)
		login_begin(s, mechanism, &input);
	else
		submit_fail(s, ERROR_LOGIN,
			"the server for outgoing mail offers no way to log in that is safe on this "
			"connection",
			STR(""));
	buf_done(&binding);
}

void submit_login_start(struct submit *s)
{
	bool needs_tls = s->run->account->outgoing.transport == TRANSPORT_STARTTLS && !s->is_tls;
	if (needs_tls && !smtp_has(s->smtp, SMTP_EXT_STARTTLS))
		submit_fail(s, ERROR_TLS,
			"the server for outgoing mail does not offer to encrypt the connection "
			"(STARTTLS); nothing was sent",
			STR(""));
	else if (needs_tls)
		smtp_starttls(s->smtp);
	else if (submit_needs_login(s) && s->run->secret == NULL)
		submit_fail(s, ERROR_LOGIN, "the password was refused", STR(""));
	else if (submit_needs_login(s))
		login_choose(s);
	else
		s->is_ready = true;
}

static void login_challenge(struct submit *s, struct str challenge)
{
	struct buf response = {0};
	struct error err;
	if (s->sasl != NULL && sasl_step(s->sasl, challenge, &response, &err)) {
		smtp_respond(s->smtp, buf_str(&response));
	} else {
		smtp_respond_cancel(s->smtp);
		if (s->sasl != NULL)
			submit_fail_with(s, &err);
	}
	buf_wipe(&response);
}

static void login_succeeded(struct submit *s)
{
	if (s->sasl != NULL && !sasl_is_proven(s->sasl)) {
		submit_fail(s, ERROR_TLS, "the server could not prove that it knows the password",
			STR(""));
		return;
	}
	sasl_free(s->sasl);
	s->sasl = NULL;
	s->is_ready = true;
}

void submit_login_event(struct submit *s, const struct smtp_event *event)
{
	switch (event->kind) {
	case SMTP_WANT_TLS:
		buf_clear(&s->input);
		s->is_opening = s->is_upgrading = true;
		login_world(s)->start_tls(s->conn);
		return;
	case SMTP_TLS_REFUSED:
		submit_fail(s, ERROR_TLS,
			"the server for outgoing mail refuses to encrypt the connection "
			"(STARTTLS); nothing was sent",
			event->reply.text);
		return;
	case SMTP_CHALLENGE:
		login_challenge(s, event->text);
		return;
	case SMTP_LOGGED_IN:
		login_succeeded(s);
		return;
	case SMTP_LOGIN_REFUSED:
		/* A server in trouble is not a wrong password. */
		submit_fail(s, event->reply.code < 500 ? ERROR_NETWORK : ERROR_LOGIN,
			"the server for outgoing mail did not take name and password",
			event->reply.text);
		return;
	default: /* submit.c sends no other kinds here */
		return;
	}
}
