/*
 * TLS (OpenSSL): 1.2 and newer, names verified by RFC 9525, chains for the purpose of a server.
 *
 * The verification looks at everything, so that a person hears all that is wrong at once, and then
 * decides inside the handshake: a certificate that is refused never sees a byte of ours. OpenSSL
 * moves its bytes through our own BIO, which counts them and never raises SIGPIPE.
 */
#include "proto/net/net_inside.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

static int bio_write(BIO *bio, const char *data, int size)
{
	BIO_clear_retry_flags(bio);
	ssize_t n = net_socket_write(BIO_get_data(bio), data, (size_t)size);
	if (n < 0 && errno == EAGAIN)
		BIO_set_retry_write(bio);
	return (int)n;
}

static int bio_read(BIO *bio, char *data, int size)
{
	BIO_clear_retry_flags(bio);
	ssize_t n = net_socket_read(BIO_get_data(bio), data, (size_t)size);
	if (n < 0 && errno == EAGAIN)
		BIO_set_retry_read(bio);
	return (int)n;
}

static long bio_ctrl(BIO *bio, int command, long number, void *data)
{
	(void)number;
	(void)data;
	const struct net_conn *c = BIO_get_data(bio);
	if (command == BIO_CTRL_EOF)
		return c->is_socket_ended;
	return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

static int bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

static BIO_METHOD *bio_method_new(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "rowan socket");
	if (m == NULL)
		return NULL;
	BIO_meth_set_write(m, bio_write);
	BIO_meth_set_read(m, bio_read);
	BIO_meth_set_ctrl(m, bio_ctrl);
	BIO_meth_set_create(m, bio_create);
	return m;
}

static struct net_conn *conn_of(X509_STORE_CTX *ctx)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
	return SSL_get_app_data(ssl);
}

/* Notes what is wrong and goes on, so that all of it is known in the end. */
static int verify_collect(int ok, X509_STORE_CTX *ctx)
{
	if (ok)
		return 1;
	struct net_conn *c = conn_of(ctx);
	int code = X509_STORE_CTX_get_error(ctx);
	net_cert_blame(&c->cert, &c->cert_why, code, X509_STORE_CTX_get_error_depth(ctx),
		X509_STORE_CTX_get_current_cert(ctx));
	return 1;
}

static bool pin_is(const char *pin, const struct net_cert *cert)
{
	return pin != NULL && strcmp(pin, cert->pin) == 0;
}

/* A pin is the user's own word for this host and port: it outweighs every fault, and no chain
 * outweighs it. */
static bool verify_decide(struct net_conn *c, X509 *leaf)
{
	if (pin_is(c->trust_once, &c->cert) || pin_is(c->pin, &c->cert))
		return true;
	if (c->pin != NULL)
		net_cert_blame(&c->cert, &c->cert_why, X509_V_OK, 0, leaf);
	return c->cert.faults == 0;
}

static int verify(X509_STORE_CTX *ctx, void *unused)
{
	(void)unused;
	struct net_conn *c = conn_of(ctx);
	X509 *leaf = X509_STORE_CTX_get0_cert(ctx);
	if (leaf == NULL)
		return 0;
	buf_clear(&c->cert_why);
	net_cert_fill(&c->cert, leaf);
	c->has_cert = true;
	X509_STORE_CTX_set_verify_cb(ctx, verify_collect);
	if (X509_verify_cert(ctx) <= 0) {
		int code = X509_STORE_CTX_get_error(ctx);
		if (code == X509_V_OK)
			code = X509_V_ERR_UNSPECIFIED;
		net_cert_blame(&c->cert, &c->cert_why, code, 0, leaf);
	}
	bool ok = verify_decide(c, leaf);
	c->is_rejected = !ok;
	X509_STORE_CTX_set_error(ctx, ok ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
	return ok;
}

static SSL_CTX *context_new(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	if (ctx == NULL)
		return NULL;
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	if (SSL_CTX_get_security_level(ctx) < 2)
		SSL_CTX_set_security_level(ctx, 2);
	SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				      SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, verify, NULL);
	return ctx;
}

