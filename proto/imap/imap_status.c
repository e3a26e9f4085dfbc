/* Status answers: OK, NO, BAD, BYE, PREAUTH and their response codes (RFC 3501 7.1, 5530 …). */
#include "base/array.h"
#include "proto/imap/imap_client.h"

bool imap_status_word(struct str word, enum imap_status *status)
{
	static const struct {
		const char *word;
		enum imap_status status;
	} words[] = {{"OK", IMAP_OK}, {"NO", IMAP_NO}, {"BAD", IMAP_BAD}, {"BYE", IMAP_BYE},
		{"PREAUTH", IMAP_PREAUTH}};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_equal_nocase(word, str_from(words[i].word))) {
			*status = words[i].status;
			return true;
		}
	return false;
}

/* A keyword that could never be written back in a STORE is none: it would break the command. */
static bool keyword_can_be_sent(struct str keyword)
{
	for (size_t i = 0; i < keyword.len; i++) {
		unsigned char c = (unsigned char)keyword.data[i];
		if (c <= 0x20 || c == 0x7f || strchr("(){\"", c) != NULL)
			return false;
	}
	return true;
}

static void keyword_add(struct imap *imap, struct str keyword)
{
	enum { KEYWORDS_MAX = 10000 };
	if (imap->keyword_count >= KEYWORDS_MAX || !keyword_can_be_sent(keyword))
		return;
	imap->keywords = array_room(
		imap->keywords, imap->keyword_count, &imap->keyword_cap, sizeof(*imap->keywords));
	imap->keywords[imap->keyword_count++] = keyword;
}

bool imap_read_flags(struct imap *imap, struct imap_scan *s, flags_t *flags, bool *may_create)
{
	imap->keyword_count = 0;
	*flags = 0;
	imap_scan_blanks(s);
	if (!imap_scan_take(s, '('))
		return str_equal_nocase(imap_scan_atom(s), STR("NIL"));
	for (;;) {
		imap_scan_blanks(s);
		if (imap_scan_take(s, ')'))
			return true;
		struct str name = imap_scan_flag(s);
		if (name.len == 0)
			return false;
		flags_t bit = flag_from_wire(name);
		*flags |= bit;
		if (str_equal(name, STR("\\*")))
			*may_create = true;
		else if (bit == 0 && !str_equal_nocase(name, STR("NIL")))
			keyword_add(imap, name);
	}
}

typedef bool code_read(struct imap *imap, struct imap_scan *s, struct imap_event *event);

static bool code_number(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	(void)imap;
	return imap_scan_u64(s, &event->code_number);
}

static bool code_flags(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	if (!imap_read_flags(imap, s, &event->flags, &event->may_create_keywords))
		return false;
	event->keywords = imap->keywords;
	event->keyword_count = imap->keyword_count;
	return true;
}

static bool code_set(struct imap_scan *s, struct imap_set *set)
{
	imap_set_done(set);
	imap_scan_take(s, ' ');
	struct str text = imap_scan_atom(s);
	return text.len == 0 || imap_set_parse(text, set);
}

static bool code_modified(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	event->set = &imap->set;
	return code_set(s, &imap->set);
}

static bool code_appenduid(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	return code_number(imap, s, event) && code_modified(imap, s, event);
}

/* The sets may be empty: "[COPYUID 7  ]" (Exchange). */
static bool code_copyuid(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	event->source_set = &imap->source_set;
	return code_number(imap, s, event) && code_set(s, &imap->source_set) &&
	       code_modified(imap, s, event);
}

static bool code_mailboxid(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	(void)imap;
	imap_scan_take(s, '(');
	event->code_text = imap_scan_atom(s);
	return true;
}

static bool code_capability(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	(void)event;
	imap_capabilities_set(imap, imap_scan_rest(s));
	return true;
}

