/* HTML as mail has it → the lines a reader sees. Expectations written by hand. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "render/layout.h"
#include "render/render_html.h"

static char *lay(const struct doc *doc, int cells)
{
	struct buf out = {0};
	struct layout *l = layout_make(doc, &(struct layout_options){.cells = cells});
	for (size_t i = 0; i < l->count; i++)
		cr_expect_leq(l->lines[i].cells, cells);
	layout_text(l, &out);
	layout_free(l);
	return buf_take(&out);
}

static void expect_at(int cells, const char *html, const char *want)
{
	struct doc *doc = doc_new();
	render_html_add(doc, str_from(html));
	char *have = lay(doc, cells);
	cr_expect_str_eq(
		have, want, "%s\nat %d cells gives:\n%s\nwanted:\n%s", html, cells, have, want);
	mem_free(have);
	doc_free(doc);
}

struct sample {
	const char *html, *want;
};

static void expect_all(const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect_at(60, samples[i].html, samples[i].want);
}

#define EXPECT_ALL(samples) expect_all(samples, sizeof(samples) / sizeof(samples[0]))

Test(html, folds_blanks_as_browsers_do)
{
	static const struct sample samples[] = {
		{"  a \n\t b  ", "a b"},
		{"a<b> b </b> c", "a b c"},
		{"a <b>b</b>c", "a bc"},
		{"a&nbsp;&nbsp;b", "a  b"},
		{"<p>a</p>\n<p> b</p>", "a\n\nb"},
		{"<div>a</div><div>b</div>", "a\nb"},
		{"a<br>b<br><br>c<br><br><br><br>d", "a\nb\n\nc\n\nd"},
		{"<div>a</div><div><br></div><div>b</div>", "a\n\nb"},
		{"<p>a</p><p>&nbsp;</p><p></p><p>b</p>", "a\n\nb"},
		{"1 < 2 &amp;&amp; 3 > 2", "1 < 2 && 3 > 2"},
		{"&#150; &euro; &#x1F600; &hellip; &nosuch;", "– € 😀 … &nosuch;"},
		{"<span>a</span><span>b</span>", "ab"},
	};
	EXPECT_ALL(samples);
}

Test(html, shows_structure)
{
	static const struct sample samples[] = {
		{"<h1>T</h1>x<h2>U</h2>y", "T\n\nx\n\nU\n\ny"},
		{"<ul><li>a<li>b<ul><li>c<ol><li>d</ol></ul></ul>e",
			"* a\n* b\n  - c\n    1. d\n\ne"},
		{"<ol start=9><li>a</li><li>b</li></ol>", " 9. a\n10. b"},
		{"<ol type=a><li>x</li><li>y</li></ol>", "a. x\nb. y"},
		{"<ol type=i><li>x</li><li value=4>y</li></ol>", "i. x\niv. y"},
		{"<dl><dt>a</dt><dd>b</dd></dl>", "a\n    b"},
		{"a<hr>b", "a\n------------------------------------------------------------\nb"},
		{"<pre>a  b\n   c</pre>d", "a  b\n   c\n\nd"},
		{"<div style='white-space:pre-wrap'>a  b\nc</div>", "a  b\nc"},
		{"<q>x</q>", "“x”"},
	};
	EXPECT_ALL(samples);
}

Test(html, numbers_links_unless_they_say_themselves)
{
	static const struct sample samples[] = {
		{"<a href='https://a.example/x'>here</a>, <a href='https://a.example/y'>there</a>",
			"here[1], there[2]"},
		{"<a href='https://a.example/'>https://a.example</a>", "https://a.example"},
		{"<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"},
		{"<a href='https://a.example/x'><img alt='Pic' src=x></a> <a "
		 "href='https://a.example/x'>more</a>",
			"Pic[1] more[1]"},
		{"<a href='#top'>up</a> <a name=x>n</a> <a href='javascript:f()'>j</a>", "up n j"},
		{"<a href='https://a.example/'><img src='https://a.example/b.png'></a>",
			"[img][1]"},
		{"<a href='https://a.example/x'><div>block</div></a>after", "block[1]\nafter"},
	};
	EXPECT_ALL(samples);
}

Test(html, tells_where_a_lying_link_goes)
{
	static const struct sample samples[] = {
		{"<a href='https://evil.example/'>https://bank.test/login</a>",
			"https://bank.test/login[1: evil.example]"},
		{"<a href='https://evil.example/'>www.bank.test</a>",
			"www.bank.test[1: evil.example]"},
		{"<a href='https://bank.test@evil.example/'>bank.test</a>",
			"bank.test[1: evil.example]"},
		{"<a href='https://evil.example\\@bank.test/'>bank.test</a>",
			"bank.test[1: evil.example]"},
		{"<a href='https://evil.example/'>Go to https://bank.test now</a>",
			"Go to https://bank.test now[1: evil.example]"},
		{"<a href='https://evil.example/'>bank<span>.</span>test</a>",
			"bank.test[1: evil.example]"},
		{"<a href='https://click.bank.test/1'>www.bank.test</a>", "www.bank.test[1]"},
		{"<a href='https://evil.co.uk/'>bank.co.uk</a>", "bank.co.uk[1: evil.co.uk]"},
		{"<a href='https://a.example/'>e.g. this</a>", "e.g. this[1]"},
	};
	EXPECT_ALL(samples);
}

Test(html, leaves_out_what_the_sender_hides)
{
	static const char *const hiding[] = {
		"style='display:none'",
		"style='Display : None !important'",
		"style='visibility:hidden'",
		"style='max-height:0px;overflow:hidden'",
		"style='font-size:0'",
		"style='font-size:1px;color:#fff'",
		"style='mso-hide:all'",
		"style='opacity:0'",
		"style='height:0;overflow:hidden'",
		"hidden",
	};
	for (size_t i = 0; i < sizeof(hiding) / sizeof(hiding[0]); i++) {
		struct buf html = {0};
		buf_addf(&html, "<p>a</p><div %s>hidden</div><p>b</p>", hiding[i]);
		expect_at(60, buf_text(&html), "a\n\nb");
		buf_done(&html);
	}
}

Test(html, obeys_style_sheets_that_hide)
{
	static const struct sample samples[] = {
		{"<style><!-- /* c */ .pre, td.x { DISPLAY:none !important } --></style><p "
		 "class='big Pre'>a</p><p class=x>b</p>",
			"b"},
		{"<style>@import url(x);#a{visibility:hidden}</style><p id=a>a</p><p>b</p>", "b"},
		{"<style>@media (max-width:9px){.m{display:none}} .n{color:red}</style><p "
		 "class=m>a</p><p class=n>b</p>",
			"a\n\nb"},
		{"<style>.m{display:none}</style><p class=m style='display:block'>a</p>", "a"},
		{"<style>.a .b{display:none} p:hover{display:none}</style><p class=b>a</p>", "a"},
		{"<style>.a{display:none", ""},
	};
	EXPECT_ALL(samples);
}

