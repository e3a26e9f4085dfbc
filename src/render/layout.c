/*
 * Blocks → lines. Each line of a block ("segment") is first made safe with its styles carried along
 * ("flat"), then cut at the breaks that fit. Line prefixes (quote marks, indent, label) are made
 * once a block. Tables are laid out by layout_table.c.
 */
#include "render/layout.h"

#include <unilbrk.h>

#include "base/array.h"
#include "render/layout_line.h"
#include "render/render_words.h"

const char *const layout_words[] = {WORD_PART, WORD_ATTACHMENT, WORD_LINKS, WORD_MISSING, WORD_CUT,
	WORD_DEEP, WORD_EMPTY, WORD_SIGNED, WORD_ENCRYPTED, WORD_TNEF, WORD_PARTIAL, WORD_EXTERNAL,
	WORD_FAILED, WORD_DELAYED, WORD_DELIVERED, WORD_RELAYED, WORD_EXPANDED, WORD_DISPLAYED,
	WORD_DELETED, WORD_PROCESSED, WORD_TWO_SENDERS, WORD_NAME_IS_ADDRESS, WORD_REPLY_ELSEWHERE,
	WORD_LOOKALIKE, WORD_AUTH_RIGHT, WORD_AUTH_FALSE, WORD_AUTH_UNKNOWN, WORD_LEAVE_LIST,
	WORD_LEAVE_PAGE, WORD_REMOTE, WORD_TRACKERS, WORD_INVITATION, WORD_EVENT,
	WORD_EVENT_CANCELLED, WORD_EVENT_ACCEPTED, WORD_EVENT_DECLINED, WORD_EVENT_PERHAPS,
	WORD_ANSWER_FROM, WORD_WHEN, WORD_WHERE, WORD_ORGANIZER, WORD_ATTENDEES, WORD_EACH_DAY,
	WORD_EACH_WEEK, WORD_EACH_MONTH, WORD_EACH_YEAR, WORD_EVERY_DAYS, WORD_EVERY_WEEKS,
	WORD_EVERY_MONTHS, WORD_EVERY_YEARS, WORD_ON_DAYS, WORD_ON_MONTH_DAYS, WORD_TIMES,
	WORD_UNTIL, NULL};

enum { CELLS_MIN = 20, TAB_CELLS = 8, RULE_CELLS_MAX = 72 };

/* ---- Safe text with styles. ---- */

void layout_flat_clear(struct layout_flat *f)
{
	buf_clear(&f->text);
	f->run_count = 0;
	f->cells = 0;
}

void layout_flat_done(struct layout_flat *f)
{
	buf_done(&f->text);
	mem_free(f->runs);
	mem_free(f->breaks);
}

static void flat_add_tab(struct layout_flat *f)
{
	do {
		buf_add_char(&f->text, ' ');
		f->cells++;
	} while (f->cells % TAB_CELLS != 0);
}

void layout_flat_add(struct layout_flat *f, struct str text, unsigned style, int link)
{
	size_t start = f->text.len;
	while (text.len > 0) {
		size_t tab = str_find_char(text, '\t');
		struct str piece = tab == STR_NONE ? text : str_first(text, tab);
		f->cells += safe_text_add(&f->text, piece);
		if (tab != STR_NONE)
			flat_add_tab(f);
		text = str_skip(text, piece.len + (tab != STR_NONE));
	}
	if ((style == 0 && link < 0) || f->text.len == start)
		return;
	f->runs = array_room(f->runs, f->run_count, &f->run_cap, sizeof(*f->runs));
	f->runs[f->run_count++] = (struct layout_run){start, f->text.len - start, style, link};
}

