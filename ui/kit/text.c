/* A window on lines of text. */
#include "ui/kit/text.h"

#include "ui/theme.h"

enum { TEXT_OVERLAP = 2 };

void text_init(struct text *t)
{
	*t = (struct text){.height = 1, .found_line = STR_NONE, .link = -1};
}

void text_done(struct text *t)
{
	layout_free(t->layout);
	text_init(t);
}

static size_t text_last_top(const struct text *t)
{
	size_t height = (size_t)t->height;
	size_t count = t->layout != NULL ? t->layout->count : 0;
	return count > height ? count - height : 0;
}

static void text_go(struct text *t, size_t top)
{
	size_t last = text_last_top(t);
	t->top = top < last ? top : last;
}

/* The first line of the same block, and as far into it as before. */
static size_t text_same_place(const struct layout *layout, int block, size_t into)
{
	size_t first = 0;
	while (first < layout->count && layout->lines[first].block < block)
		first++;
	size_t end = first;
	while (end < layout->count && layout->lines[end].block == block)
		end++;
	if (end == first)
		return first;
	return first + (into < end - first ? into : end - first - 1);
}

void text_set(struct text *t, struct layout *layout)
{
	size_t top = t->top;
	if (t->layout != NULL && top > 0 && top < t->layout->count) {
		int block = t->layout->lines[top].block;
		size_t into = 0;
		while (into < top && t->layout->lines[top - into - 1].block == block)
			into++;
		top = text_same_place(layout, block, into);
	}
	layout_free(t->layout);
	t->layout = layout;
	t->found_line = STR_NONE;
	t->link = -1;
	text_go(t, top);
}

void text_set_height(struct text *t, int height)
{
	t->height = height > 0 ? height : 1;
	text_go(t, t->top);
}

bool text_scroll(struct text *t, int lines)
{
	size_t before = t->top;
	if (lines < 0 && (size_t)-lines > t->top)
		text_go(t, 0);
	else
		text_go(t, lines < 0 ? t->top - (size_t)-lines : t->top + (size_t)lines);
	return t->top != before;
}

bool text_page(struct text *t, int pages)
{
	int step = t->height > TEXT_OVERLAP + 1 ? t->height - TEXT_OVERLAP : t->height;
	return text_scroll(t, pages * step);
}

bool text_to_end(struct text *t, bool is_end)
{
	size_t before = t->top;
	text_go(t, is_end ? text_last_top(t) : 0);
	return t->top != before;
}

bool text_command(struct text *t, enum command command, bool *has_moved)
{
	switch ((int)command) {
	case COMMAND_UP:
		*has_moved = text_scroll(t, -1);
		return true;
	case COMMAND_DOWN:
		*has_moved = text_scroll(t, 1);
		return true;
	case COMMAND_PAGE_UP:
		*has_moved = text_page(t, -1);
		return true;
	case COMMAND_PAGE_DOWN:
		*has_moved = text_page(t, 1);
		return true;
	case COMMAND_FIRST:
		*has_moved = text_to_end(t, false);
		return true;
	case COMMAND_LAST:
		*has_moved = text_to_end(t, true);
		return true;
	}
	return false;
}

static bool text_find_in(struct text *t, size_t line, size_t from, struct str words)
{
	const struct layout_line *l = &t->layout->lines[line];
	size_t at = str_find_nocase(str_skip(str_make(l->text, l->len), from), words);
	if (at == STR_NONE)
		return false;
	t->found_line = line;
	t->found_start = from + at;
	t->found_len = words.len;
	if (line < t->top || line >= t->top + (size_t)t->height)
		text_go(t, line > (size_t)t->height / 3 ? line - (size_t)t->height / 3 : 0);
	return true;
}

bool text_find(struct text *t, struct str words, bool *is_wrapped)
{
	size_t count = t->layout != NULL ? t->layout->count : 0;
	size_t line = t->found_line != STR_NONE ? t->found_line : t->top;
	size_t from = t->found_line != STR_NONE ? t->found_start + t->found_len : 0;
	for (size_t i = 0; i <= count && count > 0; i++) {
		*is_wrapped = line + i >= count;
		if (text_find_in(t, (line + i) % count, i == 0 ? from : 0, words))
			return true;
	}
	return false;
}

/* A link of the line that begins there or on: past the selected one. */
static int text_line_link(const struct text *t, size_t at, bool is_backwards)
{
	const struct layout_line *line = &t->layout->lines[at];
	bool is_past = t->link < 0 || at != t->link_line;
	for (size_t i = 0; i < line->run_count; i++) {
		int link = line->runs[is_backwards ? line->run_count - 1 - i : i].link;
		if (link >= 0 && link != t->link && is_past)
			return link;
		is_past |= link == t->link;
	}
	return -1;
}

