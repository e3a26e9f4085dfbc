/* Who holds a profile: a lock and a FIFO. */
#include "engine/profile.h"

#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef F_OFD_SETLK
#define F_OFD_GETLK F_GETLK
#define F_OFD_SETLK F_SETLK /* the process's lock does where the open file's is not known */
#endif

struct profile {
	int lock;          /* held while open; -1 for guests */
	int fifo;          /* holder: read end, kept open for writing too so that it never ends */
	char *fifo_path;   /* owned */
	char *answer_path; /* owned */
};

static int profile_lock(const char *path, bool *is_holder, struct error *err)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		error_errno(err, ERROR_STORAGE, "%s", path);
		return -1;
	}
	*is_holder = fcntl(fd, F_OFD_SETLK, &whole) == 0;
	return fd;
}

static int profile_listen(const char *path, struct error *err)
{
	struct stat st;
	if (mkfifo(path, 0600) != 0 && errno != EEXIST) {
		error_errno(err, ERROR_STORAGE, "%s", path);
		return -1;
	}
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode)) {
		error_errno(err, ERROR_STORAGE, "%s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static bool profile_begin(
	struct profile *p, const char *state_path, bool *is_holder, struct error *err)
{
	if (!file_make_folder(state_path, err))
		return false;
	char *lock_path = file_join(state_path, "lock");
	p->fifo_path = file_join(state_path, "wake");
	p->answer_path = file_join(state_path, "done");
	p->lock = profile_lock(lock_path, is_holder, err);
	mem_free(lock_path);
	if (p->lock < 0)
		return false;
	if (!*is_holder)
		return true;
	p->fifo = profile_listen(p->fifo_path, err);
	return p->fifo >= 0;
}

struct profile *profile_open(const char *state_path, bool *is_holder, struct error *err)
{
	struct profile *p = mem_new(sizeof(*p));
	p->lock = -1;
	p->fifo = -1;
	if (profile_begin(p, state_path, is_holder, err))
		return p;
	profile_close(p);
	return NULL;
}

void profile_close(struct profile *p)
{
	if (p == NULL)
		return;
	if (p->fifo >= 0)
		close(p->fifo);
	if (p->lock >= 0)
		close(p->lock);
	mem_free(p->fifo_path);
	mem_free(p->answer_path);
	mem_free(p);
}

int profile_fd(const struct profile *p)
{
	return p->fifo;
}

void profile_calls(struct profile *p, struct buf *out)
{
	char bytes[4096];
	ssize_t n;
	while (p->fifo >= 0 && (n = read(p->fifo, bytes, sizeof(bytes))) > 0 && out->len < 65536)
		buf_add_bytes(out, bytes, (size_t)n);
}

bool profile_call(struct profile *p, const char *line)
{
	struct buf text = {0};
	int fd = open(p->fifo_path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	buf_addf(&text, "%s\n", line);
	bool ok = write(fd, text.data, text.len) == (ssize_t)text.len;
	buf_done(&text);
	close(fd);
	return ok;
}

bool profile_answer(struct profile *p, struct str tokens, struct error *err)
{
	return file_write_atomic(p->answer_path, tokens, 0600, err);
}

bool profile_is_answered(const struct profile *p, const char *token)
{
	struct buf answer = {0};
	bool found = false;
	if (file_read(p->answer_path, 65536, &answer, NULL)) {
		struct str rest = buf_str(&answer);
		while (!found && rest.len > 0)
			found = str_equal(str_cut(&rest, '\n'), str_from(token));
	}
	buf_done(&answer);
	return found;
}

bool profile_is_held(const struct profile *p)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	return fcntl(p->lock, F_OFD_GETLK, &whole) != 0 || whole.l_type != F_UNLCK;
}
