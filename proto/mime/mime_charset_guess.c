/*
 * Which charset bytes are in that say nothing about it. UTF-8 and the escape codes of ISO-2022 are
 * told by their form. For the rest every charset is tried with every language it serves, and the
 * reading that costs least wins: costs are quarter bits, about -4·log2 of how likely a character
 * is. A language is no more than its letters in order of frequency; case that changes inside words,
 * symbols inside words and letters of another script cost extra.
 */
#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_charset.h"

enum {
	SAMPLE_BEFORE = 64, /* bytes before the first that is not ASCII */
	SAMPLE_MAX = 600,
	WINDOW = 0x1c0, /* code points that a language's table spans */
	COST_FOREIGN_ASCII = 20,
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
	[PAGE_WINDOWS_1250] = 14,
	[PAGE_ISO_8859_2] = 15,
	[PAGE_WINDOWS_1254] = 16,
	[PAGE_WINDOWS_1257] = 20,
	[PAGE_KOI8_R] = 2,
	[PAGE_KOI8_U] = 4,
	[PAGE_ISO_8859_5] = 16,
	[PAGE_IBM866] = 12,
	[PAGE_ISO_8859_6] = 8,
	[PAGE_ISO_8859_7] = 1,
	[PAGE_IBM437] = 32,
	[PAGE_IBM850] = 28,
	[PAGE_IBM852] = 40,
	[PAGE_MACINTOSH] = 32,
};