/* Where a link that ends here begins. */
static size_t text_link_start(const struct text *t, size_t at, int link)
{
	while (at > 0) {
		const struct layout_line *line = &t->layout->lines[at - 1];
		if (line->run_count == 0 || line->runs[line->run_count - 1].link != link)
			break;
		at--;
	}
	return at;
}

bool text_walk_links(struct text *t, bool is_backwards)
{
	size_t count = t->layout != NULL ? t->layout->count : 0;
	size_t end = t->top + (size_t)t->height < count ? t->top + (size_t)t->height : count;
	size_t at = t->link >= 0 ? t->link_line : is_backwards && end > 0 ? end - 1 : t->top;
	for (; at < count; at = is_backwards ? at - 1 : at + 1) {
		int link = text_line_link(t, at, is_backwards);
		if (link < 0)
			continue;
		t->link = link;
		t->link_line = is_backwards ? text_link_start(t, at, link) : at;
		if (t->link_line < t->top || t->link_line >= t->top + (size_t)t->height)
			text_go(t, t->link_line > (size_t)t->height / 3
					   ? t->link_line - (size_t)t->height / 3
					   : 0);
		return true;
	}
	return false;
}

int text_percent(const struct text *t)
{
	size_t count = t->layout != NULL ? t->layout->count : 0;
	size_t seen = t->top + (size_t)t->height;
	return seen >= count ? 100 : (int)(seen * 100 / count);
}

static unsigned text_line_style(const struct layout_line *line)
{
	static const unsigned roles[] = {
		[LAYOUT_BODY] = STYLE_NORMAL,
		[LAYOUT_HEADER_NAME] = STYLE_HEADER_NAME,
		[LAYOUT_HEADER_VALUE] = STYLE_HEADER_VALUE,
		[LAYOUT_PART] = STYLE_PART,
		[LAYOUT_NOTE] = STYLE_NOTE,
		[LAYOUT_RULE] = STYLE_GREY,
		[LAYOUT_HEADING] = STYLE_HEADING,
		[LAYOUT_FOLD] = STYLE_NOTE,
	};
	if (line->role == LAYOUT_BODY && line->quote > 0)
		return STYLE_QUOTE_1 + (unsigned)(line->quote - 1) % 3;
	return roles[line->role];
}

/* What a run looks like on top of its line. */
static unsigned text_run_style(unsigned style, unsigned bits)
{
	static const struct {
		unsigned bit;
		enum style role;
	} roles[] = {
		{DOC_STYLE_WARNING, STYLE_WARNING},
		{DOC_STYLE_LINK, STYLE_LINK},
		{DOC_STYLE_SIGNATURE, STYLE_SIGNATURE},
		{DOC_STYLE_CODE, STYLE_CODE},
	};
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if ((bits & roles[i].bit) != 0) {
			style = roles[i].role;
			break;
		}
	style |= (bits & DOC_STYLE_BOLD) != 0 ? STYLE_BOLD : 0;
	style |= (bits & DOC_STYLE_ITALIC) != 0 ? STYLE_ITALIC : 0;
	style |= (bits & DOC_STYLE_UNDERLINE) != 0 ? STYLE_UNDERLINE : 0;
	return style;
}

static void text_restyle(struct canvas *c, int row, const struct layout_line *line, size_t start,
	size_t len, unsigned style)
{
	struct str text = str_make(line->text, line->len);
	int from = width_cells(str_first(text, start));
	int cells = width_cells(str_first(str_skip(text, start), len));
	canvas_restyle(c, row, from, cells, style);
}

static void text_paint_line(const struct text *t, struct canvas *c, int row, size_t index)
{
	const struct layout_line *line = &t->layout->lines[index];
	struct safe_text safe = {line->text, line->len, line->cells};
	unsigned style = text_line_style(line);
	canvas_put(c, row, 0, c->columns, &safe, style);
	for (size_t i = 0; i < line->run_count; i++)
		text_restyle(c, row, line, line->runs[i].start, line->runs[i].len,
			t->link >= 0 && line->runs[i].link == t->link
				? STYLE_SELECTED
				: text_run_style(style, line->runs[i].style));
	if (index == t->found_line)
		text_restyle(c, row, line, t->found_start, t->found_len, STYLE_FOUND);
}

void text_paint(const struct text *t, struct canvas *c, int row)
{
	for (int i = 0; i < t->height && t->layout != NULL; i++)
		if (t->top + (size_t)i < t->layout->count)
			text_paint_line(t, c, row + i, t->top + (size_t)i);
}
