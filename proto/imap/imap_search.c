/* Answers that are sets of numbers: SEARCH, ESEARCH (RFC 4731, 9394), VANISHED (RFC 7162). */
#include "proto/imap/imap_client.h"

/* "(MODSEQ 7)" at the end. */
static bool search_modseq(struct imap_scan *s, uint64_t *modseq)
{
	bool is_exact;
	imap_scan_blanks(s);
	if (!str_equal_nocase(imap_scan_atom(s), STR("MODSEQ")))
		return imap_scan_skip_list(s);
	imap_scan_blanks(s);
	return imap_scan_odd_number(s, modseq, &is_exact) && imap_scan_skip_list(s);
}

bool imap_read_search(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	bool is_mixed = false;
	imap_set_done(&imap->set);
	event->kind = IMAP_SEARCH;
	event->search.set = &imap->set;
	for (;;) {
		uint64_t number;
		bool is_exact;
		imap_scan_blanks(s);
		if (imap_scan_at_end(s))
			break;
		if (imap_scan_take(s, '(')) {
			if (!search_modseq(s, &event->search.modseq))
				return false;
			continue;
		}
		/* A rounded number would be another message's; 0 and -1 are nobody's. */
		if (!imap_scan_odd_number(s, &number, &is_exact) || number > UINT32_MAX ||
			(!is_exact && number > 0))
			return false;
		if (number > 0 &&
			!imap_set_append(&imap->set, (uint32_t)number, (uint32_t)number, &is_mixed))
			return false;
	}
	imap_set_appended(&imap->set, is_mixed);
	return true;
}

/* (TAG "A5") */
static bool esearch_tag(struct imap_scan *s, unsigned *command)
{
	struct str text;
	bool is_nil;
	uint32_t number;
	imap_scan_blanks(s);
	if (!str_equal_nocase(imap_scan_atom(s), STR("TAG")))
		return imap_scan_skip_list(s);
	imap_scan_blanks(s);
	if (!imap_scan_string(s, &text, &is_nil))
		return false;
	if (text.len > 1 && text.data[0] == 'A' && str_to_u32(str_skip(text, 1), &number))
		*command = number;
	return imap_scan_skip_list(s);
}

/* "ALL set" and "PARTIAL (1:50 set)". */
static bool esearch_set(struct imap *imap, struct imap_scan *s)
{
	bool is_list = imap_scan_take(s, '(');
	if (is_list) {
		imap_scan_atom(s);
		imap_scan_blanks(s);
	}
	struct str text = imap_scan_atom(s);
	imap_set_done(&imap->set);
	if (!str_equal_nocase(text, STR("NIL")) && !imap_set_parse(text, &imap->set))
		return false;
	return !is_list || imap_scan_skip_list(s);
}

static bool esearch_item(
	struct imap *imap, struct imap_scan *s, struct str name, struct imap_search *search)
{
	const struct {
		const char *name;
		bool *has;
		uint32_t *value;
	} numbers[] = {{"COUNT", &search->has_count, &search->count},
		{"MIN", &search->has_min, &search->min}, {"MAX", &search->has_max, &search->max}};
	bool is_exact;
	if (str_equal_nocase(name, STR("UID"))) {
		search->is_uid = true;
		return true;
	}
	imap_scan_blanks(s);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (str_equal_nocase(name, str_from(numbers[i].name)))
			return *numbers[i].has = imap_scan_u32(s, numbers[i].value);
	if (str_equal_nocase(name, STR("ALL")) || str_equal_nocase(name, STR("PARTIAL")))
		return esearch_set(imap, s);
	if (str_equal_nocase(name, STR("MODSEQ")))
		return imap_scan_odd_number(s, &search->modseq, &is_exact);
	return imap_scan_skip(s);
}

bool imap_read_esearch(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	imap_set_done(&imap->set);
	event->kind = IMAP_SEARCH;
	event->search.set = &imap->set;
	for (;;) {
		imap_scan_blanks(s);
		if (imap_scan_at_end(s))
			return true;
		if (imap_scan_take(s, '(')) {
			if (!esearch_tag(s, &event->search.command))
				return false;
			continue;
		}
		struct str name = imap_scan_atom(s);
		if (name.len == 0 || !esearch_item(imap, s, name, &event->search))
			return false;
	}
}

bool imap_read_vanished(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	event->kind = IMAP_VANISHED;
	event->set = &imap->set;
	imap_scan_blanks(s);
	if (imap_scan_take(s, '(')) {
		imap_scan_blanks(s);
		event->is_earlier = str_equal_nocase(imap_scan_atom(s), STR("EARLIER"));
		if (!imap_scan_skip_list(s))
			return false;
	}
	imap_scan_blanks(s);
	imap_set_done(&imap->set);
	return imap_set_parse(imap_scan_rest(s), &imap->set);
}
