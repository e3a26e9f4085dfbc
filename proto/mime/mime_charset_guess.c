/*
 * Which charset bytes are in that say nothing about it. UTF-8 and the escape codes of ISO-2022 are
 * told by their form. For the rest every charset is tried with every language it serves, and the
 * reading that costs least wins: costs are quarter bits, about -4·log2 of how likely a character
 * is. A language is no more than its letters in order of frequency; case that changes inside words,
 * symbols inside words and letters of another script cost extra.
 */
#include <uchar.h>

#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_charset.h"

enum {
	SAMPLE_BEFORE = 64, /* bytes before the first that is not ASCII */
	SAMPLE_MAX = 400,
	WINDOW = 0x1c0, /* code points that a language's table spans */
	COST_FOREIGN_ASCII = 26,
	COST_RARE = 56,     /* a letter of the script that the language does not use */
	COST_STRANGE = 76,  /* a letter of another script, a drawing character */
	COST_NOTHING = 120, /* no character there, or a control */
	COST_MARK = 32,     /* quotes, dashes, currency … between words */
	COST_MARK_INSIDE = 64,
	COST_CAPITAL = 8,
	COST_CAPITAL_MORE = 4,
	COST_CAPITAL_INSIDE = 40,
	COST_SMALL_AFTER_CAPITALS = 16,
	COST_MIXED_SCRIPT = 24,
	COST_VOWELS = 6,
	COST_CONSONANTS = 6,
	COST_IMPOSSIBLE = 1 << 30,
};

enum { /* bits of a set of charset_pages */
	WEST = 1u << PAGE_WINDOWS_1252 | 1u << PAGE_MACINTOSH | 1u << PAGE_IBM437 |
	       1u << PAGE_IBM850,
	CENTRAL = 1u << PAGE_WINDOWS_1250 | 1u << PAGE_ISO_8859_2 | 1u << PAGE_IBM852,
	CYRILLIC = 1u << PAGE_WINDOWS_1251 | 1u << PAGE_KOI8_R | 1u << PAGE_ISO_8859_5 |
		   1u << PAGE_IBM866,
	UKRAINE = CYRILLIC | 1u << PAGE_KOI8_U,
	BALTIC = 1u << PAGE_WINDOWS_1257,
	TURKEY = 1u << PAGE_WINDOWS_1254,
	GREECE = 1u << PAGE_WINDOWS_1253 | 1u << PAGE_ISO_8859_7,
	ISRAEL = 1u << PAGE_WINDOWS_1255,
	ARABIA = 1u << PAGE_WINDOWS_1256 | 1u << PAGE_ISO_8859_6,
	SIAM = 1u << PAGE_WINDOWS_874,
};

/* What is rarer in mail starts behind. */
static const uint8_t page_handicaps[CHARSET_PAGE_COUNT] = {
	[PAGE_WINDOWS_1250] = 8,
	[PAGE_ISO_8859_2] = 9,
	[PAGE_WINDOWS_1254] = 10,
	[PAGE_WINDOWS_1257] = 14,
	[PAGE_WINDOWS_1251] = 10,
	[PAGE_KOI8_R] = 12,
	[PAGE_KOI8_U] = 14,
	[PAGE_ISO_8859_5] = 24,
	[PAGE_IBM866] = 20,
	[PAGE_WINDOWS_1253] = 16,
	[PAGE_ISO_8859_7] = 17,
	[PAGE_WINDOWS_1255] = 12,
	[PAGE_WINDOWS_1256] = 16,
	[PAGE_ISO_8859_6] = 24,
	[PAGE_WINDOWS_874] = 16,
	[PAGE_IBM437] = 32,
	[PAGE_IBM850] = 28,
	[PAGE_IBM852] = 40,
	[PAGE_MACINTOSH] = 32,
};

