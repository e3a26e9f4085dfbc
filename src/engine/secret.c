/* Where a password or token comes from. */
#include "engine/secret.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/command.h"
#include "engine/jobs.h"

enum { SECRET_COMMAND_MS = 60 * 1000, SECRET_MAX = 16 * 1024 };

struct secret_job {
	struct job job;
	unsigned serial; /* of the run */
	char *command;   /* owned */
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

static void secret_job_run(struct job *job, struct cache *reader)
{
	struct secret_job *self = (struct secret_job *)job;
	(void)reader;
	self->is_ok = command_output(
		self->command, SECRET_MAX, SECRET_COMMAND_MS, &self->output, &self->error);
}

static void secret_job_done(struct engine *engine, struct job *job)
{
	struct secret_job *self = (struct secret_job *)job;
	struct account_run *run = engine_run_of_serial(engine, self->serial);
	if (run == NULL || !run->secret_is_asked)
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
		error_set(&self->error, ERROR_LOGIN, "the password command printed nothing: %s",
			self->command);
	account_run_login_failed(run, &self->error);
}

static void secret_job_free(struct job *job)
{
	struct secret_job *self = (struct secret_job *)job;
	buf_wipe(&self->output);
	mem_free(self->command);
	mem_free(self);
}

static void secret_run_command(struct account_run *run)
{
	struct secret_job *self = mem_new(sizeof(*self));
	self->job = (struct job){secret_job_run, secret_job_done, secret_job_free, true};
	self->serial = run->serial;
	self->command = mem_text(run->account->password_command);
	run->secret_is_asked = true;
	jobs_add(run->engine->jobs, &self->job);
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
	} else if (run->engine->options.may_ask) {
		secret_ask_user(run);
	} else {
		if (!run->secret_failed)
			error_set(&err, ERROR_LOGIN,
				"there is no password: set password-command for the account");
		else
			err = run->error;
		account_run_login_failed(run, &err);
	}
	return false;
}
