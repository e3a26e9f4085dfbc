/* Arguments of commands: atoms, quoted texts, literals, sets of UIDs. */
#include "tests/sim/sim_talk.h"

static bool sim_literal(struct str *rest, struct buf *out)
{
	struct str head = str_first(*rest, str_find_char(*rest, '\n') + 1);
	uint32_t size = 0;
	struct str digits = str_skip(head, 1);
	digits = str_first(digits, str_find_char(digits, '}'));
	if (digits.len > 0 && digits.data[digits.len - 1] == '+')
		digits.len--;
	if (!str_to_u32(digits, &size))
		return false;
	*rest = str_skip(*rest, head.len);
	buf_add(out, str_first(*rest, size));
	*rest = str_skip(*rest, size);
	return true;
}

static bool sim_quoted(struct str *rest, struct buf *out)
{
	size_t i = 1;
	for (; i < rest->len && rest->data[i] != '"'; i++) {
		if (rest->data[i] == '\\' && i + 1 < rest->len)
			i++;
		buf_add_char(out, rest->data[i]);
	}
	*rest = str_skip(*rest, i + 1);
	return true;
}

bool sim_argument(struct str *rest, struct buf *out)
{
	int depth = 0;
	buf_clear(out);
	while (rest->len > 0 && rest->data[0] == ' ')
		*rest = str_skip(*rest, 1);
	if (rest->len == 0)
		return false;
	if (rest->data[0] == '"')
		return sim_quoted(rest, out);
	if (rest->data[0] == '{')
		return sim_literal(rest, out);
	size_t i = 0;
	for (; i < rest->len && (depth > 0 || rest->data[i] != ' '); i++) {
		depth += rest->data[i] == '(' || rest->data[i] == '[';
		depth -= rest->data[i] == ')' || rest->data[i] == ']';
	}
	buf_add(out, str_first(*rest, i));
	*rest = str_skip(*rest, i);
	return true;
}

static uint32_t sim_set_number(struct str text, uint32_t last)
{
	uint32_t number = 0;
	if (str_equal(text, STR("*")))
		return last;
	str_to_u32(text, &number);
	return number;
}

bool sim_set_has(struct str set, uint32_t uid, uint32_t last)
{
	while (set.len > 0) {
		struct str high = str_cut(&set, ',');
		bool is_range = str_find_char(high, ':') != STR_NONE;
		struct str low = str_cut(&high, ':');
		uint32_t from = sim_set_number(low, last);
		uint32_t to = is_range ? sim_set_number(high, last) : from;
		if ((uid >= from && uid <= to) || (uid >= to && uid <= from))
			return true;
	}
	return false;
}
