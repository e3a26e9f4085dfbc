/*
 * What happened: lines in a file that a person can read and send to us. Secrets never reach it:
 * whoever logs the wire masks them first (proto/imap marks such output). Any thread may write; a
 * line is one write(2). A NULL log is a log that nobody reads.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/error.h"

struct log;

/* Appends to path, mode 0600. */
struct log *log_open(const char *path, struct error *err);
void log_close(struct log *log);

void log_line(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes of a connection: a line each, control characters escaped, at most 2,000 bytes a call.
 * direction is '>' (to the server) or '<'. */
void log_wire(struct log *log, const char *connection, char direction, struct str bytes);

#endif