/* A folder of roots by the hash of their names: one is read when it is needed. */
static bool is_hashed(const char *folder)
{
	DIR *dir = opendir(folder);
	bool found = false;
	if (dir == NULL)
		return false;
	for (struct dirent *entry = readdir(dir); entry != NULL && !found; entry = readdir(dir))
		found = strlen(entry->d_name) == 10 && strcmp(entry->d_name + 8, ".0") == 0;
	closedir(dir);
	return found;
}

/* The file of all roots takes OpenSSL 20 ms to read, in which a key would wait. */
static void set_system_roots(SSL_CTX *ctx)
{
	const char *folder = getenv(X509_get_default_cert_dir_env());
	if (folder == NULL)
		folder = X509_get_default_cert_dir();
	SSL_CTX_set_default_verify_dir(ctx);
	if (getenv(X509_get_default_cert_file_env()) != NULL || !is_hashed(folder))
		SSL_CTX_set_default_verify_file(ctx);
}

/* At the first connection: a start has no time for it. */
static bool net_tls_prepare(struct net *net)
{
	if (net->tls == NULL)
		net->tls = context_new();
	if (net->socket_bio == NULL)
		net->socket_bio = bio_method_new();
	return net->tls != NULL && net->socket_bio != NULL;
}

void net_tls_done(struct net *net)
{
	SSL_CTX_free(net->tls);
	BIO_meth_free(net->socket_bio);
	net->tls = NULL;
	net->socket_bio = NULL;
}

/* The account's own roots, in place of the system's: an issuer or the server's certificate. */
static bool set_roots(struct net_conn *c)
{
	if (c->ca_file == NULL) {
		if (!c->net->has_system_roots)
			set_system_roots(c->net->tls);
		c->net->has_system_roots = true;
		return true;
	}
	X509_STORE *store = X509_STORE_new();
	bool ok = store != NULL && X509_STORE_load_file(store, c->ca_file) == 1 &&
		  SSL_set1_verify_cert_store(c->ssl, store) == 1;
	X509_STORE_free(store);
	X509_VERIFY_PARAM_set_flags(SSL_get0_param(c->ssl), X509_V_FLAG_PARTIAL_CHAIN);
	return ok || net_fail(c, ERROR_INPUT, "the file of certificates %.200s cannot be used",
			     c->ca_file);
}

/* RFC 9525: subject alternative names alone, and no wildcard but a whole left-most label. */
static bool set_name(struct net_conn *c)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(c->ssl);
	X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
	X509_VERIFY_PARAM_set_hostflags(
		param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (net_name_is_address(c->host))
		return X509_VERIFY_PARAM_set1_ip_asc(param, c->host) == 1;
	struct str name = str_from(c->host);
	if (name.data[name.len - 1] == '.')
		name.len--;
	char *host = mem_str(name);
	bool ok = X509_VERIFY_PARAM_set1_host(param, host, 0) == 1 &&
		  SSL_set_tlsext_host_name(c->ssl, host) == 1;
	mem_free(host);
	return ok;
}

static bool set_bio(struct net_conn *c)
{
	BIO *bio = BIO_new(c->net->socket_bio);
	if (bio == NULL)
		return false;
	BIO_set_data(bio, c);
	SSL_set_bio(c->ssl, bio, bio);
	return true;
}

bool net_tls_begin(struct net_conn *c)
{
	ERR_clear_error();
	if (net_tls_prepare(c->net))
		c->ssl = SSL_new(c->net->tls);
	if (c->ssl == NULL || SSL_set_app_data(c->ssl, c) != 1 || !set_bio(c) || !set_name(c))
		return net_fail(c, ERROR_TLS, "TLS cannot be started on this system");
	c->handshake_events = POLLOUT;
	SSL_set_connect_state(c->ssl);
	return set_roots(c);
}

