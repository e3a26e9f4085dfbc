/* The conversation: what the server's lines answer. */
#include "proto/pop3/pop3_client.h"

#include "base/base64.h"
#include "base/memory.h"

#include <assert.h>

static enum codec bad(struct pop3 *pop3)
{
	pop3->is_bad = true;
	return CODEC_BAD;
}

static enum codec tell(struct pop3_event *event, enum pop3_event_kind kind)
{
	event->kind = kind;
	return CODEC_EVENT;
}

static struct pop3_command *head(struct pop3 *pop3)
{
	return pop3->head < pop3->next ? &pop3->commands[pop3->head] : NULL;
}

/* ---- The greeting. ---- */

bool pop3_has_apop(const struct pop3 *pop3)
{
	return pop3->timestamp.len > 0;
}

/* "<process.clock@host>": printable ASCII with one "@", as RFC 822 has it. A server that could put
 * anything there could have the password guessed piece by piece. */
static void read_timestamp(struct pop3 *pop3, struct str text)
{
	size_t from = str_find_char(text, '<');
	if (from == STR_NONE)
		return;
	text = str_skip(text, from);
	size_t end = str_find_char(text, '>');
	size_t at = str_find_char(text, '@');
	if (end == STR_NONE || at == STR_NONE || at < 2 || at + 1 >= end)
		return;
	for (size_t i = 0; i < end; i++)
		if (text.data[i] <= 0x20 || text.data[i] >= 0x7f || (i > at && text.data[i] == '@'))
			return;
	buf_add(&pop3->timestamp, str_first(text, end + 1));
}

/* ---- Answers. ---- */

/* The answer is whole: what it says stands in status, POP3_ANSWERED comes next. */
static void answered(struct pop3 *pop3)
{
	pop3->is_listing = false;
	pop3->is_answered = true;
}

static bool drops_pass(struct pop3 *pop3)
{
	size_t next = pop3->head + 1;
	if (next >= pop3->count || pop3->commands[next].verb != POP3_VERB_PASS)
		return false;
	if (next < pop3->next)
		return true; /* went out with it, and will be refused too */
	mem_free_secret(pop3->commands[next].argument);
	pop3->count--;
	memmove(pop3->commands + next, pop3->commands + next + 1,
		(pop3->count - next) * sizeof(*pop3->commands));
	return false;
}

static enum codec answer_login(
	struct pop3 *pop3, const struct pop3_command *command, struct pop3_event *event)
{
	answered(pop3);
	if (command->verb == POP3_VERB_USER) {
		if (pop3->is_ok)
			return CODEC_MORE;
		pop3->user_is_refused = drops_pass(pop3);
		return tell(event, POP3_LOGIN_REFUSED);
	}
	if (pop3->user_is_refused) {
		pop3->user_is_refused = false;
		return pop3->is_ok ? bad(pop3) : CODEC_MORE;
	}
	return tell(event, pop3->is_ok ? POP3_LOGGED_IN : POP3_LOGIN_REFUSED);
}

static enum codec answer_starttls(struct pop3 *pop3, struct pop3_event *event)
{
	answered(pop3);
	if (!pop3->is_ok) {
		pop3->only_quit = true;
		return CODEC_MORE;
	}
	pop3->wants_tls = true;
	return tell(event, POP3_WANT_TLS);
}

static void answer_lines(struct pop3 *pop3, enum pop3_verb verb)
{
	if (!pop3->is_ok) {
		answered(pop3);
		return;
	}
	pop3->is_listing = true;
	pop3->listed = 0;
	if (verb == POP3_VERB_CAPA)
		pop3_capabilities_clear(&pop3->capabilities);
	if (verb == POP3_VERB_RETR || verb == POP3_VERB_TOP)
		pop3_reader_begin(&pop3->reader);
}

static enum codec answer_greeting(struct pop3 *pop3, struct pop3_event *event)
{
	pop3_command_drop(pop3);
	if (!pop3->is_ok) {
		pop3->only_quit = true;
		return tell(event, POP3_TURNED_AWAY);
	}
	read_timestamp(pop3, buf_str(&pop3->status));
	pop3_release(pop3);
	return tell(event, POP3_GREETING);
}

