/* Sections and the structure of a message, for FETCH. Only what the messages of the simulator
 * need. */
#include "tests/sim/sim_server.h"

struct sim_node {
	struct str header, body; /* header with its empty line */
	struct str type, subtype, boundary, name, encoding;
};

static struct str sim_until_blank(struct str s)
{
	size_t at = str_find(s, STR("\r\n\r\n"));
	return at == STR_NONE ? s : str_first(s, at + 4);
}

/* The value of a field, unfolded only as far as nobody looks closer. */
static struct str sim_field(struct str header, struct str name)
{
	while (header.len > 0) {
		size_t at = str_find(header, STR("\r\n"));
		struct str line = str_first(header, at == STR_NONE ? header.len : at);
		header = str_skip(header, line.len + 2);
		if (line.len > name.len && str_starts_nocase(line, name) &&
			line.data[name.len] == ':')
			return str_trim(str_skip(line, name.len + 1));
	}
	return STR("");
}

static struct str sim_parameter(struct str value, struct str name)
{
	size_t at = str_find_nocase(value, name);
	if (at == STR_NONE)
		return STR("");
	struct str rest = str_skip(value, at + name.len);
	if (str_starts(rest, STR("=\""))) {
		rest = str_skip(rest, 2);
		return str_cut(&rest, '"');
	}
	rest = str_skip(rest, 1);
	return str_cut(&rest, ';');
}

static struct sim_node sim_node_make(struct str bytes)
{
	struct sim_node node = {.header = sim_until_blank(bytes)};
	struct str value = sim_field(node.header, STR("Content-Type"));
	node.body = str_skip(bytes, node.header.len);
	node.boundary = sim_parameter(value, STR("boundary"));
	node.name = sim_parameter(value, STR("name"));
	node.encoding = sim_field(node.header, STR("Content-Transfer-Encoding"));
	struct str type = str_trim(str_cut(&value, ';'));
	if (type.len == 0)
		type = STR("text/plain");
	if (node.encoding.len == 0)
		node.encoding = STR("7bit");
	node.subtype = type;
	node.type = str_cut(&node.subtype, '/');
	return node;
}

/* The n-th part (from 1) of a multipart. */
static bool sim_child(const struct sim_node *node, unsigned n, struct str *part)
{
	struct buf mark = {0};
	struct str rest = node->body;
	bool found = false;
	buf_addf(&mark, "--%.*s\r\n", (int)node->boundary.len, node->boundary.data);
	for (unsigned i = 0; i < n; i++) {
		size_t at = str_find(rest, buf_str(&mark));
		found = node->boundary.len > 0 && at != STR_NONE;
		if (!found)
			break;
		rest = str_skip(rest, at + mark.len);
	}
	buf_clear(&mark);
	buf_addf(&mark, "\r\n--%.*s", (int)node->boundary.len, node->boundary.data);
	if (found)
		*part = str_first(rest, str_find(rest, buf_str(&mark)));
	buf_done(&mark);
	return found;
}

static void sim_fields(struct str header, struct str names, struct buf *out)
{
	bool takes = false;
	while (header.len > 0) {
		size_t at = str_find(header, STR("\r\n"));
		struct str line = str_first(header, at == STR_NONE ? header.len : at + 2);
		header = str_skip(header, line.len);
		if (line.len == 2)
			break;
		if (line.data[0] != ' ' && line.data[0] != '\t') {
			struct str rest = names, name = str_first(line, str_find_char(line, ':'));
			takes = false;
			while (rest.len > 0)
				takes |= str_equal_nocase(str_cut(&rest, ' '), name);
		}
		if (takes)
			buf_add(out, line);
	}
	buf_add_text(out, "\r\n");
}

bool sim_mime_section(struct str message, struct str section, struct buf *out)
{
	struct sim_node node = sim_node_make(message);
	bool is_part = false;
	struct str whole = message;
	while (section.len > 0 && ascii_is_digit(section.data[0])) {
		uint32_t n = 0;
		str_to_u32(str_cut(&section, '.'), &n);
		if (is_part && str_equal_nocase(node.type, STR("message")))
			node = sim_node_make(node.body);
		is_part = true;
		if (node.boundary.len == 0) {
			if (n != 1)
				return false;
			continue;
		}
		if (!sim_child(&node, n, &whole))
			return false;
		node = sim_node_make(whole);
	}
	if (str_starts_nocase(section, STR("HEADER.FIELDS ("))) {
		struct str names = str_skip(section, 15);
		sim_fields(node.header, str_cut(&names, ')'), out);
	} else if (str_equal_nocase(section, STR("HEADER"))) {
		buf_add(out, is_part ? sim_until_blank(node.body) : node.header);
	} else if (str_equal_nocase(section, STR("MIME"))) {
		buf_add(out, node.header);
	} else if (is_part || str_equal_nocase(section, STR("TEXT"))) {
		buf_add(out, node.body);
	} else {
		buf_add(out, message);
	}
	return true;
}

static void sim_structure(struct str bytes, int depth, struct buf *out)
{
	struct sim_node node = sim_node_make(bytes);
	struct str part;
	buf_add_char(out, '(');
	if (node.boundary.len > 0 && depth < 8) {
		for (unsigned n = 1; sim_child(&node, n, &part); n++)
			sim_structure(part, depth + 1, out);
		buf_addf(out, " \"%.*s\" (\"boundary\" \"%.*s\") NIL NIL NIL)",
			(int)node.subtype.len, node.subtype.data, (int)node.boundary.len,
			node.boundary.data);
		return;
	}
	buf_addf(out, "\"%.*s\" \"%.*s\" ", (int)node.type.len, node.type.data,
		(int)node.subtype.len, node.subtype.data);
	if (node.name.len > 0)
		buf_addf(out, "(\"name\" \"%.*s\")", (int)node.name.len, node.name.data);
	else
		buf_add_text(out, "(\"charset\" \"utf-8\")");
	buf_addf(out, " NIL NIL \"%.*s\" %zu", (int)node.encoding.len, node.encoding.data,
		node.body.len);
	if (str_equal_nocase(node.type, STR("text"))) {
		size_t lines = 0;
		for (size_t i = 0; i < node.body.len; i++)
			lines += node.body.data[i] == '\n';
		buf_addf(out, " %zu", lines);
	}
	if (node.name.len > 0)
		buf_addf(out, " NIL (\"attachment\" (\"filename\" \"%.*s\")) NIL NIL)",
			(int)node.name.len, node.name.data);
	else
		buf_add_text(out, " NIL NIL NIL NIL)");
}

void sim_mime_structure(struct str message, struct buf *out)
{
	sim_structure(message, 0, out);
}
