/* SASL mechanisms: one row each. What libgsasl knows it does; the two for tokens are here. */
#include "proto/sasl/sasl.h"

#include "base/base64.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <gsasl.h>

enum {
	SASL_CHALLENGE_MAX = 65536,
	SASL_STEPS_MAX = 20,
	SASL_ITERATIONS_MAX = 600000, /* of SCRAM: what a server may make us compute */
};

struct mechanism {
	const char *name;
	bool is_plus;      /* bound to the channel */
	bool sends_secret; /* only inside TLS */
	bool is_token;
	bool has_initial;
	bool is_scram;  /* the server proves itself */
	bool on_demand; /* only when the user names it */
	/* The only response, for what libgsasl does not have; NULL: libgsasl. */
	void (*respond)(const struct sasl_input *input, struct buf *response);
};

struct sasl {
	const struct mechanism *mechanism;
	struct sasl_input input; /* its bytes are borrowed */
	Gsasl *gsasl;
	Gsasl_session *session;
	int steps;
	bool is_done;
};

static void respond_xoauth2(const struct sasl_input *input, struct buf *response)
{
	buf_add(response, STR("user="));
	buf_add(response, input->user);
	buf_add(response, STR("\001auth=Bearer "));
	buf_add(response, input->secret);
	buf_add(response, STR("\001\001"));
}

/* A saslname of RFC 5802: "," and "=" are escaped. */
static void add_saslname(struct buf *out, struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] == ',')
			buf_add(out, STR("=2C"));
		else if (name.data[i] == '=')
			buf_add(out, STR("=3D"));
		else
			buf_add_char(out, name.data[i]);
	}
}

/* RFC 7628 section 3.1. */
static void respond_oauthbearer(const struct sasl_input *input, struct buf *response)
{
	buf_add(response, STR("n,a="));
	add_saslname(response, input->user);
	buf_add(response, STR(",\001host="));
	buf_add(response, input->host);
	buf_addf(response, "\001port=%u\001auth=Bearer ", input->port);
	buf_add(response, input->secret);
	buf_add(response, STR("\001\001"));
}

/* Best first. */
static const struct mechanism mechanisms[] = {
	{"SCRAM-SHA-256-PLUS", .is_plus = true, .has_initial = true, .is_scram = true},
	{"SCRAM-SHA-1-PLUS", .is_plus = true, .has_initial = true, .is_scram = true},
	{"SCRAM-SHA-256", .has_initial = true, .is_scram = true},
	{"SCRAM-SHA-1", .has_initial = true, .is_scram = true},
	{"CRAM-MD5", .has_initial = false},
	{"PLAIN", .sends_secret = true, .has_initial = true},
	{"LOGIN", .sends_secret = true},
	{"OAUTHBEARER", .sends_secret = true, .is_token = true, .has_initial = true,
		.respond = respond_oauthbearer},
	{"XOAUTH2", .sends_secret = true, .is_token = true, .has_initial = true,
		.respond = respond_xoauth2},
	{"EXTERNAL", .has_initial = true, .on_demand = true},
};

enum { MECHANISMS = sizeof(mechanisms) / sizeof(mechanisms[0]) };

static const struct mechanism *mechanism_find(const char *name)
{
	for (size_t i = 0; i < MECHANISMS; i++) {
		if (str_equal_nocase(str_from(mechanisms[i].name), str_from(name)))
			return &mechanisms[i];
	}
	return NULL;
}

static bool mechanism_fits(
	const struct mechanism *m, const struct sasl_input *input, bool is_token, bool not_plus)
{
	bool has_binding = input->tls_exporter.len > 0 || input->tls_unique.len > 0;
	if (m->is_plus && (not_plus || !has_binding))
		return false;
	if (m->sends_secret && !input->is_tls)
		return false;
	return m->on_demand || m->is_token == is_token;
}

const char *sasl_choose(bool (*offers)(void *context, struct str mechanism), void *context,
	const struct sasl_input *input, bool is_token, const char *wanted, bool not_plus)
{
	bool is_auto = wanted == NULL || str_equal_nocase(str_from(wanted), STR("auto"));
	for (size_t i = 0; i < MECHANISMS; i++) {
		const struct mechanism *m = &mechanisms[i];
		if (is_auto ? m->on_demand : !str_equal_nocase(str_from(m->name), str_from(wanted)))
			continue;
		if (mechanism_fits(m, input, is_token, not_plus) &&
			offers(context, str_from(m->name)))
			return m->name;
	}
	return NULL;
}

bool sasl_is_known(const char *mechanism)
{
	return mechanism_find(mechanism) != NULL;
}

bool sasl_sends_secret(const char *mechanism)
{
	const struct mechanism *m = mechanism_find(mechanism);
	return m != NULL && m->sends_secret;
}

bool sasl_is_token(const char *mechanism)
{
	const struct mechanism *m = mechanism_find(mechanism);
	return m != NULL && m->is_token;
}

static int give(Gsasl_session *session, Gsasl_property property, struct str value)
{
	return gsasl_property_set_raw(session, property, value.data, value.len);
}

/* Exactly one of the two bindings, and only for -PLUS: given to a plain SCRAM, libgsasl would say
 * "y,,", which a server that offers -PLUS has to take for an attack. */
static int give_binding(const struct sasl *s, Gsasl_session *session, Gsasl_property property)
{
	bool has_exporter = s->input.tls_exporter.len > 0;
	if (!s->mechanism->is_plus || has_exporter != (property == GSASL_CB_TLS_EXPORTER))
		return GSASL_NO_CALLBACK;
	struct str bytes = has_exporter ? s->input.tls_exporter : s->input.tls_unique;
	struct buf text = {0};
	base64_encode(bytes, &text);
	int code = give(session, property, buf_str(&text));
	buf_wipe(&text);
	return code;
}

