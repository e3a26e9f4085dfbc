/*
 * From an open connection to "logged in": greeting, STARTTLS, capabilities, the mechanism.
 *
 * Nothing secret leaves before TLS is verified, unless the server is on this machine or the account
 * says so in so many words. The first thing that goes wrong ends the connection with a sentence.
 */
#include "engine/session.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/facts.h"

static bool login_fail(struct session *s, enum error_kind kind, const char *what, struct str words)
{
	struct error err;
	if (str_is_empty(words))
		error_set(&err, kind, "%s", what);
	else
		error_set(&err, kind, "%s: %.*s", what, (int)words.len, words.data);
	return session_fail(s, &err);
}

/* May a password travel as it is? */
static bool login_is_private(const struct session *s)
{
	const struct engine_world *world = s->run->engine->world;
	return s->is_tls || world->is_loopback(s->conn) || s->run->account->incoming.allow_plain;
}

/* ---- After the log-in. ---- */

static void login_succeeded(struct session *s)
{
	struct account_run *run = s->run;
	if (s->mechanism != NULL && str_ends_nocase(str_from(s->mechanism), STR("-PLUS")))
		run->facts.scram_plus = true;
	struct str caps = s->knows_login_caps ? imap_capability_line(s->imap) : STR("");
	if (!s->is_bulk)
		account_run_online(run, caps);
}

static void login_caps_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	(void)p;
	(void)event;
	s->knows_login_caps = true;
	account_run_test_step(s->run, TEST_LOGIN);
	login_succeeded(s);
	s->state = SESSION_READY;
	tasks_ready(s);
}

/* The second connection is only a wish: what it meets holds nobody up. */
static void login_blame(struct session *s, const struct error *err)
{
	if (!s->is_bulk)
		account_run_login_failed(s->run, err);
}

static void login_refused(struct session *s, const struct imap_event *event)
{
	struct error err;
	/* A server in trouble is not a wrong password. */
	bool is_trouble = event->code == IMAP_CODE_UNAVAILABLE || event->code == IMAP_CODE_INUSE ||
			  event->code == IMAP_CODE_LIMIT;
	error_set(&err, is_trouble ? ERROR_NETWORK : ERROR_LOGIN, "%.*s", (int)event->text.len,
		event->text.data);
	if (!is_trouble)
		login_blame(s, &err);
	session_fail(s, &err);
}

/* Capabilities in the OK count; those from before the log-in do not. */
static bool login_tells_caps(const struct session *s, const struct imap_event *event)
{
	return event->code != IMAP_CODE_NONE && imap_knows_capabilities(s->imap) &&
	       str_starts_nocase(event->code_text, STR("CAPABILITY"));
}

static void login_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	(void)p;
	if (event->status != IMAP_OK) {
		login_refused(s, event);
		return;
	}
	if (s->sasl != NULL && !sasl_is_proven(s->sasl)) {
		login_fail(s, ERROR_TLS, "the server could not prove that it knows the password",
			STR(""));
		return;
	}
	sasl_free(s->sasl);
	s->sasl = NULL;
	if (s->is_piped) {
		s->knows_login_caps |= login_tells_caps(s, event);
		login_succeeded(s);
		account_run_test_step(s->run, TEST_LOGIN);
		return;
	}
	if (login_tells_caps(s, event)) {
		s->knows_login_caps = true;
		login_caps_answer(s, NULL, event);
		return;
	}
	session_expect(s, imap_capability(s->imap), login_caps_answer);
}

/* ---- Choosing how. ---- */

static bool login_offers(void *context, struct str mechanism)
{
	struct session *s = context;
	return imap_has_auth(s->imap, mechanism);
}

static bool login_is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < 0x20 || text.data[i] == 0x7f)
			return false;
	return true;
}

static void login_with_password(struct session *s)
{
	const struct account *account = s->run->account;
	unsigned command =
		imap_login(s->imap, str_from(account->incoming.user), str_from(s->run->secret));
	session_expect(s, command, login_answer);
	s->state = SESSION_LOGIN;
	/* A server that is known takes LOGIN and what follows in one flight. */
	if (s->run->facts.level < PIPELINE_WITH_LOGIN || s->run->facts.caps == NULL ||
		s->run->test != NULL)
		return;
	s->is_piped = true;
	s->state = SESSION_READY;
	tasks_ready(s);
}

