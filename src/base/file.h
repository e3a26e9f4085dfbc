/*
 * Files: whole reads with a limit, atomic writes, private folders. Errors name the path and say
 * what the system said (ERROR_STORAGE, or ERROR_INPUT for a missing file to read).
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/error.h"

#include <sys/types.h>

/* Appends the whole file to out; more than limit bytes is an error. */
bool file_read(const char *path, size_t limit, struct buf *out, struct error *err);

/* A large file as bytes that the system reads when they are looked at: what cannot be mapped (a
 * pipe, an empty file) is an error. Whoever cuts the file short meanwhile ends the program, so it
 * is for files too large to read. file_forget lets the memory go; the bytes can be read again. */
bool file_map(const char *path, struct str *bytes, struct error *err);
void file_unmap(struct str bytes);
void file_forget(struct str bytes);

/* The size of a regular file; 0 for all else. */
uint64_t file_size(const char *path);

/* Writes path + ".new", fsyncs, renames: the old or the new content stands at every moment. */
bool file_write_atomic(const char *path, struct str content, mode_t mode, struct error *err);

/* Creates the folder and those above it, mode 0700; one that exists is fine. */
bool file_make_folder(const char *path, struct error *err);

/* Opens a new file for writing, mode 0600, never an existing one and never through a link.
 * Returns -1 with *err filled; errno tells EEXIST. */
int file_create_new(const char *path, struct error *err);

/* All of it, through short writes. */
bool file_write_all(int fd, struct str content, const char *path, struct error *err);

bool file_exists(const char *path);

/* "folder/name", owned by the caller. */
char *file_join(const char *folder, const char *name);

#endif
