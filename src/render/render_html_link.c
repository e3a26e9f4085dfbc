/* Links with their numbers, images with their words. */
#include "base/memory.h"
#include "base/utf8.h"
#include "render/render_html.h"
#include "render/render_link.h"

enum { LINK_TEXT_MAX = 400 };

/* ---- Images. ---- */

static bool is_remote(const char *source)
{
	struct str s = str_from(source);
	return str_starts_nocase(s, STR("http:")) || str_starts_nocase(s, STR("https:")) ||
	       str_starts(s, STR("//"));
}

/* A spacer or a counter of readers. */
static bool is_pixel(const xmlNode *image)
{
	int width = render_html_number(image, "width", 100),
	    height = render_html_number(image, "height", 100);
	return width <= 2 || height <= 2;
}

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	char lower = ascii_lower(c);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* RFC 2392 2: the id is written as in a URL, "%40" for '@'. */
static bool cid_is(struct str url, struct str id)
{
	while (url.len > 0 && id.len > 0) {
		int high = url.len > 2 ? hex_value(url.data[1]) : -1;
		int low = url.len > 2 ? hex_value(url.data[2]) : -1;
		bool is_hex = url.data[0] == '%' && high >= 0 && low >= 0;
		char c = is_hex ? (char)(high << 4 | low) : url.data[0];
		size_t len = is_hex ? 3 : 1;
		if (c != id.data[0])
			return false;
		url = str_skip(url, len);
		id = str_skip(id, 1);
	}
	return url.len == 0 && id.len == 0;
}

/* The file name of the part that a cid: URL means. */
static const char *cid_name(const struct html *h, const char *source)
{
	if (source == NULL || !str_starts_nocase(str_from(source), STR("cid:")))
		return NULL;
	for (size_t i = 0; i < h->doc->part_count; i++) {
		const struct doc_part *p = &h->doc->parts[i];
		if (p->content_id != NULL && cid_is(str_from(source + 4), str_from(p->content_id)))
			return p->name != NULL ? p->name : p->type;
	}
	return NULL;
}

/* Counts a picture that is kept elsewhere, and notes where. */
static void add_remote(struct doc *doc, const char *source, bool is_pixel)
{
	enum { HOSTS_MAX = 200, HOST_MAX = 100 };
	struct buf url = {0}, *hosts = is_pixel ? &doc->pixel_hosts : &doc->remote_hosts;
	if (source[0] == '/')
		buf_add_text(&url, "http:");
	buf_add(&url, utf8_first(str_from(source), 2 * HOST_MAX));
	struct str host = str_first(render_link_host(buf_str(&url)), HOST_MAX);
	doc->remote_images++;
	doc->remote_pixels += is_pixel;
	if (host.len > 0 && hosts->len < HOSTS_MAX &&
		str_find_nocase(buf_str(hosts), host) == STR_NONE) {
		buf_add_text(hosts, hosts->len > 0 ? ", " : "");
		buf_add(hosts, host);
	}
	buf_done(&url);
}

void render_html_image(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	(void)depth;
	const char *source = render_html_attribute(node, "src");
	const char *alt = render_html_attribute(node, "alt");
	if (source != NULL && is_remote(source))
		add_remote(h->doc, source, is_pixel(node));
	if (is_pixel(node))
		return;
	const char *name = cid_name(h, source);
	h->now.is_tiny = false;
	h->now.style |= tag->style;
	if (alt != NULL && str_trim(str_from(alt)).len > 0) {
		h->now.is_pre = false;
		render_html_text(h, utf8_first(str_from(alt), LINK_TEXT_MAX));
	} else if (name != NULL && !h->now.is_invisible) {
		struct buf text = {0};
		buf_addf(&text, "[%s]", name);
		render_html_word(h, buf_str(&text), h->now.style, h->now.link);
		buf_done(&text);
	}
}

/* ---- Links. ---- */

struct link_content {
	struct buf text;
	bool has_image;
	int looked;
};

