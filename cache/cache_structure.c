/* The part tree of a large message, written down depth first. */
#include "cache/cache.h"

#include "base/memory.h"
#include "cache/store.h"

enum { STRUCTURE_VERSION = 1, STRUCTURE_PARAMS_MAX = 1000 };

static void write_number(struct buf *out, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		buf_add_char(out, (char)(unsigned char)(number | 0x80));
	buf_add_char(out, (char)number);
}

/* NULL is 0, else the length and one. */
static void write_text(struct buf *out, const char *text)
{
	write_number(out, text != NULL ? strlen(text) + 1 : 0);
	if (text != NULL)
		buf_add_text(out, text);
}

static size_t part_depth(const struct part *p)
{
	size_t depth = 0;
	for (; p->parent != NULL; p = p->parent)
		depth++;
	return depth;
}

static void write_part(struct buf *out, const struct part *p)
{
	const char *const texts[] = {p->path, p->type, p->subtype, p->charset, p->name,
		p->disposition, p->content_id, p->description};
	const uint64_t numbers[] = {p->transfer, p->size, p->lines,
		(uint64_t)p->have_bytes | (uint64_t)p->is_truncated << 1, p->offset, p->length,
		p->header_offset, p->param_count};
	write_number(out, part_depth(p));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		write_text(out, texts[i]);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		write_number(out, numbers[i]);
	for (size_t i = 0; i < p->param_count; i++) {
		write_text(out, p->params[i].name);
		write_text(out, p->params[i].value);
	}
}

bool cache_structure_save(
	struct cache *cache, int64_t message_id, const struct part *root, struct error *err)
{
	static const char sql[] = "INSERT INTO structure(message_id,tree) VALUES(?1,?2)"
				  " ON CONFLICT DO UPDATE SET tree=excluded.tree";
	struct buf tree = {0};
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_BODY, err))
		return false;
	write_number(&tree, STRUCTURE_VERSION);
	for (const struct part *p = root; p != NULL; p = part_next(p))
		write_part(&tree, p);
	sqlite3_stmt *stmt = store_query(cache, STORE_BODY, sql, STORE_INTS(message_id), err);
	bool ok = stmt != NULL;
	if (ok) {
		store_bind_blob(stmt, 2, buf_str(&tree));
		ok = store_finish(cache, stmt, err);
	}
	buf_done(&tree);
	return store_end(cache, STORE_BODY, ok, err);
}

/* What is left to read; is_bad stays once something was wrong. */
struct tree_reader {
	struct str rest;
	bool is_bad;
};

static uint64_t read_number(struct tree_reader *r)
{
	uint64_t number = 0;
	for (int shift = 0; shift < 64 && r->rest.len > 0; shift += 7) {
		unsigned char byte = (unsigned char)r->rest.data[0];
		r->rest = str_skip(r->rest, 1);
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return number;
	}
	r->is_bad = true;
	return 0;
}

static char *read_text(struct tree_reader *r)
{
	uint64_t len = read_number(r);
	if (len == 0)
		return NULL;
	if (len - 1 > r->rest.len) {
		r->is_bad = true;
		return NULL;
	}
	char *text = mem_str(str_first(r->rest, (size_t)len - 1));
	r->rest = str_skip(r->rest, (size_t)len - 1);
	return text;
}

static void read_into(struct tree_reader *r, char **text)
{
	mem_free(*text);
	*text = read_text(r);
}

static void read_params(struct tree_reader *r, struct part *p)
{
	uint64_t count = read_number(r);
	if (count > STRUCTURE_PARAMS_MAX)
		r->is_bad = true;
	if (r->is_bad)
		return;
	p->params = mem_new_array((size_t)count, sizeof(*p->params));
	for (size_t i = 0; i < count && !r->is_bad; i++) {
		p->params[i].name = read_text(r);
		p->params[i].value = read_text(r);
		p->param_count = i + 1;
		r->is_bad = r->is_bad || p->params[i].name == NULL || p->params[i].value == NULL;
	}
}

static void read_part(struct tree_reader *r, struct part *p)
{
	char **const texts[] = {&p->path, &p->type, &p->subtype, &p->charset, &p->name,
		&p->disposition, &p->content_id, &p->description};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		read_into(r, texts[i]);
	uint64_t transfer = read_number(r);
	p->transfer = transfer <= TRANSFER_UNKNOWN ? (enum transfer)transfer : TRANSFER_UNKNOWN;
	p->size = read_number(r);
	p->lines = (uint32_t)read_number(r);
	uint64_t bits = read_number(r);
	p->have_bytes = (bits & 1) != 0;
	p->is_truncated = (bits & 2) != 0;
	p->offset = read_number(r);
	p->length = read_number(r);
	p->header_offset = read_number(r);
	read_params(r, p);
	r->is_bad = r->is_bad || p->path == NULL || p->type == NULL || p->subtype == NULL;
}

/* NULL when the bytes are not a tree. */
static struct part *read_tree(struct str bytes)
{
	struct tree_reader r = {.rest = bytes};
	struct part *open[PART_DEPTH_MAX + 1] = {NULL};
	size_t count = 0, last = 0;
	if (read_number(&r) != STRUCTURE_VERSION)
		return NULL;
	while (!r.is_bad && r.rest.len > 0) {
		uint64_t depth = read_number(&r);
		bool is_root = count == 0;
		if (r.is_bad || ++count > PART_COUNT_MAX || depth > PART_DEPTH_MAX ||
			(is_root ? depth != 0 : depth == 0 || depth > last + 1)) {
			r.is_bad = true;
			break;
		}
		last = (size_t)depth;
		open[last] = part_new(is_root ? NULL : open[last - 1]);
		read_part(&r, open[last]);
	}
	if (!r.is_bad)
		return open[0];
	part_free(open[0]);
	return NULL;
}

bool cache_structure_load(
	struct cache *cache, int64_t message_id, struct part **root, struct error *err)
{
	static const char sql[] = "SELECT tree FROM structure WHERE message_id=?1";
	*root = NULL;
	sqlite3_stmt *stmt = store_query(cache, STORE_BODY, sql, STORE_INTS(message_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW)
		*root = read_tree(store_blob(stmt, 0));
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}