static int answer(Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
	const struct sasl *s = gsasl_callback_hook_get(gsasl);
	if (property == GSASL_AUTHID)
		return give(session, property, s->input.user);
	if (property == GSASL_PASSWORD)
		return give(session, property, s->input.secret);
	if (property == GSASL_CB_TLS_EXPORTER || property == GSASL_CB_TLS_UNIQUE)
		return give_binding(s, session, property);
	return GSASL_NO_CALLBACK;
}

/* These bytes end a field or a line in one mechanism or another, and NUL ends the text in
 * libgsasl: none of them is in a name or password that anybody types. */
static bool is_clean(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (memchr("\0\001\r\n", text.data[i], 4) != NULL)
			return false;
	}
	return true;
}

static bool input_is_clean(const struct sasl_input *input, struct error *err)
{
	if (!is_clean(input->user) || !is_clean(input->host))
		return error_set(err, ERROR_LOGIN, "the user name has a line end or a NUL in it");
	if (!is_clean(input->secret))
		return error_set(err, ERROR_LOGIN, "the password has a line end or a NUL in it");
	return true;
}

static bool start_gsasl(struct sasl *s, struct error *err)
{
	int code = gsasl_init(&s->gsasl);
	if (code == GSASL_OK) {
		gsasl_callback_set(s->gsasl, answer);
		gsasl_callback_hook_set(s->gsasl, s);
		code = gsasl_client_start(s->gsasl, s->mechanism->name, &s->session);
	}
	return code == GSASL_OK ||
	       error_set(err, ERROR_LOGIN, "%s: %s", s->mechanism->name, gsasl_strerror(code));
}

struct sasl *sasl_new(const char *mechanism, const struct sasl_input *input, struct error *err)
{
	const struct mechanism *m = mechanism_find(mechanism);
	if (m == NULL) {
		error_set(err, ERROR_LOGIN, "the log-in mechanism %.40s is not known", mechanism);
		return NULL;
	}
	if (m->sends_secret && !input->is_tls) {
		error_set(err, ERROR_TLS, "%s would send the password without TLS", m->name);
		return NULL;
	}
	if (!input_is_clean(input, err))
		return NULL;
	struct sasl *s = mem_new(sizeof(*s));
	s->mechanism = m;
	s->input = *input;
	if (m->respond != NULL || start_gsasl(s, err))
		return s;
	sasl_free(s);
	return NULL;
}

void sasl_free(struct sasl *s)
{
	if (s == NULL)
		return;
	if (s->session != NULL)
		gsasl_finish(s->session);
	if (s->gsasl != NULL)
		gsasl_done(s->gsasl);
	mem_wipe(s, sizeof(*s));
	mem_free(s);
}

static bool step_gsasl(
	struct sasl *s, struct str challenge, struct buf *response, struct error *err)
{
	char *out = NULL;
	size_t len = 0;
	int code = gsasl_step(s->session, challenge.data, challenge.len, &out, &len);
	bool ok = code == GSASL_OK || code == GSASL_NEEDS_MORE;
	if (ok && out != NULL)
		buf_add_bytes(response, out, len);
	if (out != NULL) {
		mem_wipe(out, len);
		gsasl_free(out);
	}
	s->is_done = code == GSASL_OK;
	if (ok)
		return true;
	enum error_kind kind = code == GSASL_MECHANISM_PARSE_ERROR ? ERROR_PROTOCOL : ERROR_LOGIN;
	return error_set(err, kind, "%s: %s", s->mechanism->name, gsasl_strerror(code));
}

bool sasl_begin(struct sasl *s, bool *has_initial, struct buf *response, struct error *err)
{
	*has_initial = s->mechanism->has_initial;
	if (!*has_initial)
		return true;
	s->steps++;
	if (s->mechanism->respond == NULL)
		return step_gsasl(s, STR(""), response, err);
	s->mechanism->respond(&s->input, response);
	s->is_done = true;
	return true;
}

/* "i=" of SCRAM's first challenge: a server may not keep us busy for hours. */
static bool iterations_are_bounded(struct str challenge)
{
	while (challenge.len > 0) {
		struct str field = str_cut(&challenge, ',');
		uint64_t count;
		if (!str_starts(field, STR("i=")))
			continue;
		if (!str_to_u64(str_skip(field, 2), &count) || count > SASL_ITERATIONS_MAX)
			return false;
	}
	return true;
}

/* A token was not taken: the server says why in JSON. */
static bool fail_token(struct str challenge, struct error *err)
{
	struct buf text = {0};
	utf8_add_mended(&text, str_first(challenge, ERROR_DETAIL_SIZE));
	error_set(err, ERROR_LOGIN, "the token was not accepted: %s", buf_text(&text));
	buf_done(&text);
	return false;
}

bool sasl_step(struct sasl *s, struct str challenge, struct buf *response, struct error *err)
{
	const char *name = s->mechanism->name;
	if (challenge.len > SASL_CHALLENGE_MAX || s->steps++ >= SASL_STEPS_MAX)
		return error_set(
			err, ERROR_PROTOCOL, "%s: the server's challenge does not end", name);
	if (s->mechanism->respond != NULL)
		return fail_token(challenge, err);
	if (s->is_done)
		return error_set(err, ERROR_PROTOCOL, "%s: a challenge too many", name);
	if (s->mechanism->is_scram && !iterations_are_bounded(challenge))
		return error_set(
			err, ERROR_PROTOCOL, "%s: the server asks for too much work", name);
	return step_gsasl(s, challenge, response, err);
}

bool sasl_is_proven(const struct sasl *s)
{
	return !s->mechanism->is_scram || s->is_done;
}
