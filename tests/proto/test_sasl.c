/* SASL: the bytes of every mechanism, the choice among them, and servers that cheat. */
#include "proto/sasl/sasl.h"

#include "base/base64.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const struct sasl_input user = {.user = {"user", 4},
	.secret = {"pencil", 6},
	.host = {"imap.example.org", 16},
	.port = 993,
	.is_tls = true};

/* ---- The server's side of SCRAM (RFC 5802 section 3), by OpenSSL ---- */

static struct str mac(const EVP_MD *md, struct str key, struct str text, unsigned char *out)
{
	unsigned len = 0;
	HMAC(md, key.data, (int)key.len, (const unsigned char *)text.data, text.len, out, &len);
	return str_make((char *)out, len);
}

/* proof and signature, base64, for an exchange whose auth message is known. */
static void scram_compute(const EVP_MD *md, struct str password, struct str salt, int count,
	struct str message, struct buf *proof, struct buf *signature)
{
	unsigned char salted[64], client_key[64], stored[64], server_key[64], out[64];
	int size = EVP_MD_size(md);
	PKCS5_PBKDF2_HMAC(password.data, (int)password.len, (const unsigned char *)salt.data,
		(int)salt.len, count, md, size, salted);
	struct str key = str_make((char *)salted, (size_t)size);
	mac(md, key, STR("Client Key"), client_key);
	EVP_Digest(client_key, (size_t)size, stored, NULL, md, NULL);
	mac(md, str_make((char *)stored, (size_t)size), message, out);
	for (int i = 0; i < size; i++)
		out[i] ^= client_key[i];
	base64_encode(str_make((char *)out, (size_t)size), proof);
	struct str server = mac(md, key, STR("Server Key"), server_key);
	base64_encode(mac(md, server, message, out), signature);
}

