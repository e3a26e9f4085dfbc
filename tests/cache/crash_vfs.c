/* An SQLite VFS that ends the process, or fails, at the n-th write. */
#include "tests/cache/crash_vfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNDO_FILES = 16, UNDO_PIECE = 4096 };

/* What undoes one write that was not synced. */
struct undo {
	struct undo *older;
	sqlite3_int64 offset, size_before; /* of the file */
	int len, old_len;
	char *old;
};

struct crash_file {
	sqlite3_file base;
	sqlite3_file *real;
	struct undo *undo;
};

/* The one global of the tests: SQLite gives a VFS no other place. */
static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	enum crash_mode mode;
	unsigned n, count;
	struct crash_file *files[UNDO_FILES];
} crash;

static void crash_undo_forget(struct crash_file *f)
{
	while (f->undo != NULL) {
		struct undo *u = f->undo;
		f->undo = u->older;
		free(u->old);
		free(u);
	}
}

static void crash_undo_all(struct crash_file *f)
{
	for (struct undo *u = f->undo; u != NULL; u = u->older) {
		if (u->old_len > 0)
			f->real->pMethods->xWrite(f->real, u->old, u->old_len, u->offset);
		f->real->pMethods->xTruncate(f->real, u->size_before);
	}
}

static void crash_lose(void)
{
	for (int i = 0; i < UNDO_FILES; i++)
		if (crash.files[i] != NULL)
			crash_undo_all(crash.files[i]);
}

static void crash_end(void)
{
	if (crash.mode == CRASH_LOSE)
		crash_lose();
	_exit(CRASH_CODE);
}

static bool crash_notes(void)
{
	return crash.mode == CRASH_LOSE || crash.mode == CRASH_DIE_LOSE;
}

/* SQLITE_OK, or what the step gives instead of happening. */
static int crash_step(bool is_write)
{
	crash.count++;
	switch (crash.mode) {
	case CRASH_NEVER:
		return SQLITE_OK;
	case CRASH_EXIT:
	case CRASH_LOSE:
		if (crash.count == crash.n)
			crash_end();
		return SQLITE_OK;
	case CRASH_FAIL:
		return crash.count == crash.n ? SQLITE_IOERR_WRITE : SQLITE_OK;
	case CRASH_DIE:
	case CRASH_DIE_LOSE:
		if (crash.count == crash.n && crash.mode == CRASH_DIE_LOSE)
			crash_lose();
		return crash.count >= crash.n ? SQLITE_IOERR_WRITE : SQLITE_OK;
	case CRASH_FULL:
		return is_write && crash.count >= crash.n ? SQLITE_FULL : SQLITE_OK;
	}
	return SQLITE_OK;
}

static sqlite3_file *crash_real(sqlite3_file *file)
{
	return ((struct crash_file *)(void *)file)->real;
}

static int crash_close(sqlite3_file *file)
{
	struct crash_file *f = (struct crash_file *)(void *)file;
	for (int i = 0; i < UNDO_FILES; i++)
		if (crash.files[i] == f)
			crash.files[i] = NULL;
	crash_undo_forget(f);
	int code = f->real->pMethods->xClose(f->real);
	free(f->real);
	return code;
}

static int crash_read(sqlite3_file *file, void *data, int len, sqlite3_int64 offset)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xRead(real, data, len, offset);
}

static void crash_undo_note(struct crash_file *f, int len, sqlite3_int64 offset)
{
	struct undo *u = calloc(1, sizeof(*u));
	if (u == NULL)
		abort();
	f->real->pMethods->xFileSize(f->real, &u->size_before);
	u->offset = offset;
	u->len = len;
	if (offset < u->size_before) {
		sqlite3_int64 there = u->size_before - offset;
		u->old_len = there < len ? (int)there : len;
		u->old = malloc((size_t)u->old_len);
		f->real->pMethods->xRead(f->real, u->old, u->old_len, offset);
	}
	u->older = f->undo;
	f->undo = u;
}

static int crash_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
	struct crash_file *f = (struct crash_file *)(void *)file;
	int code = crash_step(true);
	if (code != SQLITE_OK)
		return code;
	if (crash_notes())
		crash_undo_note(f, len, offset);
	return f->real->pMethods->xWrite(f->real, data, len, offset);
}

