/* Rowan in a terminal on the sample mail. */
#include "tests/pty/demo.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEMO_HOME "ROWAN_DEMO_HOME"

static const char *source_folder(void)
{
	const char *folder = getenv("TEST_SRCDIR");
	return folder != NULL ? folder : ".";
}

static const char *program_path(void)
{
	const char *path = getenv("ROWAN");
	return path != NULL ? path : "./rowan";
}

static bool shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool shell(const char *format, ...)
{
	struct buf line = {0};
	va_list args;
	va_start(args, format);
	buf_vaddf(&line, format, args);
	va_end(args);
	int status = system(buf_text(&line));
	buf_done(&line);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* All of them before the first log-in: Dovecot looks at its file once a second. */
static void write_users(const char *home, const char *const users[])
{
	char path[100];
	snprintf(path, sizeof(path), "%s/server/passwd", home);
	FILE *file = fopen(path, "w");
	for (size_t i = 0; file != NULL && users[i] != NULL; i++)
		fprintf(file, "%s:{PLAIN}pencil::::::\n", users[i]);
	if (file == NULL || fclose(file) != 0)
		exit(99);
}

void demo_begin(const char *const users[])
{
	char home[] = "/tmp/rowan-journey.XXXXXX";
	if (!shell("PATH=$PATH:/usr/sbin:/sbin; command -v dovecot >/dev/null")) {
		fprintf(stderr, "skipped: Dovecot is not installed\n");
		exit(77);
	}
	if (mkdtemp(home) == NULL || chmod(home, 0755) != 0)
		exit(99);
	setenv(DEMO_HOME, home, 1);
	if (!shell("'%s/data/demo/make.sh' %s/sample && mkdir -p %s/server && "
		   "mv %s/sample/mail/ada/.Lists.Long %s/sample",
		    source_folder(), home, home, home, home))
		exit(99);
	write_users(home, users);
	if (!shell("'%s/tests/server/dovecot.sh' start %s/server >/dev/null", source_folder(),
		    home)) {
		demo_end();
		exit(99);
	}
}

void demo_end(void)
{
	const char *home = getenv(DEMO_HOME);
	shell("'%s/tests/server/dovecot.sh' stop %s/server; rm -rf %s", source_folder(), home,
		home);
}

static int port_of(const char *name)
{
	char path[300], line[300];
	int port = 0;
	size_t len = strlen(name);
	snprintf(path, sizeof(path), "%s/server/env", getenv(DEMO_HOME));
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file, "%s", path);
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, name, len) == 0 && line[len] == '=')
			port = atoi(line + len + 1);
	fclose(file);
	return port;
}

void demo_init(struct demo *demo, const char *user, bool with_long)
{
	const char *home = getenv(DEMO_HOME);
	*demo = (struct demo){.port = port_of("IMAPS_PORT")};
	snprintf(demo->user, sizeof(demo->user), "%s", user);
	snprintf(demo->folder, sizeof(demo->folder), "%s/%s", home, user);
	snprintf(demo->profile, sizeof(demo->profile), "%s/profile", demo->folder);
	snprintf(demo->mail, sizeof(demo->mail), "%s/server/mail/%s", home, user);
	cr_assert(shell("mkdir -p %s && cp -a %s/sample/mail/ada %s && "
			"{ %s || cp -a %s/sample/.Lists.Long %s; } && "
			"{ [ $(id -u) != 0 ] || chown -R nobody %s; } && "
			"mkdir -m 700 %s && echo pencil >%s/password && "
			/* Whatever has come in when it opens. */
			"printf '[rowan]\\n\\topen-at = last\\n' >%s/rowan.conf",
		demo->folder, home, demo->mail, with_long ? "false" : "true", home, demo->mail,
		demo->mail, demo->profile, demo->folder, demo->profile));
}

void demo_add_account(const struct demo *demo, const char *name, int port)
{
	char command[400];
	snprintf(command, sizeof(command),
		"$ROWAN account add %s --imap imaps://%s@localhost:%d "
		"--from 'Ada Palmer <ada@example.org>' --password-command "
		"\"cat $PWD/password\" --ca-file $CA_FILE",
		name, name, port);
	mem_free(demo_run(demo, command));
}

void demo_done(struct demo *demo)
{
	cr_expect(shell("rm -rf %s %s", demo->folder, demo->mail));
}

