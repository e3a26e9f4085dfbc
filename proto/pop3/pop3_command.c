/* Commands: given at any time, held back until they may go. */
#include "proto/pop3/pop3_client.h"

#include "base/array.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/memory.h"

#include <assert.h>

enum {
	LINE_MAX_OUT = 255, /* bytes of a command, RFC 2449 4 */
	ARGUMENT_MAX = 40,  /* RFC 1939 3, of the commands that are not a log-in's */
};

static const struct {
	const char *word;
	bool holds, is_secret;
} verbs[] = {
	[POP3_VERB_GREETING] = {"", true, false},
	[POP3_VERB_CAPA] = {"CAPA", false, false},
	[POP3_VERB_STLS] = {"STLS", true, false},
	[POP3_VERB_USER] = {"USER", false, false},
	[POP3_VERB_PASS] = {"PASS", false, true},
	[POP3_VERB_APOP] = {"APOP", false, true},
	[POP3_VERB_AUTH] = {"AUTH", true, true},
	[POP3_VERB_UTF8] = {"UTF8", false, false},
	[POP3_VERB_LANG] = {"LANG", false, false},
	[POP3_VERB_STAT] = {"STAT", false, false},
	[POP3_VERB_LIST] = {"LIST", false, false},
	[POP3_VERB_UIDL] = {"UIDL", false, false},
	[POP3_VERB_RETR] = {"RETR", false, false},
	[POP3_VERB_TOP] = {"TOP", false, false},
	[POP3_VERB_DELE] = {"DELE", false, false},
	[POP3_VERB_RSET] = {"RSET", false, false},
	[POP3_VERB_NOOP] = {"NOOP", false, false},
	[POP3_VERB_QUIT] = {"QUIT", true, false},
};

bool pop3_verb_holds(enum pop3_verb verb)
{
	return verbs[verb].holds;
}

/* ---- Out. ---- */

static bool is_secret_waiting(const struct pop3 *pop3)
{
	return pop3->secret_from < pop3->secret_to;
}

static void write_command(struct pop3 *pop3, struct pop3_command *command)
{
	struct str argument = str_from(command->argument);
	/* A secret lies in no memory that growing has left behind. */
	buf_reserve(&pop3->out, argument.len + 64);
	buf_add_text(&pop3->out, verbs[command->verb].word);
	if (command->number > 0)
		buf_addf(&pop3->out, " %u", (unsigned)command->number);
	if (command->verb == POP3_VERB_TOP)
		buf_addf(&pop3->out, " %u", (unsigned)command->lines);
	if (verbs[command->verb].is_secret)
		pop3->secret_from = pop3->out.len;
	if (command->argument != NULL) {
		buf_add_char(&pop3->out, ' ');
		buf_add(&pop3->out, argument);
	}
	if (verbs[command->verb].is_secret)
		pop3->secret_to = pop3->out.len;
	buf_add_text(&pop3->out, "\r\n");
	command->out_end = pop3->sent + pop3_waiting(pop3);
}

static bool may_go(const struct pop3 *pop3, const struct pop3_command *command)
{
	if (pop3->wants_tls || pop3->is_bad || (pop3->only_quit && command->verb != POP3_VERB_QUIT))
		return false;
	if (verbs[command->verb].is_secret && is_secret_waiting(pop3))
		return false;
	size_t out = pop3->next - pop3->head;
	if (out == 0)
		return true;
	const struct pop3_command *before = &pop3->commands[pop3->next - 1];
	bool holds = before->verb == POP3_VERB_GREETING ? !pop3->before_greeting
							: verbs[before->verb].holds;
	return out < pop3->window && !holds;
}

void pop3_release(struct pop3 *pop3)
{
	while (pop3->next < pop3->count && may_go(pop3, &pop3->commands[pop3->next])) {
		write_command(pop3, &pop3->commands[pop3->next]);
		pop3->next++;
	}
}

static void command_done(struct pop3_command *command)
{
	mem_free_secret(command->argument);
	mem_free_secret(command->initial);
}

void pop3_command_drop(struct pop3 *pop3)
{
	assert(pop3->head < pop3->next);
	command_done(&pop3->commands[pop3->head++]);
	if (pop3->head < pop3->count)
		return;
	pop3->head = pop3->next = pop3->count = 0;
}

