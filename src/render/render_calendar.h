/*
 * Calendar invitations (RFC 5545, 5546) as a readable card: what, when, where, who, how often. A
 * small reader of our own: VEVENT only, times as the event has them with the zone's name.
 */
#ifndef RENDER_RENDER_CALENDAR_H
#define RENDER_RENDER_CALENDAR_H

#include "model/doc.h"

enum { RENDER_CALENDAR_EVENTS_MAX = 10 }; /* shown; more are told by a note */

/* text is UTF-8 with '\n'. False, and nothing added, when it holds no event. */
bool render_calendar_add(struct doc *doc, struct str text);

#endif