/* Bytes from..to of the block's text; *span is where to look for styles and moves on. */
void layout_flat_segment(
	struct layout_flat *f, const struct doc_block *b, size_t from, size_t to, size_t *span)
{
	while (from < to) {
		while (*span < b->span_count && b->spans[*span].start + b->spans[*span].len <= from)
			(*span)++;
		const struct doc_span *s = *span < b->span_count ? &b->spans[*span] : NULL;
		bool is_inside = s != NULL && s->start <= from;
		size_t end = s == NULL ? to : is_inside ? s->start + s->len : s->start;
		end = end < to ? end : to;
		struct str piece = str_make(b->text.data + from, end - from);
		layout_flat_add(f, piece, is_inside ? s->style : 0, is_inside ? s->link : -1);
		from = end;
	}
}

/* ---- One line. ---- */

static void add_blanks(struct buf *out, int count)
{
	for (; count > 0; count--)
		buf_add_char(out, ' ');
}

static void maker_line(
	struct layout_maker *m, struct buf *text, struct layout_run *runs, size_t run_count)
{
	struct layout *l = m->layout;
	while (text->len > 0 && text->data[text->len - 1] == ' ')
		buf_truncate(text, text->len - 1);
	while (run_count > 0 && runs[run_count - 1].start >= text->len)
		run_count--;
	if (run_count > 0) {
		struct layout_run *last = &runs[run_count - 1];
		size_t room = text->len - last->start;
		last->len = last->len < room ? last->len : room;
	}
	l->lines = array_room(l->lines, l->count, &l->cap, sizeof(*l->lines));
	struct layout_line *line = &l->lines[l->count++];
	*line = (struct layout_line){
		.text = mem_str(buf_str(text)),
		.len = text->len,
		.cells = width_cells(buf_str(text)),
		.role = m->role,
		.quote = m->quote,
		.block = m->block,
		.part = m->part,
	};
	if (run_count > 0) {
		line->runs = mem_new_array(run_count, sizeof(*runs));
		memcpy(line->runs, runs, run_count * sizeof(*runs));
		line->run_count = run_count;
	}
}

/* Where a line's own text begins: bytes of the prefix, and its runs in m->runs. */
static size_t line_prefix(struct layout_maker *m, int hang)
{
	buf_clear(&m->text);
	buf_add(&m->text, buf_str(m->is_first ? &m->first : &m->rest));
	add_blanks(&m->text, hang);
	m->run_count = 0;
	if (m->is_first && m->label_len > 0 && m->role == LAYOUT_HEADER_NAME)
		layout_maker_run(m, m->text.len - m->label_len, m->label_len, DOC_STYLE_BOLD, -1);
	return m->text.len;
}

void layout_maker_run(struct layout_maker *m, size_t start, size_t len, unsigned style, int link)
{
	m->runs = array_room(m->runs, m->run_count, &m->run_cap, sizeof(*m->runs));
	m->runs[m->run_count++] = (struct layout_run){start, len, style, link};
}

void layout_maker_emit(
	struct layout_maker *m, const struct layout_flat *f, size_t from, size_t to, size_t *run)
{
	size_t shift = line_prefix(m, from > 0 ? m->hang : 0);
	buf_add(&m->text, str_make(buf_text(&f->text) + from, to - from));
	while (*run < f->run_count && f->runs[*run].start + f->runs[*run].len <= from)
		(*run)++;
	for (size_t i = *run; i < f->run_count && f->runs[i].start < to; i++) {
		size_t start = f->runs[i].start > from ? f->runs[i].start : from;
		size_t end = f->runs[i].start + f->runs[i].len;
		end = end < to ? end : to;
		layout_maker_run(
			m, shift + start - from, end - start, f->runs[i].style, f->runs[i].link);
	}
	maker_line(m, &m->text, m->runs, m->run_count);
	if (m->is_first && m->role == LAYOUT_HEADER_NAME)
		m->role = LAYOUT_HEADER_VALUE;
	m->is_first = false;
}

/* ---- Breaking. ---- */

