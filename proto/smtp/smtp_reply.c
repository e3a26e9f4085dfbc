/* Replies (RFC 5321 4.2) and what EHLO tells, from bytes. */
#include "base/memory.h"
#include "proto/smtp/smtp_client.h"

void smtp_reader_done(struct smtp_reader *reader)
{
	buf_done(&reader->in);
	buf_done(&reader->enhanced);
	buf_done(&reader->text);
	*reader = (struct smtp_reader){0};
}

void smtp_reader_forget(struct smtp_reader *reader)
{
	smtp_reader_done(reader);
}

/* One line without its end; false when there is none yet. */
static bool reply_line(struct smtp_reader *reader, struct str *line)
{
	struct str unread = str_skip(buf_str(&reader->in), reader->pos);
	size_t end = str_find_char(str_skip(unread, reader->scanned), '\n');
	if (end == STR_NONE) {
		reader->scanned = unread.len;
		return false;
	}
	*line = str_first(unread, reader->scanned + end);
	reader->pos += line->len + 1;
	reader->scanned = 0;
	if (line->len > 0 && line->data[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* "5.1.1" of the class of the code (RFC 2034); its length, or 0. */
static size_t reply_enhanced(struct str text, unsigned code)
{
	size_t at = 0;
	for (int part = 0; part < 3; part++) {
		size_t digits = 0;
		while (at < text.len && ascii_is_digit(text.data[at]) && digits < 3) {
			at++;
			digits++;
		}
		if (digits == 0 || (part < 2 && (at >= text.len || text.data[at++] != '.')))
			return 0;
	}
	bool is_word = at == text.len || text.data[at] == ' ';
	return is_word && text.data[1] == '.' && text.data[0] == (char)('0' + code / 100) ? at : 0;
}

static bool reply_code(struct str line, unsigned *code)
{
	uint32_t number = 0;
	if (line.len < 3 || !str_to_u32(str_first(line, 3), &number) || number < 100 ||
		number > 599)
		return false;
	*code = number;
	return line.len == 3 || line.data[3] == ' ' || line.data[3] == '-';
}

/* Adds a line to the reply; *is_last when it ends it. */
static bool reply_add(struct smtp_reader *reader, struct str line, bool *is_last)
{
	if (line.len > SMTP_REPLY_LINE_MAX || reader->lines >= SMTP_REPLY_LINES_MAX ||
		!reply_code(line, &reader->code))
		return false;
	if (reader->lines == 0) {
		buf_clear(&reader->text);
		buf_clear(&reader->enhanced);
	} else {
		buf_add_char(&reader->text, '\n');
	}
	reader->lines++;
	*is_last = line.len == 3 || line.data[3] == ' ';
	struct str text = str_skip(line, 4);
	size_t enhanced = reply_enhanced(text, reader->code);
	if (enhanced > 0) {
		buf_clear(&reader->enhanced);
		buf_add(&reader->enhanced, str_first(text, enhanced));
		text = str_skip(text, enhanced + 1);
	}
	buf_add(&reader->text, text);
	return true;
}

enum codec smtp_reader_next(struct smtp_reader *reader, struct smtp_reply *reply)
{
	struct str line;
	bool is_last = false;
	while (!is_last) {
		if (!reply_line(reader, &line)) {
			buf_consume(&reader->in, reader->pos);
			reader->pos = 0;
			return reader->in.len > SMTP_REPLY_LINE_MAX + 2 ? CODEC_BAD : CODEC_MORE;
		}
		if (!reply_add(reader, line, &is_last))
			return CODEC_BAD;
	}
	reader->lines = 0;
	*reply = (struct smtp_reply){
		reader->code, buf_str(&reader->enhanced), buf_str(&reader->text)};
	return CODEC_EVENT;
}

/* ---- EHLO. ---- */

static void extension_mechanisms(struct smtp_extensions *extensions, struct str words)
{
	while (words.len > 0) {
		struct str word = str_cut(&words, ' ');
		if (word.len == 0)
			continue;
		buf_add(&extensions->mechanisms, word);
		buf_add_char(&extensions->mechanisms, ' ');
	}
}

static void extension_read(struct smtp_extensions *extensions, struct str line)
{
	static const struct {
		const char *word;
		enum smtp_extension extension;
	} words[] = {
		{"STARTTLS", SMTP_EXT_STARTTLS},
		{"AUTH", SMTP_EXT_AUTH},
		{"PIPELINING", SMTP_EXT_PIPELINING},
		{"CHUNKING", SMTP_EXT_CHUNKING},
		{"SIZE", SMTP_EXT_SIZE},
		{"8BITMIME", SMTP_EXT_8BITMIME},
		{"SMTPUTF8", SMTP_EXT_SMTPUTF8},
		{"ENHANCEDSTATUSCODES", SMTP_EXT_ENHANCED},
		{"DSN", SMTP_EXT_DSN},
	};
	/* "AUTH=PLAIN LOGIN" is how it was written before RFC 2554. */
	bool is_old = str_starts_nocase(line, STR("AUTH="));
	struct str word = str_cut(&line, is_old ? '=' : ' ');
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!str_equal_nocase(word, str_from(words[i].word)))
			continue;
		extensions->bits |= 1u << words[i].extension;
		if (words[i].extension == SMTP_EXT_AUTH)
			extension_mechanisms(extensions, line);
		if (words[i].extension == SMTP_EXT_SIZE &&
			!str_to_u64(str_trim(line), &extensions->size_max))
			extensions->size_max = 0;
	}
}

/* The first line is the server's name. */
void smtp_extensions_read(struct smtp_extensions *extensions, struct str ehlo_text)
{
	extensions->bits = 0;
	extensions->size_max = 0;
	buf_clear(&extensions->mechanisms);
	str_cut(&ehlo_text, '\n');
	while (ehlo_text.len > 0)
		extension_read(extensions, str_trim(str_cut(&ehlo_text, '\n')));
}
