/* Host names: what a user wrote becomes the A-label that is looked up and verified (RFC 5890). */
#include "proto/net/net_inside.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <idn2.h>

enum { NAME_MAX_BYTES = 253, LABEL_MAX_BYTES = 63 };

bool net_name_is_address(const char *host)
{
	unsigned char bytes[16];
	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* Letters, digits and hyphens, none at the ends: libidn2 lets blanks and underscores through. */
static bool label_is_ldh(struct str label)
{
	if (label.len == 0 || label.len > LABEL_MAX_BYTES)
		return false;
	if (label.data[0] == '-' || label.data[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++) {
		char c = label.data[i];
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-')
			return false;
	}
	return true;
}

static bool name_is_ldh(struct str name)
{
	if (name.len > 0 && name.data[name.len - 1] == '.')
		name.len--; /* a name from the root */
	if (name.len == 0 || name.len > NAME_MAX_BYTES)
		return false;
	bool is_last = false;
	while (!is_last) {
		is_last = str_find_char(name, '.') == STR_NONE;
		if (!label_is_ldh(str_cut(&name, '.')))
			return false;
	}
	return true;
}

/* "[::1]" → "::1"; NULL when it is no address. */
static char *name_address(struct str written)
{
	if (written.len > 2 && written.data[0] == '[' && written.data[written.len - 1] == ']')
		written = str_first(str_skip(written, 1), written.len - 2);
	char *host = mem_str(written);
	if (net_name_is_address(host))
		return host;
	mem_free(host);
	return NULL;
}

char *net_name_make(const char *written, struct error *err)
{
	struct str text = str_trim(str_from(written));
	char *address = name_address(text);
	if (address != NULL)
		return address;

	char *name = mem_str(text);
	uint8_t *label = NULL;
	int code = idn2_lookup_u8(
		(const uint8_t *)name, &label, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	mem_free(name);
	if (code != IDN2_OK) {
		error_set(err, ERROR_INPUT, "“%.100s” is not a host name: %s", written,
			idn2_strerror(code));
		return NULL;
	}
	char *host = mem_text((const char *)label);
	idn2_free(label);
	if (name_is_ldh(str_from(host)))
		return host;
	mem_free(host);
	error_set(err, ERROR_INPUT, "“%.100s” is not a host name", written);
	return NULL;
}
