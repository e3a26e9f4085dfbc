/* rowan send, as sendmail does it, and rowan outbox. */
#include "commands.h"
#include "command_read.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "words/gettext.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static const char SEND_USAGE[] = "send [-t] [-f ADDRESS] [-F NAME] [--account NAME] [--queue] [-i] "
				 "[--] [RECIPIENT…]";

struct send {
	struct take_options take;
	bool keeps_dots, only_queues, wants_json;
	const char **recipients; /* owned; the words are not */
};

/* ---- Options. ---- */

/* "-fADDR" and "-f ADDR", as sendmail takes them. */
static bool letter_take(int argc, char **argv, int *at, char letter, const char **value)
{
	const char *word = argv[*at];
	if (word[0] != '-' || word[1] != letter)
		return false;
	if (word[2] != '\0')
		*value = word + 2;
	else
		*value = *at + 1 < argc ? argv[++*at] : NULL;
	return true;
}

/* What sendmail takes and has no meaning here: how errors are reported, which mode it is. */
static bool send_ignores(const char *word)
{
	static const char *const ignored[] = {"-bm", "-om", "-oem", "-oep", "-oee", "-odi", "-odb",
		"-oee", "-U", "-v", "-oitrue"};
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		if (strcmp(word, ignored[i]) == 0)
			return true;
	return false;
}

static bool send_flag(struct send *send, const char *word)
{
	if (strcmp(word, "-t") == 0)
		send->take.takes_recipients = true;
	else if (strcmp(word, "-i") == 0 || strcmp(word, "-oi") == 0)
		send->keeps_dots = true;
	else if (strcmp(word, "-ti") == 0 || strcmp(word, "-it") == 0)
		send->take.takes_recipients = send->keeps_dots = true;
	else if (strcmp(word, "--queue") == 0)
		send->only_queues = true;
	else if (strcmp(word, "--json") == 0)
		send->wants_json = true;
	else
		return send_ignores(word);
	return true;
}