static const struct language {
	const char16_t *letters; /* the most frequent first */
	uint16_t base;           /* code point at which its table starts */
	unsigned pages;
} languages[] = {
	{u"enisratdhulcgmobwfkzpvüäößjyxq", 0x60, WEST | CENTRAL},       /* German */
	{u"esaitnrulodcpmévqfbghjàxèyêzçôùâîûœëïwk", 0x60, WEST},        /* French */
	{u"eaosrnidlctumpbgvyqhfóíájézñxúkwü¿¡", 0x60, WEST},            /* Spanish */
	{u"aeosrindmutclpvgãhqfbzçéójáíõxêúâôàkwy", 0x60, WEST},         /* Portuguese */
	{u"eaionlrtscdupmvghfbqzòàùèéìxjkwy", 0x60, WEST},               /* Italian */
	{u"enatirodslghvkmubpwjczfxyqëéèïöü", 0x60, WEST},               /* Dutch */
	{u"eantrsildomkgvfhuäpåöcbjyxwzéq", 0x60, WEST},                 /* Swedish */
	{u"enrtsilaodgkmvfupbhøyjåæcwzxqéö", 0x60, WEST},                /* Danish, Norwegian */
	{u"aitnesloukämvrjhypdögbfcwåqxz", 0x60, WEST},                  /* Finnish */
	{u"arnieðstulgmkfhvoáþíjdóöbyæúéýpxw", 0x60, WEST},              /* Icelandic */
	{u"etaoinshrdlucmfwypvbgkjqxzéï", 0x60, WEST},                   /* English */
	{u"iaeonwzrcsdkytpmljułgbhąęóżśćfńźxqv", 0x60, CENTRAL},         /* Polish */
	{u"eoantivlsrkdpíměuáhzyjbřšcčžéýůgúfťďňóxwq", 0x60, CENTRAL},   /* Czech */
	{u"aoeintrsvklmdpuhcjbzáyýíčšžéľťúgňôäóďfĺŕxwq", 0x60, CENTRAL}, /* Slovak */
	{u"eatnlskzrogáimydévhbjfupöóőícüúűxwq", 0x60, CENTRAL},         /* Hungarian */
	{u"eiarntulcsodpmăfvîgbşţzâhjxkwyq", 0x60, CENTRAL},             /* Romanian */
	{u"aieonrjstvukdmlpgzbčšhžcćfđ", 0x60, CENTRAL},                 /* Croatian, Slovene */
	{u"aeinrlıkdmtysubozügşhçğvcöpfjâîû", 0x60, TURKEY},             /* Turkish */
	{u"aieslktunmdorvgjhõpäübföšžcyzw", 0x60, BALTIC},               /* Estonian */
	{u"aiseturnoāmkdlpvīgzjbēšcūļņžķčģfhx", 0x60, BALTIC},           /* Latvian */
	{u"iasoretnukmldvpgjbyšėžųčūcąįęzfh", 0x60, BALTIC},             /* Lithuanian */
	{u"оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", 0x400, CYRILLIC},         /* Russian */
	{u"оаинвтерікслмдупязьгбчйхцжюєїшщфґ", 0x400, UKRAINE},          /* Ukrainian */
	{u"аніоеыркстлядумвпзьчбгшўйжхцюёэф", 0x400, CYRILLIC},          /* Belarusian */
	{u"аоиетнрсвлкдпмзубягъчцщжхюйфшь", 0x400, CYRILLIC},            /* Bulgarian */
	{u"аоиејнрстувклмпдзбгчцшжђљћњхфџ", 0x400, CYRILLIC},            /* Serbian */
	{u"αοιετσνηυρπκμλςωίόάέδγήύθχφώβξζψϊϋ", 0x370, GREECE},          /* Greek */
	{u"יוהלארמתבשםנעדחקפכגטצןסזךץף", 0x5d0, ISRAEL},                 /* Hebrew */
	{u"الينمرتوبةعدسفهكقأحجشىصخطإضغذزثئءؤظآ", 0x600, ARABIA},        /* Arabic */
	{u"انیردهوتمسبلکشزگفقخعپحجآچطصغضژئثظذء", 0x600, 1u << PAGE_WINDOWS_1256}, /* Persian */
	{u"านรอกเงมยลว่ัีดทส้ต็ิะปบคหแจุพชขู์ใไึโถซผืธศณษภฟญำฉๆฐฮฏฤฎฆ", 0xe00, SIAM},        /* Thai */
};

enum { LANGUAGE_COUNT = sizeof languages / sizeof languages[0] };

/* ---- Letters. ---- */

static bool is_even_capital(uint32_t c) /* where capitals are even; else they are odd */
{
	return !((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e));
}

