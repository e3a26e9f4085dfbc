/* Answers about room and rights: QUOTAROOT, QUOTA (RFC 9208), MYRIGHTS, ACL (RFC 4314). */
#include "base/array.h"
#include "proto/imap/imap_client.h"

enum { QUOTAS_MAX = 32, RIGHTS_MAX = 200 };

/* A word of any kind; line ends in it become blanks, so that lists can be lines of text. */
static bool rights_word(struct imap_scan *s, struct buf *out, struct str *word)
{
	bool is_nil;
	imap_scan_blanks(s);
	if (!imap_scan_string(s, word, &is_nil))
		return false;
	for (size_t i = 0; out != NULL && i < word->len; i++) {
		char c = word->data[i];
		buf_add_char(out, c == '\n' || c == '\r' || c == '\0' ? ' ' : c);
	}
	return true;
}

/* "INBOX "" root …": text has the roots, one a line. */
bool imap_read_quotaroot(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	struct str root;
	event->kind = IMAP_QUOTAROOT;
	buf_clear(&imap->text);
	if (!rights_word(s, NULL, &event->name))
		return false;
	for (imap_scan_blanks(s); !imap_scan_at_end(s); imap_scan_blanks(s)) {
		if (imap->text.len > 16384 || !rights_word(s, &imap->text, &root))
			return false;
		buf_add_char(&imap->text, '\n');
	}
	event->text = buf_str(&imap->text);
	return true;
}

static bool quota_one(struct imap *imap, struct imap_scan *s)
{
	bool is_exact;
	struct imap_quota quota = {.resource = imap_scan_atom(s)};
	imap_scan_blanks(s);
	if (quota.resource.len == 0 || !imap_scan_odd_number(s, &quota.used, &is_exact))
		return false;
	imap_scan_blanks(s);
	if (!imap_scan_odd_number(s, &quota.limit, &is_exact))
		return false;
	if (imap->quota_count < QUOTAS_MAX) {
		imap->quotas = array_room(
			imap->quotas, imap->quota_count, &imap->quota_cap, sizeof(*imap->quotas));
		imap->quotas[imap->quota_count++] = quota;
	}
	return true;
}

/* "root (STORAGE 10 512 …)" */
bool imap_read_quota(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	event->kind = IMAP_QUOTA;
	imap->quota_count = 0;
	if (!rights_word(s, NULL, &event->name))
		return false;
	imap_scan_blanks(s);
	if (!imap_scan_take(s, '('))
		return false;
	for (imap_scan_blanks(s); !imap_scan_take(s, ')'); imap_scan_blanks(s))
		if (!quota_one(imap, s))
			return false;
	event->quotas = imap->quotas;
	event->quota_count = imap->quota_count;
	return true;
}

/* "folder lrswi" */
bool imap_read_myrights(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	(void)imap;
	event->kind = IMAP_MYRIGHTS;
	return rights_word(s, NULL, &event->name) && rights_word(s, NULL, &event->text);
}

/* "folder who rights who rights …": text has "rights who", one a line. */
bool imap_read_acl(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	struct str who, rights;
	event->kind = IMAP_ACL;
	buf_clear(&imap->text);
	if (!rights_word(s, NULL, &event->name))
		return false;
	int count = 0;
	for (imap_scan_blanks(s); !imap_scan_at_end(s); imap_scan_blanks(s)) {
		struct buf name = {0};
		bool ok = rights_word(s, &name, &who) && rights_word(s, NULL, &rights) &&
			  str_find_char(rights, '\n') == STR_NONE &&
			  str_find_char(rights, ' ') == STR_NONE;
		if (ok && count++ < RIGHTS_MAX) {
			buf_add(&imap->text, rights);
			buf_add_char(&imap->text, ' ');
			buf_add(&imap->text, buf_str(&name));
			buf_add_char(&imap->text, '\n');
		}
		buf_done(&name);
		if (!ok)
			return false;
	}
	event->text = buf_str(&imap->text);
	return true;
}
