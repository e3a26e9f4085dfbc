/*
 * From an open connection to "logged in" at a POP3 server. Nothing secret leaves before TLS is
 * verified, unless the server is on this machine or the account says so in so many words.
 */
#include "engine/pop3_session.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/facts.h"

enum {
	LOGIN_WINDOW = 64,  /* commands out where the server pipelines */
	LOGIN_IN_USE_S = 5, /* another program has the maildrop */
	LOGIN_PAUSE_S = 60, /* between two log-ins, where the server wants one and does not say */
};

/* What is remembered of a server that knows no CAPA. */
#define LOGIN_NO_CAPA "-"

static const struct engine_world *world_of(const struct pop3_session *s)
{
	return s->run->engine->world;
}

/* May a password travel as it is? */
static bool login_is_private(const struct pop3_session *s)
{
	return s->is_tls || world_of(s)->is_loopback(s->conn) ||
	       s->run->account->incoming.allow_plain;
}

static bool login_offers(void *context, struct str mechanism)
{
	const struct pop3_session *s = context;
	return pop3_has_auth(s->pop3, mechanism);
}

static bool login_is(const struct account *account, const char *auth)
{
	return account->auth != NULL && str_equal_nocase(str_from(account->auth), str_from(auth));
}

static bool login_is_auto(const struct account *account)
{
	return account->auth == NULL || login_is(account, "auto");
}

/* USER and PASS travel with all that follows, so inside verified TLS they come first, unless this
 * server has shown that it can do better: then never weaker. */
static bool login_may_use_password(const struct pop3_session *s)
{
	const struct account *account = s->run->account;
	bool has_user = !pop3_knows_capabilities(s->pop3) || pop3_has(s->pop3, POP3_CAP_USER) ||
			!pop3_has(s->pop3, POP3_CAP_SASL);
	return (login_is_auto(account) || login_is(account, "LOGIN")) && has_user &&
	       !s->run->facts.scram_plus && login_is_private(s) &&
	       pop3_is_sendable(str_from(account->incoming.user)) &&
	       pop3_is_sendable(str_from(s->run->secret));
}

/* ---- How. ---- */

/* What follows the log-in goes with it where the server is known to bear that. */
static void login_and_look(struct pop3_session *s)
{
	const struct server_facts *facts = &s->run->facts;
	bool is_barred = facts->level < PIPELINE_WITH_LOGIN && s->run->engine->wall < facts->barred;
	if (s->run->test != NULL || s->window == 1 || is_barred)
		return;
	s->is_piped = true;
	pop3_look_start(s);
}

static void login_utf8(struct pop3_session *s)
{
	if (pop3_has(s->pop3, POP3_CAP_UTF8))
		pop3_utf8(s->pop3);
}

static void login_with_password(struct pop3_session *s)
{
	login_utf8(s);
	pop3_user_pass(s->pop3, str_from(s->run->account->incoming.user), str_from(s->run->secret));
	login_and_look(s);
}

static bool login_with_sasl(
	struct pop3_session *s, const char *mechanism, const struct sasl_input *input)
{
	struct error err;
	struct buf initial = {0};
	bool has_initial = false;
	s->mechanism = mechanism;
	s->sasl = sasl_new(mechanism, input, &err);
	bool ok = s->sasl != NULL && sasl_begin(s->sasl, &has_initial, &initial, &err);
	if (ok) {
		login_utf8(s);
		pop3_auth(s->pop3, str_from(mechanism), has_initial, buf_str(&initial));
		login_and_look(s);
	}
	buf_wipe(&initial);
	return ok || pop3_fail_with(s, &err);
}

/* LOGIN is what the settings call a password in clear; here that is USER and PASS. */
static const char *login_wanted(const struct account *account)
{
	return login_is(account, "LOGIN") ? "PLAIN" : account->auth;
}

