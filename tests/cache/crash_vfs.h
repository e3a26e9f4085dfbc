/*
 * An SQLite VFS for tests: the system's, but every write, sync, truncate and delete of any file is
 * counted, and at the n-th the process ends, or that one fails, or the disk is full from there on.
 */
#ifndef TESTS_CACHE_CRASH_VFS_H
#define TESTS_CACHE_CRASH_VFS_H

#include <stdbool.h>

enum crash_mode {
	CRASH_NEVER,
	CRASH_EXIT, /* _exit(CRASH_CODE) before the n-th happens */
	CRASH_LOSE, /* the same, and what was written since each file's last sync is undone */
	CRASH_FAIL, /* the n-th fails once */
	CRASH_FULL, /* writes fail with SQLITE_FULL from the n-th on */
	/* As EXIT and LOSE without ending the process: from the n-th on nothing reaches the files,
	 * whatever is still tried. The caller closes all, arms CRASH_NEVER and opens again. */
	CRASH_DIE,
	CRASH_DIE_LOSE,
};
enum { CRASH_CODE = 77 };

#define CRASH_VFS "rowan-crash"

void crash_vfs_register(void);                        /* once a process */
void crash_vfs_arm(enum crash_mode mode, unsigned n); /* counting starts anew */
bool crash_vfs_is_dead(void);                         /* the n-th came, in CRASH_DIE… */
unsigned crash_vfs_count(void);                       /* since it was armed */

#endif