/* What a command printed, and whether it ended well. */
static bool run(const struct demo *demo, const char *command, struct buf *out)
{
	struct buf line = {0};
	char bytes[4096];
	buf_addf(&line,
		"cd %s; export ROWAN_HOME=%s ROWAN=%s USER_NAME=%s MAIL=%s PORT=%d "
		"CA_FILE=%s/server/ssl/cert.pem; %s",
		demo->folder, demo->profile, program_path(), demo->user, demo->mail, demo->port,
		getenv(DEMO_HOME), command);
	FILE *pipe = popen(buf_text(&line), "r");
	cr_assert_not_null(pipe);
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), pipe)) > 0;)
		buf_add_bytes(out, bytes, n);
	int status = pclose(pipe);
	buf_done(&line);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

char *demo_run(const struct demo *demo, const char *command)
{
	struct buf out = {0};
	cr_assert(run(demo, command, &out), "%s\n%s", command, buf_text(&out));
	return buf_take(&out);
}

bool demo_run_until(const struct demo *demo, const char *command, const char *text)
{
	for (int tries = 0; tries < 40; tries++) {
		struct buf out = {0};
		run(demo, command, &out);
		bool is_there = strstr(buf_text(&out), text) != NULL;
		buf_done(&out);
		if (is_there)
			return true;
	}
	return false;
}

void demo_deliver(
	const struct demo *demo, const char *folder, const char *from, const char *subject)
{
	static unsigned count;
	struct buf line = {0};
	char name[60];
	snprintf(name, sizeof(name), "1700000%03u.sample", ++count);
	buf_addf(&line,
		"printf 'From: %s\\nTo: ada@example.org\\nSubject: %s\\n"
		"Date: Sun, 22 Nov 2026 10:00:00 +0000\\n\\nHello.\\n' >$MAIL/%s/tmp/%s && "
		"{ [ $(id -u) != 0 ] || chown nobody $MAIL/%s/tmp/%s; } && "
		"mv $MAIL/%s/tmp/%s $MAIL/%s/new/%s",
		from, subject, folder, name, folder, name, folder, name, folder, name);
	mem_free(demo_run(demo, buf_text(&line)));
	buf_done(&line);
}

struct pty *demo_open(const struct demo *demo, const char *option, int columns, int rows)
{
	char home[300], work[300], locale[400], language[60];
	const char *const argv[] = {"/bin/sh", "-c", "cd \"$WORK\" && exec \"$@\"", "rowan",
		program_path(), option, NULL};
	const char *locale_folder = getenv("TEST_LOCALEDIR"), *words = getenv("LANGUAGE");
	snprintf(home, sizeof(home), "ROWAN_HOME=%s", demo->profile);
	snprintf(work, sizeof(work), "WORK=%s", demo->folder);
	snprintf(locale, sizeof(locale), "ROWAN_LOCALEDIR=%s",
		locale_folder != NULL ? locale_folder : "/nonexistent");
	snprintf(language, sizeof(language), "LANGUAGE=%s", words != NULL ? words : "");
	const char *const env[] = {home, work, locale, language, NULL};
	struct pty *pty = pty_start(argv, env, columns, rows);
	cr_assert_not_null(pty);
	return pty;
}

struct pty *demo_open_inbox(const struct demo *demo)
{
	struct pty *pty = demo_open(demo, NULL, 80, 24);
	demo_expect(pty, "Welcome to Rowan: start here");
	return pty;
}

/* A key of several bytes begins with ESC O, and has one more. */
void demo_keys(struct pty *pty, const char *keys)
{
	for (size_t len; *keys != '\0'; keys += len) {
		char key[8];
		len = 1;
		if (keys[0] == '\033' && keys[1] == 'O' && keys[2] != '\0')
			len = 3;
		else if (keys[0] == '\033' && keys[1] == '[' && keys[2] != '\0')
			len = 4;
		else
			utf8_next(str_from(keys), &len);
		snprintf(key, sizeof(key), "%.*s", (int)len, keys);
		pty_key(pty, key);
	}
}

void demo_quit(struct pty *pty)
{
	demo_press(pty, "q", "Really quit Rowan?");
	pty_key(pty, "y");
	/* A wish that is still on its way is asked about: the default leaves it for the next start.
	 */
	if (pty_settle(pty, DEMO_PATIENCE) && strstr(pty_screen(pty), "next start") != NULL)
		pty_key(pty, "\r");
	int status = pty_end(pty, DEMO_PATIENCE);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d\n%s", status,
		pty_screen(pty));
	cr_expect(pty_is_restored(pty));
	pty_free(pty);
}
