/* rowan show. */
#include "command_read.h"
#include "print_message.h"

#include "base/file.h"
#include "base/memory.h"
#include "words/gettext.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHOW_USAGE                                                                                 \
	"show ID|FILE|-… [--json] [--headers] [--html] [--charset NAME] [--width COLUMNS]"

enum { SHOW_WIDTH = 80, SHOW_WIDTH_MIN = 20, SHOW_WIDTH_MAX = 10000 };

struct show_command {
	struct show_options show;
	uint32_t width;
	bool wants_json;
	int first; /* words in argv that name messages are moved to its front */
	int count;
};

static bool show_read_charset(struct show_command *self, const char *name)
{
	if (name == NULL || name[0] == '\0' || strlen(name) >= sizeof(self->show.charset))
		return false;
	memcpy(self->show.charset, name, strlen(name) + 1);
	return true;
}

static bool show_read_width(struct show_command *self, const char *width)
{
	return str_to_u32(str_from(width), &self->width) && self->width >= SHOW_WIDTH_MIN &&
	       self->width <= SHOW_WIDTH_MAX;
}

/* Reads the options and gathers the other words at the front of argv. */
static bool show_read_options(int argc, char **argv, struct show_command *self)
{
	const char *value = NULL;
	bool ends = false, ok = true;
	*self = (struct show_command){.width = SHOW_WIDTH};
	for (int i = 1; i < argc && ok; i++) {
		if (ends || argv[i][0] != '-' || argv[i][1] == '\0')
			argv[self->count++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			ends = true;
		else if (strcmp(argv[i], "--json") == 0)
			self->wants_json = true;
		else if (strcmp(argv[i], "--headers") == 0)
			self->show.full_headers = true;
		else if (strcmp(argv[i], "--html") == 0)
			self->show.prefer_html = true;
		else if (option_take(argc, argv, &i, "--charset", &value))
			ok = show_read_charset(self, value);
		else if (option_take(argc, argv, &i, "--width", &value))
			ok = show_read_width(self, value);
		else
			ok = false;
	}
	self->show.want_digests = self->show.whole = self->wants_json;
	return ok && self->count > 0;
}

static void show_print_text(const struct show_command *self, const struct shown *shown)
{
	struct buf text = {0};
	print_text(shown, (int)self->width, true, &text);
	if (text.len > 0 && text.data[text.len - 1] != '\n')
		buf_add_char(&text, '\n');
	print_flush(&text);
	buf_done(&text);
}

static void show_print_file(const struct show_command *self, const struct shown *shown)
{
	struct buf line = {0};
	struct json j;
	if (!self->wants_json) {
		show_print_text(self, shown);
		return;
	}
	json_init(&j, &line);
	json_begin_object(&j);
	print_shown(&j, shown, (int)self->width, self->show.full_headers);
	json_end_object(&j);
	print_json(&line);
	buf_done(&line);
}

static int show_file(const struct show_command *self, const char *path)
{
	struct error err;
	struct buf bytes = {0};
	struct shown *shown = NULL;
	if (strcmp(path, "-") != 0 && file_exists(path))
		shown = engine_show_file(path, &self->show, &err);
	else if (read_message_file(path, &bytes, &err))
		shown = engine_show_bytes(buf_str(&bytes), &self->show);
	buf_done(&bytes);
	if (shown == NULL)
		return read_fail(&err, path);
	show_print_file(self, shown);
	shown_free(shown);
	return EXIT_DONE;
}

static void show_print_message(struct program *program, const struct show_command *self,
	const struct place *place, const struct event *event)
{
	struct buf line = {0}, name = {0};
	struct json j;
	if (!self->wants_json) {
		show_print_text(self, event->shown);
		return;
	}
	json_init(&j, &line);
	json_begin_object(&j);
	json_put_text(&j, "id", place->word);
	program_folder_print(program, place->folder, &name);
	json_put_str(&j, "folder", buf_str(&name));
	print_put_flags(&j, program, place->folder->account_id, event->row->flags);
	json_put_bool(&j, "complete", !event->is_unreachable);
	print_shown(&j, event->shown, (int)self->width, self->show.full_headers);
	json_end_object(&j);
	print_json(&line);
	buf_done(&name);
	buf_done(&line);
}

static int show_place(struct program *program, const struct show_command *self, const char *word)
{
	struct error err;
	struct place place;
	struct event *event = NULL;
	if (!read_place(program, word, &place, &err))
		return read_fail(&err, word);
	event = read_open(program, &place, &self->show, &err);
	if (event == NULL)
		return read_fail(&err, word);
	show_print_message(program, self, &place, event);
	int code = event->is_unreachable ? read_say_missing(program, &place, event) : EXIT_DONE;
	event_free(event);
	return code;
}

int command_show(struct program *program, int argc, char **argv)
{
	struct show_command self;
	int worst = EXIT_DONE;
	if (!show_read_options(argc, argv, &self))
		return program_usage(SHOW_USAGE);
	for (int i = 0; i < self.count && !ferror(stdout); i++) {
		if (i > 0 && !self.wants_json)
			putchar('\n');
		int code = read_is_place(argv[i]) ? show_place(program, &self, argv[i])
						  : show_file(&self, argv[i]);
		if (worst == EXIT_DONE || code == EXIT_FAILED)
			worst = code != EXIT_DONE ? code : worst;
	}
	return worst;
}