static const struct code_row {
	const char *name;
	enum imap_code code;
	code_read *read; /* NULL: nothing follows that matters */
} code_rows[] = {
	{"CAPABILITY", IMAP_CODE_OTHER, code_capability},
	{"ALERT", IMAP_CODE_ALERT, NULL},
	{"READ-ONLY", IMAP_CODE_READ_ONLY, NULL},
	{"READ-WRITE", IMAP_CODE_READ_WRITE, NULL},
	{"TRYCREATE", IMAP_CODE_TRYCREATE, NULL},
	{"UIDVALIDITY", IMAP_CODE_UIDVALIDITY, code_number},
	{"UIDNEXT", IMAP_CODE_UIDNEXT, code_number},
	{"UNSEEN", IMAP_CODE_UNSEEN, code_number},
	{"HIGHESTMODSEQ", IMAP_CODE_HIGHESTMODSEQ, code_number},
	{"NOMODSEQ", IMAP_CODE_NOMODSEQ, NULL},
	{"PERMANENTFLAGS", IMAP_CODE_PERMANENTFLAGS, code_flags},
	{"CLOSED", IMAP_CODE_CLOSED, NULL},
	{"COPYUID", IMAP_CODE_COPYUID, code_copyuid},
	{"APPENDUID", IMAP_CODE_APPENDUID, code_appenduid},
	{"MODIFIED", IMAP_CODE_MODIFIED, code_modified},
	{"AUTHENTICATIONFAILED", IMAP_CODE_AUTHENTICATIONFAILED, NULL},
	{"AUTHORIZATIONFAILED", IMAP_CODE_AUTHORIZATIONFAILED, NULL},
	{"EXPIRED", IMAP_CODE_EXPIRED, NULL},
	{"PRIVACYREQUIRED", IMAP_CODE_PRIVACYREQUIRED, NULL},
	{"UNAVAILABLE", IMAP_CODE_UNAVAILABLE, NULL},
	{"CONTACTADMIN", IMAP_CODE_CONTACTADMIN, NULL},
	{"NOPERM", IMAP_CODE_NOPERM, NULL},
	{"INUSE", IMAP_CODE_INUSE, NULL},
	{"EXPUNGEISSUED", IMAP_CODE_EXPUNGEISSUED, NULL},
	{"CORRUPTION", IMAP_CODE_CORRUPTION, NULL},
	{"SERVERBUG", IMAP_CODE_SERVERBUG, NULL},
	{"CLIENTBUG", IMAP_CODE_CLIENTBUG, NULL},
	{"CANNOT", IMAP_CODE_CANNOT, NULL},
	{"LIMIT", IMAP_CODE_LIMIT, NULL},
	{"OVERQUOTA", IMAP_CODE_OVERQUOTA, NULL},
	{"ALREADYEXISTS", IMAP_CODE_ALREADYEXISTS, NULL},
	{"NONEXISTENT", IMAP_CODE_NONEXISTENT, NULL},
	{"BADCHARSET", IMAP_CODE_BADCHARSET, NULL},
	{"UNKNOWN-CTE", IMAP_CODE_UNKNOWN_CTE, NULL},
	{"MAILBOXID", IMAP_CODE_MAILBOXID, code_mailboxid},
};

static void code_read_one(struct imap *imap, struct str code, struct imap_event *event)
{
	struct imap_scan s = {.p = code.data, .end = code.data + code.len, .arena = &imap->arena};
	struct str name = imap_scan_atom(&s);
	event->code = IMAP_CODE_OTHER;
	event->code_text = code;
	for (size_t i = 0; i < sizeof(code_rows) / sizeof(*code_rows); i++) {
		const struct code_row *row = &code_rows[i];
		if (!str_equal_nocase(name, str_from(row->name)))
			continue;
		imap_scan_take(&s, ' ');
		if (row->read == NULL || row->read(imap, &s, event))
			event->code = row->code;
		return;
	}
}

/* The length of a code up to its "]", which may also stand in a flag or in quotes. */
static size_t code_length(struct str text)
{
	int depth = 0;
	bool is_quoted = false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (is_quoted && c == '\\')
			i++;
		else if (c == '"')
			is_quoted = !is_quoted;
		else if (is_quoted)
			continue;
		else if (c == ']' && depth <= 0)
			return i;
		else
			depth += (c == '(') - (c == ')');
	}
	return str_find_char(text, ']');
}

bool imap_read_status(
	struct imap *imap, struct imap_scan *s, enum imap_status status, struct imap_event *event)
{
	event->status = status;
	event->text = imap_scan_rest(s);
	if (event->text.len == 0 || event->text.data[0] != '[')
		return true;
	struct str inside = str_skip(event->text, 1);
	size_t length = code_length(inside);
	if (length == STR_NONE)
		return true;
	event->text = str_trim(str_skip(inside, length + 1));
	code_read_one(imap, str_first(inside, length), event);
	return true;
}
