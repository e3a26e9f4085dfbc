/* What lies below a path: Maildirs, mboxes, files of one message. */
#include "mailbox/mailbox.h"

#include "base/array.h"
#include "base/file.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_DEPTH = 32, FILES_MAX = 10 * 1000 * 1000, FILES_LOOK = 4096 };

static const struct format_name {
	const char *name;
	enum mailbox_format format;
} format_names[] = {
	{"mboxo", MAILBOX_MBOXO},
	{"mboxrd", MAILBOX_MBOXRD},
	{"mboxcl", MAILBOX_MBOXCL},
	{"mboxcl2", MAILBOX_MBOXCL2},
	{"maildir", MAILBOX_MAILDIR},
	{"eml", MAILBOX_EML},
	{"tree", MAILBOX_TREE},
};

enum mailbox_format mailbox_format_of(struct str name)
{
	for (size_t i = 0; i < sizeof(format_names) / sizeof(*format_names); i++)
		if (str_equal(name, str_from(format_names[i].name)))
			return format_names[i].format;
	return MAILBOX_GUESS;
}

const char *mailbox_format_name(enum mailbox_format format)
{
	for (size_t i = 0; i < sizeof(format_names) / sizeof(*format_names); i++)
		if (format_names[i].format == format)
			return format_names[i].name;
	return "";
}

/* ---- Maildir names. ---- */

static const struct maildir_letter {
	char letter;
	flags_t flag;
} maildir_letters[] = {
	/* in the order in which they must stand */
	{'D', FLAG_DRAFT},
	{'F', FLAG_FLAGGED},
	{'P', FLAG_FORWARDED},
	{'R', FLAG_ANSWERED},
	{'S', FLAG_SEEN},
	{'T', FLAG_DELETED},
};

static size_t maildir_info(struct str name)
{
	for (size_t i = 0; i + 2 < name.len; i++)
		if (strchr(":;!", name.data[i]) != NULL && name.data[i + 1] == '2' &&
			name.data[i + 2] == ',')
			return i;
	return name.len;
}

struct str maildir_base(struct str name)
{
	return str_first(name, maildir_info(name));
}

flags_t maildir_flags(struct str name, unsigned *keywords)
{
	flags_t flags = 0;
	struct str info = str_skip(name, maildir_info(name) + 3);
	*keywords = 0;
	for (size_t i = 0; i < info.len; i++) {
		for (size_t j = 0; j < sizeof(maildir_letters) / sizeof(*maildir_letters); j++)
			if (maildir_letters[j].letter == info.data[i])
				flags |= maildir_letters[j].flag;
		if (info.data[i] >= 'a' && info.data[i] <= 'z')
			*keywords |= 1u << (info.data[i] - 'a');
	}
	return flags;
}

void maildir_flags_print(flags_t flags, struct buf *out)
{
	buf_add_text(out, ":2,");
	for (size_t j = 0; j < sizeof(maildir_letters) / sizeof(*maildir_letters); j++)
		if ((flags & maildir_letters[j].flag) != 0)
			buf_add_char(out, maildir_letters[j].letter);
}

/* ---- Looking. ---- */

static bool is_folder(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool has_folder(const char *path, const char *name)
{
	char *below = file_join(path, name);
	bool has = is_folder(below);
	mem_free(below);
	return has;
}

static bool is_maildir(const char *path)
{
	return has_folder(path, "cur") && has_folder(path, "new");
}

/* A header's first line: "Name: …". */
static bool is_header(struct str text)
{
	size_t i = 0;
	while (i < text.len && text.data[i] > ' ' && text.data[i] < 127 && text.data[i] != ':')
		i++;
	return i > 0 && i < text.len && text.data[i] == ':';
}

static bool look_file(const char *path, enum mailbox_format *format)
{
	char bytes[FILES_LOOK];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, bytes, sizeof(bytes)) : -1;
	if (fd >= 0)
		close(fd);
	struct str text = str_make(bytes, n > 0 ? (size_t)n : 0);
	while (text.len > 0 && (text.data[0] == '\n' || text.data[0] == '\r'))
		text = str_skip(text, 1);
	*format = str_starts(text, STR("From ")) ? MAILBOX_MBOXO
		  : is_header(text)              ? MAILBOX_EML
						 : MAILBOX_GUESS;
	return *format != MAILBOX_GUESS;
}

