#include "render/render_html.h"

#include <stdlib.h>

const char *render_html_attribute(const xmlNode *element, const char *name)
{
	for (const xmlAttr *a = element->properties; a != NULL; a = a->next) {
		if (strcmp((const char *)a->name, name) != 0)
			continue;
		bool has_text = a->children != NULL && a->children->content != NULL;
		return has_text ? (const char *)a->children->content : "";
	}
	return NULL;
}

int render_html_number(const xmlNode *node, const char *attribute, int otherwise)
{
	const char *text = render_html_attribute(node, attribute);
	if (text == NULL || (!ascii_is_digit(text[0]) && text[0] != '-'))
		return otherwise;
	long value = strtol(text, NULL, 10);
	return value > -1000000 && value < 1000000 ? (int)value : otherwise;
}

bool render_html_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

bool render_html_has_class(const xmlNode *element, const char *part)
{
	return str_find_nocase(str_from(render_html_attribute(element, "class")), str_from(part)) !=
	       STR_NONE;
}

/* A length in tenths of its unit, which is left in *value; -1 when there is no number. */
static int tenths_cut(struct str *value)
{
	struct str s = *value;
	int tenths = 0, scale = 10;
	size_t i = 0;
	for (; i < s.len && ascii_is_digit(s.data[i]); i++)
		tenths = tenths < 100000 ? tenths * 10 + 10 * (s.data[i] - '0') : tenths;
	bool has_number = i > 0;
	if (i < s.len && s.data[i] == '.') {
		for (i++; i < s.len && ascii_is_digit(s.data[i]); i++) {
			has_number = true;
			scale /= 10;
			tenths += scale * (s.data[i] - '0');
			if (scale == 0 && s.data[i] != '0' && tenths == 0)
				tenths = 1;
		}
	}
	*value = str_trim(str_skip(s, i));
	return has_number ? tenths : -1;
}

static bool is_small_unit(struct str unit)
{
	return str_starts_nocase(unit, STR("px")) || str_starts_nocase(unit, STR("pt"));
}

/* "0", "0px", "0.0em", and for fonts up to one pixel: too small to be read. */
static bool is_nothing(struct str value, bool is_font)
{
	int tenths = tenths_cut(&value);
	return tenths == 0 || (is_font && tenths > 0 && tenths <= 10 && is_small_unit(value));
}

/* Enough to look like an empty line. */
static bool is_a_line(struct str value)
{
	return tenths_cut(&value) >= 80 && is_small_unit(value);
}

struct style_facts {
	struct html_look *look;
	bool is_clipped;        /* overflow:hidden */
	bool has_no_size;       /* height or width 0 */
	bool is_outlook_hidden; /* mso-hide:all */
	bool has_left, has_top; /* a border there */
	bool has_no_border;
	bool is_inline_block, is_top;
	int flat_margins; /* of top and bottom */
};

static bool says(struct str value, const char *word)
{
	return str_starts_nocase(value, str_from(word));
}

static void on_display(struct style_facts *f, struct str value)
{
	f->look->is_hidden |= says(value, "none");
	f->look->has_display = true;
	f->is_inline_block |= says(value, "inline-block");
}

static void on_visibility(struct style_facts *f, struct str value)
{
	bool is_hidden = says(value, "hidden") || says(value, "collapse");
	f->look->visibility = is_hidden ? -1 : 1;
}

static void on_max_height(struct style_facts *f, struct str value)
{
	f->look->is_hidden |= is_nothing(value, false);
}

static void on_opacity(struct style_facts *f, struct str value)
{
	f->look->is_hidden |= is_nothing(value, false);
}

static void on_size(struct style_facts *f, struct str value)
{
	f->has_no_size |= is_nothing(value, false);
}

static void on_height(struct style_facts *f, struct str value)
{
	f->has_no_size |= is_nothing(value, false);
	f->look->is_spacer |= is_a_line(value);
}

static void on_line_height(struct style_facts *f, struct str value)
{
	f->look->is_spacer |= is_a_line(value);
}

/* "10px 25px": above and below. "0 0 24px 0": below. */
static void on_padding(struct style_facts *f, struct str value)
{
	struct str above = str_cut(&value, ' ');
	str_cut(&value, ' ');
	f->look->has_space |= is_a_line(above) || is_a_line(str_cut(&value, ' '));
}

static void on_padding_edge(struct style_facts *f, struct str value)
{
	f->look->has_space |= is_a_line(value);
}

static void on_vertical_align(struct style_facts *f, struct str value)
{
	f->is_top |= says(value, "top");
}

static void on_overflow(struct style_facts *f, struct str value)
{
	f->is_clipped |= says(value, "hidden");
}

static void on_font_size(struct style_facts *f, struct str value)
{
	f->look->font = is_nothing(value, true) ? -1 : 1;
}

static void on_mso_hide(struct style_facts *f, struct str value)
{
	f->is_outlook_hidden |= says(value, "all");
}

