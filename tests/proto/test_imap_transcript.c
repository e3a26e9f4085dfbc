/*
 * What servers say, from tests/data/imap: NAME.imap is the server's side as on the wire,
 * NAME.events what Rowan reads from it. Nine commands are in flight. The events are the same
 * wherever the bytes are cut.
 */
#include "base/file.h"
#include "base/memory.h"
#include "proto/imap/imap.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Events as text. ---- */

static void add_text(struct buf *out, const char *name, struct str text)
{
	if (text.len == 0)
		return;
	buf_addf(out, " %s=\"", name);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c < 0x20 || c >= 0x7f)
			buf_addf(out, "\\x%02x", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add_text(out, "\"");
}

static void add_number(struct buf *out, const char *name, uint64_t number)
{
	if (number != 0)
		buf_addf(out, " %s=%llu", name, (unsigned long long)number);
}

static void add_set(struct buf *out, const char *name, const struct imap_set *set)
{
	size_t from = 0;
	if (set == NULL)
		return;
	buf_addf(out, " %s=", name);
	imap_set_format(set, &from, 1000, out);
}

static void add_flags(struct buf *out, flags_t flags, const struct str *keywords, size_t count)
{
	buf_add_text(out, " (");
	for (int i = 0; i < FLAG_KEYWORD_FIRST; i++)
		if (flags & (flags_t)1 << i)
			buf_addf(out, " %s", flag_to_wire((flags_t)1 << i));
	for (size_t i = 0; i < count; i++)
		buf_addf(out, " %.*s", (int)keywords[i].len, keywords[i].data);
	buf_add_text(out, " )");
}

static void add_part(struct buf *out, const struct part *p)
{
	buf_addf(out, "\n    %s %s/%s", p->path[0] != '\0' ? p->path : "-", p->type, p->subtype);
	add_text(out, "name", str_from(p->name));
	add_number(out, "size", p->size);
}

static void add_fetch(struct buf *out, const struct imap_fetch *f)
{
	buf_addf(out, "fetch %u", f->number);
	add_number(out, "uid", f->uid);
	if (f->has_flags)
		add_flags(out, f->flags, f->keywords, f->keyword_count);
	if (f->has_size)
		buf_addf(out, " size=%llu", (unsigned long long)f->size);
	if (f->has_modseq)
		buf_addf(out, " modseq=%llu", (unsigned long long)f->modseq);
	if (f->has_date)
		buf_addf(out, " date=%lld", (long long)f->date);
	if (f->has_header)
		buf_add_text(out, " has-header");
	add_text(out, "header", f->header);
	add_text(out, "emailid", f->emailid);
	add_text(out, "threadid", f->threadid);
	add_text(out, "preview", f->preview);
	for (const struct part *p = f->structure; p != NULL; p = part_next(p))
		add_part(out, p);
}

static void add_list(struct buf *out, const struct imap_list *list)
{
	buf_addf(out, "%s", list->is_lsub ? "lsub" : "list");
	if (list->delimiter != '\0')
		buf_addf(out, " %c", list->delimiter);
	add_text(out, "name", list->name);
	add_text(out, "role", list->role);
	buf_addf(out, "%s%s%s%s%s%s%s%s", list->no_select ? " no-select" : "",
		list->no_inferiors ? " no-inferiors" : "", list->has_children ? " children" : "",
		list->has_no_children ? " no-children" : "", list->subscribed ? " subscribed" : "",
		list->non_existent ? " non-existent" : "", list->marked ? " marked" : "",
		list->is_inbox ? " inbox" : "");
}

static void add_mailbox(struct buf *out, const struct imap_mailbox *m)
{
	buf_add_text(out, "status");
	add_text(out, "name", m->name);
	if (m->has_messages)
		buf_addf(out, " messages=%u", m->messages);
	if (m->has_recent)
		buf_addf(out, " recent=%u", m->recent);
	if (m->has_uidnext)
		buf_addf(out, " uidnext=%u", m->uidnext);
	if (m->has_uidvalidity)
		buf_addf(out, " uidvalidity=%u", m->uidvalidity);
	if (m->has_unseen)
		buf_addf(out, " unseen=%u", m->unseen);
	if (m->has_deleted)
		buf_addf(out, " deleted=%u", m->deleted);
	if (m->has_modseq)
		buf_addf(out, " modseq=%llu", (unsigned long long)m->modseq);
	if (m->has_size)
		buf_addf(out, " size=%llu", (unsigned long long)m->size);
	add_text(out, "mailboxid", m->mailboxid);
}