static bool send_options(struct send *send, int argc, char **argv)
{
	bool is_over = false;
	for (int i = 1; i < argc; i++) {
		const char *value = "";
		if (is_over || argv[i][0] != '-')
			send->recipients[send->take.recipient_count++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			is_over = true;
		else if (option_take(argc, argv, &i, "--account", &value))
			send->take.account = value;
		else if (send_flag(send, argv[i]))
			continue;
		else if (letter_take(argc, argv, &i, 'f', &value) ||
			 letter_take(argc, argv, &i, 'r', &value))
			send->take.sender = value;
		else if (letter_take(argc, argv, &i, 'F', &value))
			send->take.full_name = value;
		else
			return false;
		if (value == NULL)
			return false;
	}
	send->take.recipients = send->recipients;
	return true;
}

/* ---- What comes in. ---- */

/* Without -i a line that is only a dot ends the message. */
static void cut_at_dot(struct buf *raw)
{
	struct str rest = buf_str(raw);
	while (rest.len > 0) {
		size_t at = raw->len - rest.len;
		struct str line = str_cut(&rest, '\n');
		if (str_equal(line, STR(".")) || str_equal(line, STR(".\r"))) {
			buf_truncate(raw, at);
			return;
		}
	}
}

static bool send_now(struct take_options *take, struct error *err)
{
	time_t now = (time_t)clock_wall_seconds();
	struct tm local = {0};
	take->now = now;
	if (localtime_r(&now, &local) != NULL)
		take->zone = (int)(local.tm_gmtoff / 60);
	if (getrandom(take->entropy, sizeof(take->entropy), 0) != sizeof(take->entropy))
		return error_errno(err, ERROR_INPUT, "there is no randomness for a Message-ID");
	return true;
}

static bool send_prepare(struct program *program, struct send *send, struct request *request,
	const struct account **account, struct error *err)
{
	struct buf raw = {0};
	size_t count = 0;
	const struct account *const *accounts = settings_accounts(program->settings, &count);
	request->outgoing = mem_new(sizeof(*request->outgoing));
	bool ok = send_now(&send->take, err) && read_message_file("-", &raw, err);
	if (ok && !send->keeps_dots)
		cut_at_dot(&raw);
	ok = ok && engine_take_message(buf_str(&raw), &send->take, accounts, count, account,
			   request->outgoing, &request->message, err);
	buf_done(&raw);
	return ok;
}

/* ---- What becomes of it. ---- */

static const struct outgoing *outbox_find(const struct event *event, int64_t outgoing_id)
{
	for (size_t i = 0; i < event->outbox_count; i++)
		if (event->outbox[i].outgoing_id == outgoing_id)
			return &event->outbox[i];
	return NULL;
}

/* Waits until nothing more can be done with the outbox now; owned. */
static struct event *outbox_settle(struct program *program, struct error *err)
{
	program_send(program, request_new(REQUEST_OUTBOX));
	for (;;) {
		struct event *event = program_wait(program, EVENT_OUTBOX, 0, err);
		if (event == NULL || event->is_complete)
			return event;
		event_free(event);
	}
}

static void go_online(struct program *program, int64_t account_id)
{
	struct request *request = request_new(REQUEST_ONLINE);
	request->is_on = true;
	request->account_id = account_id;
	engine_request(program->engine, request);
}

static void outgoing_print_json(const struct program *program, const struct outgoing *o)
{
	struct buf line = {0};
	struct json j;
	json_init(&j, &line);
	json_begin_object(&j);
	json_put_int(&j, "id", o->outgoing_id);
	json_put_text(&j, "account", program_account_name(program, o->account_id));
	json_put_text(&j, "state", outgoing_state_name(o->state));
	json_put_text(&j, "message_id", o->message_id);
	json_put_text(&j, "from", o->from);
	json_put_int(&j, "size", (int64_t)o->size);
	json_put_int(&j, "tries", o->tries);
	json_put_int(&j, "not_before", o->not_before);
	json_put_int(&j, "updated", o->updated);
	json_put_text(&j, "words", o->words);
	json_key(&j, "recipients");
	json_begin_array(&j);
	for (size_t i = 0; i < o->recipient_count; i++) {
		const struct outgoing_recipient *r = &o->recipients[i];
		json_begin_object(&j);
		json_put_text(&j, "address", r->address);
		json_put_int(&j, "code", r->code);
		json_put_text(&j, "enhanced", r->enhanced);
		json_put_text(&j, "words", r->words);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	print_json(&line);
	buf_done(&line);
}

/* Who was refused, in the server's words. */
static void say_recipients(const struct outgoing *o)
{
	for (size_t i = 0; i < o->recipient_count; i++) {
		const struct outgoing_recipient *r = &o->recipients[i];
		if (r->code >= 400)
			program_input("%s: %u %s%s%s", r->address, r->code,
				r->enhanced != NULL ? r->enhanced : "",
				r->enhanced != NULL ? " " : "", r->words != NULL ? r->words : "");
	}
}

static int say_outcome(const struct outgoing *o)
{
	const char *words = o->words != NULL ? o->words : "";
	switch (o->state) {
	case OUTGOING_ACCEPTED:
	case OUTGOING_SENTCOPY:
	case OUTGOING_DONE:
		return EXIT_DONE;
	case OUTGOING_FAILED:
		program_input(_("not sent: %s"), words);
		say_recipients(o);
		return EXIT_FAILED;
	case OUTGOING_UNKNOWN:
	case OUTGOING_COMMITTING:
		program_input(_("it may have been sent or not: %s"), words);
		program_input(_("rowan outbox sent %lld says that it was, rowan outbox retry %lld "
				"sends it again"),
			(long long)o->outgoing_id, (long long)o->outgoing_id);
		return EXIT_FAILED;
	case OUTGOING_HELD:
	case OUTGOING_QUEUED:
	case OUTGOING_TRYING:
		break;
	}
	program_input(
		_("it waits in the outbox: %s"), words[0] != '\0' ? words : _("Rowan is offline"));
	say_recipients(o);
	return EXIT_TRY_LATER;
}

/* Once the message is durable. */
static int send_finish(struct program *program, const struct send *send, int64_t outgoing_id,
	int64_t account_id, bool is_offline)
{
	struct error err;
	bool waits = !send->only_queues && !engine_is_guest(program->engine);
	if (waits && !is_offline)
		go_online(program, account_id);
	struct event *event = waits ? outbox_settle(program, &err) : NULL;
	if (waits && event == NULL)
		return program_fail(&err, NULL);
	const struct outgoing *o = waits ? outbox_find(event, outgoing_id) : NULL;
	int code = o != NULL ? say_outcome(o) : EXIT_DONE;
	if (o != NULL && send->wants_json)
		outgoing_print_json(program, o);
	event_free(event);
	return code;
}

static int send_hand_over(struct program *program, const struct send *send, struct request *request,
	const struct account *account)
{
	struct error err;
	bool is_offline = program->is_offline;
	program->is_offline = true; /* the one account is enough */
	if (!program_engine(program, false, &err) || !program_learn_accounts(program, &err)) {
		request_free(request);
		return program_fail(&err, NULL);
	}
	for (size_t i = 0; i < program->account_count; i++)
		if (strcmp(program->accounts[i].name, account->name) == 0)
			request->outgoing->account_id = program->accounts[i].account_id;
	int64_t account_id = request->outgoing->account_id;
	uint64_t tag = program_send(program, request);
	struct event *event = program_wait(program, EVENT_OUTBOX, tag, &err);
	if (event == NULL)
		return program_fail(&err, NULL);
	int64_t outgoing_id = event->outgoing_id;
	event_free(event);
	return send_finish(program, send, outgoing_id, account_id, is_offline);
}

int command_send(struct program *program, int argc, char **argv)
{
	struct error err;
	const struct account *account = NULL;
	struct send send = {.recipients = mem_new_array((size_t)argc + 1, sizeof(char *))};
	if (!send_options(&send, argc, argv) ||
		(!send.take.takes_recipients && send.take.recipient_count == 0)) {
		mem_free(send.recipients);
		return program_usage(SEND_USAGE);
	}
	struct request *request = request_new(REQUEST_SEND);
	int code;
	if (send_prepare(program, &send, request, &account, &err)) {
		code = send_hand_over(program, &send, request, account);
	} else {
		request_free(request);
		code = program_fail(&err, NULL);
	}
	mem_free(send.recipients);
	return code;
}

/* ---- rowan outbox ---- */

static void outgoing_print(const struct program *program, const struct outgoing *o)
{
	struct buf line = {0};
	buf_addf(&line, "%6lld %-10s %-10s %8llu ", (long long)o->outgoing_id,
		outgoing_state_name(o->state), program_account_name(program, o->account_id),
		(unsigned long long)o->size);
	for (size_t i = 0; i < o->recipient_count; i++)
		buf_addf(&line, " %s", o->recipients[i].address);
	if (o->words != NULL && o->state != OUTGOING_DONE)
		buf_addf(&line, "  (%s)", o->words);
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] == '\n')
			line.data[i] = ' ';
	print_safe(buf_str(&line));
	buf_done(&line);
}

