/*
 * Words that speak of an attachment, in the languages people write mail in. A row has how
 * words of a language begin, in lower case.
 */
#include "compose/compose_words.h"

#include "base/utf8.h"

static const char *const beginnings[] = {
	/* English */
	"attach|enclosed|enclosure",
	/* German */
	"anhang|anhäng|angehäng|angehängt|anbei|beigefüg|beiliegend",
	/* French */
	"ci-joint|pièce jointe|pièces jointes|piece jointe|en pj",
	"fichier joint|fichiers joints|pj :|annexé",
	/* Spanish */
	"adjunt|anexo|anexa",
	/* Portuguese */
	"em anexo|segue anexo|anexado|anexei",
	/* Dutch */
	"bijlage|bijgevoegd|bijgesloten|toegevoegd bestand",
	/* Catalan */
	"adjunte|adjunto",
	/* Polish */
	"załącz|zalacz|w załączeniu",
	/* Czech, Slovak */
	"příloh|přílož|přiklád|priloh|prilož|prikladám",
	/* Swedish */
	"bifog|bilaga|bilagor|bilagd",
	/* Danish, Norwegian */
	"vedhæft|vedlagt|vedlegg|vedlagd|bilag|vedhefta",
	/* Finnish */
	"liite|liitte|liitteenä|oheinen|oheisena",
	/* Hungarian */
	"csatol|mellékel|melléklet",
	/* Romanian */
	"ataşat|atașat|anexat|ataşez|atașez",
	/* Croatian, Serbian, Slovenian */
	"privit|prilog|prilaž|u privitku|priponk|прилог",
	/* Estonian, Latvian, Lithuanian */
	"manuses|manusena|pielikum|pievienot|prisegt|pridėt|priede",
	/* Turkish */
	"ekteki|ek'te|ekli dosya|ilişik|iliştir",
	/* Greek */
	"συνημμέν|επισυν",
	/* Russian */
	"вложен|вложил|прилага|приложил|в приложении|прикреп|во вложении",
	/* Ukrainian, Bulgarian */
	"вкладен|долуча|у додатку|додаю файл|прикач",
	/* Vietnamese, Indonesian */
	"đính kèm|terlampir|lampiran",
};

/* Words that are the beginning of others: only whole. */
static const char *const wholes[] = {
	/* Italian */
	"allegato|allegati|allegata|allegate|allego",
	/* French */
	"pj",
	/* Turkish */
	"ekte dosya",
	/* Portuguese */
	"anexos",
};

/* Where no blanks are written. */
static const char *const anywhere[] = {
	/* Chinese */
	"附件|附上|随附|隨附",
	/* Japanese */
	"添付",
	/* Korean */
	"첨부",
	/* Hebrew */
	"מצורף|מצורפ|מצ\"ב",
	/* Arabic */
	"مرفق|المرفق",
	/* Persian */
	"پیوست",
	/* Thai */
	"แนบ",
	/* Hindi */
	"संलग्न",
};

/* Small letters of the scripts above; the locale has no say. */
static uint32_t letter_small(uint32_t code)
{
	bool is_latin1 = code >= 0xc0 && code <= 0xde && code != 0xd7;
	bool is_greek = code >= 0x391 && code <= 0x3a9;
	if ((code >= 'A' && code <= 'Z') || is_latin1 || is_greek ||
		(code >= 0x410 && code <= 0x42f))
		return code + 0x20;
	if (code >= 0x400 && code <= 0x40f)
		return code + 0x50;
	static const struct {
		uint32_t from, to;
	} even[] = {{0x100, 0x137}, {0x14a, 0x177}, {0x218, 0x21b}};
	for (size_t i = 0; i < sizeof(even) / sizeof(*even); i++)
		if (code >= even[i].from && code <= even[i].to)
			return code | 1;
	bool is_odd = (code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17e);
	return is_odd && code % 2 == 1 ? code + 1 : code;
}

static bool is_letter(uint32_t code)
{
	return (code < 0x80 && (ascii_is_alpha((char)code) || ascii_is_digit((char)code))) ||
	       (code >= 0xc0 && code < 0x2000);
}

static bool starts_with(struct str small, struct str words, bool is_whole)
{
	while (words.len > 0) {
		struct str word = str_cut(&words, '|'), behind = str_skip(small, word.len);
		size_t len;
		if (str_starts(small, word) &&
			(!is_whole || behind.len == 0 || !is_letter(utf8_next(behind, &len))))
			return true;
	}
	return false;
}

static bool starts_with_any(struct str small, const char *const *rows, size_t count, bool is_whole)
{
	for (size_t i = 0; i < count; i++)
		if (starts_with(small, str_from(rows[i]), is_whole))
			return true;
	return false;
}

/* The whole word that stands at the start of text. */
static struct str word_at(struct str text)
{
	enum { WORD_BYTES_MAX = 60 };
	size_t end = 0;
	while (end < text.len && end < WORD_BYTES_MAX) {
		size_t len;
		uint32_t code = utf8_next(str_skip(text, end), &len);
		if (end > 0 && code < 0x80 && !is_letter(code) && code != '-')
			break;
		end += len;
	}
	return str_first(text, end);
}

bool compose_words_find(struct str text, struct buf *word)
{
	struct buf small = {0};
	/* Small letters take as many bytes as large ones in every script above, so that a place
	 * in one is the place in the other. */
	for (struct str rest = text; rest.len > 0;) {
		size_t len, before = small.len;
		utf8_add(&small, letter_small(utf8_next(rest, &len)));
		if (small.len - before != len) {
			buf_truncate(&small, before);
			buf_add(&small, str_first(rest, len));
		}
		rest = str_skip(rest, len);
	}
	bool is_inside = false, has_any = false;
	for (size_t at = 0; at < small.len && !has_any;) {
		size_t len;
		struct str here = str_skip(buf_str(&small), at);
		uint32_t code = utf8_next(here, &len);
		if (!is_inside)
			has_any = starts_with_any(
					  here, wholes, sizeof(wholes) / sizeof(*wholes), true) ||
				  starts_with_any(here, beginnings,
					  sizeof(beginnings) / sizeof(*beginnings), false);
		if (!has_any && code >= 0x80)
			has_any = starts_with_any(
				here, anywhere, sizeof(anywhere) / sizeof(*anywhere), false);
		if (has_any)
			buf_add(word, word_at(str_skip(text, at)));
		is_inside = is_letter(code);
		at += len;
	}
	buf_done(&small);
	return has_any;
}
