/* The part tree, and which of its parts are the text, the HTML and the attachments. */
#include "model/part.h"

#include "base/buf.h"
#include "base/memory.h"

#include <criterion/criterion.h>

/*
 * Shapes are written as text: NAME:type/subtype, "!" after it for disposition attachment, "?" for a
 * file name, children in parentheses: "r:multipart/mixed(a:text/plain b:image/png!)". NAME becomes
 * the path, so that lists can be compared as text.
 */
static void set(char **field, struct str text)
{
	mem_free(*field);
	*field = mem_str(text);
}

static struct part *read_part(struct str *text, struct part *parent)
{
	struct part *p = part_new(parent);
	size_t end = strcspn(text->data, " ()");
	struct str word = str_first(*text, end);
	*text = str_skip(*text, end);
	for (; word.data[word.len - 1] == '!' || word.data[word.len - 1] == '?'; word.len--)
		*(word.data[word.len - 1] == '!' ? &p->disposition : &p->name) =
			mem_text("attachment");
	set(&p->path, str_cut(&word, ':'));
	set(&p->type, str_cut(&word, '/'));
	set(&p->subtype, word);
	return p;
}

static struct part *read_tree(const char *shape)
{
	struct str text = str_from(shape);
	struct part *root = read_part(&text, NULL);
	struct part *last = root, *parent = NULL;
	while (text.len > 0) {
		char c = text.data[0];
		text = str_skip(text, 1);
		if (c == '(')
			parent = last;
		if (c == ')') {
			last = parent;
			parent = parent->parent;
		} else {
			last = read_part(&text, parent);
		}
	}
	return root;
}

static char *names(struct part **parts, size_t count)
{
	struct buf out = {0};
	for (size_t i = 0; i < count; i++)
		buf_add_text(&out, parts[i]->path);
	return buf_take(&out);
}

static const struct {
	const char *what, *shape, *text, *html, *attached;
} shapes[] = {
	{"plain", "a:text/plain", "a", "a", ""},
	{"html", "a:text/html", "a", "a", ""},
	{"a picture alone", "a:image/png", "a", "a", ""},
	{"a document alone", "a:application/pdf", "", "", "a"},
	{"plain as attachment", "a:text/plain!", "", "", "a"},
	{"calendar alone", "a:text/calendar", "", "", "a"},
	{"named first text", "a:text/plain?", "a", "a", ""},
	{"alternative", "r:multipart/alternative(a:text/plain b:text/html)", "a", "b", ""},
	{"alternative, html only", "r:multipart/alternative(a:text/html)", "a", "a", ""},
	{"alternative, plain only", "r:multipart/alternative(a:text/plain)", "a", "a", ""},
	{"alternative with calendar",
		"r:multipart/alternative(a:text/plain b:text/html c:text/calendar)", "a", "b", "c"},
	{"alternative with picture", "r:multipart/alternative(a:text/plain b:image/png)", "a", "a",
		"b"},
	{"text and attachment", "r:multipart/mixed(a:text/plain b:application/pdf!)", "a", "a",
		"b"},
	{"text, picture, text", "r:multipart/mixed(a:text/plain b:image/png c:text/plain)", "abc",
		"abc", ""},
	{"second text with a name", "r:multipart/mixed(a:text/plain b:text/plain?)", "a", "a", "b"},
	{"mailing list footer", "r:multipart/mixed(a:text/plain b:text/plain)", "ab", "ab", ""},
	{"related", "r:multipart/related(a:text/html b:image/png)", "a", "a", "b"},
	{"alternative in mixed",
		"r:multipart/mixed(m:multipart/alternative(a:text/plain b:text/html) "
		"c:application/zip!)",
		"a", "b", "c"},
	{"related in alternative",
		"r:multipart/alternative(a:text/plain m:multipart/related(b:text/html "
		"c:image/gif))",
		"a", "b", "c"},
	{"alternative in related",
		"r:multipart/related(m:multipart/alternative(a:text/plain b:text/html) "
		"c:image/gif)",
		"a", "b", "c"},
	{"mixed in alternative with pictures",
		"r:multipart/alternative(a:text/plain m:multipart/mixed(b:text/html c:image/png "
		"d:text/html))",
		"a", "bcd", "c"},
	{"mixed in alternative, both plain",
		"r:multipart/alternative(m:multipart/mixed(a:text/plain b:image/png) c:text/html)",
		"ab", "c", "b"},
	{"a message within is a leaf",
		"r:multipart/mixed(a:text/plain m:message/rfc822(b:text/plain))", "a", "a", "m"},
	{"signed", "r:multipart/signed(a:text/plain b:application/pgp-signature)", "a", "a", "b"},
	{"report", "r:multipart/report(a:text/plain b:message/delivery-status c:message/rfc822)",
		"a", "a", "bc"},
	{"an empty multipart", "r:multipart/mixed", "", "", ""},
	{"unequal halves keep what no list wants",
		"r:multipart/alternative(m:multipart/mixed(a:text/html "
		"n:multipart/alternative(b:text/plain)))",
		"a", "a", "b"},
	{"the example of RFC 8621",
		"r:multipart/mixed(A:text/plain m:multipart/mixed(n:multipart/alternative("
		"o:multipart/mixed(B:text/plain C:image/jpeg D:text/plain) p:multipart/related("
		"E:text/html F:image/jpeg)) G:image/jpeg! H:application/x-excel "
		"J:message/rfc822) K:text/plain)",
		"ABCDK", "AEK", "CFGHJ"},
};