static bool login_with_sasl(
	struct session *s, const char *mechanism, const struct sasl_input *input)
{
	struct error err;
	struct buf initial = {0};
	bool has_initial = false;
	s->mechanism = mechanism;
	s->sasl = sasl_new(mechanism, input, &err);
	if (s->sasl == NULL || !sasl_begin(s->sasl, &has_initial, &initial, &err)) {
		buf_wipe(&initial);
		return session_fail(s, &err);
	}
	unsigned command =
		imap_authenticate(s->imap, str_from(mechanism), has_initial, buf_str(&initial));
	buf_wipe(&initial);
	session_expect(s, command, login_answer);
	s->state = SESSION_LOGIN;
	return true;
}

static bool login_is_token(const struct account *account)
{
	return account->auth != NULL && sasl_is_token(account->auth);
}

/* LOGIN travels in the one flight with all that follows, so inside verified TLS it comes first,
 * unless this server has shown that it can do better (SCRAM with channel binding): then never
 * weaker. */
static bool login_may_use_password(const struct session *s)
{
	const struct account *account = s->run->account;
	bool is_auto =
		account->auth == NULL || str_equal_nocase(str_from(account->auth), STR("auto"));
	bool is_login =
		account->auth != NULL && str_equal_nocase(str_from(account->auth), STR("LOGIN"));
	return (is_auto || is_login) && !s->run->facts.scram_plus &&
	       !imap_has(s->imap, IMAP_CAP_LOGINDISABLED) && login_is_private(s) &&
	       login_is_ascii(str_from(s->run->secret)) &&
	       login_is_ascii(str_from(account->incoming.user));
}

static bool login_choose(struct session *s)
{
	const struct account *account = s->run->account;
	struct buf binding = {0};
	bool is_exporter = false;
	struct sasl_input input = {
		.user = str_from(account->incoming.user),
		.secret = str_from(s->run->secret),
		.host = str_from(account->incoming.host),
		.port = account->incoming.port,
		.is_tls = login_is_private(s),
		.tls_exporter = STR(""),
		.tls_unique = STR(""),
	};
	if (s->is_tls && s->run->engine->world->binding(s->conn, &is_exporter, &binding)) {
		if (is_exporter)
			input.tls_exporter = buf_str(&binding);
		else
			input.tls_unique = buf_str(&binding);
	}
	const char *mechanism = sasl_choose(
		login_offers, s, &input, login_is_token(account), account->auth, s->run->not_plus);
	bool has_plus = mechanism != NULL && str_ends_nocase(str_from(mechanism), STR("-PLUS"));
	bool ok;
	if (s->run->facts.scram_plus && !has_plus)
		ok = login_fail(s, ERROR_TLS,
			"the server used to prove itself by SCRAM with channel binding and does "
			"not "
			"offer it any more; remove and add the account if that is right",
			STR(""));
	else if (mechanism != NULL &&
		 (s->is_tls || !login_may_use_password(s) || !sasl_sends_secret(mechanism)))
		ok = login_with_sasl(s, mechanism, &input);
	else if (login_may_use_password(s))
		ok = (login_with_password(s), true);
	else
		ok = login_fail(s, ERROR_LOGIN,
			"the server offers no way to log in that is safe on this connection",
			imap_capability_line(s->imap));
	buf_done(&binding);
	return ok;
}

static bool login_start(struct session *s)
{
	if (!s->is_bulk)
		account_run_state(s->run, ACCOUNT_LOGGING_IN);
	if (!imap_has(s->imap, IMAP_CAP_IMAP4REV1) && !imap_has(s->imap, IMAP_CAP_IMAP4REV2))
		return login_fail(s, ERROR_PROTOCOL,
			"the server speaks only an older IMAP (RFC 1730); Rowan needs IMAP4rev1",
			imap_capability_line(s->imap));
	if (s->is_tls && login_may_use_password(s)) {
		login_with_password(s);
		return true;
	}
	return login_choose(s);
}

static void login_precaps_answer(
	struct session *s, struct pending *p, const struct imap_event *event)
{
	(void)p;
	if (event->status != IMAP_OK)
		login_fail(
			s, ERROR_PROTOCOL, "the server does not tell what it can do", event->text);
	else
		login_start(s);
}

/* ---- Greeting and STARTTLS. ---- */

