/* rowan compose: the screen, with a message to begin with. */
#include "screen.h"

#include "base/memory.h"
#include "words/gettext.h"

/* Addresses as a mailto: URL, everything encoded that could mean something in one. */
static void compose_add_recipient(struct buf *url, const char *recipient)
{
	buf_add_text(url, url->len == 0 ? "mailto:?to=" : "%2C%20");
	for (const char *at = recipient; *at != '\0'; at++)
		if (ascii_is_alpha(*at) || ascii_is_digit(*at) || strchr("@.-_", *at) != NULL)
			buf_add_char(url, *at);
		else
			buf_addf(url, "%%%02X", (unsigned)(unsigned char)*at);
}

int command_compose(struct program *program, int argc, char **argv)
{
	struct buf url = {0};
	bool is_url = argc == 2 && str_starts_nocase(str_from(argv[1]), STR("mailto:"));
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-')
			return program_usage("compose [mailto:URL | RECIPIENT…]");
	for (int i = 1; i < argc && !is_url; i++)
		compose_add_recipient(&url, argv[i]);
	if (url.len == 0)
		buf_add_text(&url, is_url ? argv[1] : "mailto:");
	program->compose_url = buf_text(&url);
	int code = screen_run(program);
	program->compose_url = NULL;
	buf_done(&url);
	return code;
}