static const struct language {
	const char *letters; /* the most frequent first */
	uint16_t base;       /* code point at which its table starts */
	unsigned pages;
} languages[] = {
	{"enisratdhulcgmobwfkzpvüäößjyxq", 0x60, WEST | CENTRAL},       /* German */
	{"esaitnrulodcpmévqfbghjàxèyêzçôùâîûœëïwk", 0x60, WEST},        /* French */
	{"eaosrnidlctumpbgvyqhfóíájézñxúkwü¿¡", 0x60, WEST},            /* Spanish */
	{"aeosrindmutclpvgãhqfbzçéójáíõxêúâôàkwy", 0x60, WEST},         /* Portuguese */
	{"eaionlrtscdupmvghfbqzòàùèéìxjkwy", 0x60, WEST},               /* Italian */
	{"enatirodslghvkmubpwjczfxyqëéèïöü", 0x60, WEST},               /* Dutch */
	{"eantrsildomkgvfhuäpåöcbjyxwzéq", 0x60, WEST},                 /* Swedish */
	{"enrtsilaodgkmvfupbhøyjåæcwzxqéö", 0x60, WEST},                /* Danish, Norwegian */
	{"aitnesloukämvrjhypdögbfcwåqxz", 0x60, WEST},                  /* Finnish */
	{"arnieðstulgmkfhvoáþíjdóöbyæúéýpxw", 0x60, WEST},              /* Icelandic */
	{"etaoinshrdlucmfwypvbgkjqxzéï", 0x60, WEST},                   /* English */
	{"iaeonwzrcsdkytpmljułgbhąęóżśćfńźxqv", 0x60, CENTRAL},         /* Polish */
	{"eoantivlsrkdpíměuáhzyjbřšcčžéýůgúfťďňóxwq", 0x60, CENTRAL},   /* Czech */
	{"aoeintrsvklmdpuhcjbzáyýíčšžéľťúgňôäóďfĺŕxwq", 0x60, CENTRAL}, /* Slovak */
	{"eatnlskzrogáimydévhbjfupöóőícüúűxwq", 0x60, CENTRAL},         /* Hungarian */
	{"eiarntulcsodpmăfvîgbşţzâhjxkwyq", 0x60, CENTRAL},             /* Romanian */
	{"aieonrjstvukdmlpgzbčšhžcćfđ", 0x60, CENTRAL},                 /* Croatian, Slovene */
	{"aeinrlıkdmtysubozügşhçğvcöpfjâîû", 0x60, TURKEY},             /* Turkish */
	{"aieslktunmdorvgjhõpäübföšžcyzw", 0x60, BALTIC},               /* Estonian */
	{"aiseturnoāmkdlpvīgzjbēšcūļņžķčģfhx", 0x60, BALTIC},           /* Latvian */
	{"iasoretnukmldvpgjbyšėžųčūcąįęzfh", 0x60, BALTIC},             /* Lithuanian */
	{"оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", 0x400, CYRILLIC},         /* Russian */
	{"оаинвтерікслмдупязьгбчйхцжюєїшщфґ", 0x400, UKRAINE},          /* Ukrainian */
	{"аніоеыркстлядумвпзьчбгшўйжхцюёэф", 0x400, CYRILLIC},          /* Belarusian */
	{"аоиетнрсвлкдпмзубягъчцщжхюйфшь", 0x400, CYRILLIC},            /* Bulgarian */
	{"аоиејнрстувклмпдзбгчцшжђљћњхфџ", 0x400, CYRILLIC},            /* Serbian */
	{"αοιετσνηυρπκμλςωίόάέδγήύθχφώβξζψϊϋ", 0x370, GREECE},          /* Greek */
	{"יוהלארמתבשםנעדחקפכגטצןסזךץף", 0x5d0, ISRAEL},                 /* Hebrew */
	{"الينمرتوبةعدسفهكقأحجشىصخطإضغذزثئءؤظآ", 0x600, ARABIA},        /* Arabic */
	{"انیردهوتمسبلکشزگفقخعپحجآچطصغضژئثظذء", 0x600, 1u << PAGE_WINDOWS_1256}, /* Persian */
	{"านรอกเงมยลว่ัีดทส้ต็ิะปบคหแจุพชขู์ใไึโถซผืธศณษภฟญำฉๆฐฮฏฤฎฆ", 0xe00, SIAM},        /* Thai */
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
	struct str rest = str_from(language->letters);
	memset(costs, COST_RARE, WINDOW);
	for (unsigned rank = 0; rest.len > 0; rank++) {
		size_t len;
		uint32_t c = utf8_next(rest, &len) - language->base;
		if (c < WINDOW)
			costs[c] = (uint8_t)(13 + rank * 3 / 4);
		rest = str_skip(rest, len);
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

static unsigned common_cost(const struct letter *l, size_t count)
{
	unsigned cost = 0;
	for (size_t i = 0; i < count; i++)
		cost += l[i].script ? case_cost(l, i) : mark_cost(l, i, count);
	return cost;
}

static unsigned language_cost(const struct language *language, const uint8_t costs[WINDOW],
	const struct letter *l, size_t count)
{
	unsigned cost = 0;
	for (size_t i = 0; i < count; i++) {
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

static void page_read(const struct charset_page *page, struct str bytes, struct letter *l)
{
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];
		uint32_t c = byte < 0x80 ? byte : page->high[byte - 0x80];
		uint32_t lower = lower_of(c);
		l[i] = (struct letter){(uint16_t)(byte < ' ' ? ' ' : lower), (uint8_t)script_of(c),
			lower != c, is_mark(c)};
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
			unsigned cost =
				common + language_cost(&languages[i], costs[i], letters, bytes.len);
			if (cost >= *best)
				continue;
			*best = cost;
			name = charset_pages[page].name;
		}
	}
	return name;
}

/* ---- Charsets of two bytes. ---- */

/* Frequent characters of Chinese, simplified and traditional, about in order. */
static const char chinese[] = "的是不我一有大在人了中到资要以可这个你会好为上来学就交也用能时文说没"
			      "他看那问提下过请天们所多么小想得之"
			      "还电出工对都机自后子而讯站去心只家知国台很信成章何同道地发法无然但当"
			      "于本现年前真最和新因果定意情点题其事方"
			      "清科样些吗三此位理行作经者什谢名日正华话开实再城爱与二动比高面又车力"
			      "或种像应女教分手打已次长太明己路起相主"
			      "关凤间呢觉该十外凡友才民系进使她着各少全两回加将感第性球式把被老公龙"
			      "程论及别给听水重体做校里常东风您湾啦见"
			      "解等部原月美先管区错音否啊找网乐让通入期选较四场由书它快从欢数表怎至"
			      "立内合目望认几社告更版度考喜头难光买今"
			      "身许弟若算记代统处完号接言政玩师字并男计谁山张党每且结改非星连哈建放"
			      "直转报活设变指气研陈试西五希取神化物王"
			      "战近世受义反单死任跟便空林士台却北队功必声写平影业金档片讨色容央妳向"
			      "市则员兴利强白价安呵特思叫总办保花议传"
			      "元求份件持万未究决投呵收费件订购优惠免邮单账户通知公司服务产品会议邀"
			      "请确认您的关于报告回复转发附件联系销售中心"
			      "資個會來學時說沒問過請們麼還電對後訊國發無當於現點題樣嗎經謝華話開實"
			      "愛與動車種應長關鳳間覺進著兩將龍論別給聽"
			      "體裡東風灣見錯網樂讓選較場書從歡數認幾頭難買許記統處號師並計誰張黨結"
			      "連變氣陳戰義單臺卻隊聲寫業檔討興強價總辦議"
			      "傳萬決費訂購優郵賬務產確報復轉聯繫銷";
/* Kanji of Japanese beside its kana. */
static const char kanji[] = "日本人会年大国中出事者上分同時自行社見月後前長方生地間場部内合入力定回"
			    "当下手業新代発家目理東的話明体通物"
			    "小名三学気小高何度最今全私思意動金文知性来数近開用作田山電先書子不実関"
			    "立員法成対取水信語心使品送受件連絡"
			    "願様案お客限定無料申込確認登録会員注文商品配信重要予約御礼報告質問返信"
			    "添付資料変更完了株式売買情報致";
static const char hangul[] = "이다는의가에을하고한지로기사은도를리해서자어인정니대스안시아일나수부"
			     "있전상보주구장요습원동제게그제조여문공세비과오신"
			     "치으드만라계관회경산방개소진경무연성러선모유위우입합국본내당용된면등"
			     "생거실행민들까분예확물발간각체트업중적미교받답"
			     "메메일번호변결제배송내역안내님감사합니다오늘할인쿠폰회원가입축하드립"
			     "주문취소광고재최종운영결과단금월년명";

/* The rank of a three-byte character in a list, STR_NONE when it is not there. */
static size_t rank_of(struct str list, struct str character)
{
	for (size_t i = 0; i + 3 <= list.len; i += 3)
		if (memcmp(list.data + i, character.data, 3) == 0)
			return i / 3;
	return STR_NONE;
}

static unsigned rank_cost(size_t rank)
{
	static const struct {
		size_t below;
		unsigned cost;
	} rows[] = {{30, 28}, {100, 33}, {250, 38}, {STR_NONE, 43}};
	size_t i = 0;
	while (rank >= rows[i].below && rows[i].below != STR_NONE)
		i++;
	return rows[i].cost;
}

enum asia { CHINESE, JAPANESE, KOREAN };

static const struct multibyte {
	const char *name;
	enum asia language;
	uint8_t trail_first, trail_last; /* with trail_hole left out */
	uint8_t lead_first, lead_last;
	uint8_t plain_first, plain_last;   /* leads of everyday characters */
	uint8_t single_first, single_last; /* half-width katakana; 0: none */
	uint8_t handicap;
} multibytes[] = {
	{"GB18030", CHINESE, 0x30, 0xfe, 0x81, 0xfe, 0xb0, 0xd7, 0, 0, 0},
	{"BIG5-HKSCS", CHINESE, 0x40, 0xfe, 0x87, 0xfe, 0xa4, 0xc6, 0, 0, 2},
	{"CP932", JAPANESE, 0x40, 0xfc, 0x81, 0xfc, 0x88, 0x97, 0xa1, 0xdf, 0},
	{"EUC-JP-MS", JAPANESE, 0xa1, 0xfe, 0x8e, 0xfe, 0xb0, 0xcf, 0, 0, 4},
	{"UHC", KOREAN, 0x41, 0xfe, 0x81, 0xfe, 0xb0, 0xc8, 0, 0, 0},
};

/* What a character costs in Chinese, Japanese or Korean text; is_plain: it is not a rare one. */
static unsigned asia_cost(enum asia language, struct str character, bool is_plain)
{
	size_t len;
	uint32_t c = utf8_next(character, &len);
	if (c >= 0x3000 && c < 0x3030)
		return 32;
	if (c >= 0xff01 && c < 0xff60)
		return 36;
	if (c >= 0x3040 && c < 0x3100)
		return language == JAPANESE ? (c < 0x30a0 ? 25 : 30) : 72;
	bool is_hangul = c >= 0xac00 && c < 0xd7a4, is_han = c >= 0x4e00 && c < 0xa000;
	if (!is_hangul && !is_han)
		return is_mark(c) ? 48 : 88;
	if (is_hangul != (language == KOREAN))
		return 72;
	struct str list = language == CHINESE    ? str_from(chinese)
			  : language == JAPANESE ? str_from(kanji)
						 : str_from(hangul);
	size_t rank = rank_of(list, character);
	if (rank != STR_NONE)
		return rank_cost(rank);
	return is_plain ? (language == KOREAN ? 50 : 56) : 88;
}

/* How many bytes the character at the start of s takes by its form; 0: not this charset. */
static size_t multibyte_length(const struct multibyte *m, struct str s)
{
	unsigned char lead = (unsigned char)s.data[0];
	if (lead < 0x80 || (lead >= m->single_first && lead <= m->single_last && m->single_first))
		return 1;
	if (lead < m->lead_first || lead > m->lead_last)
		return 0;
	if (s.len < 2)
		return 2; /* cut by the sample's end */
	unsigned char trail = (unsigned char)s.data[1];
	if (trail < m->trail_first || trail > m->trail_last || trail == 0x7f)
		return 0;
	return trail < 0x40 && s.len >= 4 ? 4 : 2;
}

static bool multibyte_is_possible(const struct multibyte *m, struct str s)
{
	while (s.len > 0) {
		size_t len = multibyte_length(m, s);
		if (len == 0)
			return false;
		s = str_skip(s, len);
	}
	return true;
}

static unsigned multibyte_cost(const struct multibyte *m, struct str bytes)
{
	struct buf text = {0};
	unsigned cost = m->handicap;
	charset_convert(m->name, bytes, &text);
	struct str rest = buf_str(&text);
	while (bytes.len > 0 && rest.len > 0) {
		unsigned char lead = (unsigned char)bytes.data[0];
		size_t taken = multibyte_length(m, bytes), len = 1;
		uint32_t c = utf8_next(rest, &len);
		if (taken == 0 || c == UTF8_BAD)
			cost += COST_NOTHING;
		else if (lead < 0x80)
			cost += ascii_is_alpha((char)lead) ? COST_FOREIGN_ASCII : 0;
		else if (taken == 1)
			cost += 40;
		else
			cost += asia_cost(m->language, str_first(rest, len),
				lead >= m->plain_first && lead <= m->plain_last);
		bytes = str_skip(bytes, taken > 0 ? taken : 1);
		rest = str_skip(rest, len);
	}
	buf_done(&text);
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
		if (!multibyte_is_possible(&multibytes[i], sample))
			continue;
		unsigned cost = multibyte_cost(&multibytes[i], sample);
		if (cost >= best)
			continue;
		best = cost;
		name = multibytes[i].name;
	}
	return name;
}
