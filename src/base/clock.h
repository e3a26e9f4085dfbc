/*
 * Time. The engine never asks the system itself: it is given `now` (engine_step) so that tests can
 * set it; these are what the real callers pass in.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_ms(void); /* counts through suspend where the system can (CLOCK_BOOTTIME) */
int64_t clock_wall_seconds(void); /* since 1970, UTC; ROWAN_CLOCK overrides it for screen tests */

#endif
