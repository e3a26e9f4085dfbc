/* A folder looked at closer: how much is in it, how much room there is, who may do what. */
#include "ui/screens/page_text.h"

#include "base/memory.h"
#include "model/folder_info.h"
#include "ui/say.h"
#include "words/gettext.h"

struct screen_folder_info {
	struct page_text page;
	int64_t folder_id;
	char *name; /* owned; for the title */
};

static const struct screen_ops folder_info_ops;

/* ---- Rights (RFC 4314), in words. ---- */

static const struct {
	char letter;
	const char *words;
} right_words[] = {
	{'l', N_("see the folder")},
	{'r', N_("read")},
	{'s', N_("mark as seen")},
	{'w', N_("change flags")},
	{'i', N_("add messages")},
	{'p', N_("post to it")},
	{'k', N_("create folders in it")},
	{'x', N_("delete the folder")},
	{'t', N_("mark as deleted")},
	{'e', N_("expunge")},
	{'a', N_("give rights")},
	/* RFC 2086: one letter for several. */
	{'c', N_("create folders in it")},
	{'d', N_("delete messages")},
};

/* The old letters stand beside the new ones that they mean. */
static bool right_is_double(char letter, const char *rights)
{
	return (letter == 'c' && strchr(rights, 'k') != NULL) ||
	       (letter == 'd' && strpbrk(rights, "te") != NULL);
}

static void rights_in_words(const char *rights, struct buf *out)
{
	const char *before = "";
	for (size_t i = 0; i < sizeof(right_words) / sizeof(right_words[0]); i++) {
		char letter = right_words[i].letter;
		if (strchr(rights, letter) == NULL || right_is_double(letter, rights))
			continue;
		buf_addf(out, "%s%s", before, _(right_words[i].words));
		before = ", ";
	}
	if (out->len == 0)
		buf_add_text(out, _("nothing"));
}

/* ---- The page. ---- */

static void info_counts(struct page_text *p, const struct folder_info *info)
{
	struct buf text = {0}, count = {0};
	page_text_heading(p, _("Messages"));
	say_count(info->total, &count);
	buf_addf(&text, P_("%s message is known here", "%s messages are known here", info->total),
		buf_text(&count));
	buf_clear(&count);
	say_count(info->unseen, &count);
	buf_addf(&text, P_(", %s is unseen", ", %s are unseen", info->unseen), buf_text(&count));
	page_text_line(p, buf_text(&text));
	buf_clear(&text);
	if (info->server_total != info->total) {
		buf_clear(&count);
		say_count(info->server_total, &count);
		buf_addf(&text,
			P_("The server has %s message", "The server has %s messages",
				info->server_total),
			buf_text(&count));
		page_text_line(p, buf_text(&text));
		buf_clear(&text);
	}
	buf_done(&count);
	if (info->has_size) {
		struct buf size = {0};
		say_size(info->size, &size);
		buf_addf(&text, _("All of them take %s on the server"), buf_text(&size));
		page_text_line(p, buf_text(&text));
		buf_done(&size);
	}
	if (info->is_read_only)
		page_text_line(p, _("The folder can only be read"));
	page_text_blank(p);
	buf_done(&text);
}

static uint64_t info_bytes(uint64_t kilobytes)
{
	return kilobytes < UINT64_MAX / 1024 ? kilobytes * 1024 : UINT64_MAX;
}

static void info_quota(struct page_text *p, const struct folder_quota *quota)
{
	struct buf text = {0}, used = {0}, limit = {0};
	bool is_storage = str_equal_nocase(str_from(quota->resource), STR("STORAGE"));
	if (is_storage) {
		say_size(info_bytes(quota->used), &used);
		say_size(info_bytes(quota->limit), &limit);
	} else {
		say_count(quota->used, &used);
		say_count(quota->limit, &limit);
	}
	double share = quota->limit > 0 ? (double)quota->used * 100 / (double)quota->limit : 100;
	buf_addf(&text, _("%s of %s used (%.0f%%)"), buf_text(&used), buf_text(&limit), share);
	page_text_hang(p,
		is_storage                                                    ? _("Storage: ")
		: str_equal_nocase(str_from(quota->resource), STR("MESSAGE")) ? _("Messages: ")
									      : quota->resource,
		buf_text(&text));
	buf_done(&text);
	buf_done(&used);
	buf_done(&limit);
}

static void info_quotas(struct page_text *p, const struct folder_info *info)
{
	page_text_heading(p, _("Room"));
	for (size_t i = 0; i < info->quota_count; i++)
		info_quota(p, &info->quotas[i]);
	if (info->quota_count == 0)
		page_text_line(p, info->is_complete ? _("The server tells of no limit")
						    : _("The server is being asked"));
	page_text_blank(p);
}

static void info_rights(struct page_text *p, const struct folder_info *info)
{
	struct buf words = {0}, who = {0};
	page_text_heading(p, _("Rights"));
	if (info->my_rights != NULL) {
		rights_in_words(info->my_rights, &words);
		page_text_hang(p, _("You may: "), buf_text(&words));
	} else {
		page_text_line(p, info->is_complete ? _("The server does not tell who may do what")
						    : _("The server is being asked"));
	}
	for (size_t i = 0; i < info->right_count; i++) {
		buf_clear(&words);
		buf_clear(&who);
		rights_in_words(info->rights[i].rights, &words);
		buf_addf(&who, "%s: ", info->rights[i].who);
		page_text_hang(p, buf_text(&who), buf_text(&words));
	}
	buf_done(&words);
	buf_done(&who);
}

static void info_fill(struct screen_folder_info *f, const struct folder_info *info)
{
	doc_free(f->page.doc);
	f->page.doc = doc_new();
	info_counts(&f->page, info);
	info_quotas(&f->page, info);
	info_rights(&f->page, info);
}

static void info_event(struct screen *s, struct event *event)
{
	struct screen_folder_info *f = (struct screen_folder_info *)s;
	if (event->kind != EVENT_FOLDER_INFO || event->folder_id != f->folder_id)
		return;
	info_fill(f, event->info);
	app_layout_top(s->app);
}

static void info_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_folder_info *f = (const struct screen_folder_info *)s;
	page_text_title(s, about, position);
	buf_addf(about, _("Folder: %s"), f->name);
}

static void info_close(struct screen *s)
{
	struct screen_folder_info *f = (struct screen_folder_info *)s;
	page_text_done(&f->page);
	mem_free(f->name);
	mem_free(f);
}

static const struct screen_ops folder_info_ops = {
	.context = CONTEXT_TEXT,
	.name = N_("FOLDER DETAILS"),
	.close = info_close,
	.layout = page_text_layout,
	.command = page_text_command,
	.event = info_event,
	.title = info_title,
	.paint = page_text_paint,
};

struct screen *screen_folder_info_new(struct app *app, const struct folder *folder)
{
	struct screen_folder_info *f = mem_new(sizeof(*f));
	struct request *request = request_new(REQUEST_FOLDER_INFO);
	f->folder_id = folder->folder_id;
	f->name = mem_text(folder->name);
	page_text_init(&f->page, &folder_info_ops, app);
	request->folder_id = folder->folder_id;
	app_send(app, request);
	return &f->page.base;
}