static uint32_t lower_of(uint32_t c)
{
	static const struct {
		uint16_t first, last;
		int16_t plus;
	} rows[] = {
		{'A', 'Z', 32},
		{0xc0, 0xd6, 32},
		{0xd8, 0xde, 32},
		{0x391, 0x3ab, 32},
		{0x386, 0x386, 38},
		{0x388, 0x38a, 37},
		{0x38c, 0x38c, 64},
		{0x38e, 0x38f, 63},
		{0x400, 0x40f, 80},
		{0x410, 0x42f, 32},
		{0x490, 0x490, 1},
		{0x130, 0x130, 'i' - 0x130},
		{0x178, 0x178, 0xff - 0x178},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (c >= rows[i].first && c <= rows[i].last)
			return (uint32_t)((int32_t)c + rows[i].plus);
	if (c > 0x131 && c < 0x180 && c != 0x138 && c != 0x149 && c != 0x17f)
		return (c & 1) == (is_even_capital(c) ? 0u : 1u) ? c + 1 : c;
	return c >= 0x100 && c < 0x130 && (c & 1) == 0 ? c + 1 : c;
}

enum script { SCRIPT_NONE, SCRIPT_LATIN, SCRIPT_OTHER };

static enum script script_of(uint32_t c)
{
	if (c < 0x80)
		return ascii_is_alpha((char)c) ? SCRIPT_LATIN : SCRIPT_NONE;
	if ((c >= 0xc0 && c < 0x250 && c != 0xd7 && c != 0xf7) || c == 0xaa || c == 0xba)
		return SCRIPT_LATIN;
	bool is_letter = (c >= 0x386 && c < 0x530 && c != 0x387) || (c >= 0x5d0 && c <= 0x5ea) ||
			 (c >= 0x620 && c <= 0x6d3 && !(c >= 0x660 && c < 0x66e)) ||
			 (c >= 0xe01 && c <= 0xe4e);
	return is_letter ? SCRIPT_OTHER : SCRIPT_NONE;
}

static bool is_mark(uint32_t c)
{
	static const uint16_t marks[] = {0xa0, 0xa1, 0xa3, 0xa7, 0xa9, 0xab, 0xae, 0xb0, 0xb4, 0xb7,
		0xbb, 0xbf, 0x20ac, 0x2116, 0x2122, 0x60c, 0x61b, 0x61f, 0x200c};
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (marks[i] == c)
			return true;
	return c >= 0x2010 && c <= 0x203a;
}

static void costs_make(const struct language *language, uint8_t costs[WINDOW])
{
	memset(costs, COST_RARE, WINDOW);
	for (unsigned rank = 0; language->letters[rank] != 0; rank++) {
		unsigned at = (unsigned)language->letters[rank] - language->base;
		if (at < WINDOW)
			costs[at] = (uint8_t)(13 + rank * 3 / 4);
	}
}

/* ---- One reading. ---- */

struct letter {
	uint16_t lower; /* folded; the character itself when it is no letter */
	uint8_t script, is_capital, is_mark;
};

static unsigned mark_cost(const struct letter *l, size_t i, size_t count)
{
	if (l[i].lower == 0 || (l[i].lower >= 0x80 && l[i].lower < 0xa0))
		return COST_NOTHING;
	if (l[i].lower < 0x80)
		return 0;
	bool is_inside = i > 0 && l[i - 1].script && i + 1 < count && l[i + 1].script;
	if (!l[i].is_mark)
		return COST_STRANGE;
	return is_inside && l[i].lower != 0x2019 && l[i].lower != 0x200c ? COST_MARK_INSIDE
									 : COST_MARK;
}

/* What capitals cost where they stand; the same for every language. */
static unsigned case_cost(const struct letter *l, size_t i)
{
	bool after_letter = i > 0 && l[i - 1].script;
	if (after_letter && l[i - 1].script != l[i].script)
		return COST_MIXED_SCRIPT;
	if (l[i].is_capital && !after_letter)
		return COST_CAPITAL;
	if (l[i].is_capital)
		return l[i - 1].is_capital ? COST_CAPITAL_MORE : COST_CAPITAL_INSIDE;
	bool after_two = after_letter && l[i - 1].is_capital && i > 1 && l[i - 2].is_capital;
	return after_two ? COST_SMALL_AFTER_CAPITALS : 0;
}

static bool is_vowel(uint16_t c)
{
	static const char16_t vowels[] = u"aeiouyáéíóúýàèìòùâêîôûäëïöüåæøãõœāăąēėęěīįıōőūůűų";
	for (size_t i = 0; vowels[i] != 0; i++)
		if (vowels[i] == c)
			return true;
	return false;
}

/* An accented vowel seldom stands beside vowels, an accented consonant seldom between consonants:
 * tells "točk" from "toèk" and "façon" from "faēon". */
static unsigned neighbour_cost(const struct letter *l, size_t i, size_t count)
{
	if (l[i].lower < 0x80 || l[i].script != SCRIPT_LATIN)
		return 0;
	bool before = i > 0 && l[i - 1].script == SCRIPT_LATIN;
	bool after = i + 1 < count && l[i + 1].script == SCRIPT_LATIN;
	unsigned vowels =
		(before && is_vowel(l[i - 1].lower)) + (after && is_vowel(l[i + 1].lower));
	if (is_vowel(l[i].lower))
		return vowels * COST_VOWELS;
	return before && after && vowels == 0 ? COST_CONSONANTS : 0;
}

static unsigned common_cost(const struct letter *l, size_t count)
{
	unsigned cost = 0;
	for (size_t i = 0; i < count; i++)
		cost += l[i].script ? case_cost(l, i) + neighbour_cost(l, i, count)
				    : mark_cost(l, i, count);
	return cost;
}

/* Gives up once it is beyond limit. */
static unsigned language_cost(const struct language *language, const uint8_t costs[WINDOW],
	const struct letter *l, size_t count, unsigned limit)
{
	unsigned cost = 0;
	for (size_t i = 0; i < count && cost < limit; i++) {
		if (!l[i].script)
			continue;
		uint32_t c = (uint32_t)l[i].lower - language->base;
		if (c < WINDOW)
			cost += costs[c];
		else
			cost += l[i].lower < 0x80 ? COST_FOREIGN_ASCII : COST_STRANGE;
	}
	return cost;
}

static struct letter letter_read(const struct charset_page *page, unsigned byte)
{
	uint32_t c = byte < 0x80 ? byte : page->high[byte - 0x80];
	uint32_t lower = lower_of(c);
	return (struct letter){.lower = (uint16_t)(byte < ' ' ? ' ' : lower),
		.script = (uint8_t)script_of(c),
		.is_capital = lower != c,
		.is_mark = is_mark(c)};
}

/* Each byte value is looked at once, however often it stands there. */
static void page_read(const struct charset_page *page, struct str bytes, struct letter *l)
{
	struct letter chart[256];
	bool is_known[256] = {false};
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned byte = (unsigned char)bytes.data[i];
		if (!is_known[byte])
			chart[byte] = letter_read(page, byte);
		is_known[byte] = true;
		l[i] = chart[byte];
	}
}

