/* What happened: a file of lines. */
#include "base/log.h"

#include "base/buf.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LOG_WIRE_MAX = 2000 };

struct log {
	int fd;
};

struct log *log_open(const char *path, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		error_errno(err, ERROR_STORAGE, "%s", path);
		return NULL;
	}
	struct log *log = mem_new(sizeof(*log));
	log->fd = fd;
	return log;
}

void log_close(struct log *log)
{
	if (log == NULL)
		return;
	close(log->fd);
	mem_free(log);
}

static void log_add_time(struct buf *line)
{
	struct timespec now;
	struct tm tm;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	buf_addf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ ", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000);
}

static void log_add_escaped(struct buf *line, struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.data[i];
		if (c < 0x20 || c == 0x7f || c >= 0x80)
			buf_addf(line, "\\x%02x", c);
		else
			buf_add_char(line, (char)c);
	}
}

static void log_put(struct log *log, struct buf *line)
{
	buf_add_char(line, '\n');
	while (write(log->fd, line->data, line->len) < 0 && errno == EINTR)
		continue;
	buf_done(line);
}

void log_line(struct log *log, const char *format, ...)
{
	struct buf text = {0};
	struct buf line = {0};
	va_list args;
	if (log == NULL)
		return;
	va_start(args, format);
	buf_vaddf(&text, format, args);
	va_end(args);
	log_add_time(&line);
	log_add_escaped(&line, buf_str(&text));
	buf_done(&text);
	log_put(log, &line);
}

void log_wire(struct log *log, const char *connection, char direction, struct str bytes)
{
	if (log == NULL)
		return;
	struct str rest = str_first(bytes, LOG_WIRE_MAX);
	while (rest.len > 0) {
		struct buf line = {0};
		log_add_time(&line);
		buf_addf(&line, "%s %c ", connection, direction);
		struct str one = str_cut(&rest, '\n');
		if (one.len > 0 && one.data[one.len - 1] == '\r')
			one.len--;
		log_add_escaped(&line, one);
		log_put(log, &line);
	}
	if (bytes.len > LOG_WIRE_MAX)
		log_line(log, "%s %c … %zu bytes in all", connection, direction, bytes.len);
}
