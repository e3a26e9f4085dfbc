/* Requests, each to whom it concerns. */
#include "engine/engine_parts.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/book.h"
#include "engine/drafts.h"
#include "engine/slices.h"
#include "engine/files.h"
#include "engine/live.h"
#include "engine/select.h"
#include "engine/reading.h"
#include "engine/session.h"
#include "engine/submit.h"

void engine_fail(struct engine *engine, uint64_t tag, const struct error *err)
{
	struct event *event = event_new(EVENT_FAILED);
	event->tag = tag;
	event->error = *err;
	engine_post(engine, event);
}

static void engine_account_save(struct engine *engine, const struct request *request)
{
	struct error err;
	const struct account *account = request->account;
	bool is_known = settings_account(engine->settings, account->name) != NULL;
	bool ok = is_known ? settings_account_update(engine->settings, account->name, account, &err)
			   : settings_account_add(engine->settings, account, &err);
	if (!ok || !settings_save(engine->settings, &err)) {
		engine_fail(engine, request->tag, &err);
		return;
	}
	for (size_t i = 0; i < engine->run_count; i++)
		if (strcmp(engine->runs[i]->account->name, account->name) == 0)
			engine_drop_run(engine, i--);
	if (!engine_add_run(engine, account, &err))
		engine_fail(engine, request->tag, &err);
}

static void engine_account_remove(struct engine *engine, const struct request *request)
{
	struct error err;
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		if (run->account->account_id != request->account_id)
			continue;
		if (!settings_account_remove(engine->settings, run->account->name, &err) ||
			!settings_save(engine->settings, &err) ||
			!cache_account_forget(engine->cache, request->account_id, &err)) {
			engine_fail(engine, request->tag, &err);
			return;
		}
		engine_drop_run(engine, i--);
	}
}

/* The log-in is tried on a run of its own that nobody else sees. */
static void engine_account_test(struct engine *engine, const struct request *request)
{
	struct account_run *run = account_run_new(engine, request->account);
	run->test = mem_new(sizeof(*run->test));
	run->test->tag = request->tag;
	run->is_offline = false;
	if (request->text != NULL)
		run->secret = mem_text(request->text);
	engine->tests = array_room(
		engine->tests, engine->test_count, &engine->test_cap, sizeof(*engine->tests));
	engine->tests[engine->test_count++] = run;
}

static void engine_set_online(struct engine *engine, int64_t account_id, bool is_on)
{
	engine->is_offline = !is_on;
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		if (account_id != 0 && run->account->account_id != account_id)
			continue;
		run->is_offline = !is_on;
		if (is_on)
			account_run_retry(run);
		else
			account_run_disconnect(run);
	}
	engine->accounts_dirty = true;
}

static void engine_check(struct engine *engine)
{
	for (size_t i = 0; i < engine->run_count; i++) {
		engine->runs[i]->folders_next = 0;
		account_run_check(engine->runs[i]);
		if (engine->runs[i]->state == ACCOUNT_WAITING)
			account_run_retry(engine->runs[i]);
	}
}

static void engine_answer(struct engine *engine, const struct request *request)
{
	for (size_t i = 0; i < engine->run_count; i++)
		account_run_answer(engine->runs[i], request);
	for (size_t i = 0; i < engine->test_count; i++)
		account_run_answer(engine->tests[i], request);
}