static void add_search(struct buf *out, const struct imap_search *search)
{
	buf_addf(out, "search%s", search->is_uid ? " uid" : "");
	add_number(out, "command", search->command);
	add_set(out, "set", search->set);
	if (search->has_count)
		buf_addf(out, " count=%u", search->count);
	if (search->has_min)
		buf_addf(out, " min=%u", search->min);
	if (search->has_max)
		buf_addf(out, " max=%u", search->max);
	add_number(out, "modseq", search->modseq);
}

static void add_status(struct buf *out, const char *kind, const struct imap_event *e)
{
	static const char *const words[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
	buf_addf(out, "%s", kind);
	add_number(out, "command", e->command);
	buf_addf(out, " %s", words[e->status]);
	if (e->code != IMAP_CODE_NONE)
		buf_addf(out, " code=%d", (int)e->code);
	add_text(out, "code", e->code_text);
	add_number(out, "number", e->code_number);
	add_set(out, "from", e->source_set);
	add_set(out, "set", e->set);
	if (e->code == IMAP_CODE_PERMANENTFLAGS) {
		add_flags(out, e->flags, e->keywords, e->keyword_count);
		buf_add_text(out, e->may_create_keywords ? " may-create" : "");
	}
	add_text(out, "text", e->text);
}

/* Pieces of one section are gathered, so that the cut does not show. */
static void add_body(struct buf *out, struct buf *body, const struct imap_body *b)
{
	cr_assert_eq(b->offset, body->len);
	buf_add(body, b->bytes);
	if (!b->is_last)
		return;
	cr_assert(b->is_nil || body->len == b->total);
	buf_addf(out, "body %u", b->number);
	add_number(out, "uid", b->uid);
	add_text(out, "section", b->section);
	add_number(out, "origin", b->origin);
	buf_add_text(out, b->is_nil ? " nil" : "");
	add_text(out, "bytes", buf_str(body));
	buf_add_char(out, '\n');
	buf_clear(body);
}

static void add_event(struct buf *out, struct buf *body, const struct imap_event *e)
{
	switch (e->kind) {
	case IMAP_GREETING:
		add_status(out, "greeting", e);
		break;
	case IMAP_DONE:
		add_status(out, "done", e);
		break;
	case IMAP_STATUS_TEXT:
		add_status(out, "text", e);
		break;
	case IMAP_CAPABILITIES:
		buf_add_text(out, "capabilities");
		break;
	case IMAP_CHALLENGE:
		buf_add_text(out, "challenge");
		break;
	case IMAP_ENABLED:
		buf_add_text(out, "enabled");
		add_text(out, "words", e->text);
		break;
	case IMAP_ID:
		buf_add_text(out, "id");
		add_text(out, "text", e->text);
		break;
	case IMAP_NAMESPACE:
		buf_addf(out, "namespace %c", e->delimiter != '\0' ? e->delimiter : '-');
		add_text(out, "name", e->name);
		break;
	case IMAP_QUOTAROOT:
	case IMAP_MYRIGHTS:
	case IMAP_ACL:
		buf_add_text(out, e->kind == IMAP_ACL        ? "acl"
				  : e->kind == IMAP_MYRIGHTS ? "myrights"
							     : "quotaroot");
		add_text(out, "name", e->name);
		add_text(out, "text", e->text);
		break;
	case IMAP_QUOTA:
		buf_add_text(out, "quota");
		add_text(out, "root", e->name);
		for (size_t i = 0; i < e->quota_count; i++) {
			add_text(out, "resource", e->quotas[i].resource);
			buf_addf(out, " %llu/%llu", (unsigned long long)e->quotas[i].used,
				(unsigned long long)e->quotas[i].limit);
		}
		break;
	case IMAP_LIST:
		add_list(out, &e->list);
		break;
	case IMAP_STATUS:
		add_mailbox(out, &e->mailbox);
		break;
	case IMAP_FLAGS:
		buf_add_text(out, "flags");
		add_flags(out, e->flags, e->keywords, e->keyword_count);
		break;
	case IMAP_EXISTS:
		buf_addf(out, "exists %llu", (unsigned long long)e->number);
		break;
	case IMAP_RECENT:
		buf_addf(out, "recent %llu", (unsigned long long)e->number);
		break;
	case IMAP_EXPUNGE:
		buf_addf(out, "expunge %llu", (unsigned long long)e->number);
		break;
	case IMAP_VANISHED:
		buf_addf(out, "vanished%s", e->is_earlier ? " earlier" : "");
		add_set(out, "set", e->set);
		break;
	case IMAP_SEARCH:
		add_search(out, &e->search);
		break;
	case IMAP_FETCH_BODY:
		add_body(out, body, &e->body);
		return;
	case IMAP_FETCH:
		add_fetch(out, &e->fetch);
		break;
	case IMAP_IDLING:
		buf_add_text(out, "idling");
		break;
	case IMAP_UNREADABLE:
		buf_add_text(out, "unreadable");
		add_text(out, "line", e->text);
		break;
	case IMAP_WANT_TLS:
		buf_add_text(out, "want-tls");
		break;
	case IMAP_WANT_DEFLATE:
		buf_add_text(out, "want-deflate");
		break;
	}
	buf_add_char(out, '\n');
}

/* ---- Feeding. ---- */

static bool drain(struct imap *imap, struct buf *out, struct buf *body)
{
	struct imap_event event;
	enum codec step;
	while ((step = imap_next(imap, &event)) == CODEC_EVENT)
		add_event(out, body, &event);
	if (step == CODEC_BAD)
		buf_add_text(out, "bad\n");
	return step != CODEC_BAD;
}

/* From memory of exactly that size, so that reading one byte too far is seen. */
static void feed_copy(struct imap *imap, struct str bytes)
{
	char *copy = malloc(bytes.len > 0 ? bytes.len : 1);
	cr_assert_not_null(copy);
	memcpy(copy, bytes.data, bytes.len);
	imap_feed(imap, (struct str){copy, bytes.len});
	free(copy);
}

static struct imap *client(void)
{
	struct imap *imap = imap_new(NULL);
	for (int i = 0; i < 9; i++)
		imap_noop(imap);
	return imap;
}

/* cut 0: byte by byte. */
static void read_cut(struct str bytes, size_t cut, struct buf *out)
{
	struct imap *imap = client();
	struct buf body = {0};
	size_t step = cut != 0 ? cut : 1;
	bool is_good = true;
	while (is_good && bytes.len > 0) {
		feed_copy(imap, str_first(bytes, step));
		bytes = str_skip(bytes, step);
		step = cut != 0 ? bytes.len : 1;
		is_good = drain(imap, out, &body);
	}
	buf_done(&body);
	imap_free(imap);
}

static char *data_path(const char *name, const char *ending)
{
	const char *top = getenv("TEST_SRCDIR");
	struct buf path = {0};
	buf_addf(&path, "%s/tests/data/imap/%s%s", top != NULL ? top : ".", name, ending);
	return buf_take(&path);
}

static void read_data(const char *name, const char *ending, struct buf *out)
{
	char *path = data_path(name, ending);
	struct error err = {0};
	cr_assert(file_read(path, 1 << 20, out, &err), "%s", err.detail);
	mem_free(path);
}

static void check_transcript(const char *name)
{
	struct buf bytes = {0}, expected = {0}, whole = {0};
	read_data(name, ".imap", &bytes);
	read_data(name, ".events", &expected);
	read_cut(buf_str(&bytes), bytes.len, &whole);
	cr_assert_str_eq(
		buf_text(&whole), buf_text(&expected), "%s reads\n%s", name, buf_text(&whole));
	for (size_t cut = 0; cut < bytes.len; cut++) {
		struct buf out = {0};
		read_cut(buf_str(&bytes), cut, &out);
		cr_assert_str_eq(buf_text(&out), buf_text(&whole), "%s cut at %zu", name, cut);
		buf_done(&out);
	}
	buf_done(&bytes);
	buf_done(&expected);
	buf_done(&whole);
}

Test(imap_transcript, of_every_server_reads_the_same_wherever_it_is_cut)
{
	char *path = data_path("", "");
	DIR *folder = opendir(path);
	int count = 0;
	cr_assert_not_null(folder, "%s", path);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		struct str name = str_from(entry->d_name);
		if (!str_ends_nocase(name, STR(".imap")))
			continue;
		char *base = mem_str(str_first(name, name.len - 5));
		check_transcript(base);
		mem_free(base);
		count++;
	}
	closedir(folder);
	mem_free(path);
	cr_assert_geq(count, 6);
}