/* What the link says, for judging it; bounded. */
static void link_content_take(struct link_content *c, const xmlNode *node, int depth)
{
	for (const xmlNode *n = node->children; n != NULL; n = n->next) {
		if (c->looked++ > 64 || c->text.len > LINK_TEXT_MAX || depth > 16)
			return;
		if (n->type == XML_TEXT_NODE)
			buf_add(&c->text,
				str_first(str_from((const char *)n->content), LINK_TEXT_MAX));
		if (n->type != XML_ELEMENT_NODE)
			continue;
		if (render_html_is(n, "img")) {
			const char *alt = render_html_attribute(n, "alt");
			c->has_image |= !is_pixel(n);
			buf_add(&c->text, str_first(str_from(alt), LINK_TEXT_MAX));
		}
		link_content_take(c, n, depth + 1);
	}
}

static bool is_target(const char *href)
{
	static const char *const none[] = {"#", "javascript:", "vbscript:", "data:", "about:"};
	if (href == NULL || str_trim(str_from(href)).len == 0)
		return false;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (str_starts_nocase(str_trim(str_from(href)), str_from(none[i])))
			return false;
	}
	return true;
}

/* A picture, a headline and a button often lead to one place: one number for them. */
static int find_link(const struct html *h, struct str target)
{
	size_t count = h->doc->link_count;
	for (size_t i = count; i > 0 && i + 8 > count; i--) {
		if (str_equal(str_from(h->doc->links[i - 1].target), target))
			return (int)(i - 1);
	}
	return -1;
}

static int make_link(struct html *h, struct str target, struct str text)
{
	bool is_deceptive = render_link_is_deceptive(target, text);
	int link = find_link(h, target);
	if (link >= 0 && h->doc->links[link].is_deceptive == is_deceptive)
		return link;
	link = doc_add_link(h->doc, target, text);
	h->doc->links[link].is_deceptive = is_deceptive;
	return link;
}

/* "[3]" right behind the text, or "[3: evil.example]" when the text says another host. */
static void add_marker(struct html *h, int link)
{
	const struct doc_link *l = &h->doc->links[link];
	struct doc_block *b = render_html_last(h);
	struct str target = str_from(l->target);
	if (b == NULL || (b->kind != DOC_TEXT && b->kind != DOC_HEADING))
		return;
	if (!l->is_deceptive && render_link_says_itself(target, str_from(l->text)))
		return;
	struct buf marker = {0};
	buf_addf(&marker, "[%d", link + 1);
	if (l->is_deceptive) {
		buf_add_text(&marker, ": ");
		buf_add(&marker, render_link_host(target));
	}
	buf_add_text(&marker, "]");
	doc_block_add(b, buf_str(&marker), h->now.style, link);
	buf_done(&marker);
}

void render_html_link(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	const char *href = render_html_attribute(node, "href");
	bool has_room = h->doc->link_count < RENDER_LINK_MAX;
	if (!is_target(href) || h->now.link >= 0 || !has_room || h->now.is_invisible) {
		render_html_children(h, node, depth);
		return;
	}
	struct link_content content = {0};
	link_content_take(&content, node, 0);
	buf_truncate(&content.text, utf8_first(buf_str(&content.text), LINK_TEXT_MAX).len);
	render_html_fold(&content.text);
	size_t letters = h->letters;
	int link = make_link(h, str_trim(str_from(href)), buf_str(&content.text));
	h->now.link = link;
	h->now.style |= tag->style;
	h->now.style |= h->doc->links[link].is_deceptive ? DOC_STYLE_WARNING : 0;
	render_html_children(h, node, depth);
	if (h->letters == letters && content.has_image)
		render_html_word(h, STR("[img]"), h->now.style, link);
	if (h->letters > letters)
		add_marker(h, link);
	buf_done(&content.text);
}

/* A pixel that counts readers is as remote below an element that is not shown. */
void render_html_count_images(struct html *h, const xmlNode *node, int depth)
{
	if (render_html_is(node, "img") && render_html_attribute(node, "src") != NULL &&
		is_remote(render_html_attribute(node, "src")))
		add_remote(h->doc, render_html_attribute(node, "src"), is_pixel(node));
	if (depth > RENDER_HTML_DEPTH)
		return;
	for (const xmlNode *n = node->children; n != NULL; n = n->next)
		render_html_count_images(h, n, depth + 1);
}
