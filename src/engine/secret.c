/* Where a password or token comes from. */
#include "engine/secret.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/command.h"
#include "engine/jobs.h"

#include <stdlib.h>

/* The desktop's keyring, by the command that comes with it: no library for the few who have one. */
#define KEYRING "secret-tool"

enum { KEYRING_MS = 10 * 1000, SECRET_COMMAND_MS = 60 * 1000, SECRET_MAX = 16 * 1024 };

struct secret_job {
	struct job job;
	unsigned serial;   /* of the run */
	char *command;     /* owned; NULL: the keyring is asked */
	char *user, *host; /* owned: the keyring's names for it */
	char *keep;        /* owned, wiped: to be put into the keyring; NULL: to be looked up */
	struct buf output;
	struct error error;
	bool is_ok;
};

void secret_forget(struct account_run *run)
{
	mem_free_secret(run->secret);
	run->secret = NULL;
}

void secret_set(struct account_run *run, struct str secret)
{
	secret_forget(run);
	run->secret = mem_str(secret);
	run->secret_is_asked = false;
}

static bool keyring_lookup(struct secret_job *self)
{
	const char *const words[] = {KEYRING, "lookup", "service", "rowan", "server", self->host,
		"user", self->user, NULL};
	return command_run(words, STR(""), SECRET_MAX, KEYRING_MS, &self->output, &self->error);
}

static bool keyring_store(struct secret_job *self)
{
	const char *const words[] = {KEYRING, "store", "--label", "Rowan", "service", "rowan",
		"server", self->host, "user", self->user, NULL};
	return command_run(
		words, str_from(self->keep), SECRET_MAX, KEYRING_MS, &self->output, &self->error);
}

static void secret_job_run(struct job *job, struct cache *reader)
{
	struct secret_job *self = (struct secret_job *)job;
	(void)reader;
	if (self->command != NULL)
		self->is_ok = command_output(
			self->command, SECRET_MAX, SECRET_COMMAND_MS, &self->output, &self->error);
	else
		self->is_ok = self->keep != NULL ? keyring_store(self) : keyring_lookup(self);
}

/* The keyring has none, or is locked: then the user is asked. */
static void keyring_job_done(
	struct engine *engine, struct account_run *run, struct secret_job *self)
{
	struct str text = buf_str(&self->output);
	if (self->keep != NULL) {
		if (!self->is_ok) {
			struct event *notice =
				engine_notice(engine, NOTICE_KEYRING, run->account->account_id);
			notice->error = self->error;
			engine_post(engine, notice);
		}
		return;
	}
	run->secret_is_asked = false;
	if (self->is_ok && text.len > 0)
		secret_set(run, str_first(text, str_find_char(text, '\n')));
	account_run_retry(run);
}

static void secret_job_done(struct engine *engine, struct job *job)
{
	struct secret_job *self = (struct secret_job *)job;
	struct account_run *run = engine_run_of_serial(engine, self->serial);
	if (run == NULL)
		return;
	if (self->command == NULL) {
		keyring_job_done(engine, run, self);
		return;
	}
	if (!run->secret_is_asked)
		return;
	run->secret_is_asked = false;
	struct str text = buf_str(&self->output);
	struct str line = str_first(text, str_find_char(text, '\n'));
	if (self->is_ok && line.len > 0) {
		secret_set(run, line);
		account_run_retry(run);
		return;
	}
	if (self->is_ok)
		error_set(&self->error, ERROR_INPUT, "the password command printed nothing: %s",
			self->command);
	account_run_login_failed(run, &self->error);
}

static void secret_job_free(struct job *job)
{
	struct secret_job *self = (struct secret_job *)job;
	buf_wipe(&self->output);
	mem_free(self->command);
	mem_free(self->user);
	mem_free(self->host);
	mem_free_secret(self->keep);
	mem_free(self);
}

static struct secret_job *secret_job_new(struct account_run *run)
{
	struct secret_job *self = mem_new(sizeof(*self));
	self->job = (struct job){secret_job_run, secret_job_done, secret_job_free, true};
	self->serial = run->serial;
	self->user = mem_text(run->account->incoming.user);
	self->host = mem_text(run->account->incoming.host);
	return self;
}

static void secret_run_command(struct account_run *run)
{
	struct secret_job *self = secret_job_new(run);
	self->command = mem_text(run->account->password_command);
	run->secret_is_asked = true;
	jobs_add(run->engine->jobs, &self->job);
}

static bool keyring_is_there(void)
{
	return getenv("DBUS_SESSION_BUS_ADDRESS") != NULL && command_exists(KEYRING);
}

void secret_keep(struct account_run *run)
{
	if (run->secret == NULL || !keyring_is_there())
		return;
	struct secret_job *self = secret_job_new(run);
	self->keep = mem_text(run->secret);
	jobs_add(run->engine->jobs, &self->job);
}

/* Once a run: what it gave and the server refused is not asked for again. */
static bool secret_ask_keyring(struct account_run *run)
{
	if (run->keyring_is_asked || !keyring_is_there())
		return false;
	run->keyring_is_asked = run->secret_is_asked = true;
	jobs_add(run->engine->jobs, &secret_job_new(run)->job);
	return true;
}

static void secret_ask_user(struct account_run *run)
{
	struct engine *engine = run->engine;
	struct event *event = event_new(EVENT_QUESTION);
	struct question *question = mem_new(sizeof(*question));
	event->account_id = run->account->account_id;
	event->question = question;
	question->question_id = run->question_id = ++engine->next_question;
	question->kind = QUESTION_PASSWORD;
	question->can_keep = keyring_is_there();
	question->account_id = run->account->account_id;
	question->account = mem_text(run->account->name);
	question->host = mem_text(run->account->incoming.host);
	question->user = mem_text(run->account->incoming.user);
	if (run->secret_failed)
		event->error = run->error; /* why it is asked again */
	run->secret_is_asked = true;
	account_run_state(run, ACCOUNT_HELD);
	engine_post(engine, event);
}

bool secret_ensure(struct account_run *run)
{
	struct error err;
	if (run->secret != NULL)
		return true;
	if (run->secret_is_asked)
		return false;
	if (run->account->password_command != NULL && !run->secret_failed) {
		secret_run_command(run);
	} else if (secret_ask_keyring(run)) {
		return false;
	} else if (run->engine->options.may_ask) {
		secret_ask_user(run);
	} else {
		if (!run->secret_failed)
			error_set(&err, ERROR_INPUT,
				"there is no password: set password-command for the account");
		else
			err = run->error;
		account_run_login_failed(run, &err);
	}
	return false;
}
