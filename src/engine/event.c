/* What the engine tells: made here, freed by whoever takes it from the queue. */
#include "engine/event.h"

#include "base/memory.h"

struct event *event_new(enum event_kind kind)
{
	struct event *event = mem_new(sizeof(*event));
	event->kind = kind;
	return event;
}

static void event_free_folders(struct event *event)
{
	for (size_t i = 0; i < event->folder_count; i++)
		folder_done(&event->folders[i]);
	mem_free(event->folders);
}

static void event_free_accounts(struct event *event)
{
	for (size_t i = 0; i < event->account_count; i++) {
		mem_free(event->accounts[i].name);
		for (int bit = 0; bit < FLAG_KEYWORD_MAX; bit++)
			mem_free(event->accounts[i].keywords[bit]);
	}
	mem_free(event->accounts);
}

static void event_free_actions(struct event *event)
{
	for (size_t i = 0; i < event->action_count; i++)
		action_done(&event->actions[i]);
	mem_free(event->actions);
}

static void event_free_outbox(struct event *event)
{
	for (size_t i = 0; i < event->outbox_count; i++)
		outgoing_done(&event->outbox[i]);
	mem_free(event->outbox);
}

static void event_free_drafts(struct event *event)
{
	draft_free(event->draft);
	if (event->file != NULL) {
		mem_free(event->file->name);
		mem_free(event->file->type);
		mem_free(event->file->description);
	}
	mem_free(event->file);
	for (size_t i = 0; i < event->draft_count; i++)
		draft_row_done(&event->drafts[i]);
	mem_free(event->drafts);
	for (size_t i = 0; i < event->warnings.count; i++)
		mem_free(event->warnings.items[i].words);
	mem_free(event->warnings.items);
}

static void event_free_book(struct event *event)
{
	for (size_t i = 0; i < event->completion_count; i++)
		book_completion_done(&event->completions[i]);
	mem_free(event->completions);
	for (size_t i = 0; i < event->book_count; i++)
		book_entry_done(&event->book[i]);
	mem_free(event->book);
}

static void page_free(struct page *page)
{
	if (page == NULL)
		return;
	for (size_t i = 0; i < page->count; i++)
		message_done(&page->rows[i]);
	mem_free(page->rows);
	mem_free(page);
}

static void question_free(struct question *question)
{
	if (question == NULL)
		return;
	mem_free(question->account);
	mem_free(question->host);
	mem_free(question->user);
	mem_free(question->subject);
	mem_free(question->issuer);
	mem_free(question->fingerprint);
	mem_free(question->not_before);
	mem_free(question->not_after);
	mem_free(question);
}

void event_free(struct event *event)
{
	if (event == NULL)
		return;
	event_free_folders(event);
	event_free_accounts(event);
	event_free_actions(event);
	event_free_outbox(event);
	folder_info_free(event->info);
	event_free_drafts(event);
	event_free_book(event);
	page_free(event->page);
	shown_free(event->shown);
	if (event->row != NULL)
		message_done(event->row);
	mem_free(event->row);
	question_free(event->question);
	mem_free(event->text);
	mem_free(event->path);
	mem_free(event);
}

void event_free_item(void *item)
{
	event_free(item);
}