bool mailbox_look(const char *path, enum mailbox_format *format, struct error *err)
{
	struct stat st;
	*format = MAILBOX_GUESS;
	if (stat(path, &st) != 0)
		return error_errno(err, ERROR_INPUT, "%s", path);
	if (S_ISDIR(st.st_mode))
		*format = is_maildir(path) ? MAILBOX_MAILDIR : MAILBOX_TREE;
	else if (S_ISREG(st.st_mode) && st.st_size == 0)
		*format = MAILBOX_MBOXO;
	else if (S_ISREG(st.st_mode))
		look_file(path, format);
	return *format != MAILBOX_GUESS ||
	       error_set(err, ERROR_INPUT,
		       "%s is neither an mbox, a Maildir, a message nor a folder of these", path);
}

/* ---- Listing. ---- */

static void file_done(struct mailbox_file *f)
{
	mem_free(f->path);
	mem_free(f->folder);
	mem_free(f->keywords);
}

void mailbox_files_done(struct mailbox_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		file_done(&files->items[i]);
	mem_free(files->items);
	*files = (struct mailbox_files){0};
}

static struct mailbox_file *file_add(struct mailbox_files *files, const char *path,
	const char *folder, enum mailbox_format format)
{
	struct stat st = {0};
	files->items = array_room(files->items, files->count, &files->cap, sizeof(*files->items));
	struct mailbox_file *f = &files->items[files->count++];
	bool has = lstat(path, &st) == 0;
	*f = (struct mailbox_file){.path = mem_text(path),
		.folder = mem_text(folder),
		.format = format,
		.modified = has ? (int64_t)st.st_mtime : 0};
	return f;
}

static int name_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a folder, sorted, without "." and "..". */
static bool names_read(const char *path, char ***names, size_t *count, struct error *err)
{
	size_t cap = 0;
	*names = NULL;
	*count = 0;
	DIR *dir = opendir(path);
	if (dir == NULL)
		return error_errno(err, ERROR_INPUT, "%s", path);
	for (struct dirent *e = readdir(dir); e != NULL && *count < FILES_MAX; e = readdir(dir)) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		*names = array_room(*names, *count, &cap, sizeof(**names));
		(*names)[(*count)++] = mem_text(e->d_name);
	}
	closedir(dir);
	if (*count > 1)
		qsort(*names, *count, sizeof(**names), name_order);
	return true;
}

static void names_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mem_free(names[i]);
	mem_free(names);
}

/* Dovecot's list of keywords: "0 Work" is the letter a. */
static void keywords_read(const char *path, char *names[26])
{
	struct buf text = {0};
	char *file = file_join(path, "dovecot-keywords");
	if (file_exists(file) && file_read(file, 65536, &text, NULL)) {
		struct str rest = buf_str(&text);
		while (rest.len > 0) {
			uint32_t number;
			struct str line = str_cut(&rest, '\n');
			struct str digits = str_cut(&line, ' ');
			if (str_to_u32(digits, &number) && number < 26 && line.len > 0) {
				mem_free(names[number]);
				names[number] = mem_str(str_trim(line));
			}
		}
	}
	mem_free(file);
	buf_done(&text);
}

static char *keywords_named(unsigned letters, char *const names[26])
{
	struct buf out = {0};
	for (int i = 0; i < 26; i++)
		if ((letters >> i & 1) != 0 && names[i] != NULL)
			buf_addf(&out, "%s%s", out.len > 0 ? " " : "", names[i]);
	if (out.len > 0)
		return buf_take(&out);
	buf_done(&out);
	return NULL;
}

static bool maildir_half(const char *path, const char *half, const char *folder,
	char *const keywords[26], struct mailbox_files *files, struct error *err)
{
	char **names = NULL;
	size_t count = 0;
	char *below = file_join(path, half);
	bool ok = names_read(below, &names, &count, err);
	for (size_t i = 0; ok && i < count; i++) {
		unsigned letters;
		if (names[i][0] == '.')
			continue;
		char *file = file_join(below, names[i]);
		struct mailbox_file *f = file_add(files, file, folder, MAILBOX_MAILDIR);
		f->is_new = half[0] == 'n';
		f->flags = maildir_flags(str_from(names[i]), &letters);
		f->keywords = keywords_named(letters, keywords);
		mem_free(file);
	}
	names_free(names, count);
	mem_free(below);
	return ok;
}

