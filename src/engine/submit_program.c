/*
 * A program that sends mail in place of a server: sendmail's way of being called. No shell reads
 * the command. What it takes is out; 75 is "try again later", all else a refusal.
 */
#include "engine/submit_state.h"

#include "base/argv.h"
#include "base/file.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/command.h"
#include "engine/jobs.h"

#include <stdio.h>
#include <unistd.h>

enum {
	PROGRAM_PIECE = 256 * 1024,
	PROGRAM_WORDS_MAX = 4096,
	PROGRAM_MS = 10 * 60 * 1000,
	PROGRAM_LATER = 75, /* EX_TEMPFAIL */
};

struct program_job {
	struct job job;
	unsigned serial; /* of the run */
	struct argv argv;
	struct outgoing item; /* its blob and size alone */
	int code;
	bool is_started; /* it may have the message */
	bool is_ok;
	struct error error;
};

/* Lines end as they do on this system. */
static void program_lines(struct str piece, struct buf *out)
{
	for (size_t i = 0; i < piece.len; i++)
		if (piece.data[i] != '\r')
			buf_add_char(out, piece.data[i]);
}

static bool program_write(struct program_job *self, struct cache *reader, int fd)
{
	struct buf piece = {0}, lines = {0};
	bool ok = true;
	for (uint64_t at = 0; ok && at < self->item.size; at += piece.len) {
		buf_clear(&piece);
		buf_clear(&lines);
		ok = cache_outbox_read(
			reader, &self->item, at, PROGRAM_PIECE, &piece, &self->error);
		program_lines(buf_str(&piece), &lines);
		ok = ok && file_write_all(fd, buf_str(&lines), "a temporary file", &self->error);
	}
	buf_done(&piece);
	buf_done(&lines);
	return ok && (lseek(fd, 0, SEEK_SET) == 0 ||
			     error_errno(&self->error, ERROR_STORAGE, "a temporary file"));
}

/* Through a file of its own, so that a program that does not read cannot block anything. */
static void program_run(struct job *job, struct cache *reader)
{
	struct program_job *self = (struct program_job *)job;
	struct buf out = {0};
	FILE *file = reader != NULL ? tmpfile() : NULL;
	if (file == NULL) {
		error_errno(&self->error, ERROR_STORAGE, "a temporary file");
		return;
	}
	int fd = program_write(self, reader, fileno(file)) ? dup(fileno(file)) : -1;
	if (fd >= 0) {
		self->is_started = true;
		self->is_ok = command_run_on((const char *const *)self->argv.words, fd, 4096,
			PROGRAM_MS, &out, &self->code, &self->error);
	}
	fclose(file);
	buf_done(&out);
}

static void program_done(struct engine *engine, struct job *job)
{
	struct program_job *self = (struct program_job *)job;
	struct account_run *run = engine_run_of_serial(engine, self->serial);
	engine->progress_is_due = true;
	if (run == NULL || run->submit == NULL || !run->submit->program_is_out)
		return;
	struct submit *s = run->submit;
	s->program_is_out = false;
	struct smtp_event event = {.kind = SMTP_REFUSED,
		.stage = SMTP_AT_END,
		.reply = {self->code == PROGRAM_LATER || !self->is_started ? 451 : 554, STR(""),
			str_from(self->error.detail)}};
	if (self->is_started && self->code < 0) { /* killed, or it never ended: who knows */
		submit_fail_with(s, &self->error);
		submit_item_cut(s);
		s->is_over = false;
	} else if (self->is_ok) {
		event.kind = SMTP_ACCEPTED;
		event.reply = (struct smtp_reply){250, STR(""), str_from(self->argv.words[0])};
		submit_item_accepted(s, &event);
	} else {
		submit_item_refused(s, &event);
	}
}

static void program_free(struct job *job)
{
	struct program_job *self = (struct program_job *)job;
	argv_done(&self->argv);
	mem_free(self);
}

static bool program_words(const struct submit *s, struct argv *argv, struct error *err)
{
	const char *command = s->run->account->sendmail;
	if (!argv_split(argv, str_from(command)) || argv->count == 0)
		return error_set(err, ERROR_INPUT, "sendmail = %s: a quote is not closed", command);
	if (s->item.recipient_count > PROGRAM_WORDS_MAX)
		return error_set(err, ERROR_INPUT, "a program takes at most %d recipients",
			(int)PROGRAM_WORDS_MAX);
	argv_add(argv, STR("-f"));
	argv_add(argv, str_from(s->item.from));
	argv_add(argv, STR("--"));
	for (size_t i = 0; i < s->item.recipient_count; i++)
		argv_add(argv, str_from(s->item.recipients[i].address));
	return true;
}

/* From its start on it may have the message, so that is what is written down first. */
void submit_program_start(struct submit *s)
{
	struct program_job *self = mem_new(sizeof(*self));
	struct error err;
	self->job = (struct job){program_run, program_done, program_free, true};
	self->serial = s->run->serial;
	self->code = -1;
	s->is_over = false;
	if (!program_words(s, &self->argv, &err)) {
		struct smtp_event event = {.kind = SMTP_REFUSED,
			.stage = SMTP_AT_END,
			.reply = {554, STR(""), str_from(err.detail)}};
		submit_item_refused(s, &event);
		program_free(&self->job);
		return;
	}
	if (!submit_item_move(s, OUTGOING_TRYING) || !submit_item_move(s, OUTGOING_COMMITTING)) {
		submit_item_drop(s);
		program_free(&self->job);
		return;
	}
	self->item.blob_id = s->item.blob_id;
	self->item.size = s->item.size;
	s->program_is_out = true;
	jobs_add(s->run->engine->jobs, &self->job);
}
