/* Flags: the names of the fixed bits. */
#include "model/flags.h"

static const struct flag_name {
	flags_t bit;
	const char *wire;
} flag_names[] = {
	{FLAG_SEEN, "\\Seen"},
	{FLAG_ANSWERED, "\\Answered"},
	{FLAG_FLAGGED, "\\Flagged"},
	{FLAG_DELETED, "\\Deleted"},
	{FLAG_DRAFT, "\\Draft"},
	{FLAG_FORWARDED, "$Forwarded"},
	{FLAG_JUNK, "$Junk"},
	{FLAG_NOT_JUNK, "$NotJunk"},
	{FLAG_MDN_SENT, "$MDNSent"},
	{FLAG_RECENT, "\\Recent"},
};

enum { FLAG_NAME_COUNT = sizeof(flag_names) / sizeof(flag_names[0]) };

flags_t flag_from_wire(struct str name)
{
	for (size_t i = 0; i < FLAG_NAME_COUNT; i++)
		if (str_equal_nocase(name, str_from(flag_names[i].wire)))
			return flag_names[i].bit;
	return 0;
}

const char *flag_to_wire(flags_t one)
{
	for (size_t i = 0; i < FLAG_NAME_COUNT; i++)
		if (flag_names[i].bit == one)
			return flag_names[i].wire;
	return NULL;
}