static struct pop3_command *command_add(struct pop3 *pop3, enum pop3_verb verb)
{
	if (pop3->head > 64 && pop3->head > pop3->count / 2) {
		pop3->count -= pop3->head;
		pop3->next -= pop3->head;
		memmove(pop3->commands, pop3->commands + pop3->head,
			pop3->count * sizeof(*pop3->commands));
		pop3->head = 0;
	}
	pop3->commands =
		array_room(pop3->commands, pop3->count, &pop3->cap, sizeof(*pop3->commands));
	struct pop3_command *command = &pop3->commands[pop3->count++];
	*command = (struct pop3_command){.verb = verb};
	if (verb == POP3_VERB_GREETING)
		pop3->next++;
	else
		command->id = ++pop3->last_id;
	return command;
}

static unsigned give(struct pop3 *pop3, enum pop3_verb verb, uint32_t number, uint32_t lines)
{
	struct pop3_command *command = command_add(pop3, verb);
	unsigned id = command->id;
	command->number = number;
	command->lines = lines;
	pop3_release(pop3);
	return id;
}

static unsigned give_text(struct pop3 *pop3, enum pop3_verb verb, struct str argument)
{
	struct pop3_command *command = command_add(pop3, verb);
	unsigned id = command->id;
	command->argument = mem_str(argument);
	pop3_release(pop3);
	return id;
}

/* ---- The object. ---- */

struct pop3 *pop3_new(void)
{
	struct pop3 *pop3 = mem_new(sizeof(*pop3));
	pop3->window = 1;
	command_add(pop3, POP3_VERB_GREETING);
	return pop3;
}

void pop3_free(struct pop3 *pop3)
{
	if (pop3 == NULL)
		return;
	for (size_t i = pop3->head; i < pop3->count; i++)
		command_done(&pop3->commands[i]);
	mem_free(pop3->commands);
	pop3_reader_done(&pop3->reader);
	buf_done(&pop3->capabilities.words);
	buf_done(&pop3->timestamp);
	buf_wipe(&pop3->out);
	buf_done(&pop3->status);
	buf_wipe(&pop3->challenge);
	mem_free(pop3);
}

void pop3_pipeline(struct pop3 *pop3, unsigned window, bool before_greeting)
{
	pop3->window = window < 1 ? 1 : window;
	pop3->before_greeting = before_greeting && window > 1;
	pop3_release(pop3);
}

size_t pop3_unanswered(const struct pop3 *pop3)
{
	return pop3->count - pop3->head;
}

/* ---- The output. ---- */

size_t pop3_waiting(const struct pop3 *pop3)
{
	return pop3->out.len - pop3->out_pos;
}

struct str pop3_output(const struct pop3 *pop3)
{
	return str_skip(buf_str(&pop3->out), pop3->out_pos);
}

void pop3_output_masked(const struct pop3 *pop3, struct buf *out)
{
	struct str all = buf_str(&pop3->out);
	if (!is_secret_waiting(pop3)) {
		buf_add(out, pop3_output(pop3));
		return;
	}
	buf_add(out, str_skip(str_first(all, pop3->secret_from), pop3->out_pos));
	buf_add_text(out, " *****");
	buf_add(out,
		str_skip(all, pop3->out_pos > pop3->secret_to ? pop3->out_pos : pop3->secret_to));
}

void pop3_sent(struct pop3 *pop3, size_t n)
{
	assert(n <= pop3_waiting(pop3));
	pop3->out_pos += n;
	pop3->sent += n;
	if (is_secret_waiting(pop3) && pop3->out_pos >= pop3->secret_to) {
		mem_wipe(pop3->out.data + pop3->secret_from, pop3->secret_to - pop3->secret_from);
		pop3->secret_from = pop3->secret_to = 0;
	}
	if (pop3->out_pos == pop3->out.len) {
		buf_clear(&pop3->out);
		pop3->out_pos = 0;
	}
	pop3_release(pop3);
}

/* ---- Commands. ---- */

unsigned pop3_capa(struct pop3 *pop3)
{
	return give(pop3, POP3_VERB_CAPA, 0, 0);
}

unsigned pop3_stls(struct pop3 *pop3)
{
	return give(pop3, POP3_VERB_STLS, 0, 0);
}

bool pop3_is_sendable(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
			return false;
	return text.len > 0 && text.len < POP3_LINE_MAX;
}

unsigned pop3_user_pass(struct pop3 *pop3, struct str user, struct str password)
{
	assert(pop3_is_sendable(user) && pop3_is_sendable(password));
	give_text(pop3, POP3_VERB_USER, user);
	return give_text(pop3, POP3_VERB_PASS, password);
}