/* OpenSSL's reasons that a person should hear in other words. */
static bool handshake_fail_ssl(struct net_conn *c)
{
	static const struct {
		int reason;
		const char *words;
	} reasons[] = {
		{SSL_R_WRONG_VERSION_NUMBER,
			"what answers there does not speak TLS (a port for STARTTLS perhaps)"},
		{SSL_R_UNSUPPORTED_PROTOCOL, "the server offers only TLS older than 1.2"},
		{SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "the server does not speak TLS 1.2 or newer"},
	};
	if (c->is_rejected)
		return net_fail(c, ERROR_TLS, "%s", buf_text(&c->cert_why));
	unsigned long code = ERR_peek_error();
	int reason = ERR_GET_REASON(code);
	if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return net_fail(c, ERROR_NETWORK, "the server hung up while TLS was starting");
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].reason == reason)
			return net_fail(c, ERROR_TLS, "%s", reasons[i].words);
	}
	const char *words = ERR_reason_error_string(code);
	return net_fail(c, ERROR_TLS, "TLS cannot be started: %s", words != NULL ? words : "?");
}

bool net_tls_step(struct net_conn *c, bool *is_done)
{
	if (c->ssl == NULL && !net_tls_begin(c))
		return false;
	ERR_clear_error();
	int code = SSL_do_handshake(c->ssl);
	*is_done = code == 1;
	if (code == 1)
		return true;
	switch (SSL_get_error(c->ssl, code)) {
	case SSL_ERROR_WANT_READ:
		c->handshake_events = POLLIN;
		return true;
	case SSL_ERROR_WANT_WRITE:
		c->handshake_events = POLLOUT;
		return true;
	case SSL_ERROR_SYSCALL:
		return net_fail_errno(c, c->socket_errno);
	default:
		return handshake_fail_ssl(c);
	}
}

/* After a read or write that moved nothing. */
static enum net_io io_ended(struct net_conn *c, int code, bool *wants_other, int other)
{
	int reason = SSL_get_error(c->ssl, code);
	*wants_other = reason == other;
	switch (reason) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return NET_IO_WAIT;
	case SSL_ERROR_ZERO_RETURN:
		return NET_IO_CLOSED;
	case SSL_ERROR_SYSCALL:
		net_fail_errno(c, c->socket_errno);
		return NET_IO_ERROR;
	default:
		break;
	}
	unsigned long error = ERR_peek_error();
	const char *words = ERR_reason_error_string(error);
	if (ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		net_fail(c, ERROR_NETWORK, "the connection was cut off");
	else
		net_fail(c, ERROR_PROTOCOL, "TLS failed: %s", words != NULL ? words : "?");
	return NET_IO_ERROR;
}

enum net_io net_tls_read(struct net_conn *c, void *data, size_t size, size_t *moved)
{
	ERR_clear_error();
	int code = SSL_read_ex(c->ssl, data, size, moved);
	c->read_wants_write = false;
	if (code == 1)
		return NET_IO_BYTES;
	*moved = 0;
	return io_ended(c, code, &c->read_wants_write, SSL_ERROR_WANT_WRITE);
}

enum net_io net_tls_write(struct net_conn *c, const void *data, size_t size, size_t *moved)
{
	ERR_clear_error();
	int code = SSL_write_ex(c->ssl, data, size, moved);
	c->write_wants_read = false;
	if (code == 1)
		return NET_IO_BYTES;
	*moved = 0;
	return io_ended(c, code, &c->write_wants_read, SSL_ERROR_WANT_READ);
}

/* tls-unique is safe only with the extended master secret (RFC 7627). */
static bool add_unique(const SSL *ssl, struct buf *out)
{
	unsigned char bytes[64];
	if (SSL_get_extms_support((SSL *)(uintptr_t)ssl) != 1)
		return false;
	size_t size = SSL_session_reused(ssl) ? SSL_get_peer_finished(ssl, bytes, sizeof(bytes))
					      : SSL_get_finished(ssl, bytes, sizeof(bytes));
	if (size == 0 || size > sizeof(bytes))
		return false;
	buf_add_bytes(out, bytes, size);
	return true;
}

bool net_binding(const struct net_conn *c, bool *is_exporter, struct buf *out)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	unsigned char bytes[32];
	if (!net_is_tls(c))
		return false;
	*is_exporter = SSL_version(c->ssl) >= TLS1_3_VERSION;
	if (!*is_exporter)
		return add_unique(c->ssl, out);
	if (SSL_export_keying_material(c->ssl, bytes, sizeof(bytes), label, sizeof(label) - 1,
		    (const unsigned char *)"", 0, 1) != 1)
		return false;
	buf_add_bytes(out, bytes, sizeof(bytes));
	return true;
}
