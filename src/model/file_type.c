/* What a file is. */
#include "model/file_type.h"

#include "base/utf8.h"

static const struct file_magic {
	const char *bytes;
	size_t offset, len;
	const char *type;
} magics[] = {
	{"\x89PNG\r\n\x1a\n", 0, 8, "image/png"},
	{"\xff\xd8\xff", 0, 3, "image/jpeg"},
	{"GIF87a", 0, 6, "image/gif"},
	{"GIF89a", 0, 6, "image/gif"},
	{"WEBP", 8, 4, "image/webp"},
	{"%PDF-", 0, 5, "application/pdf"},
	{"\x1f\x8b", 0, 2, "application/gzip"},
	{"BZh", 0, 3, "application/x-bzip2"},
	{"\xfd"
	 "7zXZ",
		0, 5, "application/x-xz"},
	{"\x28\xb5\x2f\xfd", 0, 4, "application/zstd"},
	{"OggS", 0, 4, "audio/ogg"},
	{"fLaC", 0, 4, "audio/flac"},
	{"ID3", 0, 3, "audio/mpeg"},
	{"ftyp", 4, 4, "video/mp4"},
	{"\x1a\x45\xdf\xa3", 0, 4, "video/webm"},
};

/* Names tell more where one container holds many kinds. */
static const struct file_ending {
	const char *ending, *type;
} endings[] = {
	{".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{".odt", "application/vnd.oasis.opendocument.text"},
	{".ods", "application/vnd.oasis.opendocument.spreadsheet"},
	{".odp", "application/vnd.oasis.opendocument.presentation"},
	{".doc", "application/msword"},
	{".xls", "application/vnd.ms-excel"},
	{".ppt", "application/vnd.ms-powerpoint"},
	{".zip", "application/zip"},
	{".tar", "application/x-tar"},
	{".svg", "image/svg+xml"},
	{".tif", "image/tiff"},
	{".tiff", "image/tiff"},
	{".heic", "image/heic"},
	{".wav", "audio/wav"},
	{".mp3", "audio/mpeg"},
	{".ics", "text/calendar"},
	{".vcf", "text/vcard"},
	{".csv", "text/csv"},
	{".html", "text/html"},
	{".htm", "text/html"},
	{".md", "text/markdown"},
	{".patch", "text/x-patch"},
	{".diff", "text/x-patch"},
	{".json", "application/json"},
	{".xml", "application/xml"},
	{".asc", "text/plain"},
};

/* UTF-8 but for a character that the end cuts, without control characters that text has not. */
static bool file_is_text(struct str first)
{
	size_t at = 0;
	while (at < first.len) {
		unsigned char c = (unsigned char)first.data[at];
		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f')
			return false;
		size_t len = 1;
		if (utf8_next(str_skip(first, at), &len) == UTF8_BAD && len == 1)
			return at > 0 && first.len - at < 4;
		at += len;
	}
	return true;
}

const char *file_type_of(struct str name, struct str first)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		const struct file_magic *m = &magics[i];
		if (first.len >= m->offset + m->len &&
			memcmp(first.data + m->offset, m->bytes, m->len) == 0)
			return m->type;
	}
	bool is_text = file_is_text(first);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		bool says_text = strncmp(endings[i].type, "text/", 5) == 0;
		if (str_ends_nocase(name, str_from(endings[i].ending)) && (is_text || !says_text))
			return endings[i].type;
	}
	return is_text ? "text/plain" : "application/octet-stream";
}
