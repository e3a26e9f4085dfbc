#include "render/render_quote.h"

int render_quote_cut(struct str *line, bool is_flowed)
{
	int depth = 0;
	size_t at = 0;
	while (at < line->len && depth < RENDER_QUOTE_MAX) {
		size_t mark = at;
		if (!is_flowed && line->data[mark] == ' ' && mark + 1 < line->len)
			mark++;
		if (line->data[mark] != '>')
			break;
		at = mark + 1;
		depth++;
	}
	/* mbox writers put a '>' before "From " at the start of a line. */
	if (depth == 1 && str_starts(*line, STR(">From ")))
		return 0;
	*line = str_skip(*line, at);
	if ((depth > 0 || is_flowed) && line->len > 0 && line->data[0] == ' ')
		*line = str_skip(*line, 1);
	return depth;
}

bool render_quote_is_signature(struct str line)
{
	return str_equal(line, STR("-- "));
}