static int crash_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct crash_file *f = (struct crash_file *)(void *)file;
	sqlite3_int64 before = 0;
	int code = crash_step(false);
	if (code != SQLITE_OK)
		return code;
	f->real->pMethods->xFileSize(f->real, &before);
	/* In pieces: the system's VFS writes no more than 128 KB at once. */
	for (sqlite3_int64 at = size; crash_notes() && at < before; at += UNDO_PIECE)
		crash_undo_note(f, at + UNDO_PIECE < before ? UNDO_PIECE : (int)(before - at), at);
	return f->real->pMethods->xTruncate(f->real, size);
}

/* The disk itself is not asked: what a sync promises is kept by forgetting how to undo. */
static int crash_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	int code = crash_step(false);
	if (code == SQLITE_OK)
		crash_undo_forget((struct crash_file *)(void *)file);
	return code;
}

static int crash_size(sqlite3_file *file, sqlite3_int64 *size)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xFileSize(real, size);
}

static int crash_lock(sqlite3_file *file, int level)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xLock(real, level);
}

static int crash_unlock(sqlite3_file *file, int level)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xUnlock(real, level);
}

static int crash_reserved(sqlite3_file *file, int *is)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xCheckReservedLock(real, is);
}

static int crash_control(sqlite3_file *file, int op, void *arg)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xFileControl(real, op, arg);
}

static int crash_sector(sqlite3_file *file)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xSectorSize(real);
}

static int crash_traits(sqlite3_file *file)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xDeviceCharacteristics(real);
}

static int crash_map(sqlite3_file *file, int page, int size, int extend, void volatile **at)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xShmMap(real, page, size, extend, at);
}

static int crash_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xShmLock(real, offset, n, flags);
}

static void crash_barrier(sqlite3_file *file)
{
	sqlite3_file *real = crash_real(file);
	real->pMethods->xShmBarrier(real);
}

static int crash_unmap(sqlite3_file *file, int is_delete)
{
	sqlite3_file *real = crash_real(file);
	return real->pMethods->xShmUnmap(real, is_delete);
}

static const sqlite3_io_methods crash_methods = {
	.iVersion = 2,
	.xClose = crash_close,
	.xRead = crash_read,
	.xWrite = crash_write,
	.xTruncate = crash_truncate,
	.xSync = crash_sync,
	.xFileSize = crash_size,
	.xLock = crash_lock,
	.xUnlock = crash_unlock,
	.xCheckReservedLock = crash_reserved,
	.xFileControl = crash_control,
	.xSectorSize = crash_sector,
	.xDeviceCharacteristics = crash_traits,
	.xShmMap = crash_map,
	.xShmLock = crash_shm_lock,
	.xShmBarrier = crash_barrier,
	.xShmUnmap = crash_unmap,
};

static int crash_open(
	sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	struct crash_file *f = (struct crash_file *)(void *)file;
	(void)vfs;
	*f = (struct crash_file){.real = calloc(1, (size_t)crash.real->szOsFile)};
	int code = crash.real->xOpen(crash.real, name, f->real, flags, out_flags);
	if (code != SQLITE_OK) {
		free(f->real);
		return code;
	}
	f->base.pMethods = &crash_methods;
	for (int i = 0; i < UNDO_FILES; i++)
		if (crash.files[i] == NULL) {
			crash.files[i] = f;
			break;
		}
	return SQLITE_OK;
}

static int crash_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	int code = crash_step(false);
	return code != SQLITE_OK ? code : crash.real->xDelete(crash.real, name, sync);
}

void crash_vfs_register(void)
{
	if (crash.real != NULL)
		return;
	crash.real = sqlite3_vfs_find(NULL);
	crash.vfs = *crash.real;
	crash.vfs.zName = CRASH_VFS;
	crash.vfs.szOsFile = (int)sizeof(struct crash_file);
	crash.vfs.xOpen = crash_open;
	crash.vfs.xDelete = crash_delete;
	crash.vfs.pNext = NULL;
	sqlite3_vfs_register(&crash.vfs, 0);
}

void crash_vfs_arm(enum crash_mode mode, unsigned n)
{
	crash.mode = mode;
	crash.n = n;
	crash.count = 0;
}

bool crash_vfs_is_dead(void)
{
	bool dies = crash.mode == CRASH_DIE || crash.mode == CRASH_DIE_LOSE;
	return dies && crash.count >= crash.n;
}

unsigned crash_vfs_count(void)
{
	return crash.count;
}
