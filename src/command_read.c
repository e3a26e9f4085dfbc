/* Which message a word names, and its bytes. */
#include "command_read.h"

#include "base/file.h"
#include "words/gettext.h"
#include "words/words.h"

#include <stdio.h>

enum { READ_FILE_MAX = 1024 * 1024 * 1024, READ_LIST = 2 };

bool read_is_place(const char *word)
{
	int64_t place_id;
	uint32_t uidvalidity;
	return place_read(str_from(word), &place_id, &uidvalidity) && !file_exists(word);
}

bool read_engine(struct program *program, struct error *err)
{
	bool was_offline = program->is_offline;
	if (program->engine != NULL)
		return true;
	/* What is in the store needs no connection; read_go_online comes when it is not. */
	program->is_offline = true;
	bool ok = program_engine(program, false, err) && program_learn_accounts(program, err) &&
		  program_learn_folders(program, err);
	program->is_offline = was_offline;
	return ok;
}

bool read_place(struct program *program, const char *word, struct place *place, struct error *err)
{
	uint32_t uidvalidity;
	*place = (struct place){.word = word};
	if (!place_read(str_from(word), &place->place_id, &uidvalidity))
		return error_set(err, ERROR_INPUT, "neither an id nor a file");
	if (!read_engine(program, err))
		return false;
	place->folder = program_folder_of(program, place->place_id, uidvalidity, err);
	return place->folder != NULL;
}

int read_fail(const struct error *err, const char *word)
{
	if (err->kind != ERROR_REFUSED && err->kind != ERROR_INPUT)
		return program_fail(err, word);
	program_input("%s: %s", word, err->detail);
	return EXIT_FAILED;
}

bool read_row(
	struct program *program, const struct place *place, struct message *row, struct error *err)
{
	struct request *request = request_new(REQUEST_VIEW_OPEN);
	request->list_id = READ_LIST;
	request->page = (struct page_request){
		.view = {.kind = VIEW_FOLDER, .folder_id = place->folder->folder_id},
		.anchor = PAGE_AT_PLACE,
		.place_id = place->place_id,
		.after = 1,
	};
	bool is_found = false;
	struct event *event =
		program_wait(program, EVENT_PAGE, program_send(program, request), err);
	if (event == NULL)
		return false;
	for (size_t i = 0; i < event->page->count && !is_found; i++) {
		is_found = event->page->rows[i].place_id == place->place_id;
		if (is_found)
			message_copy_to(row, &event->page->rows[i]);
	}
	event_free(event);
	return is_found || error_set(err, ERROR_REFUSED, "the message is not here any more");
}

bool read_go_online(struct program *program)
{
	if (program->is_offline || program->is_online)
		return false;
	struct request *request = request_new(REQUEST_ONLINE);
	request->is_on = program->is_online = true;
	engine_request(program->engine, request);
	return true;
}

bool read_place_online(struct program *program, const struct place *place)
{
	int64_t account_id = place->folder->account_id;
	if (program->is_offline || program->is_online || program->online_account == account_id)
		return false;
	struct request *request = request_new(REQUEST_ONLINE);
	request->is_on = true;
	request->account_id = program->online_account = account_id;
	engine_request(program->engine, request);
	return true;
}

static struct event *read_ask(struct program *program, const struct place *place,
	const struct show_options *show, struct error *err)
{
	struct request *request = request_new(REQUEST_OPEN);
	request->place_id = place->place_id;
	request->show = *show;
	uint64_t tag = program_send(program, request);
	for (;;) {
		struct event *event = program_wait(program, EVENT_SHOWN, tag, err);
		if (event == NULL || (event->is_complete && event->shown != NULL))
			return event;
		bool is_broken = event->shown == NULL;
		event_free(event);
		if (is_broken) {
			error_set(err, ERROR_STORAGE, "the store cannot be read");
			return NULL;
		}
	}
}

struct event *read_open(struct program *program, const struct place *place,
	const struct show_options *show, struct error *err)
{
	struct event *event = read_ask(program, place, show, err);
	if (event != NULL && event->is_unreachable && read_place_online(program, place)) {
		event_free(event);
		event = read_ask(program, place, show, err);
	}
	struct request *end = request_new(REQUEST_OPEN_END);
	end->place_id = place->place_id;
	engine_request(program->engine, end);
	return event;
}

void read_explain(struct program *program, const struct place *place, struct error *err)
{
	const struct program_account *account =
		program_account_find(program, place->folder->account_id);
	if (account != NULL && account->error.kind != ERROR_NONE &&
		(err->kind == ERROR_NONE || err->kind == ERROR_NETWORK))
		*err = account->error;
}

int read_say_missing(struct program *program, const struct place *place, const struct event *event)
{
	struct error err = event->error;
	read_explain(program, place, &err);
	if (err.kind == ERROR_NONE)
		program_input(_("%s: parts of the message are not here, and Rowan is offline"),
			place->word);
	else
		program_fail(&err, place->word);
	return EXIT_TRY_LATER;
}

static bool read_stdin(struct buf *bytes, struct error *err)
{
	char chunk[65536];
	size_t n;
	while ((n = fread(chunk, 1, sizeof(chunk), stdin)) > 0) {
		if (bytes->len + n > READ_FILE_MAX)
			return error_set(err, ERROR_INPUT, "the message is larger than 1 GB");
		buf_add_bytes(bytes, chunk, n);
	}
	return !ferror(stdin) || error_errno(err, ERROR_INPUT, "standard input");
}

bool read_message_file(const char *path, struct buf *bytes, struct error *err)
{
	if (strcmp(path, "-") == 0)
		return read_stdin(bytes, err);
	if (file_exists(path))
		return file_read(path, READ_FILE_MAX, bytes, err);
	return error_set(err, ERROR_INPUT, "neither an id nor a file that is there");
}
