/* What the server can do: one row per capability that somebody asks for. */
#include "proto/imap/imap_client.h"

static const struct {
	enum imap_capability capability;
	const char *name;
	bool is_in_rev2; /* part of IMAP4rev2 (RFC 9051 appendix E), so not always told beside it */
} capability_rows[] = {
	{IMAP_CAP_IMAP4REV1, "IMAP4rev1", false},
	{IMAP_CAP_IMAP4REV2, "IMAP4rev2", false},
	{IMAP_CAP_STARTTLS, "STARTTLS", false},
	{IMAP_CAP_LOGINDISABLED, "LOGINDISABLED", false},
	{IMAP_CAP_SASL_IR, "SASL-IR", true},
	{IMAP_CAP_LITERAL_PLUS, "LITERAL+", false},
	{IMAP_CAP_LITERAL_MINUS, "LITERAL-", true},
	{IMAP_CAP_ID, "ID", false},
	{IMAP_CAP_ENABLE, "ENABLE", true},
	{IMAP_CAP_IDLE, "IDLE", true},
	{IMAP_CAP_NAMESPACE, "NAMESPACE", true},
	{IMAP_CAP_UNSELECT, "UNSELECT", true},
	{IMAP_CAP_UIDPLUS, "UIDPLUS", true},
	{IMAP_CAP_MOVE, "MOVE", true},
	{IMAP_CAP_CONDSTORE, "CONDSTORE", false},
	{IMAP_CAP_QRESYNC, "QRESYNC", false},
	{IMAP_CAP_ESEARCH, "ESEARCH", true},
	{IMAP_CAP_SEARCHRES, "SEARCHRES", true},
	{IMAP_CAP_LIST_EXTENDED, "LIST-EXTENDED", true},
	{IMAP_CAP_LIST_STATUS, "LIST-STATUS", true},
	{IMAP_CAP_SPECIAL_USE, "SPECIAL-USE", true},
	{IMAP_CAP_XLIST, "XLIST", false},
	{IMAP_CAP_CHILDREN, "CHILDREN", false},
	{IMAP_CAP_COMPRESS_DEFLATE, "COMPRESS=DEFLATE", false},
	{IMAP_CAP_NOTIFY, "NOTIFY", false},
	{IMAP_CAP_OBJECTID, "OBJECTID", false},
	{IMAP_CAP_GMAIL, "X-GM-EXT-1", false},
	{IMAP_CAP_MULTIAPPEND, "MULTIAPPEND", false},
	{IMAP_CAP_BINARY, "BINARY", false},
	{IMAP_CAP_REPLACE, "REPLACE", false},
	{IMAP_CAP_PARTIAL, "PARTIAL", false},
	{IMAP_CAP_UTF8_ACCEPT, "UTF8=ACCEPT", false},
	{IMAP_CAP_UIDONLY, "UIDONLY", false},
	{IMAP_CAP_PREVIEW, "PREVIEW", false},
	{IMAP_CAP_STATUS_SIZE, "STATUS=SIZE", true},
	{IMAP_CAP_SAVEDATE, "SAVEDATE", false},
	{IMAP_CAP_QUOTA, "QUOTA", false},
	{IMAP_CAP_ACL, "ACL", false},
};

enum { CAPABILITY_ROWS = sizeof(capability_rows) / sizeof(*capability_rows) };
_Static_assert((int)CAPABILITY_ROWS == (int)IMAP_CAP_COUNT, "a row for each capability");

static uint64_t capability_bit(enum imap_capability capability)
{
	return (uint64_t)1 << capability;
}

static uint64_t capability_of(struct str word)
{
	for (size_t i = 0; i < CAPABILITY_ROWS; i++)
		if (str_equal_nocase(word, str_from(capability_rows[i].name)))
			return capability_bit(capability_rows[i].capability);
	return 0;
}

/* A server of IMAP4rev2 alone need not list what that includes. Beside IMAP4rev1 only the listed
 * words are believed. */
static uint64_t capabilities_included(uint64_t told)
{
	if (!(told & capability_bit(IMAP_CAP_IMAP4REV2)) ||
		(told & capability_bit(IMAP_CAP_IMAP4REV1)))
		return 0;
	uint64_t included = 0;
	for (size_t i = 0; i < CAPABILITY_ROWS; i++)
		if (capability_rows[i].is_in_rev2)
			included |= capability_bit(capability_rows[i].capability);
	return included;
}

void imap_capabilities_set(struct imap *imap, struct str words)
{
	struct buf *line = &imap->capability_line;
	imap_capabilities_forget(imap);
	imap->knows_capabilities = imap->has_new_capabilities = true;
	while (words.len > 0) {
		struct str word = str_cut(&words, ' ');
		if (word.len == 0)
			continue;
		/* "LITERAL +", as one server writes it. */
		if (str_equal(word, STR("+")) && imap->capability_line.len > 0) {
			imap->capabilities |= capability_bit(IMAP_CAP_LITERAL_PLUS);
			buf_add(line, word);
			continue;
		}
		imap->capabilities |= capability_of(word);
		if (line->len > 0)
			buf_add_char(line, ' ');
		buf_add(line, word);
	}
	imap->capabilities |= capabilities_included(imap->capabilities);
}

void imap_capabilities_forget(struct imap *imap)
{
	imap->capabilities = 0;
	imap->knows_capabilities = false;
	buf_clear(&imap->capability_line);
}

bool imap_has(const struct imap *imap, enum imap_capability capability)
{
	return (imap->capabilities & capability_bit(capability)) != 0;
}

bool imap_words_have(struct str words, enum imap_capability capability)
{
	uint64_t told = 0;
	while (words.len > 0)
		told |= capability_of(str_cut(&words, ' '));
	return ((told | capabilities_included(told)) & capability_bit(capability)) != 0;
}

bool imap_has_auth(const struct imap *imap, struct str mechanism)
{
	struct str words = buf_str(&imap->capability_line);
	while (words.len > 0) {
		struct str word = str_cut(&words, ' ');
		if (str_starts_nocase(word, STR("AUTH=")) &&
			str_equal_nocase(str_skip(word, 5), mechanism))
			return true;
	}
	return false;
}

bool imap_knows_capabilities(const struct imap *imap)
{
	return imap->knows_capabilities;
}

struct str imap_capability_line(const struct imap *imap)
{
	return buf_str(&imap->capability_line);
}