static const char *guess_page(struct str bytes, unsigned *best)
{
	const char *name = "windows-1252";
	struct letter letters[SAMPLE_MAX];
	uint8_t costs[LANGUAGE_COUNT][WINDOW];
	for (size_t i = 0; i < LANGUAGE_COUNT; i++)
		costs_make(&languages[i], costs[i]);
	*best = UINT32_MAX;
	for (size_t page = 0; page < CHARSET_PAGE_COUNT; page++) {
		page_read(&charset_pages[page], bytes, letters);
		unsigned common = common_cost(letters, bytes.len) + page_handicaps[page];
		for (size_t i = 0; i < LANGUAGE_COUNT && common < *best; i++) {
			if ((languages[i].pages >> page & 1) == 0)
				continue;
			unsigned cost = common + language_cost(&languages[i], costs[i], letters,
							 bytes.len, *best - common);
			if (cost >= *best)
				continue;
			*best = cost;
			name = charset_pages[page].name;
		}
	}
	return name;
}

/* ---- Charsets of two bytes. ---- */

enum {
	COST_ASIA_MARK = 34, /* punctuation and full-width forms */
	COST_HIRAGANA = 25,
	COST_KATAKANA = 30,
	COST_HALF_KATAKANA = 40,
	COST_HANGUL = 50,      /* beyond the frequent ones */
	COST_IDEOGRAPH = 56,   /* of the everyday part of the chart */
	COST_WRONG_PLACE = 72, /* kana in Chinese, ideographs in Korean */
	COST_RARE_IDEOGRAPH = 88,
};

