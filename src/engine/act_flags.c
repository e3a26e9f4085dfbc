/* Flags: STORE of what is added and what is taken away, safe to repeat. */
#include "engine/actions.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/sync.h"

void act_flag_words(struct session *s, flags_t flags, struct buf *out)
{
	char *names[FLAG_KEYWORD_MAX] = {0};
	if (flags >> FLAG_KEYWORD_FIRST != 0)
		cache_keyword_names(
			s->run->engine->cache, s->run->account->account_id, names, NULL);
	for (int bit = 0; bit < 64; bit++) {
		flags_t one = (flags_t)1 << bit;
		if ((flags & one) == 0)
			continue;
		const char *name = flag_to_wire(one);
		if (name == NULL && bit >= FLAG_KEYWORD_FIRST &&
			bit < FLAG_KEYWORD_FIRST + FLAG_KEYWORD_MAX)
			name = names[bit - FLAG_KEYWORD_FIRST];
		if (name == NULL)
			continue;
		if (out->len > 0)
			buf_add_char(out, ' ');
		buf_add_text(out, name);
	}
	for (int i = 0; i < FLAG_KEYWORD_MAX; i++)
		mem_free(names[i]);
}

static unsigned act_store(struct session *s, struct str set, char mode, flags_t flags)
{
	struct buf words = {0};
	act_flag_words(s, flags, &words);
	unsigned command = imap_store(s->imap, set, mode, buf_str(&words), 0);
	buf_done(&words);
	return command;
}

/* Flags the server does not keep would come back as they were: the wish ends here, with a word. */
static bool act_is_kept(const struct folder_sync *sync, const struct action *action)
{
	flags_t wanted = action->add | action->remove;
	if (!sync->has_permanent || sync->may_create_keywords)
		return true;
	return (wanted & ~sync->permanent) == 0;
}

/* Both halves of one wish. */
static void act_store_piece(
	struct session *s, struct acting *acting, struct str set, uint32_t low, uint32_t high)
{
	const struct action *a = &acting->actions[0];
	if (a->add != 0)
		act_expect(s, acting, act_store(s, set, '+', a->add), low, high);
	if (a->remove != 0)
		act_expect(s, acting, act_store(s, set, '-', a->remove), low, high);
}

static void act_flags_finish(struct session *s, struct acting *acting)
{
	for (size_t i = 0; i < acting->count; i++)
		if (act_take_refused(s, acting, &acting->actions[i]))
			act_done(s, &acting->actions[i]);
}

static void act_not_kept(struct session *s, struct acting *acting)
{
	struct event *notice =
		engine_notice(s->run->engine, NOTICE_NOT_KEPT, s->run->account->account_id);
	notice->folder_id = acting->actions[0].folder_id;
	error_set(&notice->error, ERROR_REFUSED, "the server does not keep that flag");
	engine_post(s->run->engine, notice);
	for (size_t i = 0; i < acting->count; i++)
		act_end(s, &acting->actions[i], ACTION_CONFLICT,
			STR("the server does not keep that flag"));
}

enum act_start act_flags(struct session *s, struct acting *acting)
{
	enum act_start start;
	if (!act_is_ready(s, acting, true, &start))
		return start;
	if (!act_is_kept(s->folder, &acting->actions[0])) {
		act_not_kept(s, acting);
		return ACT_ASKED;
	}
	acting->finish = act_flags_finish;
	act_pieces(s, acting, act_store_piece);
	return ACT_OUT;
}
