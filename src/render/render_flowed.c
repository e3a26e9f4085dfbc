/* format=flowed, RFC 3676 section 4: lines that end in a blank go on in the next one of the same
 * quote depth; a line begins with its marks, then perhaps one stuffed blank. The signature line
 * "-- " ends in a blank and is nevertheless whole (4.3). */
#include "render/render_quote.h"
#include "render/render_text.h"

struct paragraph {
	struct buf text;
	int quote;
	bool is_open;
};

static void paragraph_end(struct text_writer *w, struct paragraph *p)
{
	if (!p->is_open)
		return;
	text_writer_line(w, buf_str(&p->text), p->quote);
	buf_clear(&p->text);
	p->is_open = false;
}

void render_flowed_add(struct text_writer *w, struct str text, bool is_delsp)
{
	struct paragraph p = {0};
	while (text.len > 0) {
		struct str line = str_cut(&text, '\n');
		int quote = render_quote_cut(&line, true);
		bool is_signature = render_quote_is_signature(line);
		if (p.is_open && (p.quote != quote || is_signature))
			paragraph_end(w, &p);
		bool is_soft = !is_signature && line.len > 0 && line.data[line.len - 1] == ' ';
		if (is_soft && is_delsp)
			line.len--;
		buf_add(&p.text, line);
		p.quote = quote;
		p.is_open = true;
		if (!is_soft)
			paragraph_end(w, &p);
	}
	paragraph_end(w, &p);
	buf_done(&p.text);
}