static enum codec answer(struct pop3 *pop3, struct pop3_event *event)
{
	const struct pop3_command *command = head(pop3);
	event->verb = command->verb;
	event->command = command->id;
	event->number = command->number;
	if (command->out_end > pop3->sent || pop3->is_challenged)
		return bad(pop3); /* an answer before the question */
	switch (command->verb) {
	case POP3_VERB_GREETING:
		return answer_greeting(pop3, event);
	case POP3_VERB_STLS:
		return answer_starttls(pop3, event);
	case POP3_VERB_USER:
	case POP3_VERB_PASS:
	case POP3_VERB_APOP:
	case POP3_VERB_AUTH:
		return answer_login(pop3, command, event);
	case POP3_VERB_CAPA:
	case POP3_VERB_LIST:
	case POP3_VERB_UIDL:
	case POP3_VERB_RETR:
	case POP3_VERB_TOP:
		answer_lines(pop3, command->verb);
		return CODEC_MORE;
	case POP3_VERB_UTF8:
	case POP3_VERB_LANG:
	case POP3_VERB_STAT:
	case POP3_VERB_DELE:
	case POP3_VERB_RSET:
	case POP3_VERB_NOOP:
	case POP3_VERB_QUIT:
		break;
	}
	answered(pop3);
	return CODEC_MORE;
}

/* ---- AUTH. ---- */

static enum codec read_challenge(struct pop3 *pop3, struct str text, struct pop3_event *event)
{
	struct pop3_command *command = head(pop3);
	if (command->out_end > pop3->sent || pop3->is_challenged)
		return bad(pop3);
	pop3->is_challenged = true;
	if (command->initial != NULL) {
		char *initial = command->initial;
		command->initial = NULL;
		pop3_respond_encoded(pop3, str_from(initial));
		mem_free_secret(initial);
		return CODEC_MORE;
	}
	buf_wipe(&pop3->challenge);
	if (!base64_decode(str_trim(text), &pop3->challenge)) {
		pop3_respond_cancel(pop3);
		return CODEC_MORE;
	}
	event->verb = command->verb;
	event->command = command->id;
	event->text = buf_str(&pop3->challenge);
	return tell(event, POP3_CHALLENGE);
}

/* ---- A line where an answer is due. ---- */

static enum codec read_junk(struct pop3 *pop3, struct str line, struct pop3_event *event)
{
	if (++pop3->junk > POP3_JUNK_MAX)
		return bad(pop3);
	if (pop3->junk_is_told)
		return CODEC_MORE;
	pop3->junk_is_told = true;
	event->text = line;
	return tell(event, POP3_JUNK);
}

static enum codec read_status(struct pop3 *pop3, struct str line, struct pop3_event *event)
{
	struct pop3_command *command = head(pop3);
	bool is_ok = str_starts_nocase(line, STR("+OK"));
	bool is_err = str_starts_nocase(line, STR("-ERR"));
	bool is_auth = command != NULL && command->verb == POP3_VERB_AUTH;
	if (is_auth && !is_ok && str_starts(line, STR("+")))
		return read_challenge(pop3, str_skip(line, 1), event);
	if ((!is_ok && !is_err) || (command == NULL && !is_err))
		return read_junk(pop3, line, event);
	struct str text = str_trim(str_skip(line, is_ok ? 3 : 4));
	pop3->is_ok = is_ok;
	pop3->junk_is_told = false;
	pop3->code = event->code = pop3_code_read(&text);
	buf_clear(&pop3->status);
	buf_add(&pop3->status, text);
	event->is_ok = is_ok;
	event->text = buf_str(&pop3->status);
	if (command != NULL)
		return answer(pop3, event);
	pop3->only_quit = true; /* "-ERR idle too long", before it closes */
	return tell(event, POP3_TURNED_AWAY);
}

/* ---- Lines behind an answer. ---- */

static bool read_number(struct str *rest, uint32_t *number)
{
	*rest = str_trim(*rest);
	return str_to_u32(str_cut(rest, ' '), number) && *number > 0;
}

static enum codec read_list_line(
	struct pop3 *pop3, enum pop3_verb verb, struct str line, struct pop3_event *event)
{
	if (verb == POP3_VERB_CAPA) {
		pop3_capabilities_add(&pop3->capabilities, line);
		return pop3->capabilities.lines > POP3_CAPABILITIES_MAX ? bad(pop3) : CODEC_MORE;
	}
	if (++pop3->listed > POP3_MESSAGES_MAX)
		return bad(pop3);
	if (!read_number(&line, &event->number))
		return CODEC_MORE;
	line = str_trim(line);
	if (verb == POP3_VERB_UIDL) {
		event->text = str_first(line, POP3_UIDL_MAX);
		return tell(event, POP3_UIDL);
	}
	if (!str_to_u64(str_cut(&line, ' '), &event->size))
		event->size = 0;
	return tell(event, POP3_LISTED);
}

