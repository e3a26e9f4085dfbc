/* The first byte picks a mechanism; the rest are challenges, cut at NUL. */
#include "proto/sasl/sasl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1", "CRAM-MD5",
		"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "EXTERNAL"};
	struct sasl_input input = {.user = STR("user"),
		.secret = STR("pencil"),
		.host = STR("imap.example.org"),
		.is_tls = true,
		.tls_exporter = STR("0123456789abcdef0123456789abcdef")};
	if (size == 0)
		return 0;
	struct sasl *s = sasl_new(names[data[0] % 8], &input, NULL);
	struct str rest = str_make((const char *)data + 1, size - 1);
	struct buf response = {0};
	bool has_initial;
	bool ok = sasl_begin(s, &has_initial, &response, NULL);
	while (ok && rest.len > 0)
		ok = sasl_step(s, str_cut(&rest, '\0'), &response, NULL);
	buf_done(&response);
	sasl_free(s);
	return 0;
}
