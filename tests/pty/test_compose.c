/*
 * Mail written by key presses, on its whole way: out of the composer into the outbox, to a
 * submission server, from there into the INBOX of the demo, a copy in Sent once, \Answered on the
 * original.
 */
#include "tests/pty/demo.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const users[] = {"writer", "waiter", NULL};

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	(void)tests;
	demo_begin(users);
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats)
{
	(void)stats;
	demo_end();
}

TestSuite(writing, .timeout = 120);

/* A submission server whose mails are files in demo->folder/mails, and an account that uses it. */
static void begin(struct demo *demo, const char *user, int undo_seconds)
{
	const char *build = getenv("TEST_BUILDDIR");
	struct buf line = {0};
	demo_init(demo, user, false);
	buf_addf(&line,
		"mkdir mails && mkfifo port && { %s/tests/server/smtp_sink 0 mails auth=%s:pencil "
		">port 2>/dev/null & } "
		"&& echo $! >sink.pid && read n <port && echo $n",
		build != NULL ? build : ".", user);
	char *port = demo_run(demo, buf_text(&line));
	buf_clear(&line);
	buf_addf(&line,
		"$ROWAN account add %s --imap imaps://%s@localhost:%d --smtp "
		"smtp://%s@127.0.0.1:%d "
		"--from 'Ada Palmer <ada@example.org>' --password-command \"cat $PWD/password\" "
		"--ca-file $CA_FILE && printf '\\n[rowan]\\nundo-send = %d\\n' "
		">>$ROWAN_HOME/rowan.conf",
		user, user, demo->port, user, atoi(port), undo_seconds);
	mem_free(demo_run(demo, buf_text(&line)));
	mem_free(port);
	buf_done(&line);
}

static void end(struct demo *demo)
{
	mem_free(demo_run(demo, "kill $(cat sink.pid)"));
	demo_done(demo);
}

/* What the server took is delivered, as a relay behind it does: without the envelope in front. */
static void relay(struct demo *demo, int number)
{
	char line[400];
	snprintf(line, sizeof(line),
		"sed '1,/^$/d' mails/mail-%d >$MAIL/tmp/relayed-%d && "
		"{ [ $(id -u) != 0 ] || chown nobody $MAIL/tmp/relayed-%d; } && "
		"mv $MAIL/tmp/relayed-%d $MAIL/new/1800000%03d.relayed",
		number, number, number, number, number);
	mem_free(demo_run(demo, line));
}

Test(writing, a_mail_written_by_keys_arrives_and_its_copy_is_in_sent_once)
{
	struct demo demo;
	begin(&demo, "writer", 10);
	mem_free(demo_run(&demo, "echo 'two spades' >tools.txt"));
	struct pty *pty = demo_open_inbox(&demo);
	demo_press(pty, "c", "COMPOSE MESSAGE");
	demo_keys(pty, "ada@example.org\r\r");
	demo_press(pty, "too\t", "tools.txt");
	demo_press(pty, "\r", "1. tools.txt");
	demo_keys(pty, "\rTools for Saturday\r");
	demo_press(pty, "Räksmörgås and spades 日本.", "spades 日本.");
	demo_press(pty, "\030", "Send message?");
	demo_press(pty, "y", "takes it back");
	/* Taken back, changed, sent again. */
	demo_press(pty, "\037", "Taken back");
	demo_press(pty, "\026\026 Really.", "Really.");
	demo_press(pty, "\030", "Send message?");
	demo_press(pty, "y", "takes it back");
	/* The clock stands still here: what is held goes out when it is told to. */
	demo_press(pty, "mu", "held back");
	demo_press(pty, "r", "Message sent");
	demo_press(pty, "i", "MESSAGE INDEX");
	relay(&demo, 1);
	demo_expect(pty, "New mail from Ada Palmer about Tools for Saturday");
	demo_expect(pty, " of 26");
	demo_press(pty, PTY_END, "Message 26 of 26");
	demo_press(pty, "\r", "Räksmörgås and spades 日本. Really.");
	demo_press(pty, "v", "tools.txt");
	demo_press(pty, "<", "MESSAGE TEXT");
	demo_quit(pty);
	cr_expect(demo_run_until(
		&demo, "grep -rl 'Subject: Tools for Saturday' $MAIL/.Sent | wc -l", "1"));
	cr_expect(demo_run_until(&demo, "ls mails | wc -l", "1"), "it went out once");
	cr_expect(demo_run_until(&demo, "$ROWAN outbox", "done"));
	end(&demo);
}

Test(writing, a_reply_marks_the_original_and_waits_where_it_is_postponed)
{
	struct demo demo;
	begin(&demo, "waiter", 0);
	struct pty *pty = demo_open_inbox(&demo);
	demo_deliver(&demo, "", "Lin Wei <lin@example.org>", "Soup on Sunday");
	demo_expect(pty, "New mail from Lin Wei");
	demo_expect(pty, " of 26");
	demo_press(pty, PTY_END, "Message 26 of 26");
	demo_press(pty, "\r", "Soup on Sunday");
	demo_press(pty, "r", "Include original message");
	demo_press(pty, "y", "Reply to all");
	demo_press(pty, "n", "> Hello.");
	demo_press(pty, "\026\026With bread?", "With bread?");
	demo_press(pty, "\017", "Composition postponed");
	demo_press(pty, "c", "Continue postponed");
	demo_press(pty, "y", "With bread?");
	demo_expect(pty, "Re: Soup on Sunday");
	demo_press(pty, "\030", "Send message?");
	demo_press(pty, "y", "Message sent");
	demo_press(pty, "i", "MESSAGE INDEX");
	demo_expect(pty, "+ A");
	demo_quit(pty);
	cr_expect(demo_run_until(&demo, "cat mails/mail-1", "Subject: Re: Soup on Sunday"));
	cr_expect(demo_run_until(&demo, "ls $MAIL/cur | grep '^17.*:2,.*R'", "sample"),
		"the server has it as answered");
	cr_expect(demo_run_until(&demo, "ls mails | wc -l", "1"));
	end(&demo);
}