static void on_mso_list(struct style_facts *f, struct str value)
{
	f->look->is_bullet |= says(value, "ignore");
}

static void on_white_space(struct style_facts *f, struct str value)
{
	f->look->is_pre |= says(value, "pre") && !says(value, "pre-line");
}

static void on_font_weight(struct style_facts *f, struct str value)
{
	f->look->is_bold |= says(value, "bold") || (value.len == 3 && value.data[0] >= '6');
}

static void on_font_style(struct style_facts *f, struct str value)
{
	f->look->is_italic |= says(value, "italic");
}

static void on_decoration(struct style_facts *f, struct str value)
{
	f->look->is_strike |= says(value, "line-through");
}

static void on_margin(struct style_facts *f, struct str value)
{
	f->flat_margins += is_nothing(str_cut(&value, ' '), false) ? 2 : 0;
}

static void on_margin_edge(struct style_facts *f, struct str value)
{
	f->flat_margins += is_nothing(value, false) ? 1 : 0;
}

static void on_border(struct style_facts *f, struct str value)
{
	f->has_no_border |= says(value, "none") || is_nothing(value, false);
}

static void on_border_left(struct style_facts *f, struct str value)
{
	f->has_left |= says(value, "solid blue") || says(value, "solid #0000FF") ||
		       says(value, "solid rgb(0,0,255)");
}

static void on_border_top(struct style_facts *f, struct str value)
{
	f->has_top |= says(value, "solid #E1E1E1") || says(value, "solid #B5C4DF");
}

static const struct {
	const char *name;
	void (*take)(struct style_facts *, struct str value);
} properties[] = {
	{"display", on_display},
	{"visibility", on_visibility},
	{"max-height", on_max_height},
	{"opacity", on_opacity},
	{"height", on_height},
	{"line-height", on_line_height},
	{"padding", on_padding},
	{"padding-top", on_padding_edge},
	{"padding-bottom", on_padding_edge},
	{"vertical-align", on_vertical_align},
	{"width", on_size},
	{"overflow", on_overflow},
	{"font-size", on_font_size},
	{"mso-hide", on_mso_hide},
	{"mso-list", on_mso_list},
	{"white-space", on_white_space},
	{"font-weight", on_font_weight},
	{"font-style", on_font_style},
	{"text-decoration", on_decoration},
	{"margin", on_margin},
	{"margin-top", on_margin_edge},
	{"margin-bottom", on_margin_edge},
	{"border", on_border},
	{"border-left", on_border_left},
	{"border-top", on_border_top},
};

static void take_style(struct style_facts *f, struct str style)
{
	while (style.len > 0) {
		struct str value = str_cut(&style, ';');
		struct str name = str_trim(str_cut(&value, ':'));
		value = str_trim(value);
		if (str_find_nocase(value, STR("url(http")) != STR_NONE)
			f->look->remote_images++;
		for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
			if (str_equal_nocase(name, str_from(properties[i].name)))
				properties[i].take(f, value);
		}
	}
}

/* A button for everybody but Outlook, which has its own in a comment, says mso-hide too. */
static bool holds_link(const xmlNode *element)
{
	int looked = 0;
	if (render_html_is(element, "a"))
		return true;
	for (const xmlNode *n = element->children; n != NULL && looked++ < 16; n = n->next) {
		if (render_html_is(n, "a"))
			return true;
		if (n->children != NULL && render_html_is(n->children, "a"))
			return true;
	}
	return false;
}

bool render_html_style_hides(struct str declarations)
{
	struct html_look look = {0};
	struct style_facts f = {.look = &look};
	take_style(&f, declarations);
	return look.is_hidden || look.visibility < 0 || (f.is_clipped && f.has_no_size);
}

static void on_height_attribute(struct html_look *look, const xmlNode *element)
{
	const char *height = render_html_attribute(element, "height");
	struct str value = str_from(height);
	look->is_spacer |= height != NULL && tenths_cut(&value) >= 80 && value.len == 0;
}

void render_html_look(xmlNode *element, struct html_look *look)
{
	*look = (struct html_look){0};
	struct style_facts f = {.look = look};
	if (element->properties == NULL)
		return;
	take_style(&f, str_from(render_html_attribute(element, "style")));
	look->has_space |= f.is_inline_block && f.is_top;
	on_height_attribute(look, element);
	const char *background = render_html_attribute(element, "background");
	if (background != NULL && str_starts_nocase(str_from(background), STR("http")))
		look->remote_images++;
	look->is_hidden |= f.is_clipped && f.has_no_size;
	look->is_hidden |= render_html_attribute(element, "hidden") != NULL;
	look->is_hidden |= f.is_outlook_hidden && !holds_link(element);
	look->has_no_margin = f.flat_margins >= 2 || render_html_has_class(element, "MsoNormal") ||
			      render_html_has_class(element, "MsoPlainText") ||
			      render_html_has_class(element, "MsoListParagraph");
	look->is_plain_indent = f.has_no_border;
	look->is_cite = f.has_left;
	look->is_older = f.has_top;
}
