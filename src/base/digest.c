/* SHA-256 and MD5 by OpenSSL's EVP. Running out of memory there is as fatal as anywhere
 * (base/memory.h). */
#include "base/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/memory.h"

struct digest {
	EVP_MD_CTX *evp; /* owned */
};

static void must(bool worked)
{
	if (!worked)
		abort();
}

struct digest *digest_new(void)
{
	struct digest *d = mem_new(sizeof(*d));
	d->evp = EVP_MD_CTX_new();
	must(d->evp != NULL && EVP_DigestInit_ex(d->evp, EVP_sha256(), NULL) == 1);
	return d;
}

void digest_add(struct digest *d, struct str bytes)
{
	must(EVP_DigestUpdate(d->evp, bytes.data, bytes.len) == 1);
}

static void digest_hex(const unsigned char *raw, unsigned len, char *hex)
{
	static const char digits[] = "0123456789abcdef";
	for (unsigned i = 0; i < len; i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	hex[2 * len] = '\0';
}

void digest_finish_bytes(struct digest *d, unsigned char bytes[DIGEST_BYTES])
{
	unsigned len = 0;
	must(EVP_DigestFinal_ex(d->evp, bytes, &len) == 1 && len == DIGEST_BYTES);
}

void digest_finish(struct digest *d, char hex[DIGEST_HEX_SIZE])
{
	unsigned char raw[DIGEST_BYTES];
	digest_finish_bytes(d, raw);
	digest_hex(raw, DIGEST_BYTES, hex);
}

void digest_bytes(struct str bytes, unsigned char digest[DIGEST_BYTES])
{
	unsigned len = 0;
	must(EVP_Digest(bytes.data, bytes.len, digest, &len, EVP_sha256(), NULL) == 1 &&
		len == DIGEST_BYTES);
}

bool digest_md5(struct str bytes, char hex[DIGEST_MD5_HEX_SIZE])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	if (EVP_Digest(bytes.data, bytes.len, raw, &len, EVP_md5(), NULL) != 1 || len != 16)
		return false;
	digest_hex(raw, len, hex);
	return true;
}

void digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->evp);
	mem_free(d);
}