Test(html, shows_again_what_is_visible_below_something_hidden)
{
	static const struct sample samples[] = {
		{"<div style='font-size:0'>x<div style='font-size:14px'>y</div></div>", "y"},
		{"<div style='visibility:hidden'>x<b style='visibility:visible'>y</b></div>", "y"},
		{"<td><a href='https://a.example/' style='mso-hide:all'>Button</a></td>",
			"Button[1]"},
		{"<div>&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#8199;&#173;</div><p>x</p>", "x"},
	};
	EXPECT_ALL(samples);
}

Test(html, drops_what_is_not_text)
{
	static const struct sample samples[] = {
		{"<style>p{}</style><script>if (a < b) '<p>'</script><title>t</title>x", "x"},
		{"a<!-- c -->b<!--[if mso]><p>mso</p><![endif]-->c<![if !mso]>d<![endif]>e",
			"abcde"},
		{"<!--[if !mso]><!-->shown<!--<![endif]-->", "shown"},
		{"<?xml:namespace prefix=o /><o:p>x</o:p>", "x"},
		{"<head><meta charset=utf-16></head>ü", "ü"},
		{"a <!-- never closed", "a never closed"},
		{"<svg><text>no</text></svg><select><option>no</select><input type=submit "
		 "value=Go>",
			"[Go]"},
	};
	EXPECT_ALL(samples);
}

Test(html, shows_alternative_texts_and_counts_remote_images)
{
	struct doc *doc = doc_new();
	render_html_add(doc, STR("<img src='https://a.example/1.png' alt='One'>"
				 "<img src='https://a.example/t.gif' width=1 height=1 alt=t>"
				 "<td background='http://a.example/b.png'></td>"
				 "<p style='background:url(https://a.example/c.png)'></p>"
				 "<div style='display:none'><img src='http://a.example/h'></div>"
				 "<img src='cid:x'>"));
	char *have = lay(doc, 60);
	cr_expect_str_eq(have, "One");
	cr_expect_eq(doc->remote_images, 5);
	mem_free(have);
	doc_free(doc);
}

Test(html, names_pictures_that_came_along)
{
	struct doc *doc = doc_new();
	struct doc_part *p = doc_add_part(doc);
	p->content_id = mem_text("x@y");
	p->name = mem_text("plan.png");
	p->path = mem_text("2");
	p->type = mem_text("image/png");
	render_html_add(doc, STR("see <img src='cid:x@y'>"));
	char *have = lay(doc, 60);
	cr_expect_str_eq(have, "see [plan.png]");
	mem_free(have);
	doc_free(doc);
}

Test(html, knows_the_quotes_of_the_large_mailers)
{
	static const struct sample samples[] = {
		{"a<div class=gmail_quote>On Monday Bob wrote:<br><blockquote class=gmail_quote "
		 "style='margin:0;border-left:1px #ccc solid'>b<blockquote "
		 "type=cite>c</blockquote></blockquote></div>d",
			"a\nOn Monday Bob wrote:\n\n> b\n>\n> > c\n\nd"},
		{"<p class=MsoNormal>a</p><div style='border:none;border-top:solid #E1E1E1 "
		 "1.0pt'><p class=MsoNormal><b>From:</b> Bob<br><b>To:</b> Ann</p></div><p "
		 "class=MsoNormal>b</p>",
			"a\n\n> From: Bob\n> To: Ann\n> b"},
		{"<div style='border:none;border-left:solid blue 1.5pt'><p>b</p></div>", "> b"},
		{"<blockquote style='margin:0 0 0 40px;border:none;padding:0px'>x</blockquote>",
			"    x"},
	};
	EXPECT_ALL(samples);
}