Test(part, lists_are_those_of_rfc_8621)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct part *root = read_tree(shapes[i].shape);
		struct part_lists lists;
		part_lists_make(root, &lists);
		char *text = names(lists.text, lists.text_count);
		char *html = names(lists.html, lists.html_count);
		char *attached = names(lists.attachments, lists.attachment_count);
		cr_expect_str_eq(text, shapes[i].text, "%s: text %s", shapes[i].what, text);
		cr_expect_str_eq(html, shapes[i].html, "%s: html %s", shapes[i].what, html);
		cr_expect_str_eq(
			attached, shapes[i].attached, "%s: attached %s", shapes[i].what, attached);
		mem_free(text);
		mem_free(html);
		mem_free(attached);
		part_lists_done(&lists);
		part_free(root);
	}
}

Test(part, walks_depth_first)
{
	struct part *root = read_tree("r:multipart/mixed(a:multipart/x(b:text/plain c:text/plain) "
				      "d:text/plain)");
	struct buf seen = {0};
	for (struct part *p = root; p != NULL; p = part_next(p))
		buf_add_text(&seen, p->path);
	cr_assert_str_eq(buf_text(&seen), "rabcd");
	cr_assert_str_eq(part_find(root, STR("c"))->path, "c");
	cr_assert_null(part_find(root, STR("x")));
	buf_done(&seen);
	part_free(root);
	part_free(NULL);
}

Test(part, copies_share_nothing)
{
	struct part *root = read_tree("r:multipart/mixed(a:multipart/x(b:text/plain? c:text/css!) "
				      "d:text/plain)");
	struct part *b = part_find(root, STR("b"));
	b->params = mem_new_array(1, sizeof(*b->params));
	b->params[0] = (struct part_param){mem_text("charset"), mem_text("utf-8")};
	b->param_count = 1;
	b->size = 77;
	struct part *copy = part_copy(root);
	part_free(root);
	struct buf seen = {0};
	for (struct part *p = copy; p != NULL; p = part_next(p))
		buf_add_text(&seen, p->path);
	cr_assert_str_eq(buf_text(&seen), "rabcd");
	b = part_find(copy, STR("b"));
	cr_assert_eq(b->size, 77);
	cr_assert_str_eq(part_param(b, "CHARSET"), "utf-8");
	cr_assert_null(part_param(b, "name"));
	cr_assert_str_eq(b->name, "attachment");
	cr_assert(part_is(b, "text", NULL));
	cr_assert(part_is(part_find(copy, STR("c")), "TEXT", "css"));
	cr_assert_not(part_is(b, "text", "html"));
	cr_assert_null(part_copy(NULL));
	buf_done(&seen);
	part_free(copy);
}

Test(part, bears_depth_and_width_without_recursion)
{
	struct part *root = part_new(NULL);
	struct part *p = root;
	for (int i = 0; i < 50000; i++) {
		set(&p->type, STR("multipart"));
		p = part_new(p);
	}
	set(&p->type, STR("multipart"));
	for (int i = 0; i < 50000; i++)
		part_new(p);
	size_t count = 0;
	struct part *copy = part_copy(root);
	for (const struct part *q = copy; q != NULL; q = part_next(q))
		count++;
	cr_assert_eq(count, 100001);
	struct part_lists lists;
	part_lists_make(copy, &lists);
	cr_assert_eq(lists.text_count, 50000);
	part_lists_done(&lists);
	part_free(copy);
	part_free(root);
}
