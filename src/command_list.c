/* rowan list. */
#include "print_message.h"

#include "base/memory.h"
#include "words/gettext.h"

#include <stdio.h>

#define LIST_USAGE "list ACCOUNT/Folder [--limit N] [--json]"

enum { LIST_ID = 1, LIST_PAGE = 500, LIST_LIMIT = 1000 };

struct list_options {
	const char *folder;
	uint32_t limit; /* 0: all */
	bool wants_json;
};

static bool list_read_options(int argc, char **argv, struct list_options *options)
{
	const char *limit = NULL;
	*options = (struct list_options){.limit = LIST_LIMIT};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			options->wants_json = true;
		else if (option_take(argc, argv, &i, "--limit", &limit)) {
			if (!str_to_u32(str_from(limit), &options->limit))
				return false;
		} else if (argv[i][0] != '-' && options->folder == NULL)
			options->folder = argv[i];
		else
			return false;
	}
	return options->folder != NULL;
}

/* `request` takes the page and is answered by the event, owned by the caller. */
static struct event *list_ask(struct program *program, enum request_kind kind,
	const struct page_request *page, struct error *err)
{
	struct request *request = request_new(kind);
	request->list_id = LIST_ID;
	request->page = *page;
	return program_wait(program, EVENT_PAGE, program_send(program, request), err);
}

/* A page that reaches the end is filled up with rows in front of what was asked for. */
static bool list_is_wanted(const struct page_request *asked, const struct page *page, size_t i)
{
	return asked->anchor == PAGE_AT_ROW ? page->first + i >= asked->row
					    : page->rows[i].place_id >= asked->place_id;
}

/* Page after page from the first wanted row on, so that a folder of any size takes the memory of
 * one page. Rows that come or go meanwhile move nothing: the next page is asked for by place. */
static bool list_print(struct program *program, const struct folder *folder,
	const struct list_options *options, struct error *err)
{
	struct buf out = {0};
	struct page_request page = {
		.view = {.kind = VIEW_FOLDER, .folder_id = folder->folder_id},
		.anchor = PAGE_AT_END,
		.before = 1,
	};
	struct event *event = list_ask(program, REQUEST_VIEW_OPEN, &page, err);
	bool has_more = event != NULL && event->page->total > 0;
	page.before = 0;
	page.after = LIST_PAGE;
	page.anchor = PAGE_AT_ROW;
	if (has_more && options->limit != 0 && event->page->total > options->limit)
		page.row = event->page->total - options->limit;
	while (has_more && !ferror(stdout)) {
		event_free(event);
		event = list_ask(program, REQUEST_PAGE, &page, err);
		if (event == NULL)
			break;
		const struct page *got = event->page;
		size_t last = got->count;
		for (size_t i = 0; i < got->count; i++) {
			if (!list_is_wanted(&page, got, i))
				continue;
			print_row(program, folder, &got->rows[i], options->wants_json, &out);
			last = i;
		}
		print_flush(&out);
		has_more = last < got->count && got->first + got->count < got->total;
		page.anchor = PAGE_AT_PLACE;
		page.place_id = last < got->count ? got->rows[last].place_id + 1 : 0;
	}
	bool ok = event != NULL;
	event_free(event);
	buf_done(&out);
	return ok;
}

int command_list(struct program *program, int argc, char **argv)
{
	struct error err;
	struct list_options options;
	int code = EXIT_DONE;
	if (!list_read_options(argc, argv, &options))
		return program_usage(LIST_USAGE);
	program->is_offline = true; /* what is listed is the store */
	if (!program_engine(program, false, &err) || !program_learn_accounts(program, &err) ||
		!program_learn_folders(program, &err))
		return program_fail(&err, NULL);
	const struct folder *folder = program_folder_find(program, options.folder);
	if (folder == NULL) {
		program_input(_("there is no folder \"%s\"; \"rowan folders\" lists them"),
			options.folder);
		code = EXIT_FAILED;
	} else if (!list_print(program, folder, &options, &err)) {
		code = program_fail(&err, options.folder);
	}
	return code;
}
