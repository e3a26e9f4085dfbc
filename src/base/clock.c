/* Time, as the real world gives it. */
#include "base/clock.h"

#include "base/str.h"

#include <stdlib.h>
#include <time.h>

#ifndef CLOCK_BOOTTIME
#define CLOCK_BOOTTIME CLOCK_MONOTONIC
#endif

int64_t clock_monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall_seconds(void)
{
	uint64_t fixed;
	if (str_to_u64(str_from(getenv("ROWAN_CLOCK")), &fixed))
		return (int64_t)fixed;
	return (int64_t)time(NULL);
}
