/* Sentences that several screens need, translated. */
#ifndef UI_SAY_H
#define UI_SAY_H

#include "engine/engine.h"

void say_notice(const struct event *event, const char *account, struct buf *out);
const char *say_test_step(enum test_step step);
/* "812 bytes", "4.5 KB" */
void say_size(uint64_t bytes, struct buf *out);
void say_count(uint64_t count, struct buf *out); /* "12,345" */
/* "Nov 23": this year; "Nov 2025" otherwise. The time zone is the reader's. */
void say_date(int64_t date, int64_t now, struct buf *out);
/* "Mon, 23 Nov 2026 10:00:00 +0000": as a header writes it; the zone is minutes east of UTC. */
void say_header_date(int64_t date, int zone, struct buf *out);
const char *say_command(const char *words); /* gettext for texts of tables */

#endif