/* What a character of a list costs by its rank; otherwise what is said. */
static unsigned frequent_cost(enum charset_frequent_index which, unsigned code, unsigned otherwise)
{
	static const struct {
		size_t below;
		unsigned cost;
	} steps[] = {{30, 28}, {100, 33}, {250, 38}};
	const struct charset_frequent *list = &charset_frequents[which];
	for (size_t rank = 0; rank < list->count; rank++) {
		if (list->codes[rank] != code)
			continue;
		for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
			if (rank < steps[i].below)
				return steps[i].cost;
		return 43;
	}
	return otherwise;
}

static unsigned gb_cost(unsigned lead, unsigned trail)
{
	if (lead >= 0xb0 && lead <= 0xd7 && trail >= 0xa1)
		return frequent_cost(CHARSET_FREQUENT_GB, lead << 8 | trail, COST_IDEOGRAPH);
	if ((lead == 0xa1 || lead == 0xa3) && trail >= 0xa1)
		return COST_ASIA_MARK;
	return (lead == 0xa4 || lead == 0xa5) && trail >= 0xa1 ? COST_WRONG_PLACE
							       : COST_RARE_IDEOGRAPH;
}

static unsigned big5_cost(unsigned lead, unsigned trail)
{
	if (lead >= 0xa4 && lead <= 0xc6)
		return frequent_cost(CHARSET_FREQUENT_BIG5, lead << 8 | trail, COST_IDEOGRAPH);
	return lead == 0xa1 ? COST_ASIA_MARK : COST_RARE_IDEOGRAPH;
}

/* row and cell as JIS X 0208 counts them, plus 32 */
static unsigned jis_cost(unsigned row, unsigned cell)
{
	if (row >= 0x30 && row <= 0x4f)
		return frequent_cost(CHARSET_FREQUENT_JIS, row << 8 | cell, COST_IDEOGRAPH);
	if (row == 0x24)
		return cell <= 0x73 ? COST_HIRAGANA : COST_NOTHING;
	if (row == 0x25)
		return cell <= 0x76 ? COST_KATAKANA : COST_NOTHING;
	return row == 0x21 || row == 0x23 ? COST_ASIA_MARK : COST_RARE_IDEOGRAPH;
}

static unsigned eucjp_cost(unsigned lead, unsigned trail)
{
	return lead == 0x8e ? COST_HALF_KATAKANA : jis_cost(lead & 0x7f, trail & 0x7f);
}

static unsigned sjis_cost(unsigned lead, unsigned trail)
{
	unsigned row = ((lead < 0xa0 ? lead - 0x81 : lead - 0xc1) << 1) + 0x21;
	if (trail >= 0x9f)
		return jis_cost(row + 1, trail - 0x7e);
	return jis_cost(row, trail - (trail >= 0x80 ? 0x20 : 0x1f));
}

static unsigned uhc_cost(unsigned lead, unsigned trail)
{
	if (lead >= 0xb0 && lead <= 0xc8 && trail >= 0xa1)
		return frequent_cost(CHARSET_FREQUENT_KS, lead << 8 | trail, COST_HANGUL);
	if ((lead == 0xa1 || lead == 0xa3) && trail >= 0xa1)
		return COST_ASIA_MARK;
	return lead >= 0xca && trail >= 0xa1 ? COST_WRONG_PLACE : COST_RARE_IDEOGRAPH;
}

static const struct multibyte {
	const char *name;
	unsigned (*cost)(unsigned lead, unsigned trail);
	uint8_t lead_first, lead_last, trail_first, trail_last;
	uint8_t single_first, single_last; /* half-width katakana; 0: none */
	uint8_t handicap;
} multibytes[] = {
	{"GB18030", gb_cost, 0x81, 0xfe, 0x30, 0xfe, 0, 0, 0},
	{"BIG5-HKSCS", big5_cost, 0x87, 0xfe, 0x40, 0xfe, 0, 0, 2},
	{"CP932", sjis_cost, 0x81, 0xfc, 0x40, 0xfc, 0xa1, 0xdf, 0},
	{"EUC-JP-MS", eucjp_cost, 0x8e, 0xfe, 0xa1, 0xfe, 0, 0, 4},
	{"UHC", uhc_cost, 0x81, 0xfe, 0x41, 0xfe, 0, 0, 0},
};

