/* Messages of the simulator: made from a number, so that a test can tell what it should read. */
#include "tests/sim/sim_server.h"

#include "base/base64.h"

static void sim_mail_header(const struct sim_mail *mail, struct buf *out)
{
	unsigned n = mail->number;
	buf_addf(out,
		"Received: from relay.example by mx.example; Mon, 6 May 2024 10:%02u:00 "
		"+0000\r\n",
		n % 60);
	buf_addf(out, "Date: Mon, 6 May 2024 10:%02u:%02u +0000\r\n", n / 60 % 60, n % 60);
	if (mail->from != NULL)
		buf_addf(out, "From: %s\r\n", mail->from);
	else
		buf_addf(out, "From: Person %u <p%u@example.org>\r\n", n % 7, n % 7);
	buf_add_text(out, "To: Ann <ann@example.org>\r\n");
	if (mail->subject != NULL)
		buf_addf(out, "Subject: %s\r\n", mail->subject);
	else
		buf_addf(out, "Subject: Talk %u\r\n", n);
	buf_addf(out, "Message-ID: <m%u@example.org>\r\nMIME-Version: 1.0\r\n", n);
}

static void sim_mail_text(const struct sim_mail *mail, struct buf *out)
{
	size_t start = out->len;
	buf_addf(out, "This is the text of talk %u.\r\n", mail->number);
	for (unsigned i = 0; out->len - start < mail->text; i++)
		buf_addf(
			out, "Line %u of the text of talk %u, which goes on.\r\n", i, mail->number);
}

static void sim_mail_attachment(const struct sim_mail *mail, struct buf *out)
{
	char bytes[57];
	for (size_t i = 0; i < mail->attachment; i += sizeof(bytes)) {
		for (size_t j = 0; j < sizeof(bytes); j++)
			bytes[j] = (char)((i + j) * 31 >> 3);
		size_t len =
			mail->attachment - i < sizeof(bytes) ? mail->attachment - i : sizeof(bytes);
		base64_encode(str_make(bytes, len), out);
		buf_add_text(out, "\r\n");
	}
}

void sim_mail_make(const struct sim_mail *mail, struct buf *out)
{
	sim_mail_header(mail, out);
	if (mail->attachment == 0) {
		buf_add_text(out, "Content-Type: text/plain; charset=utf-8\r\n\r\n");
		sim_mail_text(mail, out);
		return;
	}
	buf_add_text(out, "Content-Type: multipart/mixed; boundary=\"edge\"\r\n\r\n--edge\r\n"
			  "Content-Type: text/plain; charset=utf-8\r\n\r\n");
	sim_mail_text(mail, out);
	buf_add_text(out, "\r\n--edge\r\nContent-Type: application/octet-stream; "
			  "name=\"data.bin\"\r\nContent-Disposition: attachment; "
			  "filename=\"data.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	sim_mail_attachment(mail, out);
	buf_add_text(out, "\r\n--edge--\r\n");
}

uint32_t sim_mail_deliver(struct sim_server *server, const char *wire, unsigned number)
{
	struct buf bytes = {0};
	sim_mail_make(&(struct sim_mail){.number = number}, &bytes);
	uint32_t uid = sim_deliver(server, wire, buf_str(&bytes));
	buf_done(&bytes);
	return uid;
}
