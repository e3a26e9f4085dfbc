/* Names of files as they are typed. */
#include "ui/path.h"

#include "base/memory.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>

static int hex_digit(char c)
{
	return ascii_is_digit(c)                                ? c - '0'
	       : ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f' ? ascii_lower(c) - 'a' + 10
								: -1;
}

static void path_add_url(struct str rest, struct buf *out)
{
	if (str_starts(rest, STR("localhost/")))
		rest = str_skip(rest, 9);
	for (size_t i = 0; i < rest.len; i++) {
		int high =
			i + 2 < rest.len && rest.data[i] == '%' ? hex_digit(rest.data[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(rest.data[i + 2]) : -1;
		bool is_code = low >= 0 && high * 16 + low != 0;
		buf_add_char(out, is_code ? (char)(high * 16 + low) : rest.data[i]);
		i += is_code ? 2 : 0;
	}
}

static void path_add_unquoted(struct str typed, struct buf *out)
{
	char quote = 0;
	for (size_t i = 0; i < typed.len; i++) {
		char c = typed.data[i];
		if (quote == 0 && (c == '\'' || c == '"'))
			quote = c;
		else if (c == quote && quote != 0)
			quote = 0;
		else if (c == '\\' && quote != '\'' && i + 1 < typed.len)
			buf_add_char(out, typed.data[++i]);
		else
			buf_add_char(out, c);
	}
}

static bool path_exists(const char *path)
{
	struct stat found;
	return stat(path, &found) == 0;
}

static void path_home(struct str typed, struct buf *out)
{
	const char *home = getenv("HOME");
	bool is_home = home != NULL && typed.len > 0 && typed.data[0] == '~' &&
		       (typed.len == 1 || typed.data[1] == '/');
	if (is_home)
		buf_add_text(out, home);
	buf_add(out, is_home ? str_skip(typed, 1) : typed);
}

void path_expand(struct str typed, struct buf *out)
{
	struct buf plain = {0};
	typed = str_trim(typed);
	if (str_starts_nocase(typed, STR("file://"))) {
		path_add_url(str_skip(typed, 7), out);
		return;
	}
	path_home(typed, &plain);
	if (path_exists(buf_text(&plain))) {
		buf_add(out, buf_str(&plain));
	} else {
		buf_clear(&plain);
		path_add_unquoted(typed, &plain);
		path_home(buf_str(&plain), out);
	}
	buf_done(&plain);
}

size_t path_each(
	struct str typed, size_t most, void (*done)(void *context, const char *path), void *context)
{
	struct buf name = {0};
	glob_t found = {0};
	size_t count = 0;
	path_expand(typed, &name);
	if (name.len > 0 && path_exists(buf_text(&name))) {
		done(context, buf_text(&name));
		count = 1;
	} else if (name.len > 0 && glob(buf_text(&name), 0, NULL, &found) == 0) {
		for (; count < found.gl_pathc && count < most; count++)
			done(context, found.gl_pathv[count]);
		globfree(&found);
	}
	buf_done(&name);
	return count;
}

static void common_add(struct buf *common, size_t *count, struct str name)
{
	size_t same = 0;
	if ((*count)++ == 0) {
		buf_add(common, name);
		return;
	}
	while (same < common->len && same < name.len && common->data[same] == name.data[same])
		same++;
	while (same > 0 && same < common->len && ((unsigned char)common->data[same] & 0xc0) == 0x80)
		same--;
	buf_truncate(common, same);
}

static bool path_is_folder(struct str folder, struct str name)
{
	struct buf path = {0};
	struct stat found;
	buf_add(&path, folder);
	buf_add(&path, name);
	bool is_folder = stat(buf_text(&path), &found) == 0 && S_ISDIR(found.st_mode);
	buf_done(&path);
	return is_folder;
}

bool path_complete(struct str typed, struct buf *completed)
{
	struct buf name = {0}, common = {0};
	size_t start = 0, count = 0;
	path_expand(typed, &name);
	for (size_t i = 0; i < name.len; i++)
		start = name.data[i] == '/' ? i + 1 : start;
	struct str folder = str_first(buf_str(&name), start),
		   begun = str_skip(buf_str(&name), start);
	char *place = folder.len > 0 ? mem_str(folder) : mem_text(".");
	DIR *dir = opendir(place);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		struct str found = str_from(entry->d_name);
		if (str_starts(found, begun) && (begun.len > 0 || found.data[0] != '.'))
			common_add(&common, &count, found);
	}
	if (dir != NULL)
		closedir(dir);
	mem_free(place);
	bool is_folder = count == 1 && path_is_folder(folder, buf_str(&common));
	bool is_longer = count > 0 && (common.len > begun.len || is_folder);
	if (is_longer) {
		buf_add(completed, folder);
		buf_add(completed, buf_str(&common));
		if (is_folder)
			buf_add_char(completed, '/');
	}
	buf_done(&name);
	buf_done(&common);
	return is_longer;
}