static void engine_serve(struct engine *engine, struct request *request)
{
	switch (request->kind) {
	case REQUEST_FOLDERS:
		engine->wants_folders = engine->folders_dirty = true;
		engine->folders_told = 0;
		break;
	case REQUEST_ACCOUNTS:
		engine->wants_accounts = engine->accounts_dirty = true;
		break;
	case REQUEST_VIEW_OPEN:
		live_open(engine, request);
		break;
	case REQUEST_PAGE:
		live_page(engine, request);
		break;
	case REQUEST_VIEW_CLOSE:
		live_remember(engine, request);
		live_close(engine, request->list_id);
		break;
	case REQUEST_OPEN:
		reading_open(engine, request);
		break;
	case REQUEST_OPEN_END:
		reading_end(engine, request->place_id);
		break;
	case REQUEST_FIND:
	case REQUEST_NEXT_NEW:
		live_find(engine, request);
		return; /* kept until it is found */
	case REQUEST_SELECT:
		select_ask(engine, request);
		return;
	case REQUEST_SELECTED:
		select_next(engine, request);
		break;
	case REQUEST_ZOOM:
		select_zoom(engine, request);
		break;
	case REQUEST_APPEND:
		wishes_append(engine, request);
		break;
	case REQUEST_FLAGS:
	case REQUEST_MOVE:
	case REQUEST_COPY:
	case REQUEST_DELETE:
	case REQUEST_UNDELETE:
	case REQUEST_EXPUNGE:
		if (slices_take(engine, request))
			return; /* kept until all is done */
		wishes_serve(engine, request, NULL);
		break;
	case REQUEST_FOLDER:
		wishes_folder(engine, request);
		break;
	case REQUEST_UNDO:
		slices_undo(engine, request);
		return;
	case REQUEST_ACTION_RETRY:
	case REQUEST_ACTION_DROP:
		wishes_again(engine, request);
		break;
	case REQUEST_SAVE_PART:
		reading_save_part(engine, request);
		break;
	case REQUEST_ANSWER:
		engine_answer(engine, request);
		break;
	case REQUEST_CHECK:
		engine_check(engine);
		break;
	case REQUEST_ONLINE:
		engine_set_online(engine, request->account_id, request->is_on);
		break;
	case REQUEST_SYNC:
		engine_sync(engine, request);
		break;
	case REQUEST_ACCOUNT_SAVE:
		engine_account_save(engine, request);
		break;
	case REQUEST_ACCOUNT_REMOVE:
		engine_account_remove(engine, request);
		break;
	case REQUEST_ACCOUNT_TEST:
		engine_account_test(engine, request);
		break;
	case REQUEST_IDLE:
		engine->idle_is_asked = true;
		engine->idle_tag = request->tag;
		break;
	case REQUEST_IMPORT:
		import_begin(engine, request);
		break;
	case REQUEST_EXPORT:
		export_begin(engine, request);
		break;
	case REQUEST_ACTIONS:
		engine->wants_actions = engine->actions_dirty = true;
		break;
	case REQUEST_SEND:
	case REQUEST_OUTBOX:
	case REQUEST_OUTGOING:
		submit_serve(engine, request);
		break;
	case REQUEST_COMPOSE:
	case REQUEST_DRAFT_SAVE:
	case REQUEST_DRAFT_ATTACH:
	case REQUEST_DRAFT_DETACH:
	case REQUEST_DRAFT_POSTPONE:
	case REQUEST_DRAFT_DROP:
	case REQUEST_DRAFTS:
	case REQUEST_DRAFT_CHECK:
	case REQUEST_DRAFT_SEND:
	case REQUEST_REDIRECT:
		if (drafts_serve(engine, request))
			return; /* kept until it is done */
		break;
	case REQUEST_COMPLETE:
	case REQUEST_BOOK:
	case REQUEST_BOOK_SAVE:
	case REQUEST_BOOK_REMOVE:
	case REQUEST_BOOK_IMPORT:
	case REQUEST_BOOK_EXPORT:
		book_serve(engine, request);
		break;
	case REQUEST_FOLDER_INFO:
		details_serve(engine, request);
		break;
	case REQUEST_QUIT:
		engine->should_stop = true;
		break;
	}
	request_free(request);
}

void engine_serve_all(struct engine *engine)
{
	for (struct request *request = queue_take(engine->requests); request != NULL;
		request = queue_take(engine->requests)) {
		engine->last_request = engine->now;
		engine_serve(engine, request);
	}
}
