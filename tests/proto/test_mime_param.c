/* Structured values and their parameters. */
#include <criterion/criterion.h>

#include "proto/mime/mime.h"

/* As "value|name=value|…". */
Test(mime_param, reads_values_and_parameters)
{
	static const struct {
		const char *raw, *want;
	} rows[] = {
		{"text/plain", "text/plain"},
		{"TEXT/Plain; Charset=UTF-8", "text/plain|charset=UTF-8"},
		{"text / plain ; charset = \"utf-8\"", "text/plain|charset=utf-8"},
		{"text/plain; charset=us-ascii (Plain text)", "text/plain|charset=us-ascii"},
		{"text/plain (a (nested) comment); (x) charset=utf-8", "text/plain|charset=utf-8"},
		{"text/plain charset=utf-8", "text/plain|charset=utf-8"},
		{"text/plain; charset=utf-8 format=flowed",
			"text/plain|charset=utf-8|format=flowed"},
		{"text/plain;charset=utf-8;;format=flowed;",
			"text/plain|charset=utf-8|format=flowed"},
		{"multipart/mixed; boundary=\"a;b=\\\"c\\\"\"",
			"multipart/mixed|boundary=a;b=\"c\""},
		{"multipart/mixed;\r\n\tboundary=\"a\r\n b\"", "multipart/mixed|boundary=a b"},
		{"multipart/mixed; boundary=\"open", "multipart/mixed|boundary=open"},
		{"attachment; filename=my file.txt; size=3",
			"attachment|filename=my file.txt|size=3"},
		{"attachment; filename", "attachment"},
		{"attachment; =x; a=1", "attachment|a=1"},
		{"", ""},
		{"a/b; x=", "a/b|x="},
		{"a/b; x=\"\"", "a/b|x="},
		{";;;", ""},
		{"a/b; x=1; x=2", "a/b|x=1"},
		/* RFC 2231 3: continuations */
		{"message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n "
		 "URL*1=\"cs.utk.edu/x.tar\"",
			"message/external-body|access-type=URL|url=ftp://cs.utk.edu/x.tar"},
		/* RFC 2231 4: charset and language */
		{"a/b; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
			"a/b|title=This is ***fun***"},
		/* RFC 2231 4.1: both */
		{"a/b; title*0*=us-ascii'en'This%20is%20even%20more%20; "
		 "title*1*=%2A%2A%2Afun%2A%2A%2A%20; "
		 "title*2=\"isn't it!\"",
			"a/b|title=This is even more ***fun*** isn't it!"},
		{"a/b; t*1=b; t*0=a; u=x; t*10=d; t*2=c", "a/b|t=abcd|u=x"},
		{"a/b; t*0*=utf-8''%C3; t*1*=%A4", "a/b|t=ä"},
		{"a/b; t*=''%E4", "a/b|t=ä"},
		{"a/b; t*=x-nobody''%C3%A4", "a/b|t=ä"},
		{"a/b; t*=\"utf-8''%C3%A4\"", "a/b|t=ä"},
		{"a/b; t*=plain%20text", "a/b|t=plain text"},
		{"a/b; t=plain; t*=utf-8''%C3%A4", "a/b|t=ä"},
		{"a/b; t*=utf-8''100%", "a/b|t=100%"},
		{"a/b; t*=iso-8859-1''%a3", "a/b|t=£"},
		{"a/b; name=\"=?utf-8?Q?=C3=A4?=.txt\"", "a/b|name=ä.txt"},
		{"a/b; name==?utf-8?Q?=C3=A4?=", "a/b|name=ä"},
		{"a/b; name=\"=?utf-8?B?w6Q=?=\r\n =?utf-8?B?w7Y=?=\"", "a/b|name=äö"},
		{"a/b; name*0=\"=?utf-8?Q?=C3\"; name*1=\"=A4?=\"", "a/b|name=ä"},
		{"a/b; name=\"Gr\xfc\xdf"
		 "e.txt\"",
			"a/b|name=Grüße.txt"},
		{"a/b; name=\"../../etc/passwd\"", "a/b|name=../../etc/passwd"},
		{"a/b; t*=utf-8''a%0D%0Ab%00c", "a/b|t=a  b c"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct mime_params params;
		struct buf got = {0};
		mime_params_parse(str_from(rows[i].raw), &params);
		buf_add_text(&got, params.value);
		for (size_t k = 0; k < params.count; k++)
			buf_addf(&got, "|%s=%s", params.items[k].name, params.items[k].value);
		cr_expect_str_eq(buf_text(&got), rows[i].want, "%s: got %s, want %s", rows[i].raw,
			buf_text(&got), rows[i].want);
		mime_params_done(&params);
		buf_done(&got);
	}
}

Test(mime_param, bounds_how_many_there_are)
{
	static const char *const pieces[] = {";a=b", ";", "(", "x*0=\"", "a*1*=%", "\"", "; a*0=x"};
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		struct buf raw = {0};
		struct mime_params params;
		buf_add_text(&raw, "text/plain");
		while (raw.len < 256 * 1024)
			buf_add_text(&raw, pieces[i]);
		mime_params_parse(buf_str(&raw), &params);
		cr_expect_leq(params.count, 1000);
		mime_params_done(&params);
		buf_done(&raw);
	}
}
