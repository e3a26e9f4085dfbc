/* TLS against a server in a thread of the test, with certificates made on the spot. */
#include "proto/net/net_inside.h"

#include "base/clock.h"
#include "base/memory.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DAY = 86400 };

/* ---- Certificates ---- */

struct issued {
	X509 *cert;
	EVP_PKEY *key;
};

struct recipe {
	const char *cn, *san, *usage;
	int from_days, to_days; /* from now; 0, 0 is a good one */
	bool is_ca, has_nul;
};

static void add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	cr_assert_not_null(ext, "%s", value);
	X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
}

static void add_nul_name(X509 *cert)
{
	static const char name[] = "mail.test\0.evil.test";
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *one = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();
	ASN1_STRING_set(text, name, sizeof(name) - 1);
	GENERAL_NAME_set0_value(one, GEN_DNS, text);
	sk_GENERAL_NAME_push(names, one);
	cr_assert_eq(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
	GENERAL_NAMES_free(names);
}

/* issuer NULL: signed by itself. */
static struct issued issue(const struct recipe *r, const struct issued *issuer)
{
	static long serial = 1;
	struct issued out = {X509_new(), EVP_EC_gen("P-256")};
	int to = r->from_days == 0 && r->to_days == 0 ? 10 : r->to_days;
	int from = r->from_days == 0 ? -1 : r->from_days;
	X509_set_version(out.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(out.cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(out.cert), (long)from * DAY);
	X509_gmtime_adj(X509_getm_notAfter(out.cert), (long)to * DAY);
	X509_set_pubkey(out.cert, out.key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(out.cert), "CN", MBSTRING_UTF8,
		(const unsigned char *)r->cn, -1, -1, 0);
	X509_set_issuer_name(
		out.cert, X509_get_subject_name(issuer != NULL ? issuer->cert : out.cert));
	if (r->is_ca)
		add_extension(out.cert, NID_basic_constraints, "critical,CA:TRUE");
	if (r->usage != NULL)
		add_extension(out.cert, NID_ext_key_usage, r->usage);
	if (r->san != NULL)
		add_extension(out.cert, NID_subject_alt_name, r->san);
	if (r->has_nul)
		add_nul_name(out.cert);
	cr_assert(X509_sign(out.cert, issuer != NULL ? issuer->key : out.key, EVP_sha256()) > 0);
	return out;
}

static void issued_done(struct issued *i)
{
	X509_free(i->cert);
	EVP_PKEY_free(i->key);
	*i = (struct issued){0};
}

/* ---- The server ---- */

struct peer {
	struct issued root, middle, leaf;
	int version; /* the highest it speaks; 0 any */
	bool is_starttls, is_clear, ends_rudely;
	const char *injected; /* behind the OK for STARTTLS, in clear */
	size_t first_bytes;   /* the client reads so many of the clear answer; 0: all */
	int fd;
	uint16_t port;
	char root_file[40];
	char heard_name[100]; /* by SNI */
	unsigned char binding[64];
	size_t binding_len;
	pthread_t thread;
};

static void talk_tls(struct peer *p, SSL *ssl)
{
	char line[100];
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	snprintf(p->heard_name, sizeof(p->heard_name), "%s", name != NULL ? name : "");
	if (SSL_version(ssl) == TLS1_3_VERSION) {
		p->binding_len = 32;
		SSL_export_keying_material(ssl, p->binding, 32, "EXPORTER-Channel-Binding", 24,
			(const unsigned char *)"", 0, 1);
	} else {
		p->binding_len = SSL_get_peer_finished(ssl, p->binding, sizeof(p->binding));
	}
	SSL_write(ssl, "* OK inside\r\n", 13);
	int n = SSL_read(ssl, line, sizeof(line));
	if (n > 0)
		SSL_write(ssl, line, n);
	if (!p->ends_rudely)
		SSL_shutdown(ssl);
}

static bool talk_clear(const struct peer *p, int fd)
{
	char line[100];
	struct buf answer = {0};
	if (write(fd, "* OK outside\r\n", 14) != 14 || read(fd, line, sizeof(line)) <= 0)
		return false;
	buf_add_text(&answer, "a OK\r\n");
	if (p->injected != NULL)
		buf_add_text(&answer, p->injected);
	bool ok = write(fd, answer.data, answer.len) == (ssize_t)answer.len;
	buf_done(&answer);
	return ok;
}

static void serve(struct peer *p, int fd)
{
	if ((p->is_starttls || p->is_clear) && !talk_clear(p, fd))
		return;
	if (p->is_clear)
		return;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (p->version != 0 && p->version < TLS1_2_VERSION)
		SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, p->version);
	SSL_CTX_use_certificate(ctx, p->leaf.cert);
	SSL_CTX_use_PrivateKey(ctx, p->leaf.key);
	if (p->middle.cert != NULL)
		SSL_CTX_add1_chain_cert(ctx, p->middle.cert);
	SSL *ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1)
		talk_tls(p, ssl);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

static void *peer_run(void *data)
{
	struct peer *p = data;
	int fd = accept(p->fd, NULL, NULL);
	if (fd >= 0)
		serve(p, fd);
	close(fd);
	return NULL;
}

static void peer_start(struct peer *p)
{
	signal(SIGPIPE, SIG_DFL);
	sigset_t pipe_only;
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_eq(bind(p->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	cr_assert_eq(listen(p->fd, 5), 0);
	getsockname(p->fd, (struct sockaddr *)&at, &size);
	p->port = ntohs(at.sin_port);
	snprintf(p->root_file, sizeof(p->root_file), "/tmp/rowan-root-XXXXXX");
	FILE *file = fdopen(mkstemp(p->root_file), "w");
	PEM_write_X509(file, p->root.cert);
	fclose(file);
	pthread_sigmask(SIG_BLOCK, &pipe_only, NULL); /* the server's; the client needs none */
	pthread_create(&p->thread, NULL, peer_run, p);
	pthread_sigmask(SIG_UNBLOCK, &pipe_only, NULL);
}

/* The usual server: root, and a leaf for mail.test. */
static void peer_make(struct peer *p, const struct recipe *leaf)
{
	p->root = issue(&(struct recipe){.cn = "Test Root", .is_ca = true}, NULL);
	p->leaf = issue(leaf, &p->root);
}

static void peer_end(struct peer *p)
{
	shutdown(p->fd, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->fd);
	unlink(p->root_file);
	issued_done(&p->root);
	issued_done(&p->middle);
	issued_done(&p->leaf);
}

/* ---- The client ---- */

static void resolve_here(const char *host, uint16_t port, struct net_answer *answer)
{
	(void)host;
	net_resolve_address("127.0.0.1", port, answer);
}

static struct net *net_here(void)
{
	struct net *net = net_new(NULL);
	net->resolver = resolve_here;
	return net;
}

static void wait_for(struct net_conn *c)
{
	struct pollfd fds[NET_POLL_MAX];
	int64_t now = clock_monotonic_ms();
	int64_t deadline = now + 15000;
	size_t count = net_poll(c, false, fds, &deadline);
	cr_assert(count <= NET_POLL_MAX);
	poll(fds, count, (int)(deadline > now ? deadline - now : 0));
}

/* Until the connection stands or failed. */
static bool drive(struct net_conn *c, struct error *err)
{
	bool ok = net_step(c, clock_monotonic_ms(), err);
	while (ok && net_state(c) != NET_OPEN) {
		wait_for(c);
		ok = net_step(c, clock_monotonic_ms(), err);
	}
	return ok;
}

static enum net_io read_some(struct net_conn *c, size_t max, struct buf *out, struct error *err)
{
	enum net_io io = net_read(c, max, out, err);
	while (io == NET_IO_WAIT) {
		wait_for(c);
		cr_assert(net_step(c, clock_monotonic_ms(), err), "%s", err->detail);
		io = net_read(c, max, out, err);
	}
	return io;
}

static void say(struct net_conn *c, const char *text)
{
	size_t written;
	struct error err = {0};
	cr_assert_eq(net_write(c, str_from(text), &written, &err), NET_IO_BYTES, "%s", err.detail);
	cr_assert_eq(written, strlen(text));
}

static struct net_target target_of(const struct peer *p)
{
	return (struct net_target){.host = "mail.test", .port = p->port, .ca_file = p->root_file};
}

static const struct recipe good = {.cn = "mail", .san = "DNS:mail.test"};

Test(net_tls, opens_reads_writes_and_counts)
{
	struct peer p = {0};
	peer_make(&p, &good);
	peer_start(&p);
	struct net *net = net_here();
	struct net_target target = target_of(&p);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	cr_assert(drive(c, &err), "%s", err.detail);
	cr_assert(net_is_tls(c));
	cr_assert(net_is_loopback(c));
	struct buf got = {0};
	cr_assert_eq(read_some(c, 1000, &got, &err), NET_IO_BYTES);
	cr_assert_str_eq(buf_text(&got), "* OK inside\r\n");
	buf_clear(&got);
	say(c, "a1 NOOP\r\n");
	cr_assert_eq(read_some(c, 3, &got, &err), NET_IO_BYTES);
	cr_assert_str_eq(buf_text(&got), "a1 ");
	cr_assert(net_has_buffered(c), "the rest of the record waits where poll cannot see it");
	cr_assert_eq(read_some(c, 100, &got, &err), NET_IO_BYTES);
	cr_assert_str_eq(buf_text(&got), "a1 NOOP\r\n");
	cr_assert_eq(read_some(c, 100, &got, &err), NET_IO_CLOSED);
	struct net_counts counts;
	net_counts(c, &counts);
	cr_assert_eq(counts.bytes_up, 9);
	cr_assert_eq(counts.bytes_down, 13 + 9);
	cr_assert_eq(counts.turns, 1);
	cr_assert_eq(counts.handshake_turns, 2, "one of TCP, one of TLS 1.3");
	cr_assert(counts.socket_up > 9 && counts.socket_down > 22);
	const struct net_cert *cert = net_certificate(c);
	cr_assert_str_eq(cert->subject, "mail.test");
	cr_assert_str_eq(cert->issuer, "CN = Test Root");
	cr_assert_eq(strlen(cert->fingerprint), 7 + 32 * 3 - 1);
	cr_assert_eq(strlen(cert->pin), 7 + 44);
	cr_assert_eq(strlen(cert->not_after), 10);
	buf_done(&got);
	net_close(c);
	net_free(net);
	peer_end(&p);
	cr_assert_str_eq(p.heard_name, "mail.test");
}

/* What is wrong, as the certificate's faults. */
static const struct cert_case {
	const char *what, *host;
	struct recipe leaf;
	bool is_self_signed, has_no_root;
	unsigned faults;
	const char *words;
} cert_cases[] = {
	{"good", "mail.test", {.cn = "m", .san = "DNS:mail.test"}, .faults = 0},
	{"in capitals, from the root", "MAIL.Test.", {.cn = "m", .san = "DNS:mail.test"},
		.faults = 0},
	{"U-label", "bücher.test", {.cn = "m", .san = "DNS:xn--bcher-kva.test"}, .faults = 0},
	{"address", "127.0.0.1", {.cn = "m", .san = "IP:127.0.0.1"}, .faults = 0},
	{"whole wildcard", "mx.mail.test", {.cn = "m", .san = "DNS:*.mail.test"}, .faults = 0},
	{"expired", "mail.test",
		{.cn = "m", .san = "DNS:mail.test", .from_days = -20, .to_days = -2},
		.faults = NET_CERT_EXPIRED, .words = "its certificate expired on 20"},
	{"not yet", "mail.test", {.cn = "m", .san = "DNS:mail.test", .from_days = 5, .to_days = 9},
		.faults = NET_CERT_NOT_YET, .words = "is not valid before 20"},
	{"wrong name", "mail.test", {.cn = "mail.test", .san = "DNS:other.test"},
		.faults = NET_CERT_WRONG_NAME, .words = "is for another name (other.test)"},
	{"common name only", "mail.test", {.cn = "mail.test"}, .faults = NET_CERT_WRONG_NAME,
		.words = "is for another name (CN = mail.test)"},
	{"part wildcard", "mx.mail.test", {.cn = "m", .san = "DNS:m*.mail.test"},
		.faults = NET_CERT_WRONG_NAME, .words = "another name"},
	{"bare wildcard", "test", {.cn = "m", .san = "DNS:*"}, .faults = NET_CERT_WRONG_NAME,
		.words = "another name"},
	{"wildcard over two labels", "a.b.test", {.cn = "m", .san = "DNS:*.test"},
		.faults = NET_CERT_WRONG_NAME, .words = "another name"},
	{"name with NUL", "mail.test", {.cn = "m", .has_nul = true}, .faults = NET_CERT_WRONG_NAME,
		.words = "another name (mail.test?.evil.test)"},
	{"address as a name", "127.0.0.1", {.cn = "m", .san = "DNS:127.0.0.1"},
		.faults = NET_CERT_WRONG_NAME, .words = "another name"},
	{"for clients", "mail.test", {.cn = "m", .san = "DNS:mail.test", .usage = "clientAuth"},
		.faults = NET_CERT_WRONG_PURPOSE, .words = "not made for servers"},
	{"self-signed", "mail.test", {.cn = "m", .san = "DNS:mail.test"}, .is_self_signed = true,
		.faults = NET_CERT_SELF_SIGNED, .words = "signed by itself"},
	{"unknown issuer", "mail.test", {.cn = "m", .san = "DNS:mail.test"}, .has_no_root = true,
		.faults = NET_CERT_UNKNOWN_ISSUER,
		.words = "is from an issuer that is not trusted here (CN = Test Root)"},
	{"all at once", "mail.test",
		{.cn = "m", .san = "DNS:o.test", .from_days = -9, .to_days = -2},
		.is_self_signed = true,
		.faults = NET_CERT_SELF_SIGNED | NET_CERT_EXPIRED | NET_CERT_WRONG_NAME,
		.words = "; "},
};

static void check_cert_case(const struct cert_case *t)
{
	struct peer p = {0};
	peer_make(&p, &t->leaf);
	if (t->is_self_signed) {
		issued_done(&p.leaf);
		p.leaf = issue(&t->leaf, NULL);
	}
	peer_start(&p);
	struct net *net = net_here();
	struct net_target target = target_of(&p);
	target.host = t->host;
	if (t->has_no_root)
		target.ca_file = NULL;
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	bool ok = drive(c, &err);
	cr_assert_eq(ok, t->faults == 0, "%s: %s", t->what, err.detail);
	cr_assert_eq(net_is_tls(c), ok);
	const struct net_cert *cert = net_certificate(c);
	cr_assert_not_null(cert, "%s: %s", t->what, err.detail);
	cr_assert_eq(cert->faults, t->faults, "%s: %x", t->what, cert->faults);
	if (!ok) {
		cr_assert_eq(err.kind, ERROR_TLS, "%s", t->what);
		cr_assert_not_null(strstr(err.detail, t->words), "%s: %s", t->what, err.detail);
	}
	net_close(c);
	net_free(net);
	peer_end(&p);
}

Test(net_tls, says_all_that_is_wrong_with_a_certificate)
{
	for (size_t i = 0; i < sizeof(cert_cases) / sizeof(cert_cases[0]); i++)
		check_cert_case(&cert_cases[i]);
}

Test(net_tls, names_the_issuer_that_expired)
{
	struct peer p = {0};
	struct recipe middle = {.cn = "Old Middle", .is_ca = true, .from_days = -30, .to_days = -3};
	p.root = issue(&(struct recipe){.cn = "Test Root", .is_ca = true}, NULL);
	p.middle = issue(&middle, &p.root);
	p.leaf = issue(&good, &p.middle);
	peer_start(&p);
	struct net *net = net_here();
	struct net_target target = target_of(&p);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	cr_assert_not(drive(c, &err));
	cr_assert_eq(net_certificate(c)->faults, NET_CERT_EXPIRED);
	cr_assert_not_null(
		strstr(err.detail, "the certificate of its issuer (CN = Old Middle) expired on 20"),
		"%s", err.detail);
	net_close(c);
	net_free(net);
	peer_end(&p);
}

/* Connects once to p; returns whether it opened, and the key's pin and the faults seen. */
static bool try_pins(struct peer *p, const char *pin, const char *once, bool has_root, char **seen,
	unsigned *faults)
{
	peer_start(p);
	struct net *net = net_here();
	struct net_target target = target_of(p);
	target.pin = pin;
	target.trust_once = once;
	if (!has_root)
		target.ca_file = NULL;
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	bool ok = drive(c, &err);
	cr_assert(ok || err.kind == ERROR_TLS, "%s", err.detail);
	if (seen != NULL)
		*seen = mem_text(net_certificate(c)->pin);
	*faults = net_certificate(c)->faults;
	net_close(c);
	net_free(net);
	shutdown(p->fd, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->fd);
	unlink(p->root_file);
	return ok;
}

Test(net_tls, a_pin_outweighs_the_chain_both_ways)
{
	struct peer bad = {0}, other = {0};
	const char *wrong = "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	unsigned faults;
	char *pin;
	peer_make(&bad,
		&(struct recipe){.cn = "m", .san = "DNS:o.test", .from_days = -9, .to_days = -2});
	cr_assert_not(try_pins(&bad, NULL, NULL, false, &pin, &faults));
	cr_assert(try_pins(&bad, pin, NULL, false, NULL, &faults), "trusted by its key");
	cr_assert(try_pins(&bad, NULL, pin, false, NULL, &faults), "for this run");
	cr_assert(try_pins(&bad, wrong, pin, false, NULL, &faults), "the new key, asked for");
	cr_assert_not(try_pins(&bad, wrong, wrong, false, NULL, &faults));
	cr_assert_not(try_pins(&bad, "", NULL, false, NULL, &faults), "an empty pin is no pass");

	peer_make(&other, &good);
	cr_assert(try_pins(&other, NULL, NULL, true, NULL, &faults));
	cr_assert_not(try_pins(&other, pin, NULL, true, NULL, &faults), "a good chain, a new key");
	cr_assert_eq(faults, NET_CERT_PIN_CHANGED);
	mem_free(pin);
	issued_done(&bad.root);
	issued_done(&bad.leaf);
	issued_done(&other.root);
	issued_done(&other.leaf);
}

static void check_binding(int version, bool wants_exporter)
{
	struct peer p = {.version = version};
	peer_make(&p, &good);
	peer_start(&p);
	struct net *net = net_here();
	struct net_target target = target_of(&p);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	struct buf binding = {0}, got = {0};
	bool is_exporter = !wants_exporter;
	cr_assert_not(net_binding(c, &is_exporter, &binding), "not before the handshake");
	cr_assert(drive(c, &err), "%s", err.detail);
	cr_assert_eq(read_some(c, 100, &got, &err), NET_IO_BYTES);
	cr_assert(net_binding(c, &is_exporter, &binding));
	cr_assert_eq(is_exporter, wants_exporter);
	net_close(c);
	net_free(net);
	peer_end(&p);
	cr_assert_eq(binding.len, p.binding_len);
	cr_assert_arr_eq(binding.data, p.binding, binding.len);
	buf_done(&binding);
	buf_done(&got);
}

Test(net_tls, binds_to_the_channel_by_exporter_or_unique)
{
	check_binding(TLS1_3_VERSION, true);
	check_binding(TLS1_2_VERSION, false);
}

static void check_refused(struct peer *p, enum error_kind kind, const char *words)
{
	peer_make(p, &good);
	peer_start(p);
	struct net *net = net_here();
	struct net_target target = target_of(p);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	cr_assert_not(drive(c, &err));
	cr_assert_eq(err.kind, kind, "%s", err.detail);
	cr_assert_not_null(strstr(err.detail, words), "%s", err.detail);
	cr_assert_eq(net_state(c), NET_FAILED);
	struct error again = {0};
	cr_assert_not(net_step(c, 0, &again));
	cr_assert_str_eq(again.detail, err.detail);
	net_close(c);
	net_free(net);
	peer_end(p);
}

Test(net_tls, refuses_old_versions_and_what_is_not_tls)
{
	check_refused(&(struct peer){.version = TLS1_1_VERSION}, ERROR_TLS, "TLS");
	check_refused(&(struct peer){.is_clear = true}, ERROR_TLS, "does not speak TLS");
}

/* Opens to a peer by the system's roots, which are where the environment says. */
static bool opens_by_system_roots(struct peer *p)
{
	struct net *net = net_here();
	struct net_target target = target_of(p);
	target.ca_file = NULL;
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	bool ok = drive(c, &err);
	cr_expect(ok || err.kind == ERROR_TLS, "%s", err.detail);
	net_close(c);
	net_free(net);
	return ok;
}

Test(net_tls, the_systems_roots_are_found_in_a_folder_by_hash_and_in_a_file)
{
	char folder[] = "/tmp/rowan-roots-XXXXXX", link_name[64];
	for (int i = 0; i < 3; i++) {
		struct peer p = {0};
		p.root = issue(&(struct recipe){.cn = "Test Root", .is_ca = true}, NULL);
		p.leaf = issue(&good, &p.root);
		peer_start(&p);
		if (i == 0)
			cr_assert_not_null(mkdtemp(folder));
		setenv("SSL_CERT_DIR", folder, 1);
		snprintf(link_name, sizeof(link_name), "%s/%08lx.0", folder,
			X509_subject_name_hash(p.root.cert));
		if (i == 1)
			cr_assert_eq(symlink(p.root_file, link_name), 0);
		if (i == 2)
			setenv("SSL_CERT_FILE", p.root_file, 1);
		cr_expect_eq(opens_by_system_roots(&p), i > 0, "%d", i);
		peer_end(&p);
		unlink(link_name);
	}
	rmdir(folder);
}

Test(net_tls, an_unreadable_file_of_roots_is_said)
{
	struct peer p = {0};
	peer_make(&p, &good);
	peer_start(&p);
	struct net *net = net_here();
	struct net_target target = target_of(&p);
	target.ca_file = "/nonexistent/roots.pem";
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	cr_assert_not(drive(c, &err));
	cr_assert_eq(err.kind, ERROR_INPUT);
	cr_assert_not_null(strstr(err.detail, "/nonexistent/roots.pem"), "%s", err.detail);
	net_close(c);
	net_free(net);
	peer_end(&p);
}

Test(net_tls, tells_truncation_from_a_clean_end)
{
	for (int rude = 0; rude < 2; rude++) {
		struct peer p = {.ends_rudely = rude};
		peer_make(&p, &good);
		peer_start(&p);
		struct net *net = net_here();
		struct net_target target = target_of(&p);
		struct net_conn *c = net_connect(net, &target);
		struct error err = {0};
		cr_assert(drive(c, &err), "%s", err.detail);
		say(c, "bye\r\n");
		struct buf got = {0};
		enum net_io io = NET_IO_BYTES;
		while (io == NET_IO_BYTES)
			io = read_some(c, 100, &got, &err);
		cr_assert_eq(io, rude ? NET_IO_ERROR : NET_IO_CLOSED);
		cr_assert_str_eq(buf_text(&got), "* OK inside\r\nbye\r\n");
		if (rude)
			cr_assert_not_null(strstr(err.detail, "cut off"), "%s", err.detail);
		cr_assert_eq(net_read(c, 10, &got, &err), io, "and says so again");
		buf_done(&got);
		net_close(c);
		net_free(net);
		peer_end(&p);
	}
}

/* Returns whether TLS stood in the end; what came inside is in *inside. */
static bool upgrade(struct peer *p, struct buf *inside, struct error *err)
{
	p->is_starttls = true;
	peer_make(p, &good);
	peer_start(p);
	struct net *net = net_here();
	struct net_target target = target_of(p);
	target.security = NET_STARTTLS;
	struct net_conn *c = net_connect(net, &target);
	struct buf clear = {0};
	cr_assert(drive(c, err), "%s", err->detail);
	cr_assert_not(net_is_tls(c));
	cr_assert_eq(read_some(c, 100, &clear, err), NET_IO_BYTES);
	say(c, "a STARTTLS\r\n");
	cr_assert_eq(read_some(c, p->first_bytes != 0 ? p->first_bytes : 100, &clear, err),
		NET_IO_BYTES);
	net_start_tls(c);
	cr_assert_eq(net_state(c), NET_HANDSHAKE);
	cr_assert_eq(net_read(c, 100, &clear, NULL), NET_IO_ERROR, "nothing is read in clear now");
	size_t written;
	cr_assert_eq(net_write(c, STR("a LOGIN"), &written, NULL), NET_IO_ERROR, "nor written");
	bool ok = drive(c, err);
	cr_assert_eq(net_is_tls(c), ok);
	if (ok)
		cr_assert_eq(read_some(c, 100, inside, err), NET_IO_BYTES);
	buf_done(&clear);
	net_close(c);
	net_free(net);
	peer_end(p);
	return ok;
}

Test(net_tls, starttls_upgrades_and_takes_nothing_over)
{
	struct buf inside = {0};
	struct error err = {0};
	cr_assert(upgrade(&(struct peer){0}, &inside, &err), "%s", err.detail);
	cr_assert_str_eq(buf_text(&inside), "* OK inside\r\n");
	buf_clear(&inside);
	struct peer injecting = {.injected = "* CAPABILITY IMAP4rev1 AUTH=EVIL\r\n"};
	cr_assert(upgrade(&injecting, &inside, &err), "%s", err.detail);
	cr_assert_str_eq(buf_text(&inside), "* OK inside\r\n");
	buf_clear(&inside);
	struct peer late = {.injected = "* CAPABILITY EVIL\r\n", .first_bytes = 6};
	cr_assert_not(upgrade(&late, &inside, &err), "clear bytes where TLS should begin");
	cr_assert_eq(err.kind, ERROR_TLS);
	cr_assert_eq(inside.len, 0);
	buf_done(&inside);
}