static void login_starttls_answer(
	struct session *s, struct pending *p, const struct imap_event *event)
{
	(void)p;
	if (event->status != IMAP_OK)
		login_fail(s, ERROR_TLS,
			"the server refuses to encrypt the connection (STARTTLS); nothing was sent",
			event->text);
}

static void login_starttls_caps(
	struct session *s, struct pending *p, const struct imap_event *event)
{
	(void)p;
	(void)event;
	if (!imap_has(s->imap, IMAP_CAP_STARTTLS)) {
		login_fail(s, ERROR_TLS,
			"the server does not offer to encrypt the connection (STARTTLS); nothing "
			"was "
			"sent",
			STR(""));
		return;
	}
	session_expect(s, imap_starttls(s->imap), login_starttls_answer);
	s->state = SESSION_STARTTLS;
}

/* All was said before the greeting came: now it must be an ordinary one. What it told of
 * capabilities is of the time before the log-in. */
static void login_greeted_late(struct session *s, const struct imap_event *event)
{
	s->knows_login_caps = false;
	if (event->status == IMAP_BYE)
		login_fail(s, ERROR_NETWORK, "the server turned the connection away", event->text);
	else if (event->status == IMAP_PREAUTH)
		login_fail(
			s, ERROR_PROTOCOL, "the server greets as if the log-in were over", STR(""));
}

static void login_greeted(struct session *s, const struct imap_event *event)
{
	bool needs_tls = s->run->account->incoming.transport == TRANSPORT_STARTTLS && !s->is_tls;
	account_run_test_step(s->run, TEST_GREETING);
	if (event->status == IMAP_BYE) {
		login_fail(s, ERROR_NETWORK, "the server turned the connection away", event->text);
	} else if (needs_tls && event->status == IMAP_PREAUTH) {
		login_fail(s, ERROR_TLS,
			"the server skips the encryption that the account asks for (PREAUTH)",
			STR(""));
	} else if (needs_tls) {
		session_expect(s, imap_capability(s->imap), login_starttls_caps);
		s->state = SESSION_STARTTLS;
	} else if (event->status == IMAP_PREAUTH) {
		s->state = SESSION_LOGIN;
		session_expect(s, imap_capability(s->imap), login_caps_answer);
	} else if (imap_knows_capabilities(s->imap)) {
		s->state = SESSION_LOGIN;
		login_start(s);
	} else {
		s->state = SESSION_LOGIN;
		session_expect(s, imap_capability(s->imap), login_precaps_answer);
	}
}

static void login_challenge(struct session *s, struct str challenge)
{
	struct buf response = {0};
	struct error err;
	if (s->sasl == NULL) {
		imap_respond_cancel(s->imap);
		return;
	}
	if (sasl_step(s->sasl, challenge, &response, &err)) {
		imap_respond(s->imap, buf_str(&response));
	} else {
		imap_respond_cancel(s->imap);
		login_blame(s, &err);
		session_fail(s, &err);
	}
	buf_wipe(&response);
}

void login_event(struct session *s, const struct imap_event *event)
{
	switch (event->kind) {
	case IMAP_GREETING:
		facts_name(&s->run->facts, event->text, s->run->engine->wall);
		if (s->state == SESSION_GREETING)
			login_greeted(s, event);
		else if (s->is_piped)
			login_greeted_late(s, event);
		return;
	case IMAP_CHALLENGE:
		login_challenge(s, event->text);
		return;
	case IMAP_WANT_TLS:
		buf_clear(&s->input);
		s->is_waiting_for_open = true;
		s->run->engine->world->start_tls(s->conn);
		return;
	default: /* session.c sends no other kinds here */
		return;
	}
}

void login_opened(struct session *s)
{
	if (s->state == SESSION_CONNECTING) {
		account_run_test_step(s->run, s->is_tls ? TEST_TLS : TEST_CONNECT);
		s->state = SESSION_GREETING;
		if (s->run->facts.level >= PIPELINE_BEFORE_GREETING && s->is_tls &&
			s->run->facts.caps != NULL && s->run->test == NULL &&
			login_may_use_password(s))
			login_with_password(s);
		return;
	}
	/* TLS stands: whatever was said before it is forgotten, and asked again. */
	account_run_test_step(s->run, TEST_TLS);
	imap_layer_started(s->imap);
	s->state = SESSION_LOGIN;
	session_expect(s, imap_capability(s->imap), login_precaps_answer);
}