static void flat_find_breaks(struct layout_flat *f)
{
	if (f->break_cap < f->text.len) {
		f->break_cap = f->text.len;
		f->breaks = mem_resize(f->breaks, f->break_cap);
	}
	u8_possible_linebreaks((const uint8_t *)f->text.data, f->text.len, "UTF-8", f->breaks);
	/* libunistring would break "www.example" and "a:b" behind the dot; UAX 14 LB29 does not. */
	for (size_t i = 1; i < f->text.len; i++) {
		char c = f->text.data[i];
		if (strchr(".,:;", f->text.data[i - 1]) != NULL &&
			(ascii_is_alpha(c) || ascii_is_digit(c)))
			f->breaks[i] = UC_BREAK_PROHIBITED;
	}
}

/* Blanks hang over the end of a line; anything else that is too much begins the next one, from the
 * last place where a break is allowed or, in a word longer than the line, from here. */
static void wrap_long(struct layout_maker *m, struct layout_flat *f, bool may_break_at_blanks)
{
	size_t start = 0, last = 0, run = 0;
	int used = 0, used_at_last = 0;
	if (may_break_at_blanks)
		flat_find_breaks(f);
	for (size_t at = 0; at < f->text.len;) {
		int cells = 0;
		size_t len = width_cluster(str_skip(buf_str(&f->text), at), &cells);
		if (at > start && may_break_at_blanks && f->breaks[at] == UC_BREAK_POSSIBLE) {
			last = at;
			used_at_last = used;
		}
		bool is_hanging = may_break_at_blanks && len == 1 && f->text.data[at] == ' ';
		/* Twice when blanks hang where no break is allowed, as before a question mark. */
		while (used + cells > m->cells - (start > 0 ? m->hang : 0) && at > start &&
			!is_hanging) {
			size_t cut = last > start ? last : at;
			layout_maker_emit(m, f, start, cut, &run);
			used -= cut == last ? used_at_last : used;
			start = cut;
		}
		used += cells;
		at += len > 0 ? len : 1;
	}
	layout_maker_emit(m, f, start, f->text.len, &run);
}

void layout_maker_wrap(struct layout_maker *m, struct layout_flat *f, enum doc_wrap wrap)
{
	size_t run = 0;
	if (f->cells <= m->cells)
		layout_maker_emit(m, f, 0, f->text.len, &run);
	else
		wrap_long(m, f, wrap != DOC_KEEP);
}

/* ---- Blocks. ---- */

/* Quote marks and indent leave the text at least half of the line. */
static void maker_begin(struct layout_maker *m, const struct doc_block *b, struct str label)
{
	int total = m->total, spare = total / 2;
	int marks = b->quote < spare / 2 ? b->quote : spare / 2;
	spare -= 2 * marks;
	int indent = b->indent < spare ? b->indent : spare;
	indent = indent > 0 ? indent : 0;
	spare -= indent;
	buf_clear(&m->rest);
	for (int i = 0; i < marks; i++)
		buf_add_text(&m->rest, "> ");
	add_blanks(&m->rest, indent);
	buf_clear(&m->first);
	buf_add(&m->first, buf_str(&m->rest));
	size_t before = m->first.len;
	int label_cells = safe_text_add(&m->first, label);
	if (label_cells > spare) {
		buf_truncate(&m->first, before);
		buf_add(&m->first, width_first(label, spare, &label_cells));
	}
	m->label_len = m->first.len - before;
	add_blanks(&m->rest, label_cells);
	m->cells = total - 2 * marks - indent - label_cells;
	m->hang = 0;
	m->quote = b->quote;
	m->part = -1;
	m->is_first = true;
}

static void block_text(struct layout_maker *m, const struct doc_block *b)
{
	size_t span = 0, from = 0;
	for (;;) {
		size_t len = str_find_char(str_skip(buf_str(&b->text), from), '\n');
		size_t to = len == STR_NONE ? b->text.len : from + len;
		layout_flat_clear(&m->flat);
		layout_flat_segment(&m->flat, b, from, to, &span);
		layout_maker_wrap(m, &m->flat, b->wrap);
		if (len == STR_NONE)
			break;
		from = to + 1;
	}
}