/* How many bytes the character at the start of s takes by its form; 0: not this charset. */
static size_t multibyte_length(const struct multibyte *m, struct str s)
{
	unsigned lead = (unsigned char)s.data[0];
	if (lead < 0x80 ||
		(m->single_first > 0 && lead >= m->single_first && lead <= m->single_last))
		return 1;
	if (lead < m->lead_first || lead > m->lead_last)
		return 0;
	if (s.len < 2)
		return 1; /* cut by the sample's end */
	unsigned trail = (unsigned char)s.data[1];
	if (trail < m->trail_first || trail > m->trail_last || trail == 0x7f)
		return 0;
	return trail < 0x40 ? 4 : 2;
}

/* COST_IMPOSSIBLE: the bytes cannot be that charset. */
static unsigned multibyte_cost(const struct multibyte *m, struct str bytes)
{
	unsigned cost = m->handicap;
	while (bytes.len > 0) {
		unsigned lead = (unsigned char)bytes.data[0];
		size_t len = multibyte_length(m, bytes);
		if (len == 0)
			return COST_IMPOSSIBLE;
		if (lead < 0x80)
			cost += ascii_is_alpha((char)lead) ? COST_FOREIGN_ASCII : 0;
		else if (len == 1)
			cost += COST_HALF_KATAKANA;
		else
			cost += m->cost(lead, (unsigned char)bytes.data[1]);
		bytes = str_skip(bytes, len);
	}
	return cost;
}

/* ---- By form. ---- */

static const char *guess_form(struct str bytes)
{
	if (str_starts(bytes, STR("\xff\xfe")) || str_starts(bytes, STR("\xfe\xff")))
		return "UTF-16";
	if (str_find(bytes, STR("\033$)C")) != STR_NONE)
		return "ISO-2022-KR";
	if (str_find(bytes, STR("\033$)A")) != STR_NONE ||
		str_find(bytes, STR("\033$)G")) != STR_NONE)
		return "ISO-2022-CN";
	if (str_find(bytes, STR("\033$")) != STR_NONE || str_find(bytes, STR("\033(J")) != STR_NONE)
		return "ISO-2022-JP";
	return utf8_is_valid(bytes) ? "UTF-8" : NULL;
}

/* UTF-8 that was cut at its end, or that holds a few bad bytes, is still that. */
static bool is_nearly_utf8(struct str s)
{
	size_t good = 0, bad = 0;
	while (s.len > 0) {
		size_t len;
		uint32_t c = utf8_next(s, &len);
		bad += c == UTF8_BAD && len == 1;
		good += len > 1;
		s = str_skip(s, len);
	}
	return good > bad * 4;
}

static struct str sample_take(struct str bytes)
{
	size_t first = 0;
	while (first < bytes.len && (unsigned char)bytes.data[first] < 0x80)
		first++;
	struct str sample = str_skip(bytes, first > SAMPLE_BEFORE ? first - SAMPLE_BEFORE : 0);
	if (sample.len <= SAMPLE_MAX)
		return sample;
	size_t end = SAMPLE_MAX; /* not inside a character of two bytes */
	while (end > SAMPLE_MAX / 2 && (unsigned char)sample.data[end - 1] >= 0x80)
		end--;
	return str_first(sample, end > SAMPLE_MAX / 2 ? end : SAMPLE_MAX - 1);
}

const char *mime_charset_guess(struct str bytes)
{
	const char *by_form = guess_form(str_first(bytes, 64 * 1024));
	if (by_form != NULL)
		return by_form;
	if (is_nearly_utf8(str_first(bytes, 64 * 1024)))
		return "UTF-8";
	struct str sample = sample_take(bytes);
	unsigned best;
	const char *name = guess_page(sample, &best);
	for (size_t i = 0; i < sizeof multibytes / sizeof multibytes[0]; i++) {
		unsigned cost = multibyte_cost(&multibytes[i], sample);
		if (cost >= best)
			continue;
		best = cost;
		name = multibytes[i].name;
	}
	return name;
}
