/* What CAPA tells (RFC 2449 6), and how it is remembered. */
#include "proto/pop3/pop3_client.h"

void pop3_capabilities_clear(struct pop3_capabilities *capabilities)
{
	capabilities->is_known = false;
	capabilities->bits = 0;
	capabilities->lines = 0;
	buf_clear(&capabilities->words);
}

static void capability_word(
	struct pop3_capabilities *capabilities, struct str word, struct str argument)
{
	buf_add(&capabilities->words, word);
	if (argument.len > 0) {
		buf_add_char(&capabilities->words, '=');
		buf_add(&capabilities->words, argument);
	}
	buf_add_char(&capabilities->words, ' ');
}

/* False: a word that is not known. */
static bool capability_bit(struct pop3_capabilities *capabilities, struct str word)
{
	static const char *const words[POP3_CAP_COUNT] = {
		[POP3_CAP_TOP] = "TOP",
		[POP3_CAP_USER] = "USER",
		[POP3_CAP_SASL] = "SASL",
		[POP3_CAP_RESP_CODES] = "RESP-CODES",
		[POP3_CAP_AUTH_RESP_CODE] = "AUTH-RESP-CODE",
		[POP3_CAP_LOGIN_DELAY] = "LOGIN-DELAY",
		[POP3_CAP_PIPELINING] = "PIPELINING",
		[POP3_CAP_EXPIRE] = "EXPIRE",
		[POP3_CAP_UIDL] = "UIDL",
		[POP3_CAP_STLS] = "STLS",
		[POP3_CAP_UTF8] = "UTF8",
		[POP3_CAP_LANG] = "LANG",
	};
	for (size_t i = 0; i < POP3_CAP_COUNT; i++) {
		if (!str_equal_nocase(word, str_from(words[i])))
			continue;
		capabilities->bits |= 1u << i;
		return true;
	}
	return false;
}

/* IMPLEMENTATION and what else is for people or unknown is not kept. */
void pop3_capabilities_add(struct pop3_capabilities *capabilities, struct str line)
{
	if (++capabilities->lines > POP3_CAPABILITIES_MAX)
		return;
	line = str_trim(line);
	struct str word = str_cut(&line, ' ');
	if (!capability_bit(capabilities, word))
		return;
	line = str_trim(line);
	if (line.len == 0)
		capability_word(capabilities, word, line);
	while (line.len > 0) {
		struct str argument = str_cut(&line, ' ');
		if (argument.len > 0)
			capability_word(capabilities, word, argument);
	}
}

bool pop3_has(const struct pop3 *pop3, enum pop3_capability capability)
{
	return (pop3->capabilities.bits >> capability & 1u) != 0;
}

bool pop3_has_auth(const struct pop3 *pop3, struct str mechanism)
{
	struct str words = buf_str(&pop3->capabilities.words);
	while (words.len > 0) {
		struct str word = str_cut(&words, ' ');
		if (str_starts_nocase(word, STR("SASL=")) &&
			str_equal_nocase(str_skip(word, 5), mechanism))
			return true;
	}
	return false;
}

unsigned pop3_login_delay(const struct pop3 *pop3)
{
	struct str words = buf_str(&pop3->capabilities.words);
	uint32_t delay = 0;
	while (words.len > 0 && delay == 0) {
		struct str word = str_cut(&words, ' ');
		if (!str_starts_nocase(word, STR("LOGIN-DELAY=")) ||
			!str_to_u32(str_skip(word, 12), &delay))
			delay = 0;
	}
	return delay;
}

bool pop3_knows_capabilities(const struct pop3 *pop3)
{
	return pop3->capabilities.is_known;
}

void pop3_capability_words(const struct pop3 *pop3, struct buf *out)
{
	buf_add(out, str_trim(buf_str(&pop3->capabilities.words)));
}

void pop3_remember(struct pop3 *pop3, struct str words)
{
	pop3_capabilities_clear(&pop3->capabilities);
	pop3->capabilities.is_known = true;
	while (words.len > 0) {
		struct str word = str_cut(&words, ' ');
		struct str rest = word;
		struct str name = str_cut(&rest, '=');
		if (capability_bit(&pop3->capabilities, name))
			capability_word(&pop3->capabilities, word, STR(""));
	}
}
