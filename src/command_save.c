/* rowan save. */
#include "command_read.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "model/filename.h"
#include "words/gettext.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAVE_USAGE "save ID|FILE|- PART [--to FILE|FOLDER/] [--overwrite] [--json]"

struct save_command {
	const char *word; /* the message */
	const char *part; /* "" is the whole */
	const char *to;   /* NULL: the part's own name, here */
	bool may_overwrite, wants_json;
};

static bool save_read_options(int argc, char **argv, struct save_command *self)
{
	*self = (struct save_command){0};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			self->wants_json = true;
		else if (strcmp(argv[i], "--overwrite") == 0)
			self->may_overwrite = true;
		else if (option_take(argc, argv, &i, "--to", &self->to)) {
			if (self->to == NULL || self->to[0] == '\0')
				return false;
		} else if (argv[i][0] == '-' && argv[i][1] != '\0')
			return false;
		else if (self->word == NULL)
			self->word = argv[i];
		else if (self->part == NULL)
			self->part = argv[i];
		else
			return false;
	}
	if (self->part == NULL)
		return false;
	if (strcmp(self->part, "0") == 0)
		self->part = "";
	return true;
}

/* ---- Where to. ---- */

static bool save_is_folder(const char *path)
{
	struct stat status;
	size_t len = strlen(path);
	return path[len - 1] == '/' || (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
}

static const struct shown_part *save_find_part(const struct shown *shown, const char *path)
{
	for (size_t i = 0; i < shown->part_count; i++)
		if (strcmp(shown->parts[i].path, path) == 0)
			return &shown->parts[i];
	return NULL;
}

static void save_add_name(
	const struct save_command *self, const struct shown *shown, struct buf *out)
{
	const struct shown_part *part = save_find_part(shown, self->part);
	if (self->part[0] != '\0') {
		attachment_name_safe(
			out, str_from(part != NULL ? part->name : NULL), str_from(self->part));
		return;
	}
	if (!filename_add(out, str_from(shown->subject)))
		buf_add_text(out, "message");
	buf_add_text(out, ".eml");
}

static bool save_needs_name(const struct save_command *self)
{
	return self->to == NULL || save_is_folder(self->to);
}

/* The file to write; owned by the caller. shown may be NULL when no name is needed. */
static char *save_path(const struct save_command *self, const struct shown *shown)
{
	struct buf path = {0};
	if (self->to != NULL)
		buf_add_text(&path, self->to);
	if (!save_needs_name(self))
		return buf_take(&path);
	if (path.len > 0 && path.data[path.len - 1] != '/')
		buf_add_char(&path, '/');
	save_add_name(self, shown, &path);
	return buf_take(&path);
}

/* ---- Telling. ---- */

static int save_exists(const char *path)
{
	program_input(_("%s exists; --overwrite replaces it, --to PATH writes another"), path);
	return EXIT_FAILED;
}

static int save_say(const struct save_command *self, const char *path)
{
	struct buf line = {0};
	struct json j;
	struct stat status = {0};
	if (stat(path, &status) != 0)
		status.st_size = 0;
	if (!self->wants_json) {
		buf_addf(&line, _("saved to %s"), path);
		print_safe(buf_str(&line));
	} else {
		json_init(&j, &line);
		json_begin_object(&j);
		json_put_text(&j, "message", self->word);
		json_put_text(&j, "part", self->part[0] != '\0' ? self->part : "0");
		json_put_text(&j, "path", path);
		json_put_int(&j, "size", (int64_t)status.st_size);
		json_end_object(&j);
		print_json(&line);
	}
	buf_done(&line);
	return EXIT_DONE;
}

/* ---- From a file. ---- */

static int save_write(const struct save_command *self, struct str bytes, const char *path)
{
	struct error err;
	if (self->may_overwrite)
		return file_write_atomic(path, bytes, 0600, &err) ? save_say(self, path)
								  : program_fail(&err, path);
	int fd = file_create_new(path, &err);
	if (fd < 0)
		return errno == EEXIST ? save_exists(path) : program_fail(&err, path);
	bool ok = file_write_all(fd, bytes, path, &err);
	if (close(fd) != 0 && ok)
		ok = error_errno(&err, ERROR_STORAGE, "%s", path);
	if (ok)
		return save_say(self, path);
	unlink(path);
	return program_fail(&err, path);
}

static int save_from_file(const struct save_command *self)
{
	struct error err;
	struct buf message = {0}, part = {0};
	struct show_options show = {0};
	struct shown *shown = NULL;
	int code;
	if (!read_message_file(self->word, &message, &err) ||
		!engine_part_bytes(buf_str(&message), str_from(self->part), &part, &err)) {
		code = read_fail(&err, self->word);
	} else {
		if (save_needs_name(self))
			shown = engine_show_bytes(buf_str(&message), &show);
		char *path = save_path(self, shown);
		code = save_write(self, buf_str(&part), path);
		mem_free(path);
		shown_free(shown);
	}
	buf_done(&message);
	buf_done(&part);
	return code;
}

/* ---- From the store or the server. ---- */

static struct event *save_ask(struct program *program, const struct save_command *self,
	const struct place *place, const char *path, struct error *err)
{
	struct request *request = request_new(REQUEST_SAVE_PART);
	request->place_id = place->place_id;
	request->text = mem_text(self->part);
	request->path = mem_text(path);
	request->may_overwrite = self->may_overwrite;
	return program_wait(program, EVENT_SAVED, program_send(program, request), err);
}

static int save_to(struct program *program, const struct save_command *self,
	const struct place *place, const char *path)
{
	struct error err;
	struct event *event = save_ask(program, self, place, path, &err);
	if (event == NULL && err.kind == ERROR_NETWORK && read_place_online(program, place))
		event = save_ask(program, self, place, path, &err);
	if (event == NULL) {
		read_explain(program, place, &err);
		return read_fail(&err, self->word);
	}
	bool is_path = event->error.kind == ERROR_STORAGE;
	int code = event->exists   ? save_exists(path)
		   : !event->is_ok ? read_fail(&event->error, is_path ? path : self->word)
				   : save_say(self, path);
	event_free(event);
	return code;
}

static int save_from_place(struct program *program, const struct save_command *self)
{
	struct error err;
	struct place place;
	struct event *event = NULL;
	struct show_options show = {0};
	if (!read_place(program, self->word, &place, &err))
		return read_fail(&err, self->word);
	if (save_needs_name(self)) {
		event = read_open(program, &place, &show, &err);
		if (event == NULL)
			return read_fail(&err, self->word);
	}
	char *path = save_path(self, event != NULL ? event->shown : NULL);
	int code = save_to(program, self, &place, path);
	mem_free(path);
	event_free(event);
	return code;
}

int command_save(struct program *program, int argc, char **argv)
{
	struct save_command self;
	if (!save_read_options(argc, argv, &self))
		return program_usage(SAVE_USAGE);
	return read_is_place(self.word) ? save_from_place(program, &self) : save_from_file(&self);
}
