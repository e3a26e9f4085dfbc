/*
 * How much of a folder is kept for reading without a network, as the setting `offline` of an
 * account says: "30 days, Archive: all, Lists/Big: headers".
 */
#ifndef MODEL_OFFLINE_H
#define MODEL_OFFLINE_H

#include "base/str.h"

enum offline_kind {
	OFFLINE_OPENED,  /* what was opened */
	OFFLINE_HEADERS, /* all headers */
	OFFLINE_DAYS,    /* and the bodies of the last days */
	OFFLINE_ALL,     /* and all bodies */
};

struct offline_rule {
	enum offline_kind kind;
	unsigned days; /* of OFFLINE_DAYS */
};

enum { OFFLINE_DAYS_MAX = 36500 };

/* What the setting says of a folder (its name as it is shown): the rule of its own name, else the
 * one without a name, else OFFLINE_OPENED. A comma or percent sign in a name is %2C, %25. False
 * when the setting cannot be understood. */
bool offline_read(struct str setting, struct str folder, struct offline_rule *rule);

#endif
