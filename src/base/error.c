/* What went wrong. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
	va_list args;
	if (err == NULL)
		return false;
	err->kind = kind;
	va_start(args, format);
	vsnprintf(err->detail, sizeof(err->detail), format, args);
	va_end(args);
	return false;
}

bool error_errno(struct error *err, enum error_kind kind, const char *format, ...)
{
	int number = errno;
	va_list args;
	if (err == NULL)
		return false;
	err->kind = kind;
	va_start(args, format);
	vsnprintf(err->detail, sizeof(err->detail), format, args);
	va_end(args);
	size_t used = strlen(err->detail);
	snprintf(err->detail + used, sizeof(err->detail) - used, ": %s", strerror(number));
	return false;
}