static const char *word(const struct layout_maker *m, const char *id)
{
	const char *said =
		m->options->word != NULL ? m->options->word(m->options->word_context, id) : NULL;
	return said != NULL ? said : id;
}

static void lay_text(struct layout_maker *m, const struct doc_block *b)
{
	m->role = LAYOUT_BODY;
	maker_begin(m, b, str_from(b->label));
	if (b->level > 0)
		layout_table(m, b);
	else
		block_text(m, b);
}

static void lay_heading(struct layout_maker *m, const struct doc_block *b)
{
	m->role = LAYOUT_HEADING;
	maker_begin(m, b, str_from(b->label));
	block_text(m, b);
}

static void lay_header(struct layout_maker *m, const struct doc_block *b)
{
	struct safe_text name = safe_text_make(str_from(b->label));
	struct buf label = {0};
	buf_add(&label, str_make(name.text, name.len));
	buf_add_text(&label, ": ");
	m->role = LAYOUT_HEADER_NAME;
	maker_begin(m, b, buf_str(&label));
	block_text(m, b);
	buf_done(&label);
	safe_text_done(&name);
}

static void lay_rule(struct layout_maker *m, const struct doc_block *b)
{
	m->role = LAYOUT_RULE;
	maker_begin(m, b, STR(""));
	size_t run = 0;
	layout_flat_clear(&m->flat);
	for (int i = 0; i < m->cells && i < RULE_CELLS_MAX; i++)
		layout_flat_add(&m->flat, STR("-"), 0, -1);
	layout_maker_emit(m, &m->flat, 0, m->flat.text.len, &run);
}

static void add_size(struct buf *out, uint64_t size)
{
	static const char *const units[] = {"B", "KB", "MB", "GB"};
	size_t unit = 0;
	uint64_t tenths = size * 10;
	if (size > UINT64_MAX / 16)
		return;
	while (tenths >= 10000 && unit < 3) {
		tenths = (tenths + 512) / 1024;
		unit++;
	}
	if (unit > 0 && tenths < 100)
		buf_addf(out, "%u.%u %s", (unsigned)(tenths / 10), (unsigned)(tenths % 10),
			units[unit]);
	else
		buf_addf(out, "%llu %s", (unsigned long long)((tenths + 5) / 10), units[unit]);
}

/* [ Part 2: "name" type size ] */
static void lay_part(struct layout_maker *m, const struct doc_block *b)
{
	m->role = LAYOUT_PART;
	maker_begin(m, b, STR(""));
	bool has_part = b->part >= 0 && (size_t)b->part < m->doc->part_count;
	const struct doc_part *p = has_part ? &m->doc->parts[b->part] : NULL;
	struct buf line = {0};
	buf_addf(&line, "[ %s", word(m, b->label != NULL ? b->label : WORD_PART));
	if (p != NULL) {
		buf_addf(&line, " %s:", p->path);
		if (p->name != NULL && p->name[0] != '\0')
			buf_addf(&line, " \"%s\"", p->name);
		buf_addf(&line, " %s ", p->type);
		add_size(&line, p->size);
		m->part = b->part;
	}
	buf_add_text(&line, " ]");
	layout_flat_clear(&m->flat);
	layout_flat_add(&m->flat, buf_str(&line), 0, -1);
	layout_maker_wrap(m, &m->flat, DOC_WRAP);
	buf_done(&line);
}

static void lay_note(struct layout_maker *m, const struct doc_block *b)
{
	m->role = LAYOUT_NOTE;
	maker_begin(m, b, STR(""));
	layout_flat_clear(&m->flat);
	if (b->label != NULL)
		layout_flat_add(&m->flat, str_from(word(m, b->label)), 0, -1);
	if (b->label != NULL && b->text.len > 0)
		layout_flat_add(&m->flat, STR(" "), 0, -1);
	unsigned style = b->span_count > 0 ? b->spans[0].style : 0;
	layout_flat_add(
		&m->flat, buf_str(&b->text), style, b->span_count > 0 ? b->spans[0].link : -1);
	layout_maker_wrap(m, &m->flat, DOC_WRAP);
}