static const struct scram_vector {
	const char *digest, *salt, *message, *proof, *signature;
} scram_vectors[] = {
	/* RFC 5802 section 5 */
	{"SHA1", "QSXCR+Q6sek8bf92",
		"n=user,r=fyko+d2lbbFgONRv9qkxdawL,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
		"s=QSXCR+Q6sek8bf92,i=4096,c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j",
		"v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ="},
	/* RFC 7677 section 3 */
	{"SHA256", "W22ZaJ0SNY7soEsUEjb6gQ==",
		"n=user,r=rOprNGfwEbeRWgbNEkqO,"
		"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
		"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,"
		"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
		"dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
		"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
};

Test(sasl, our_scram_server_agrees_with_the_rfcs)
{
	for (size_t i = 0; i < 2; i++) {
		const struct scram_vector *v = &scram_vectors[i];
		struct buf salt = {0}, proof = {0}, signature = {0};
		cr_assert(base64_decode(str_from(v->salt), &salt));
		scram_compute(EVP_get_digestbyname(v->digest), STR("pencil"), buf_str(&salt), 4096,
			str_from(v->message), &proof, &signature);
		cr_assert_str_eq(buf_text(&proof), v->proof);
		cr_assert_str_eq(buf_text(&signature), v->signature);
		buf_done(&salt);
		buf_done(&proof);
		buf_done(&signature);
	}
}

enum cheat { HONEST, WRONG_SIGNATURE, NO_SIGNATURE, OTHER_NONCE, ENDLESS_WORK };

static const struct scram_case {
	const char *mechanism, *digest, *gs2;
	struct str exporter, unique;
} scram_cases[] = {
	{"SCRAM-SHA-1", "SHA1", "n,,", {"", 0}, {"", 0}},
	{"SCRAM-SHA-256", "SHA256", "n,,", {"", 0}, {"", 0}},
	{"SCRAM-SHA-256", "SHA256", "n,,", {"\1\2\3\4", 4}, {"\5\6", 2}},
	{"SCRAM-SHA-1-PLUS", "SHA1", "p=tls-exporter,,", {"\1\2\3\4", 4}, {"", 0}},
	{"SCRAM-SHA-256-PLUS", "SHA256", "p=tls-exporter,,", {"\1\2\3\4", 4}, {"\5\6", 2}},
	{"SCRAM-SHA-256-PLUS", "SHA256", "p=tls-unique,,", {"", 0}, {"\5\6\7", 3}},
};

/* What the client has to send back as c=: the header and the bytes of the channel. */
static void expected_binding(const struct scram_case *t, struct buf *out)
{
	struct buf raw = {0};
	buf_add_text(&raw, t->gs2);
	if (strstr(t->gs2, "exporter") != NULL)
		buf_add(&raw, t->exporter);
	if (strstr(t->gs2, "unique") != NULL)
		buf_add(&raw, t->unique);
	base64_encode(buf_str(&raw), out);
	buf_done(&raw);
}

static const char salt_text[] = "QSXCR+Q6sek8bf92";

/* The server's first message, from the client's. */
static void server_first(struct str bare, enum cheat cheat, struct buf *out)
{
	size_t at = str_find(bare, STR(",r="));
	cr_assert_neq(at, STR_NONE);
	buf_add(out, STR("r="));
	if (cheat == OTHER_NONCE)
		buf_add(out, STR("x"));
	buf_add(out, str_skip(bare, at + 3));
	buf_addf(out, "SERVER,s=%s,i=%s", salt_text, cheat == ENDLESS_WORK ? "2147483647" : "4096");
}

/* The server's last message; checks the client's proof. */
static void server_final(const struct scram_case *t, struct str bare, struct str first,
	struct str answer, enum cheat cheat, struct buf *out)
{
	struct buf binding = {0}, start = {0}, salt = {0};
	struct buf message = {0}, proof = {0}, signature = {0};
	size_t at = str_find(answer, STR(",p="));
	cr_assert_neq(at, STR_NONE);
	expected_binding(t, &binding);
	buf_addf(&start, "c=%s,r=", buf_text(&binding));
	cr_assert(str_starts(answer, buf_str(&start)), "%.*s", (int)answer.len, answer.data);
	buf_add(&message, bare);
	buf_add_char(&message, ',');
	buf_add(&message, first);
	buf_add_char(&message, ',');
	buf_add(&message, str_first(answer, at));
	base64_decode(str_from(salt_text), &salt);
	scram_compute(EVP_get_digestbyname(t->digest), user.secret, buf_str(&salt), 4096,
		buf_str(&message), &proof, &signature);
	cr_assert(str_equal(str_skip(answer, at + 3), buf_str(&proof)));
	if (cheat == WRONG_SIGNATURE)
		signature.data[3] ^= 1;
	if (cheat != NO_SIGNATURE)
		buf_addf(out, "v=%s", buf_text(&signature));
	struct buf *all[] = {&binding, &start, &salt, &message, &proof, &signature};
	for (size_t i = 0; i < 6; i++)
		buf_done(all[i]);
}

/* Whether the client was content at the end; *steps tells how far it went. */
static bool run_scram(const struct scram_case *t, enum cheat cheat, bool *is_proven)
{
	struct sasl_input input = user;
	struct error err = {0};
	struct buf hello = {0}, first = {0}, answer = {0}, final = {0}, last = {0};
	bool has_initial = false;
	input.tls_exporter = t->exporter;
	input.tls_unique = t->unique;
	struct sasl *s = sasl_new(t->mechanism, &input, &err);
	cr_assert_not_null(s, "%s", err.detail);
	cr_assert(sasl_begin(s, &has_initial, &hello, &err), "%s", err.detail);
	cr_assert(has_initial);
	cr_assert(str_starts(buf_str(&hello), str_from(t->gs2)), "%s", buf_text(&hello));
	struct str bare = str_skip(buf_str(&hello), strlen(t->gs2));
	server_first(bare, cheat, &first);
	bool ok = sasl_step(s, buf_str(&first), &answer, &err);
	cr_assert_not(sasl_is_proven(s));
	if (ok) {
		server_final(t, bare, buf_str(&first), buf_str(&answer), cheat, &final);
		ok = sasl_step(s, buf_str(&final), &last, &err);
		cr_assert_eq(last.len, 0);
	}
	cr_assert(ok || err.detail[0] != '\0');
	*is_proven = sasl_is_proven(s);
	sasl_free(s);
	struct buf *all[] = {&hello, &first, &answer, &final, &last};
	for (size_t i = 0; i < 5; i++)
		buf_done(all[i]);
	return ok;
}

Test(sasl, scram_with_and_without_channel_binding)
{
	for (size_t i = 0; i < sizeof(scram_cases) / sizeof(scram_cases[0]); i++) {
		bool is_proven;
		cr_assert(run_scram(&scram_cases[i], HONEST, &is_proven), "case %zu", i);
		cr_assert(is_proven);
		for (enum cheat cheat = WRONG_SIGNATURE; cheat <= ENDLESS_WORK; cheat++) {
			cr_assert_not(run_scram(&scram_cases[i], cheat, &is_proven),
				"case %zu, cheat %d", i, (int)cheat);
			cr_assert_not(is_proven);
		}
	}
}

/* ---- The others ---- */

#define LITERAL(text)                                                                              \
	{                                                                                          \
		"" text, sizeof(text) - 1                                                          \
	}

static const struct bytes_case {
	const char *mechanism, *user, *secret;
	const char *challenges[3];
	struct str responses[3]; /* [0] is the initial one where there is no challenge for it */
	bool has_initial;
} bytes_cases[] = {
	/* RFC 2195 section 2 */
	{"CRAM-MD5", "tim", "tanstaaftanstaaf", {"<1896.697170952@postoffice.reston.mci.net>"},
		{LITERAL("tim b913a602c7eda7a495b4e6e7334d3890")}, false},
	/* RFC 4616 section 4 */
	{"PLAIN", "tim", "tanstaaftanstaaf", {NULL}, {LITERAL("\0tim\0tanstaaftanstaaf")}, true},
	{"PLAIN", "tïm", "p ss,w=rd", {NULL}, {LITERAL("\0tïm\0p ss,w=rd")}, true},
	{"LOGIN", "tim", "pencil", {"Username:", "Password:"}, {LITERAL("tim"), LITERAL("pencil")},
		false},
	{"LOGIN", "tim", "pencil", {"User Name", "whatever"}, {LITERAL("tim"), LITERAL("pencil")},
		false},
	{"EXTERNAL", "tim", "", {NULL}, {LITERAL("")}, true},
	{"XOAUTH2", "someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg", {NULL},
		{LITERAL("user=someuser@example.com\001auth=Bearer "
			 "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\001\001")},
		true},
	/* RFC 7628 section 4.1 */
	{"OAUTHBEARER", "user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", {NULL},
		{LITERAL("n,a=user@example.com,\001host=imap.example.org\001port=993\001"
			 "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\001\001")},
		true},
	{"OAUTHBEARER", "a=b,c", "t", {NULL},
		{LITERAL("n,a=a=3Db=2Cc,\001host=imap.example.org\001port=993\001auth=Bearer "
			 "t\001\001")},
		true},
};

static void check_bytes(const struct bytes_case *t)
{
	struct sasl_input input = user;
	input.user = str_from(t->user);
	input.secret = str_from(t->secret);
	struct error err = {0};
	struct buf got = {0};
	bool has_initial = !t->has_initial;
	struct sasl *s = sasl_new(t->mechanism, &input, &err);
	cr_assert_not_null(s, "%s: %s", t->mechanism, err.detail);
	cr_assert(sasl_begin(s, &has_initial, &got, &err), "%s", err.detail);
	cr_assert_eq(has_initial, t->has_initial);
	if (has_initial)
		cr_assert(str_equal(buf_str(&got), t->responses[0]), "%s: %zu bytes", t->mechanism,
			got.len);
	for (size_t i = 0; t->challenges[i] != NULL; i++) {
		buf_clear(&got);
		cr_assert(sasl_step(s, str_from(t->challenges[i]), &got, &err), "%s", err.detail);
		cr_assert(str_equal(buf_str(&got), t->responses[i]), "%s: %s", t->mechanism,
			buf_text(&got));
	}
	cr_assert(sasl_is_proven(s));
	bool ok = true;
	int count = 0;
	for (; ok && count < 30; count++)
		ok = sasl_step(s, STR("more"), &got, &err);
	cr_assert(count < 25, "%s: an endless server is left", t->mechanism);
	sasl_free(s);
	buf_done(&got);
}

Test(sasl, every_mechanism_says_its_bytes)
{
	for (size_t i = 0; i < sizeof(bytes_cases) / sizeof(bytes_cases[0]); i++)
		check_bytes(&bytes_cases[i]);
}

Test(sasl, a_refused_token_tells_the_servers_words)
{
	struct error err = {0};
	struct buf out = {0};
	bool has_initial;
	struct sasl *s = sasl_new("XOAUTH2", &user, &err);
	cr_assert(sasl_begin(s, &has_initial, &out, &err));
	cr_assert_not(sasl_step(s, STR("{\"status\":\"401\"}\xff"), &out, &err));
	cr_assert_eq(err.kind, ERROR_LOGIN);
	cr_assert_not_null(strstr(err.detail, "{\"status\":\"401\"}"), "%s", err.detail);
	sasl_free(s);
	buf_done(&out);
}

Test(sasl, what_a_mechanism_cannot_carry_is_refused)
{
	static const char *const names[] = {
		"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"};
	static const struct str bad[] = {{"a\0b", 3}, {"a\r", 2}, {"\n", 1}, {"a\001auth=", 7}};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
			struct sasl_input input = user;
			struct error err = {0};
			input.user = bad[k];
			cr_assert_null(sasl_new(names[i], &input, &err));
			cr_assert_eq(err.kind, ERROR_LOGIN);
			input.user = user.user;
			input.secret = bad[k];
			cr_assert_null(sasl_new(names[i], &input, NULL));
		}
	}
	struct sasl_input input = user;
	struct error err = {0};
	input.is_tls = false;
	cr_assert_null(sasl_new("PLAIN", &input, &err));
	cr_assert_eq(err.kind, ERROR_TLS);
	cr_assert_null(sasl_new("NTLM", &user, &err));
}

