/* Files: whole reads, atomic writes, private folders. */
#include "base/file.h"

#include "base/memory.h"

#include <stdint.h>
#include <sys/mman.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool file_read_fd(int fd, const char *path, size_t limit, struct buf *out, struct error *err)
{
	size_t start = out->len;
	for (;;) {
		char chunk[16384];
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, ERROR_INPUT, "%s", path);
		if (n == 0)
			return true;
		if (out->len - start + (size_t)n > limit)
			return error_set(
				err, ERROR_INPUT, "%s is larger than %zu bytes", path, limit);
		buf_add_bytes(out, chunk, (size_t)n);
	}
}

bool file_read(const char *path, size_t limit, struct buf *out, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, ERROR_INPUT, "%s", path);
	bool ok = file_read_fd(fd, path, limit, out, err);
	close(fd);
	return ok;
}

uint64_t file_size(const char *path)
{
	struct stat info;
	bool is_file = stat(path, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
	return is_file ? (uint64_t)info.st_size : 0;
}

bool file_map(const char *path, struct str *bytes, struct error *err)
{
	uint64_t size = file_size(path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *data = MAP_FAILED;
	if (fd >= 0 && size > 0 && size < SIZE_MAX)
		data = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		error_errno(err, ERROR_INPUT, "%s", path);
	else
		*bytes = str_make(data, (size_t)size);
	if (fd >= 0)
		close(fd);
	return data != MAP_FAILED;
}

/* munmap and madvise take what mmap gave, which is not const. */
static void *file_address(const char *data)
{
	union {
		const char *in;
		void *out;
	} address = {.in = data};
	return address.out;
}

void file_unmap(struct str bytes)
{
	munmap(file_address(bytes.data), bytes.len);
}

void file_forget(struct str bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t before = (page - (uintptr_t)bytes.data % page) % page;
	bytes = str_skip(bytes, before);
	if (bytes.len >= page)
		madvise(file_address(bytes.data), bytes.len / page * page, MADV_DONTNEED);
}

bool file_write_all(int fd, struct str content, const char *path, struct error *err)
{
	while (content.len > 0) {
		ssize_t n = write(fd, content.data, content.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, ERROR_STORAGE, "%s", path);
		content = str_skip(content, (size_t)n);
	}
	return true;
}

static bool file_write_synced(const char *path, struct str content, mode_t mode, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return error_errno(err, ERROR_STORAGE, "%s", path);
	bool ok = file_write_all(fd, content, path, err);
	if (ok && fsync(fd) != 0)
		ok = error_errno(err, ERROR_STORAGE, "%s", path);
	if (close(fd) != 0 && ok)
		ok = error_errno(err, ERROR_STORAGE, "%s", path);
	return ok;
}

bool file_write_atomic(const char *path, struct str content, mode_t mode, struct error *err)
{
	struct buf draft = {0};
	buf_addf(&draft, "%s.new", path);
	bool ok = file_write_synced(buf_text(&draft), content, mode, err);
	if (ok && rename(buf_text(&draft), path) != 0)
		ok = error_errno(err, ERROR_STORAGE, "%s", path);
	if (!ok)
		unlink(buf_text(&draft));
	buf_done(&draft);
	return ok;
}

static bool file_make_one(const char *path, struct error *err)
{
	struct stat st;
	if (mkdir(path, 0700) == 0)
		return true;
	if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	return error_errno(err, ERROR_STORAGE, "%s", path);
}

bool file_make_folder(const char *path, struct error *err)
{
	char *copy = mem_text(path);
	bool ok = true;
	for (char *p = copy + 1; ok && *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		ok = file_exists(copy) || file_make_one(copy, err);
		*p = '/';
	}
	ok = ok && file_make_one(copy, err);
	mem_free(copy);
	return ok;
}

int file_create_new(const char *path, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		int number = errno;
		error_errno(err, ERROR_STORAGE, "%s", path);
		errno = number;
	}
	return fd;
}

bool file_exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

char *file_join(const char *folder, const char *name)
{
	struct buf path = {0};
	buf_addf(&path, "%s/%s", folder, name);
	return buf_take(&path);
}