unsigned pop3_apop(struct pop3 *pop3, struct str user, struct str password)
{
	char hex[DIGEST_MD5_HEX_SIZE] = "";
	struct buf text = {0};
	assert(pop3_is_sendable(user) && pop3_has_apop(pop3));
	buf_reserve(&text, pop3->timestamp.len + password.len + 1);
	buf_add(&text, buf_str(&pop3->timestamp));
	buf_add(&text, password);
	(void)digest_md5(buf_str(&text), hex); /* without it the server refuses the empty word */
	buf_wipe(&text);
	buf_addf(&text, "%.*s %s", (int)user.len, user.data, hex);
	unsigned id = give_text(pop3, POP3_VERB_APOP, buf_str(&text));
	buf_wipe(&text);
	return id;
}

unsigned pop3_auth(struct pop3 *pop3, struct str mechanism, bool has_initial, struct str initial)
{
	struct buf line = {0}, encoded = {0};
	struct pop3_command *command = command_add(pop3, POP3_VERB_AUTH);
	unsigned id = command->id;
	buf_reserve(&encoded, initial.len * 2 + 8);
	if (has_initial && initial.len == 0)
		buf_add_char(&encoded, '=');
	else if (has_initial)
		base64_encode(initial, &encoded);
	/* Outlook takes XOAUTH2 only in two lines. */
	bool fits = mechanism.len + encoded.len + 8 <= LINE_MAX_OUT &&
		    !str_equal_nocase(mechanism, STR("XOAUTH2"));
	buf_reserve(&line, mechanism.len + encoded.len + 2);
	buf_add(&line, mechanism);
	if (has_initial && fits) {
		buf_add_char(&line, ' ');
		buf_add(&line, buf_str(&encoded));
	} else if (has_initial && initial.len > 0) {
		command->initial = mem_str(buf_str(&encoded));
	}
	command->argument = mem_str(buf_str(&line));
	buf_wipe(&line);
	buf_wipe(&encoded);
	pop3_release(pop3);
	return id;
}

void pop3_respond_encoded(struct pop3 *pop3, struct str text)
{
	if (!pop3->is_challenged)
		return;
	pop3->is_challenged = false;
	buf_reserve(&pop3->out, text.len + 3);
	pop3->secret_from = pop3->out.len;
	buf_add(&pop3->out, text);
	pop3->secret_to = pop3->out.len;
	buf_add_text(&pop3->out, "\r\n");
	pop3->commands[pop3->head].out_end = pop3->sent + pop3_waiting(pop3);
}

void pop3_respond(struct pop3 *pop3, struct str response)
{
	struct buf text = {0};
	buf_reserve(&text, response.len * 2 + 8);
	base64_encode(response, &text);
	pop3_respond_encoded(pop3, buf_str(&text));
	buf_wipe(&text);
}

void pop3_respond_cancel(struct pop3 *pop3)
{
	pop3_respond_encoded(pop3, STR("*"));
}

unsigned pop3_utf8(struct pop3 *pop3)
{
	return give(pop3, POP3_VERB_UTF8, 0, 0);
}

unsigned pop3_lang(struct pop3 *pop3, struct str tag)
{
	for (size_t i = 0; i < tag.len; i++)
		assert(ascii_is_alpha(tag.data[i]) || ascii_is_digit(tag.data[i]) ||
			tag.data[i] == '-' || tag.data[i] == '*');
	return give_text(pop3, POP3_VERB_LANG, str_first(tag, ARGUMENT_MAX));
}

unsigned pop3_stat(struct pop3 *pop3)
{
	return give(pop3, POP3_VERB_STAT, 0, 0);
}

unsigned pop3_list(struct pop3 *pop3)
{
	return give(pop3, POP3_VERB_LIST, 0, 0);
}

unsigned pop3_uidl(struct pop3 *pop3)
{
	return give(pop3, POP3_VERB_UIDL, 0, 0);
}

unsigned pop3_retr(struct pop3 *pop3, uint32_t number)
{
	return give(pop3, POP3_VERB_RETR, number, 0);
}

unsigned pop3_top(struct pop3 *pop3, uint32_t number, uint32_t lines)
{
	return give(pop3, POP3_VERB_TOP, number, lines);
}

unsigned pop3_dele(struct pop3 *pop3, uint32_t number)
{
	return give(pop3, POP3_VERB_DELE, number, 0);
}

unsigned pop3_rset(struct pop3 *pop3)
{
	return give(pop3, POP3_VERB_RSET, 0, 0);
}

unsigned pop3_noop(struct pop3 *pop3)
{
	return give(pop3, POP3_VERB_NOOP, 0, 0);
}

unsigned pop3_quit(struct pop3 *pop3)
{
	return give(pop3, POP3_VERB_QUIT, 0, 0);
}
