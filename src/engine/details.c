/* A folder looked at closer: what is here, and in one flight what the server says of its size, its
 * quota and who may do what. */
#include "engine/session.h"

#include "base/memory.h"
#include "engine/account_run.h"

struct details {
	struct folder_info *info; /* owned */
	char *wire;               /* owned */
	unsigned out;             /* commands not answered */
};

void details_free(struct details *details)
{
	if (details == NULL)
		return;
	folder_info_free(details->info);
	mem_free(details->wire);
	mem_free(details);
}

static void details_tell(struct engine *engine, const struct folder_info *info)
{
	struct event *event = event_new(EVENT_FOLDER_INFO);
	event->folder_id = info->folder_id;
	event->info = folder_info_copy(info);
	engine_post(engine, event);
}

static void details_end(struct session *s)
{
	struct details *details = s->details;
	s->details = NULL;
	details->info->is_complete = true;
	details_tell(s->run->engine, details->info);
	details_free(details);
}

void details_session_ended(struct session *s)
{
	if (s->details != NULL)
		details_end(s);
}

/* A refusal says as much as an answer: there is nothing to tell. */
static void details_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	(void)p;
	(void)event;
	if (s->details != NULL && --s->details->out == 0)
		details_end(s);
}

static void details_wait(struct session *s, unsigned command)
{
	session_expect(s, command, details_answer);
	s->details->out++;
}

static bool details_ask(struct session *s, struct folder_info *info, const char *wire)
{
	struct details *details = mem_new(sizeof(*details));
	struct str name = str_from(wire);
	details->info = info;
	details->wire = mem_text(wire);
	s->details = details;
	if (session_has(s, IMAP_CAP_STATUS_SIZE))
		details_wait(s, imap_status(s->imap, name, STR("SIZE")));
	if (session_has(s, IMAP_CAP_QUOTA))
		details_wait(s, imap_getquotaroot(s->imap, name));
	if (session_has(s, IMAP_CAP_ACL)) {
		details_wait(s, imap_myrights(s->imap, name));
		details_wait(s, imap_getacl(s->imap, name));
	}
	return details->out > 0;
}

static void details_acl(struct folder_info *info, struct str lines)
{
	while (lines.len > 0) {
		struct str who = str_cut(&lines, '\n');
		struct str rights = str_cut(&who, ' ');
		folder_info_add_right(info, who, rights);
	}
}

/* How full the account is, for the list of folders: the first root with a limit on storage. */
static void details_account_quota(struct account_run *run, const struct imap_event *event)
{
	for (size_t i = 0; i < event->quota_count; i++) {
		const struct imap_quota *quota = &event->quotas[i];
		if (!str_equal_nocase(quota->resource, STR("STORAGE")) ||
			(run->quota_used == quota->used && run->quota_limit == quota->limit))
			continue;
		run->quota_used = quota->used;
		run->quota_limit = quota->limit;
		run->engine->accounts_dirty = true;
		return;
	}
}

void details_event(struct session *s, const struct imap_event *event)
{
	struct folder_info *info = s->details != NULL ? s->details->info : NULL;
	if (event->kind == IMAP_QUOTA && info == NULL)
		details_account_quota(s->run, event);
	if (info == NULL)
		return;
	struct str wire = str_from(s->details->wire);
	if (event->kind == IMAP_QUOTA)
		for (size_t i = 0; i < event->quota_count; i++)
			folder_info_add_quota(info, event->name, event->quotas[i].resource,
				event->quotas[i].used, event->quotas[i].limit);
	if (event->kind == IMAP_STATUS && str_equal(event->mailbox.name, wire) &&
		event->mailbox.has_size) {
		info->has_size = true;
		info->size = event->mailbox.size;
	}
	if (event->kind == IMAP_MYRIGHTS && str_equal(event->name, wire)) {
		mem_free(info->my_rights);
		info->my_rights = mem_str(event->text);
	}
	if (event->kind == IMAP_ACL && str_equal(event->name, wire))
		details_acl(info, event->text);
}

void details_ask_quota(struct session *s)
{
	if (s->run->quota_is_asked || !s->run->engine->options.may_ask ||
		!session_has(s, IMAP_CAP_QUOTA))
		return;
	s->run->quota_is_asked = true;
	session_expect(s, imap_getquotaroot(s->imap, STR("INBOX")), NULL);
}

void details_serve(struct engine *engine, const struct request *request)
{
	struct account_run *run = engine_run_of_folder(engine, request->folder_id);
	struct folder folder = {0};
	if (run == NULL || !cache_folder_get(engine->cache, request->folder_id, &folder, NULL))
		return;
	struct folder_info *info = mem_new(sizeof(*info));
	info->folder_id = folder.folder_id;
	info->name = mem_text(folder.name);
	info->total = folder.total;
	info->unseen = folder.unseen;
	info->server_total = folder.server_total;
	info->is_read_only = folder.is_read_only;
	struct session *s = run->session;
	bool can_ask = s != NULL && s->state == SESSION_READY && s->details == NULL &&
		       (folder.attributes & FOLDER_NO_SELECT) == 0;
	info->is_complete = !can_ask;
	details_tell(engine, info);
	if (!can_ask)
		folder_info_free(info);
	else if (!details_ask(s, info, folder.wire))
		details_end(s);
	folder_done(&folder);
}