Test(html, keeps_tables_of_data_and_flattens_those_for_placing)
{
	static const struct sample samples[] = {
		{"<table><tr><th>Item<th>Price</tr><tr><td>Tea<td>3.50</tr><tr><td>Cake<td>12."
		 "00</tr></table>",
			"Item  Price\nTea    3.50\nCake  12.00"},
		{"<table><tr><td><table><tr><td><p>a</p><p>b</p></td><td><h2>c</h2></td></tr>"
		 "</table></td></tr></table>",
			"a\n\nb\n\nc"},
		{"<table><tr><td>a</td><td "
		 "width=20>&nbsp;</td><td>b</td></tr><tr><td>cc</td><td></td>"
		 "<td>d</td></tr></table>",
			"a   b\ncc  d"},
		{"<table><tr><td>a</td><td>b</td></tr><tr><td colspan=2>c</td></tr></table>",
			"a  b\nc"},
		{"<table><caption>Cap</caption><tr><td>one cell</td></tr></table>",
			"Cap\none cell"},
		{"<table>stray<tr><td>a<td>b</table>", "stray\na  b"},
	};
	EXPECT_ALL(samples);
}

Test(html, fills_tables_that_do_not_fit)
{
	expect_at(24, "<table><tr><td>The first cell</td><td>the second cell</td></tr></table>",
		"The first cell  the\n  second cell");
}

Test(html, leaves_right_to_left_text_in_logical_order)
{
	expect_at(40, "<p dir=rtl>שלום <b>עולם</b> 123</p>", "שלום עולם 123");
}

static bool read_all(const char *name, const char *end, struct buf *out)
{
	char path[1024], piece[4096];
	const char *top = getenv("TEST_SRCDIR");
	size_t len;
	snprintf(path, sizeof(path), "%s/tests/data/render/%s%s", top != NULL ? top : ".", name,
		end);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return false;
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add_bytes(out, piece, len);
	fclose(file);
	return true;
}

Test(html, makes_real_looking_mail_readable)
{
	static const char *const names[] = {"newsletter", "receipt", "outlook"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf html = {0}, want = {0};
		cr_assert(read_all(names[i], ".html", &html) && read_all(names[i], ".txt", &want));
		buf_truncate(&want, want.len - 1);
		expect_at(80, buf_text(&html), buf_text(&want));
		buf_done(&html);
		buf_done(&want);
	}
}

Test(html, keeps_lines_and_links_where_ends_are_forgotten)
{
	struct buf html = {0}, want = {0};
	for (int i = 1; i <= 60; i++) {
		buf_addf(&html, "<p><a name=x><font>%d <a href=https://a.example/%d>go</a>", i, i);
		buf_addf(&want, "%s%d go[%d]", i > 1 ? "\n\n" : "", i, i);
	}
	expect_at(60, buf_text(&html), buf_text(&want));
	buf_clear(&html);
	buf_clear(&want);
	for (int i = 1; i <= 60; i++) {
		buf_addf(&html, "<div>%d", i);
		buf_addf(&want, "%s%d", i > 1 ? "\n" : "", i);
	}
	expect_at(60, buf_text(&html), buf_text(&want));
	buf_done(&html);
	buf_done(&want);
}

static void expect_quick(const char *begin, const char *unit, size_t size, const char *holds)
{
	struct buf html = {0};
	buf_add_text(&html, begin);
	while (html.len < size)
		buf_add_text(&html, unit);
	buf_add_text(&html, " hello");
	struct doc *doc = doc_new();
	render_html_add(doc, buf_str(&html));
	char *have = lay(doc, 80);
	if (holds != NULL)
		cr_expect(strstr(have, holds) != NULL, "%s lost its text", unit);
	mem_free(have);
	doc_free(doc);
	buf_done(&html);
}

Test(html, bears_what_is_made_to_hurt, .timeout = 20)
{
	expect_quick("", "<div>", 100000, "hello");
	expect_quick("", "<b><i><span>", 200000, "hello");
	expect_quick("", "<table><tr><td>", 100000, "left out");
	expect_quick("", "<!--", 200000, "hello");
	expect_quick("", "<", 200000, "hello");
	expect_quick("", "&", 200000, "hello");
	expect_quick("", "<style>", 200000, NULL);
	expect_quick("<p ", "a=1 b ", 200000, NULL);
	expect_quick("", "<ul><li>", 60000, NULL);
	expect_quick("", "<blockquote>", 100000, "hello");
	expect_quick("", "<td>a<td>b</tr>", 100000, "hello");
	expect_quick("<table>", "<tr><td>a<td>b", 200000, "hello");
	expect_quick("", "0123456789", RENDER_HTML_MAX + 5000, "left out");
}