static char *folder_below(const char *folder, struct str name)
{
	struct buf out = {0};
	buf_addf(&out, "%s%s%.*s", folder, folder[0] != '\0' ? "/" : "", (int)name.len, name.data);
	return buf_take(&out);
}

static bool maildir_list(
	const char *path, const char *folder, struct mailbox_files *files, struct error *err)
{
	char *keywords[26] = {0};
	keywords_read(path, keywords);
	bool ok = maildir_half(path, "cur", folder, keywords, files, err) &&
		  maildir_half(path, "new", folder, keywords, files, err);
	for (int i = 0; i < 26; i++)
		mem_free(keywords[i]);
	return ok;
}

/* Maildir++: ".A.B" beside cur and new is the folder A/B. */
static bool maildir_list_all(
	const char *path, const char *folder, struct mailbox_files *files, struct error *err)
{
	char **names = NULL;
	size_t count = 0;
	bool ok = maildir_list(path, folder, files, err) && names_read(path, &names, &count, err);
	for (size_t i = 0; ok && i < count; i++) {
		char *below = file_join(path, names[i]);
		if (names[i][0] == '.' && names[i][1] != '\0' && is_maildir(below)) {
			for (char *c = names[i] + 1; *c != '\0'; c++)
				*c = *c == '.' ? '/' : *c;
			char *sub = folder_below(folder, str_from(names[i] + 1));
			ok = maildir_list(below, sub, files, err);
			mem_free(sub);
		}
		mem_free(below);
	}
	names_free(names, count);
	return ok;
}

static bool tree_list(const char *path, const char *folder, int depth, struct mailbox_files *files,
	struct error *err);

/* "Lists.mbox" is the folder Lists. */
static struct str folder_name(const char *name)
{
	struct str s = str_from(name);
	return str_ends_nocase(s, STR(".mbox")) && s.len > 5 ? str_first(s, s.len - 5) : s;
}

static bool tree_item(const char *path, const char *name, const char *folder, int depth,
	struct mailbox_files *files, struct error *err)
{
	struct stat st;
	enum mailbox_format format;
	char *sub = NULL;
	bool ok = true;
	if (name[0] == '.' || lstat(path, &st) != 0)
		return true;
	if (S_ISDIR(st.st_mode)) {
		sub = folder_below(folder, str_from(name));
		ok = is_maildir(path) ? maildir_list_all(path, sub, files, err)
				      : tree_list(path, sub, depth + 1, files, err);
	} else if (S_ISREG(st.st_mode) && look_file(path, &format)) {
		sub = format == MAILBOX_EML ? mem_text(folder)
					    : folder_below(folder, folder_name(name));
		file_add(files, path, sub, format);
	}
	mem_free(sub);
	return ok;
}

static bool tree_list(const char *path, const char *folder, int depth, struct mailbox_files *files,
	struct error *err)
{
	char **names = NULL;
	size_t count = 0;
	if (depth > FILES_DEPTH)
		return error_set(err, ERROR_INPUT, "%s: the folders are nested too deep", path);
	bool ok = names_read(path, &names, &count, err);
	for (size_t i = 0; ok && i < count; i++) {
		char *below = file_join(path, names[i]);
		ok = tree_item(below, names[i], folder, depth, files, err);
		mem_free(below);
	}
	names_free(names, count);
	return ok;
}

bool mailbox_list(const char *path, enum mailbox_format format, struct mailbox_files *files,
	struct error *err)
{
	enum mailbox_format seen;
	*files = (struct mailbox_files){0};
	if (format == MAILBOX_GUESS && !mailbox_look(path, &format, err))
		return false;
	bool ok = true;
	bool is_dir = is_folder(path);
	if (is_dir && format == MAILBOX_MAILDIR)
		ok = maildir_list_all(path, "", files, err);
	else if (is_dir)
		ok = tree_list(path, "", 0, files, err);
	else if (!mailbox_look(path, &seen, err))
		ok = false;
	else
		file_add(files, path, "", format);
	if (!ok)
		mailbox_files_done(files);
	return ok;
}
