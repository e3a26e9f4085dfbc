/* Lines, messages and codes out of the server's bytes. */
#include "proto/pop3/pop3_client.h"

void pop3_reader_done(struct pop3_reader *reader)
{
	buf_done(&reader->in);
	*reader = (struct pop3_reader){0};
}

static void reader_compact(struct pop3_reader *reader)
{
	buf_consume(&reader->in, reader->pos);
	reader->pos = 0;
}

enum codec pop3_reader_line(struct pop3_reader *reader, struct str *line)
{
	struct str unread = str_skip(buf_str(&reader->in), reader->pos);
	size_t end = str_find_char(str_skip(unread, reader->scanned), '\n');
	if (end == STR_NONE) {
		reader->scanned = unread.len;
		reader_compact(reader);
		return unread.len > POP3_LINE_MAX ? CODEC_BAD : CODEC_MORE;
	}
	*line = str_first(unread, reader->scanned + end);
	reader->pos += line->len + 1;
	reader->scanned = 0;
	reader->is_bare = line->len == 0 || line->data[line->len - 1] != '\r';
	if (!reader->is_bare)
		line->len--;
	return line->len > POP3_LINE_MAX ? CODEC_BAD : CODEC_EVENT;
}

void pop3_reader_begin(struct pop3_reader *reader)
{
	reader->line_starts = true;
	reader->last = '\n';
}

/* At the start of a line that begins with a dot: 0 as long as it is not clear what it is, else how
 * many bytes go: 1 the dot that was put in, more the end. */
static size_t reader_dot(const struct pop3_reader *reader, struct str unread)
{
	if (unread.len < 2)
		return 0;
	if (reader->is_bare && unread.data[1] == '\n')
		return 2;
	if (unread.data[1] != '\r')
		return 1;
	if (unread.len < 3)
		return 0;
	return unread.data[2] == '\n' ? 3 : 1;
}

/* All up to the next line that begins with a dot. */
static size_t reader_run(struct pop3_reader *reader, struct str unread)
{
	size_t at = 0;
	while (at < unread.len && !(reader->line_starts && unread.data[at] == '.')) {
		size_t end = str_find_char(str_skip(unread, at), '\n');
		reader->line_starts = false;
		if (end == STR_NONE) {
			at = unread.len;
			break;
		}
		char before = at + end > 0 ? unread.data[at + end - 1] : reader->last;
		reader->line_starts = reader->is_bare || before == '\r';
		at += end + 1;
	}
	if (at > 0)
		reader->last = unread.data[at - 1];
	return at;
}

enum codec pop3_reader_piece(struct pop3_reader *reader, struct str *piece, bool *is_end)
{
	struct str unread = str_skip(buf_str(&reader->in), reader->pos);
	*is_end = false;
	if (reader->line_starts && unread.len > 0 && unread.data[0] == '.') {
		size_t gone = reader_dot(reader, unread);
		if (gone == 0) {
			reader_compact(reader);
			return CODEC_MORE;
		}
		reader->pos += gone;
		reader->line_starts = false;
		reader->last = '.'; /* a line end behind it is looked at by its own CR */
		*is_end = gone > 1;
		if (*is_end)
			return CODEC_EVENT;
		unread = str_skip(unread, 1);
	}
	size_t len = reader_run(reader, unread);
	if (len == 0) {
		reader_compact(reader);
		return CODEC_MORE;
	}
	*piece = str_first(unread, len);
	reader->pos += len;
	return CODEC_EVENT;
}

enum pop3_code pop3_code_read(struct str *text)
{
	static const struct {
		const char *word;
		enum pop3_code code;
	} words[] = {
		{"IN-USE", POP3_CODE_IN_USE},
		{"LOGIN-DELAY", POP3_CODE_LOGIN_DELAY},
		{"SYS/TEMP", POP3_CODE_SYS_TEMP},
		{"SYS/PERM", POP3_CODE_SYS_PERM},
		{"AUTH", POP3_CODE_AUTH},
		{"UTF8", POP3_CODE_UTF8},
	};
	size_t end = str_find_char(*text, ']');
	if (text->len == 0 || text->data[0] != '[' || end == STR_NONE)
		return POP3_CODE_NONE;
	struct str word = str_skip(str_first(*text, end), 1);
	*text = str_trim(str_skip(*text, end + 1));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_equal_nocase(word, str_from(words[i].word)))
			return words[i].code;
	return POP3_CODE_OTHER;
}