static int outbox_list(struct program *program, bool wants_json)
{
	struct error err;
	uint64_t tag = program_send(program, request_new(REQUEST_OUTBOX));
	struct event *event = program_wait(program, EVENT_OUTBOX, tag, &err);
	if (event == NULL)
		return program_fail(&err, NULL);
	for (size_t i = 0; i < event->outbox_count; i++)
		if (wants_json)
			outgoing_print_json(program, &event->outbox[i]);
		else
			outgoing_print(program, &event->outbox[i]);
	event_free(event);
	return EXIT_DONE;
}

static int outbox_act(struct program *program, const char *verb, const char *number)
{
	static const char *const verbs[] = {"retry", "cancel", "sent", "rest"};
	struct error err;
	uint64_t id = 0;
	bool is_known = false;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		is_known |= strcmp(verb, verbs[i]) == 0;
	if (!is_known || number == NULL || !str_to_u64(str_from(number), &id) || id > INT64_MAX)
		return program_usage("outbox [list] | retry ID | cancel ID | sent ID | rest ID");
	struct request *request = request_new(REQUEST_OUTGOING);
	request->text = mem_text(verb);
	request->outgoing_id = (int64_t)id;
	uint64_t tag = program_send(program, request);
	struct event *event = program_wait(program, EVENT_OUTBOX, tag, &err);
	if (event == NULL)
		return program_fail(&err, number);
	const struct outgoing *o = outbox_find(event, (int64_t)id);
	bool is_guest = engine_is_guest(program->engine);
	if (strcmp(verb, "retry") != 0 || o == NULL || program->is_online || is_guest) {
		event_free(event);
		return EXIT_DONE;
	}
	int64_t account_id = o->account_id;
	event_free(event);
	struct send send = {0};
	return send_finish(program, &send, (int64_t)id, account_id, program->is_offline);
}

int command_outbox(struct program *program, int argc, char **argv)
{
	struct error err;
	const char *words[2] = {NULL, NULL};
	size_t count = 0;
	bool wants_json = false;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			wants_json = true;
		else if (argv[i][0] != '-' && count < 2)
			words[count++] = argv[i];
		else
			return program_usage(
				"outbox [list] | retry ID | cancel ID | sent ID | rest ID");
	}
	bool is_offline = program->is_offline;
	program->is_offline = true;
	if (!program_engine(program, false, &err) || !program_learn_accounts(program, &err))
		return program_fail(&err, NULL);
	program->is_offline = is_offline;
	if (count == 0 || (count == 1 && strcmp(words[0], "list") == 0))
		return outbox_list(program, wants_json);
	return outbox_act(program, words[0], words[1]);
}
