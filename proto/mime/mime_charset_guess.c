#include "proto/mime/mime.h"
#include "base/utf8.h"
const char *mime_charset_guess(struct str bytes)
{
	return utf8_is_valid(bytes) ? "UTF-8" : "windows-1252";
}