static void lay_blank(struct layout_maker *m, const struct doc_block *b)
{
	size_t run = 0;
	m->role = LAYOUT_BODY;
	maker_begin(m, b, STR(""));
	layout_flat_clear(&m->flat);
	layout_maker_emit(m, &m->flat, 0, 0, &run);
}

static void (*const kinds[])(struct layout_maker *, const struct doc_block *) = {
	[DOC_HEADER] = lay_header,
	[DOC_TEXT] = lay_text,
	[DOC_HEADING] = lay_heading,
	[DOC_RULE] = lay_rule,
	[DOC_PART] = lay_part,
	[DOC_NOTE] = lay_note,
	[DOC_BLANK] = lay_blank,
};

/* ---- Folded quotes. ---- */

enum { FOLD_LINES_MIN = 2 }; /* one line gains nothing */

static bool is_folded(const struct layout_maker *m, size_t block)
{
	return m->options->folds_quotes && block < m->doc->block_count &&
	       m->doc->blocks[block].quote > m->options->quotes_kept;
}

static void fold_words(const struct layout_maker *m, unsigned lines, struct buf *out)
{
	if (m->options->folded != NULL)
		m->options->folded(m->options->word_context, lines, out);
	else
		buf_addf(out, "[%u quoted lines]", lines);
}

/* The lines from `first` on become one, which says how many they were. */
static void fold_lines(struct layout_maker *m, size_t first, int block)
{
	struct layout *l = m->layout;
	size_t count = l->count - first, run = 0;
	struct doc_block shell = {.quote = m->options->quotes_kept};
	struct buf words = {0};
	if (count < FOLD_LINES_MIN)
		return;
	while (l->count > first) {
		l->count--;
		mem_free(l->lines[l->count].text);
		mem_free(l->lines[l->count].runs);
	}
	m->block = block;
	m->role = LAYOUT_FOLD;
	maker_begin(m, &shell, STR(""));
	fold_words(m, (unsigned)count, &words);
	layout_flat_clear(&m->flat);
	layout_flat_add(&m->flat, buf_str(&words), 0, -1);
	layout_maker_emit(m, &m->flat, 0, m->flat.text.len, &run);
	buf_done(&words);
}

struct layout *layout_make(const struct doc *doc, const struct layout_options *options)
{
	struct layout_maker m = {
		.layout = mem_new(sizeof(struct layout)),
		.doc = doc,
		.options = options,
		.total = options->cells < CELLS_MIN ? CELLS_MIN : options->cells,
	};
	size_t fold_line = 0, fold_block = 0;
	for (size_t i = 0; i < doc->block_count; i++) {
		if (is_folded(&m, i) && (i == 0 || !is_folded(&m, i - 1))) {
			fold_line = m.layout->count;
			fold_block = i;
		}
		m.block = (int)i;
		kinds[doc->blocks[i].kind](&m, &doc->blocks[i]);
		if (is_folded(&m, i) && !is_folded(&m, i + 1))
			fold_lines(&m, fold_line, (int)fold_block);
	}
	layout_flat_done(&m.flat);
	buf_done(&m.first);
	buf_done(&m.rest);
	buf_done(&m.text);
	mem_free(m.runs);
	return m.layout;
}

void layout_free(struct layout *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->count; i++) {
		mem_free(l->lines[i].text);
		mem_free(l->lines[i].runs);
	}
	mem_free(l->lines);
	mem_free(l);
}

void layout_text(const struct layout *l, struct buf *out)
{
	for (size_t i = 0; i < l->count; i++) {
		if (i > 0)
			buf_add_char(out, '\n');
		buf_add(out, str_make(l->lines[i].text, l->lines[i].len));
	}
}
