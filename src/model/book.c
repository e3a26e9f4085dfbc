/* The address book's nouns. */
#include "model/book.h"

#include "base/memory.h"

void book_entry_init(struct book_entry *e)
{
	*e = (struct book_entry){
		.nickname = mem_text(""),
		.name = mem_text(""),
		.addresses = mem_text(""),
		.fcc = mem_text(""),
		.notes = mem_text(""),
	};
}

void book_entry_copy(struct book_entry *to, const struct book_entry *from)
{
	*to = (struct book_entry){
		.book_id = from->book_id,
		.nickname = mem_text(from->nickname),
		.name = mem_text(from->name),
		.addresses = mem_text(from->addresses),
		.fcc = mem_text(from->fcc),
		.notes = mem_text(from->notes),
		.is_list = from->is_list,
	};
}

void book_entry_done(struct book_entry *e)
{
	mem_free(e->nickname);
	mem_free(e->name);
	mem_free(e->addresses);
	mem_free(e->fcc);
	mem_free(e->notes);
	*e = (struct book_entry){0};
}

void book_completion_done(struct book_completion *c)
{
	mem_free(c->text);
	mem_free(c->address);
	mem_free(c->name);
	mem_free(c->nickname);
	mem_free(c->fcc);
	mem_free(c->looks_like);
	*c = (struct book_completion){0};
}