static void end_list(struct pop3 *pop3, enum pop3_verb verb)
{
	if (verb == POP3_VERB_CAPA)
		pop3->capabilities.is_known = true;
	answered(pop3);
}

static enum codec read_piece(struct pop3 *pop3, struct pop3_event *event)
{
	bool is_end;
	enum codec codec = pop3_reader_piece(&pop3->reader, &event->text, &is_end);
	if (codec != CODEC_EVENT)
		return codec;
	if (!is_end)
		return tell(event, POP3_BYTES);
	answered(pop3);
	return CODEC_MORE;
}

/* MORE: there is nothing to be told of what was read; *is_dry: because nothing is left. */
static enum codec read_listing(struct pop3 *pop3, struct pop3_event *event, bool *is_dry)
{
	const struct pop3_command *command = head(pop3);
	struct str line;
	event->verb = command->verb;
	event->command = command->id;
	event->number = command->number;
	if (command->verb == POP3_VERB_RETR || command->verb == POP3_VERB_TOP) {
		enum codec codec = read_piece(pop3, event);
		*is_dry = codec == CODEC_MORE && !pop3->is_answered;
		return codec;
	}
	enum codec codec = pop3_reader_line(&pop3->reader, &line);
	*is_dry = codec == CODEC_MORE;
	if (codec != CODEC_EVENT)
		return codec == CODEC_BAD ? bad(pop3) : codec;
	if (!str_equal(line, STR(".")))
		return read_list_line(pop3, command->verb, line, event);
	end_list(pop3, command->verb);
	return CODEC_MORE;
}

/* ---- Events. ---- */

static void read_stat(struct pop3 *pop3, struct pop3_event *event)
{
	struct str rest = buf_str(&pop3->status);
	if (!str_to_u32(str_cut(&rest, ' '), &event->count)) {
		event->count = 0;
		event->is_ok = false;
	}
	rest = str_trim(rest);
	if (!str_to_u64(str_cut(&rest, ' '), &event->size))
		event->size = 0;
}

static enum codec tell_answered(struct pop3 *pop3, struct pop3_event *event)
{
	const struct pop3_command *command = head(pop3);
	*event = (struct pop3_event){
		.verb = command->verb,
		.command = command->id,
		.number = command->number,
		.is_ok = pop3->is_ok,
		.code = pop3->code,
		.text = buf_str(&pop3->status),
	};
	if (command->verb == POP3_VERB_STAT && pop3->is_ok)
		read_stat(pop3, event);
	pop3->is_answered = false;
	pop3_command_drop(pop3);
	pop3_release(pop3);
	return tell(event, POP3_ANSWERED);
}

void pop3_layer_started(struct pop3 *pop3)
{
	assert(pop3->wants_tls);
	pop3_reader_done(&pop3->reader);
	pop3_capabilities_clear(&pop3->capabilities);
	buf_clear(&pop3->timestamp);
	pop3->wants_tls = false;
	pop3_release(pop3);
}

void pop3_feed(struct pop3 *pop3, struct str bytes)
{
	if (!pop3->wants_tls) /* in clear behind the +OK: never part of the conversation */
		buf_add(&pop3->reader.in, bytes);
}

enum codec pop3_next(struct pop3 *pop3, struct pop3_event *event)
{
	*event = (struct pop3_event){.text = STR("")};
	for (;;) {
		struct str line;
		bool is_dry = false;
		enum codec codec;
		if (pop3->is_bad)
			return CODEC_BAD;
		if (pop3->is_answered)
			return tell_answered(pop3, event);
		if (pop3->wants_tls)
			return CODEC_MORE;
		if (pop3->is_listing) {
			codec = read_listing(pop3, event, &is_dry);
		} else {
			codec = pop3_reader_line(&pop3->reader, &line);
			is_dry = codec == CODEC_MORE;
			if (codec == CODEC_EVENT)
				codec = read_status(pop3, line, event);
		}
		if (codec == CODEC_BAD)
			return bad(pop3);
		if (codec == CODEC_EVENT || is_dry)
			return codec;
	}
}