static void login_choose(struct pop3_session *s)
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
	if (s->is_tls && world_of(s)->binding(s->conn, &is_exporter, &binding)) {
		if (is_exporter)
			input.tls_exporter = buf_str(&binding);
		else
			input.tls_unique = buf_str(&binding);
	}
	bool is_token = account->auth != NULL && sasl_is_token(account->auth);
	bool wants_apop = login_is(account, "APOP");
	const char *mechanism = wants_apop ? NULL
					   : sasl_choose(login_offers, s, &input, is_token,
						     login_wanted(account), s->run->not_plus);
	bool has_plus = mechanism != NULL && str_ends_nocase(str_from(mechanism), STR("-PLUS"));
	bool may_apop = pop3_has_apop(s->pop3) && pop3_is_sendable(input.user) &&
			(wants_apop || login_is_auto(account));
	if (s->run->facts.scram_plus && !has_plus)
		pop3_fail(s, ERROR_TLS,
			"the server used to prove itself by SCRAM with channel binding and does "
			"not offer it any more; remove and add the account if that is right",
			STR(""));
	else if (mechanism != NULL &&
		 (s->is_tls || !sasl_sends_secret(mechanism) || !login_may_use_password(s)))
		login_with_sasl(s, mechanism, &input);
	else if (may_apop) {
		login_utf8(s);
		pop3_apop(s->pop3, input.user, input.secret);
		login_and_look(s);
	} else if (login_may_use_password(s))
		login_with_password(s);
	else
		pop3_fail(s, ERROR_LOGIN,
			"the server offers no way to log in that is safe on this connection",
			STR(""));
	buf_done(&binding);
}

static void login_start(struct pop3_session *s)
{
	account_run_state(s->run, ACCOUNT_LOGGING_IN);
	bool is_piping = pop3_has(s->pop3, POP3_CAP_PIPELINING);
	bool is_early = is_piping && s->run->facts.level >= PIPELINE_BEFORE_GREETING && s->is_tls &&
			s->run->test == NULL;
	s->window = is_piping ? LOGIN_WINDOW : 1;
	pop3_pipeline(s->pop3, s->window, is_early);
	if (s->is_tls && login_may_use_password(s))
		login_with_password(s);
	else
		login_choose(s);
}

/* ---- Greeting, CAPA, STLS. ---- */

static void login_capabilities(struct pop3_session *s)
{
	const struct account *account = s->run->account;
	bool needs_tls = account->incoming.transport == TRANSPORT_STARTTLS && !s->is_tls;
	if (!needs_tls)
		login_start(s);
	else if (pop3_knows_capabilities(s->pop3) && !pop3_has(s->pop3, POP3_CAP_STLS))
		pop3_fail(s, ERROR_TLS,
			"the server does not offer to encrypt the connection (STLS); nothing was "
			"sent",
			STR(""));
	else
		pop3_stls(s->pop3);
}

/* A server that is known need not be asked what it can do. */
static bool login_remembers(struct pop3_session *s)
{
	struct str caps = str_from(s->run->facts.caps);
	if (s->run->facts.caps == NULL || s->run->test != NULL)
		return false;
	if (!str_equal(caps, STR(LOGIN_NO_CAPA)))
		pop3_remember(s->pop3, caps);
	return true;
}

void pop3_login_opened(struct pop3_session *s)
{
	bool needs_tls = s->run->account->incoming.transport == TRANSPORT_STARTTLS && !s->is_tls;
	bool is_known = !needs_tls && login_remembers(s);
	if (s->phase == POP3_OPENING) {
		account_run_test_step(s->run, s->is_tls ? TEST_TLS : TEST_CONNECT);
		s->phase = POP3_LOGIN;
		/* APOP and what SCRAM needs wait for the greeting; a password does not. */
		if (is_known && s->is_tls && login_may_use_password(s))
			login_start(s);
		return;
	}
	s->is_starting_tls = false;
	if (!s->is_tls) {
		pop3_fail(s, ERROR_TLS, "the connection was not encrypted", STR(""));
		return;
	}
	account_run_test_step(s->run, TEST_TLS);
	pop3_layer_started(s->pop3);
	if (login_remembers(s))
		login_start(s);
	else
		pop3_capa(s->pop3);
}

static void login_greeted(struct pop3_session *s, const struct pop3_event *event)
{
	bool needs_tls = s->run->account->incoming.transport == TRANSPORT_STARTTLS && !s->is_tls;
	account_run_test_step(s->run, TEST_GREETING);
	facts_name(&s->run->facts, event->text, s->run->engine->wall);
	if (pop3_unanswered(s->pop3) > 0)
		return; /* the log-in is on its way */
	if (!needs_tls && login_remembers(s))
		login_start(s);
	else
		pop3_capa(s->pop3);
}

