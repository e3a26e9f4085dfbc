/* Sets as servers send them, and names: what is written reads back as the same. */
#include "proto/imap/imap.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_set(struct str text)
{
	struct imap_set s = {0}, again = {0};
	struct buf out = {0};
	size_t from = 0;
	if (imap_set_parse(text, &s)) {
		imap_set_format(&s, &from, SIZE_MAX, &out);
		if (!imap_set_parse(buf_str(&out), &again) || again.count != s.count ||
			memcmp(again.ranges, s.ranges, s.count * sizeof(*s.ranges)) != 0)
			abort();
		for (size_t i = 1; i < s.count; i++)
			if (s.ranges[i].first <= s.ranges[i - 1].last + 1)
				abort();
	}
	imap_set_done(&s);
	imap_set_done(&again);
	buf_done(&out);
}

static void check_name(struct str wire)
{
	struct buf name = {0}, again = {0}, back = {0};
	imap_utf7_decode(wire, &name);
	imap_utf7_encode(buf_str(&name), &again);
	imap_utf7_decode(buf_str(&again), &back);
	if (!str_equal(buf_str(&name), buf_str(&back)))
		abort();
	buf_done(&name);
	buf_done(&again);
	buf_done(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	check_set(text);
	if (memchr(text.data, '\0', text.len) == NULL)
		check_name(text);
	return 0;
}
