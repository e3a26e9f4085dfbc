/* SHA-256 (FIPS 180-2, the examples of its appendix B). */
#include "base/digest.h"

#include <criterion/criterion.h>

Test(digest, is_sha_256_however_the_bytes_come)
{
	char hex[DIGEST_HEX_SIZE];
	struct digest *d = digest_new();
	digest_finish(d, hex);
	digest_free(d);
	cr_expect_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	d = digest_new();
	digest_add(d, STR("a"));
	digest_add(d, STR(""));
	digest_add(d, STR("bc"));
	digest_finish(d, hex);
	digest_free(d);
	cr_expect_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_free(NULL);
}