/* ---- The end of it. ---- */

static unsigned login_pause(const struct pop3_session *s)
{
	unsigned delay = pop3_login_delay(s->pop3);
	return delay < LOGIN_PAUSE_S ? LOGIN_PAUSE_S : delay;
}

static void login_refused(struct pop3_session *s, const struct pop3_event *event)
{
	struct error err;
	struct account_run *run = s->run;
	bool is_waiting = event->code == POP3_CODE_IN_USE || event->code == POP3_CODE_LOGIN_DELAY;
	bool is_trouble = is_waiting || event->code == POP3_CODE_SYS_TEMP;
	if (event->code == POP3_CODE_IN_USE)
		error_set(&err, ERROR_NETWORK,
			"another program is using the maildrop; waiting for it: %.*s",
			(int)event->text.len, event->text.data);
	else if (is_waiting)
		error_set(&err, ERROR_NETWORK, "the server wants a pause between two looks: %.*s",
			(int)event->text.len, event->text.data);
	else
		error_set(&err, is_trouble ? ERROR_NETWORK : ERROR_LOGIN, "%.*s",
			(int)event->text.len, event->text.data);
	if (is_waiting)
		run->pause_s = event->code == POP3_CODE_IN_USE ? LOGIN_IN_USE_S : login_pause(s);
	s->is_piped = false; /* that is no surprise */
	if (!is_trouble)
		account_run_login_failed(run, &err);
	pop3_fail_with(s, &err);
}

static void login_succeeded(struct pop3_session *s)
{
	struct buf caps = {0};
	if (s->sasl != NULL && !sasl_is_proven(s->sasl)) {
		pop3_fail(s, ERROR_TLS, "the server could not prove that it knows the password",
			STR(""));
		return;
	}
	sasl_free(s->sasl);
	s->sasl = NULL;
	if (s->mechanism != NULL && str_ends_nocase(str_from(s->mechanism), STR("-PLUS")))
		s->run->facts.scram_plus = true;
	if (pop3_knows_capabilities(s->pop3))
		pop3_capability_words(s->pop3, &caps);
	if (caps.len == 0)
		buf_add_text(&caps, LOGIN_NO_CAPA);
	s->is_logged_in = true;
	account_run_online(s->run, buf_str(&caps));
	account_run_test_step(s->run, TEST_LOGIN);
	buf_done(&caps);
	if (s->phase == POP3_LOGIN)
		pop3_look_start(s);
}

static void login_challenge(struct pop3_session *s, struct str challenge)
{
	struct buf response = {0};
	struct error err;
	if (s->sasl != NULL && sasl_step(s->sasl, challenge, &response, &err)) {
		pop3_respond(s->pop3, buf_str(&response));
	} else {
		pop3_respond_cancel(s->pop3);
		if (s->sasl != NULL) {
			account_run_login_failed(s->run, &err);
			pop3_fail_with(s, &err);
		}
	}
	buf_wipe(&response);
}

static void login_answered(struct pop3_session *s, const struct pop3_event *event)
{
	if (event->verb == POP3_VERB_CAPA)
		login_capabilities(s);
	else if (event->verb == POP3_VERB_STLS && !event->is_ok)
		pop3_fail(s, ERROR_TLS,
			"the server refuses to encrypt the connection (STLS); nothing was sent",
			event->text);
}

void pop3_login_event(struct pop3_session *s, const struct pop3_event *event)
{
	switch (event->kind) {
	case POP3_GREETING:
		login_greeted(s, event);
		return;
	case POP3_WANT_TLS:
		buf_clear(&s->input);
		s->is_starting_tls = true;
		world_of(s)->start_tls(s->conn);
		return;
	case POP3_CHALLENGE:
		login_challenge(s, event->text);
		return;
	case POP3_LOGGED_IN:
		login_succeeded(s);
		return;
	case POP3_LOGIN_REFUSED:
		login_refused(s, event);
		return;
	case POP3_ANSWERED:
		login_answered(s, event);
		return;
	case POP3_TURNED_AWAY:
	case POP3_LISTED:
	case POP3_UIDL:
	case POP3_BYTES:
	case POP3_JUNK:
		return; /* backend_pop3.c sends no such kind here */
	}
}