Test(sasl, an_over_long_challenge_is_left)
{
	struct error err = {0};
	struct buf much = {0}, out = {0};
	bool has_initial;
	for (int i = 0; i < 70000; i++)
		buf_add_char(&much, 'x');
	struct sasl *s = sasl_new("CRAM-MD5", &user, &err);
	cr_assert(sasl_begin(s, &has_initial, &out, &err));
	cr_assert_not(sasl_step(s, buf_str(&much), &out, &err));
	cr_assert_eq(err.kind, ERROR_PROTOCOL);
	sasl_free(s);
	buf_done(&much);
	buf_done(&out);
}

/* ---- The choice ---- */

/* context is the server's list, blank-separated. */
static bool offers(void *context, struct str mechanism)
{
	struct str list = str_from(context);
	while (list.len > 0) {
		if (str_equal_nocase(str_cut(&list, ' '), mechanism))
			return true;
	}
	return false;
}

#define ALL                                                                                        \
	"PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS "      \
	"XOAUTH2 OAUTHBEARER EXTERNAL"

static const struct choice_case {
	const char *server;
	bool is_tls, has_binding, is_token, not_plus;
	const char *wanted, *chosen;
} choice_cases[] = {
	{ALL, true, true, false, false, NULL, "SCRAM-SHA-256-PLUS"},
	{ALL, true, true, false, false, "auto", "SCRAM-SHA-256-PLUS"},
	{ALL, true, true, false, true, NULL, "SCRAM-SHA-256"},
	{ALL, true, false, false, false, NULL, "SCRAM-SHA-256"},
	{ALL, false, false, false, false, NULL, "SCRAM-SHA-256"},
	{"SCRAM-SHA-1-PLUS SCRAM-SHA-256", true, true, false, false, NULL, "SCRAM-SHA-1-PLUS"},
	{"SCRAM-SHA-1 CRAM-MD5 PLAIN", true, true, false, false, NULL, "SCRAM-SHA-1"},
	{"PLAIN LOGIN CRAM-MD5", true, false, false, false, NULL, "CRAM-MD5"},
	{"LOGIN PLAIN", true, false, false, false, NULL, "PLAIN"},
	{"LOGIN", true, false, false, false, NULL, "LOGIN"},
	{"LOGIN PLAIN XOAUTH2", false, false, false, false, NULL, NULL},
	{"LOGIN PLAIN XOAUTH2", false, false, true, false, NULL, NULL},
	{ALL, true, true, true, false, NULL, "OAUTHBEARER"},
	{"PLAIN XOAUTH2", true, true, true, false, NULL, "XOAUTH2"},
	{"PLAIN LOGIN", true, true, true, false, NULL, NULL},
	{"XOAUTH2", true, true, false, false, NULL, NULL},
	{"EXTERNAL", true, true, false, false, NULL, NULL},
	{"EXTERNAL", true, true, false, false, "external", "EXTERNAL"},
	{ALL, true, true, false, false, "plain", "PLAIN"},
	{ALL, false, true, false, false, "plain", NULL},
	{"LOGIN", true, true, false, false, "plain", NULL},
	{ALL, true, false, false, false, "SCRAM-SHA-256-PLUS", NULL},
	{ALL, true, true, false, false, "NTLM", NULL},
	{"", true, true, false, false, NULL, NULL},
};

Test(sasl, the_best_that_both_have_is_chosen)
{
	for (size_t i = 0; i < sizeof(choice_cases) / sizeof(choice_cases[0]); i++) {
		const struct choice_case *t = &choice_cases[i];
		struct sasl_input input = user;
		char list[200];
		input.is_tls = t->is_tls;
		if (t->has_binding)
			input.tls_exporter = STR("binding");
		snprintf(list, sizeof(list), "%s", t->server);
		const char *chosen =
			sasl_choose(offers, list, &input, t->is_token, t->wanted, t->not_plus);
		cr_assert_eq(chosen == NULL, t->chosen == NULL, "case %zu: %s", i, chosen);
		if (chosen != NULL)
			cr_assert_str_eq(chosen, t->chosen, "case %zu", i);
	}
	cr_assert(sasl_is_known("scram-sha-1"));
	cr_assert_not(sasl_is_known("NTLM"));
	cr_assert(sasl_sends_secret("LOGIN") && sasl_sends_secret("XOAUTH2"));
	cr_assert_not(sasl_sends_secret("CRAM-MD5"));
	cr_assert(sasl_is_token("OAUTHBEARER"));
	cr_assert_not(sasl_is_token("PLAIN"));
}
