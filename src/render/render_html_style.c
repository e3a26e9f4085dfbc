#include "render/render_html.h"

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

bool render_html_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

bool render_html_has_class(const xmlNode *element, const char *part)
{
	return str_find_nocase(str_from(render_html_attribute(element, "class")), str_from(part)) !=
	       STR_NONE;
}

/* "0", "0px", "0.0em", and for fonts up to one pixel: too small to be read. */
static bool is_nothing(struct str value, bool is_font)
{
	double number = 0, scale = 1;
	size_t i = 0;
	bool has_point = false, has_digit = false;
	for (; i < value.len && (ascii_is_digit(value.data[i]) || value.data[i] == '.'); i++) {
		if (value.data[i] == '.') {
			has_point = true;
			continue;
		}
		has_digit = true;
		number = number * 10 + (value.data[i] - '0');
		scale *= has_point ? 10 : 1;
	}
	struct str unit = str_trim(str_skip(value, i));
	bool is_small = str_equal_nocase(unit, STR("px")) || str_equal_nocase(unit, STR("pt"));
	return has_digit && (number == 0 || (is_font && is_small && number <= scale));
}

struct style_facts {
	struct html_look *look;
	bool is_clipped;        /* overflow:hidden */
	bool has_no_size;       /* height or width 0 */
	bool is_outlook_hidden; /* mso-hide:all */
	bool has_left, has_top; /* a border there */
	bool has_no_border;
	int flat_margins; /* of top and bottom */
};

static bool says(struct str value, const char *word)
{
	return str_starts_nocase(value, str_from(word));
}

static void on_display(struct style_facts *f, struct str value)
{
	f->look->is_hidden |= says(value, "none");
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
	{"height", on_size},
	{"width", on_size},
	{"overflow", on_overflow},
	{"font-size", on_font_size},
	{"mso-hide", on_mso_hide},
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

void render_html_look(xmlNode *element, struct html_look *look)
{
	*look = (struct html_look){0};
	struct style_facts f = {.look = look};
	if (element->properties == NULL)
		return;
	take_style(&f, str_from(render_html_attribute(element, "style")));
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
