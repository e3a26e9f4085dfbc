/* Opens the screen with what the settings say. */
#ifndef SCREEN_H
#define SCREEN_H

#include "commands.h"

int screen_run(struct program *program);

#endif
