/* Answers about folders: LIST, LSUB, XLIST, STATUS, NAMESPACE. */
#include "proto/imap/imap_client.h"

static bool list_role(struct str name)
{
	static const char *const roles[] = {"\\All", "\\Archive", "\\Drafts", "\\Flagged",
		"\\Important", "\\Junk", "\\Sent", "\\Trash",
		/* XLIST */ "\\AllMail", "\\Spam", "\\Starred"};
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (str_equal_nocase(name, str_from(roles[i])))
			return true;
	return false;
}

static void list_attribute(struct imap_list *list, struct str name)
{
	const struct {
		const char *name;
		bool *flag;
	} rows[] = {{"\\Noselect", &list->no_select}, {"\\Noinferiors", &list->no_inferiors},
		{"\\HasChildren", &list->has_children}, {"\\HasNoChildren", &list->has_no_children},
		{"\\Subscribed", &list->subscribed}, {"\\NonExistent", &list->non_existent},
		{"\\Marked", &list->marked}, {"\\Inbox", &list->is_inbox}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (str_equal_nocase(name, str_from(rows[i].name)))
			*rows[i].flag = true;
	if (list->role.len == 0 && list_role(name))
		list->role = name;
}

static bool list_attributes(struct imap_scan *s, struct imap_list *list)
{
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
		list_attribute(list, name);
	}
}

static bool list_delimiter(struct imap_scan *s, char *delimiter)
{
	struct str text;
	bool is_nil;
	imap_scan_blanks(s);
	if (!imap_scan_string(s, &text, &is_nil) || text.len > 1)
		return false;
	*delimiter = text.len == 1 ? text.data[0] : '\0';
	return true;
}

/* No command can name a folder with a NUL in it. */
static bool name_is_usable(struct str name)
{
	return memchr(name.data, '\0', name.len) == NULL;
}

static struct str folder_spelt(struct str name)
{
	return str_equal_nocase(name, STR("INBOX")) ? STR("INBOX") : name;
}

/* A name; one without quotes runs to what can follow it, whatever it contains (Exchange sends
 * control characters, others blanks). A folder called NIL stays one. */
static bool folder_name(struct imap_scan *s, struct str *name)
{
	bool is_nil;
	imap_scan_blanks(s);
	if (imap_scan_is(s, '"') || imap_scan_is(s, '{') || imap_scan_is(s, '~')) {
		const char *start = s->p;
		bool is_good = imap_scan_string(s, name, &is_nil);
		struct str behind = str_make(s->p, (size_t)(s->end - s->p));
		/* Quotes inside that nobody escaped: the name ends with the line. */
		if (is_good && *start == '"' && s->end[-1] == '"' && behind.len > 0 &&
			!str_starts(behind, STR(" ("))) {
			*name = str_make(start + 1, (size_t)(s->end - start) - 2);
			s->p = s->end;
		}
		*name = folder_spelt(*name);
		return is_good && name_is_usable(*name);
	}
	struct str rest = str_make(s->p, (size_t)(s->end - s->p));
	size_t end = str_find(rest, STR(" ("));
	*name = folder_spelt(str_trim(str_first(rest, end)));
	s->p += str_first(rest, end).len;
	return name->len > 0 && name_is_usable(*name);
}

bool imap_read_list(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	struct imap_list *list = &event->list;
	(void)imap;
	event->kind = IMAP_LIST;
	if (!list_attributes(s, list) || !list_delimiter(s, &list->delimiter) ||
		!folder_name(s, &list->name))
		return false;
	list->is_inbox |= str_equal(list->name, STR("INBOX"));
	return true;
}

bool imap_read_lsub(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	event->list.is_lsub = true;
	return imap_read_list(imap, s, event);
}

static bool mailbox_item(struct imap_scan *s, struct str name, struct imap_mailbox *box)
{
	const struct {
		const char *name;
		bool *has;
		uint32_t *small;
		uint64_t *large;
		bool may_be_rounded;
	} rows[] = {
		{"MESSAGES", &box->has_messages, &box->messages, NULL, true},
		{"RECENT", &box->has_recent, &box->recent, NULL, true},
		{"UIDNEXT", &box->has_uidnext, &box->uidnext, NULL, false},
		{"UIDVALIDITY", &box->has_uidvalidity, &box->uidvalidity, NULL, false},
		{"UNSEEN", &box->has_unseen, &box->unseen, NULL, true},
		{"DELETED", &box->has_deleted, &box->deleted, NULL, true},
		{"HIGHESTMODSEQ", &box->has_modseq, NULL, &box->modseq, false},
		{"SIZE", &box->has_size, NULL, &box->size, true},
	};
	uint64_t value;
	bool is_exact;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!str_equal_nocase(name, str_from(rows[i].name)))
			continue;
		if (!imap_scan_odd_number(s, &value, &is_exact))
			return imap_scan_skip(s);
		is_exact |= rows[i].may_be_rounded && value > 0;
		*rows[i].has = is_exact && (rows[i].small == NULL || value <= UINT32_MAX);
		if (*rows[i].has && rows[i].small != NULL)
			*rows[i].small = (uint32_t)value;
		else if (*rows[i].has)
			*rows[i].large = value;
		return true;
	}
	if (!str_equal_nocase(name, STR("MAILBOXID")))
		return imap_scan_skip(s);
	bool is_list = imap_scan_take(s, '(');
	box->mailboxid = imap_scan_atom(s);
	return !is_list || imap_scan_skip_list(s);
}

bool imap_read_mailbox(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	(void)imap;
	event->kind = IMAP_STATUS;
	if (!folder_name(s, &event->mailbox.name))
		return false;
	imap_scan_blanks(s);
	if (!imap_scan_take(s, '('))
		return false;
	for (;;) {
		imap_scan_blanks(s);
		if (imap_scan_take(s, ')'))
			return true;
		struct str name = imap_scan_atom(s);
		imap_scan_blanks(s);
		if (name.len == 0 || !mailbox_item(s, name, &event->mailbox))
			return false;
	}
}

/* The first personal one: ((prefix delimiter) …), or NIL. */
bool imap_read_namespace(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	bool is_nil;
	(void)imap;
	event->kind = IMAP_NAMESPACE;
	imap_scan_blanks(s);
	if (!imap_scan_take(s, '('))
		return str_equal_nocase(imap_scan_atom(s), STR("NIL"));
	imap_scan_blanks(s);
	if (!imap_scan_take(s, '('))
		return imap_scan_take(s, ')');
	imap_scan_blanks(s);
	return imap_scan_string(s, &event->name, &is_nil) && name_is_usable(event->name) &&
	       list_delimiter(s, &event->delimiter) && imap_scan_skip_list(s);
}
