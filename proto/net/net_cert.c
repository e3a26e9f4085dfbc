/* What stands in a certificate and what is wrong with it, in words a person can act on. Everything
 * in it comes from outside: control bytes and NULs never reach the text. */
#include "proto/net/net_inside.h"

#include "base/base64.h"
#include "base/memory.h"

#include <arpa/inet.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

enum { CERT_NAMES_MAX = 20, CERT_NAME_BYTES = 253 };

void net_cert_done(struct net_cert *cert)
{
	mem_free(cert->subject);
	mem_free(cert->issuer);
	mem_free(cert->fingerprint);
	mem_free(cert->pin);
	mem_free(cert->not_before);
	mem_free(cert->not_after);
	*cert = (struct net_cert){0};
}

static void add_ascii(struct buf *out, struct str text)
{
	text = str_first(text, CERT_NAME_BYTES);
	for (size_t i = 0; i < text.len; i++)
		buf_add_char(out, text.data[i] > ' ' && text.data[i] < 0x7f ? text.data[i] : '?');
}

static void add_address(struct buf *out, const ASN1_OCTET_STRING *ip)
{
	char text[INET6_ADDRSTRLEN];
	int size = ASN1_STRING_length(ip);
	if (size != 4 && size != 16)
		return;
	if (inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(ip), text,
		    sizeof(text)) != NULL)
		buf_add_text(out, text);
}

static void add_name(struct buf *out, const GENERAL_NAME *name)
{
	if (name->type != GEN_DNS && name->type != GEN_IPADD)
		return;
	if (out->len > 0)
		buf_add_text(out, ", ");
	if (name->type == GEN_IPADD) {
		add_address(out, name->d.iPAddress);
		return;
	}
	const unsigned char *data = ASN1_STRING_get0_data(name->d.dNSName);
	add_ascii(out, str_make((const char *)data, (size_t)ASN1_STRING_length(name->d.dNSName)));
}

/* "CN = example.org, O = Example"; OpenSSL escapes control characters. */
static void add_distinguished(struct buf *out, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	if (bio == NULL)
		return;
	X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);
	if (len > 0)
		buf_add(out, str_first(str_make(data, (size_t)len), 1000));
	BIO_free(bio);
}

/* The names it is for; without any the whole subject, which is never matched. */
static char *cert_names(X509 *leaf)
{
	struct buf out = {0};
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && i < CERT_NAMES_MAX; i++)
		add_name(&out, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
	if (out.len == 0)
		add_distinguished(&out, X509_get_subject_name(leaf));
	return buf_take(&out);
}

static char *cert_fingerprint(X509 *leaf)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	struct buf out = {0};
	buf_add_text(&out, "sha256:");
	if (X509_digest(leaf, EVP_sha256(), hash, &size) != 1)
		size = 0;
	for (unsigned i = 0; i < size; i++)
		buf_addf(&out, "%s%02X", i > 0 ? ":" : "", hash[i]);
	return buf_take(&out);
}

static char *cert_pin(X509 *leaf)
{
	struct buf out = {0};
	unsigned char *key = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &key);
	buf_add_text(&out, "sha256:");
	if (len > 0) {
		unsigned char hash[SHA256_DIGEST_LENGTH];
		SHA256(key, (size_t)len, hash);
		base64_encode(str_make((const char *)hash, sizeof(hash)), &out);
	}
	OPENSSL_free(key);
	return buf_take(&out);
}

