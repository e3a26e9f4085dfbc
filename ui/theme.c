/* Roles, their names in the settings, and the colours they have unless the settings say other. */
#include "ui/theme.h"

struct theme_row {
	const char *name;
	struct theme_role role;
};

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, NONE = COLOUR_DEFAULT };

static const struct theme_row theme_rows[STYLE_COUNT] = {
	[STYLE_NORMAL] = {"normal", {NONE, NONE, 0}},
	[STYLE_TITLE] = {"title", {NONE, NONE, STYLE_REVERSE}},
	[STYLE_STATUS] = {"status", {NONE, NONE, STYLE_BOLD}},
	[STYLE_PROMPT] = {"prompt", {NONE, NONE, STYLE_REVERSE}},
	[STYLE_KEY] = {"key", {NONE, NONE, STYLE_REVERSE}},
	[STYLE_KEY_LABEL] = {"key-label", {NONE, NONE, 0}},
	[STYLE_KEY_GREY] = {"key-grey", {NONE, NONE, STYLE_DIM}},
	[STYLE_SELECTED] = {"selected", {NONE, NONE, STYLE_REVERSE}},
	[STYLE_UNSEEN] = {"unseen", {NONE, NONE, STYLE_BOLD}},
	[STYLE_IMPORTANT] = {"important", {YELLOW, NONE, 0}},
	[STYLE_DELETED] = {"deleted", {NONE, NONE, STYLE_DIM}},
	[STYLE_PENDING] = {"pending", {CYAN, NONE, 0}},
	[STYLE_HEADING] = {"heading", {NONE, NONE, STYLE_BOLD}},
	[STYLE_HEADER_NAME] = {"header-name", {CYAN, NONE, 0}},
	[STYLE_HEADER_VALUE] = {"header-value", {NONE, NONE, 0}},
	[STYLE_QUOTE_1] = {"quote-1", {GREEN, NONE, 0}},
	[STYLE_QUOTE_2] = {"quote-2", {MAGENTA, NONE, 0}},
	[STYLE_QUOTE_3] = {"quote-3", {BLUE, NONE, 0}},
	[STYLE_SIGNATURE] = {"signature", {NONE, NONE, STYLE_DIM}},
	[STYLE_PART] = {"part", {CYAN, NONE, STYLE_BOLD}},
	[STYLE_NOTE] = {"note", {YELLOW, NONE, 0}},
	[STYLE_LINK] = {"link", {NONE, NONE, STYLE_UNDERLINE}},
	[STYLE_CODE] = {"code", {NONE, NONE, 0}},
	[STYLE_WARNING] = {"warning", {RED, NONE, STYLE_BOLD}},
	[STYLE_FOUND] = {"found", {NONE, NONE, STYLE_REVERSE | STYLE_BOLD}},
	[STYLE_GREY] = {"grey", {NONE, NONE, STYLE_DIM}},
};

void theme_init(struct theme *theme)
{
	for (int i = 0; i < STYLE_COUNT; i++)
		theme->roles[i] = theme_rows[i].role;
}

const char *theme_role_name(enum style role)
{
	return theme_rows[role].name;
}

static const struct {
	const char *name;
	int colour;
} colour_names[] = {
	{"default", NONE},
	{"black", BLACK},
	{"red", RED},
	{"green", GREEN},
	{"yellow", YELLOW},
	{"blue", BLUE},
	{"magenta", MAGENTA},
	{"cyan", CYAN},
	{"white", WHITE},
	{"bright-black", 8},
	{"bright-red", 9},
	{"bright-green", 10},
	{"bright-yellow", 11},
	{"bright-blue", 12},
	{"bright-magenta", 13},
	{"bright-cyan", 14},
	{"bright-white", 15},
};

static const struct {
	const char *name;
	unsigned attribute;
} attribute_names[] = {
	{"bold", STYLE_BOLD},
	{"underline", STYLE_UNDERLINE},
	{"italic", STYLE_ITALIC},
	{"reverse", STYLE_REVERSE},
	{"dim", STYLE_DIM},
};

static int hex_digit(char c)
{
	c = ascii_lower(c);
	if (ascii_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The nearest of xterm's 6x6x6 cube, whose steps are 0, 95, 135, 175, 215, 255. */
static int cube_step(int value)
{
	return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}

static bool colour_from_hex(struct str word, int *colour)
{
	int channel[3];
	if (word.len != 7 || word.data[0] != '#')
		return false;
	for (int i = 0; i < 3; i++) {
		int high = hex_digit(word.data[1 + 2 * i]), low = hex_digit(word.data[2 + 2 * i]);
		if (high < 0 || low < 0)
			return false;
		channel[i] = cube_step(high * 16 + low);
	}
	*colour = 16 + 36 * channel[0] + 6 * channel[1] + channel[2];
	return true;
}

static bool colour_read(struct str word, int *colour)
{
	for (size_t i = 0; i < sizeof(colour_names) / sizeof(colour_names[0]); i++)
		if (str_equal_nocase(word, str_from(colour_names[i].name))) {
			*colour = colour_names[i].colour;
			return true;
		}
	uint32_t number;
	if (str_to_u32(word, &number) && number < 256) {
		*colour = (int)number;
		return true;
	}
	return colour_from_hex(word, colour);
}

static unsigned attribute_read(struct str word)
{
	for (size_t i = 0; i < sizeof(attribute_names) / sizeof(attribute_names[0]); i++)
		if (str_equal_nocase(word, str_from(attribute_names[i].name)))
			return attribute_names[i].attribute;
	return 0;
}

static bool role_read(struct str value, struct theme_role *role, struct error *err)
{
	int colours = 0;
	*role = (struct theme_role){COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
	for (struct str rest = str_trim(value); rest.len > 0; rest = str_trim(rest)) {
		struct str word = str_cut(&rest, ' ');
		unsigned attribute = attribute_read(word);
		int colour;
		role->attributes |= attribute;
		if (attribute != 0)
			continue;
		if (colours == 2 || !colour_read(word, &colour))
			return error_set(err, ERROR_INPUT, "\"%.*s\" is no colour",
				(int)str_first(word, 60).len, word.data);
		*(colours++ == 0 ? &role->foreground : &role->background) = colour;
	}
	return true;
}

bool theme_set(struct theme *theme, struct str role, struct str value, struct error *err)
{
	for (int i = 0; i < STYLE_COUNT; i++) {
		struct theme_role read;
		if (!str_equal_nocase(role, str_from(theme_rows[i].name)))
			continue;
		if (!role_read(value, &read, err))
			return false;
		theme->roles[i] = read;
		return true;
	}
	return error_set(err, ERROR_INPUT, "there is no colour called \"%.*s\"",
		(int)str_first(role, 60).len, role.data);
}
