/* Addresses that look like one that is known. */
#include "base/utf8.h"
#include "compose/compose.h"

enum { ALIKE_MAX = 256, LOCAL_MIN = 6, DOMAIN_MIN = 5 };

/* Letters that look the same in most fonts, as the ASCII one. */
static uint32_t letter_plain(uint32_t code)
{
	static const struct {
		uint32_t code;
		char plain;
	} alike[] = {{'0', 'o'}, {'1', 'l'}, {'|', 'l'}, {'i', 'l'}, {'j', 'l'}, {0xe0, 'a'},
		{0xe1, 'a'}, {0xe2, 'a'}, {0xe3, 'a'}, {0xe4, 'a'}, {0xe5, 'a'}, {0xe7, 'c'},
		{0xe8, 'e'}, {0xe9, 'e'}, {0xea, 'e'}, {0xeb, 'e'}, {0xec, 'l'}, {0xed, 'l'},
		{0xee, 'l'}, {0xef, 'l'}, {0xf1, 'n'}, {0xf2, 'o'}, {0xf3, 'o'}, {0xf4, 'o'},
		{0xf5, 'o'}, {0xf6, 'o'}, {0xf8, 'o'}, {0xf9, 'u'}, {0xfa, 'u'}, {0xfb, 'u'},
		{0xfc, 'u'}, {0xfd, 'y'}, {0xff, 'y'}, {0x131, 'l'}, {0x142, 'l'}, {0x261, 'g'},
		{0x3b1, 'a'}, {0x3b5, 'e'}, {0x3b9, 'l'}, {0x3ba, 'k'}, {0x3bd, 'v'}, {0x3bf, 'o'},
		{0x3c1, 'p'}, {0x3c4, 't'}, {0x3c5, 'u'}, {0x3c7, 'x'}, {0x430, 'a'}, {0x432, 'b'},
		{0x435, 'e'}, {0x43a, 'k'}, {0x43c, 'm'}, {0x43d, 'h'}, {0x43e, 'o'}, {0x440, 'p'},
		{0x441, 'c'}, {0x442, 't'}, {0x443, 'y'}, {0x445, 'x'}, {0x451, 'e'}, {0x455, 's'},
		{0x456, 'l'}, {0x457, 'l'}, {0x458, 'l'}, {0x4bb, 'h'}, {0x501, 'd'}, {0x51b, 'q'},
		{0x51d, 'w'}};
	if (code >= 'A' && code <= 'Z')
		code += 'a' - 'A';
	if (code >= 0x410 && code <= 0x42f)
		code += 0x20;
	for (size_t i = 0; i < sizeof(alike) / sizeof(*alike); i++)
		if (alike[i].code == code)
			return (uint32_t)alike[i].plain;
	return code;
}

/* Pairs that look like one letter. */
static uint32_t pair_plain(uint32_t first, uint32_t second)
{
	static const char pairs[][3] = {{'r', 'n', 'm'}, {'v', 'v', 'w'}, {'c', 'l', 'd'}};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (first == (uint32_t)pairs[i][0] && second == (uint32_t)pairs[i][1])
			return (uint32_t)pairs[i][2];
	return 0;
}

struct skeleton {
	uint32_t codes[ALIKE_MAX];
	size_t count;
};

static void skeleton_make(struct str addr, struct skeleton *s)
{
	s->count = 0;
	while (addr.len > 0 && s->count < ALIKE_MAX) {
		size_t len;
		uint32_t code = letter_plain(utf8_next(addr, &len));
		addr = str_skip(addr, len);
		uint32_t pair = s->count > 0 ? pair_plain(s->codes[s->count - 1], code) : 0;
		if (pair != 0)
			s->codes[s->count - 1] = pair;
		else
			s->codes[s->count++] = code;
	}
}

static bool skeletons_equal(const struct skeleton *a, const struct skeleton *b)
{
	return a->count == b->count &&
	       memcmp(a->codes, b->codes, a->count * sizeof(*a->codes)) == 0;
}

/* One letter more, fewer or another, or two changed about; a digit more or another is somebody
 * else. */
static bool is_one_off(struct str a, struct str b)
{
	if (a.len > b.len) {
		struct str t = a;
		a = b;
		b = t;
	}
	if (b.len - a.len > 1)
		return false;
	size_t at = 0;
	while (at < a.len && ascii_lower(a.data[at]) == ascii_lower(b.data[at]))
		at++;
	if (at == b.len || ascii_is_digit(b.data[at]) || (at < a.len && ascii_is_digit(a.data[at])))
		return false;
	struct str rest = str_skip(a, at), more = str_skip(b, at);
	if (a.len < b.len)
		return str_equal_nocase(rest, str_skip(more, 1));
	if (str_equal_nocase(str_skip(rest, 1), str_skip(more, 1)))
		return true;
	return rest.len > 1 && ascii_lower(rest.data[0]) == ascii_lower(more.data[1]) &&
	       ascii_lower(rest.data[1]) == ascii_lower(more.data[0]) &&
	       str_equal_nocase(str_skip(rest, 2), str_skip(more, 2));
}

/* The same name at a mistyped host, or a mistyped name at the same host. */
static bool is_mistyped(struct str addr, struct str known)
{
	struct str host = addr, known_host = known;
	struct str local = str_cut(&host, '@'), known_local = str_cut(&known_host, '@');
	if (str_equal_nocase(local, known_local))
		return known_host.len >= DOMAIN_MIN && is_one_off(host, known_host);
	return str_equal_nocase(host, known_host) && known_local.len >= LOCAL_MIN &&
	       is_one_off(local, known_local);
}

const char *compose_look_alike(struct str addr, const char *const *known, size_t known_count)
{
	struct skeleton wanted, other;
	for (size_t i = 0; i < known_count; i++)
		if (str_equal_nocase(addr, str_from(known[i])))
			return NULL;
	skeleton_make(addr, &wanted);
	for (size_t i = 0; i < known_count; i++) {
		struct str one = str_from(known[i]);
		/* A letter of another script has up to three bytes. */
		if (one.len > addr.len * 3 || addr.len > one.len * 3)
			continue;
		skeleton_make(one, &other);
		if (skeletons_equal(&wanted, &other) || is_mistyped(addr, one))
			return known[i];
	}
	return NULL;
}