static char *cert_date(const ASN1_TIME *when)
{
	struct tm tm = {0};
	struct buf out = {0};
	if (ASN1_TIME_to_tm(when, &tm) == 1)
		buf_addf(&out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	return buf_take(&out);
}

void net_cert_fill(struct net_cert *cert, X509 *leaf)
{
	struct buf issuer = {0};
	net_cert_done(cert);
	cert->subject = cert_names(leaf);
	add_distinguished(&issuer, X509_get_issuer_name(leaf));
	cert->issuer = buf_take(&issuer);
	cert->fingerprint = cert_fingerprint(leaf);
	cert->pin = cert_pin(leaf);
	cert->not_before = cert_date(X509_get0_notBefore(leaf));
	cert->not_after = cert_date(X509_get0_notAfter(leaf));
}

static const struct {
	int code;
	unsigned fault;
} faults[] = {
	{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, NET_CERT_UNKNOWN_ISSUER},
	{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, NET_CERT_UNKNOWN_ISSUER},
	{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, NET_CERT_UNKNOWN_ISSUER},
	{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, NET_CERT_UNKNOWN_ISSUER},
	{X509_V_ERR_CERT_UNTRUSTED, NET_CERT_UNKNOWN_ISSUER},
	{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, NET_CERT_SELF_SIGNED},
	{X509_V_ERR_CERT_HAS_EXPIRED, NET_CERT_EXPIRED},
	{X509_V_ERR_CERT_NOT_YET_VALID, NET_CERT_NOT_YET},
	{X509_V_ERR_HOSTNAME_MISMATCH, NET_CERT_WRONG_NAME},
	{X509_V_ERR_IP_ADDRESS_MISMATCH, NET_CERT_WRONG_NAME},
	{X509_V_ERR_INVALID_PURPOSE, NET_CERT_WRONG_PURPOSE},
	{X509_V_ERR_CERT_REJECTED, NET_CERT_WRONG_PURPOSE},
	{X509_V_ERR_CERT_REVOKED, NET_CERT_REVOKED},
};

static unsigned fault_of(int code)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i].code == code)
			return faults[i].fault;
	}
	return NET_CERT_OTHER;
}

/* "its certificate", or the one above it in the chain by name. */
static void add_blamed(struct buf *why, int depth, X509 *blamed)
{
	if (depth == 0 || blamed == NULL) {
		buf_add_text(why, "its certificate");
		return;
	}
	buf_add_text(why, "the certificate of its issuer (");
	add_distinguished(why, X509_get_subject_name(blamed));
	buf_add_text(why, ")");
}

static void add_dated(struct buf *why, const char *words, const ASN1_TIME *when)
{
	char *date = cert_date(when);
	buf_addf(why, " %s %s", words, date);
	mem_free(date);
}

static void add_clause(
	struct buf *why, unsigned fault, const struct net_cert *cert, int code, X509 *blamed)
{
	switch ((enum net_cert_fault)fault) {
	case NET_CERT_UNKNOWN_ISSUER:
		buf_addf(why, " is from an issuer that is not trusted here (%s)", cert->issuer);
		break;
	case NET_CERT_SELF_SIGNED:
		buf_add_text(why, " is signed by itself alone");
		break;
	case NET_CERT_EXPIRED:
		add_dated(why, "expired on", X509_get0_notAfter(blamed));
		break;
	case NET_CERT_NOT_YET:
		add_dated(why, "is not valid before", X509_get0_notBefore(blamed));
		break;
	case NET_CERT_WRONG_NAME:
		buf_addf(why, " is for another name (%s)", cert->subject);
		break;
	case NET_CERT_WRONG_PURPOSE:
		buf_add_text(why, " is not made for servers");
		break;
	case NET_CERT_REVOKED:
		buf_add_text(why, " was revoked");
		break;
	case NET_CERT_PIN_CHANGED:
		buf_add_text(why, " has another key than the one that was trusted");
		break;
	case NET_CERT_OTHER:
		buf_addf(why, " cannot be verified: %s", X509_verify_cert_error_string(code));
		break;
	}
}

void net_cert_blame(struct net_cert *cert, struct buf *why, int code, int depth, X509 *blamed)
{
	unsigned fault = code == X509_V_OK ? NET_CERT_PIN_CHANGED : fault_of(code);
	if (blamed == NULL && (fault == NET_CERT_EXPIRED || fault == NET_CERT_NOT_YET))
		fault = NET_CERT_OTHER; /* there is no date to name */
	if ((cert->faults & fault) != 0)
		return;
	cert->faults |= fault;
	if (why->len > 0)
		buf_add_text(why, "; ");
	add_blamed(why, depth, blamed);
	add_clause(why, fault, cert, code, blamed);
}
