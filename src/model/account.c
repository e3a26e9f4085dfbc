/* An account: copy and free. */
#include "model/account.h"

#include "base/memory.h"

static void server_copy_to(struct server *to, const struct server *from)
{
	*to = *from;
	to->host = mem_text(from->host);
	to->user = mem_text(from->user);
}

void server_done(struct server *s)
{
	mem_free(s->host);
	mem_free(s->user);
	*s = (struct server){0};
}

struct account *account_copy(const struct account *a)
{
	if (a == NULL)
		return NULL;
	struct account *copy = mem_new(sizeof(*copy));
	*copy = *a;
	copy->name = mem_text(a->name);
	server_copy_to(&copy->incoming, &a->incoming);
	server_copy_to(&copy->outgoing, &a->outgoing);
	copy->from = mem_text(a->from);
	copy->password_command = mem_text(a->password_command);
	copy->ca_file = mem_text(a->ca_file);
	copy->auth = mem_text(a->auth);
	copy->trust = mem_text(a->trust);
	copy->sendmail = mem_text(a->sendmail);
	copy->offline = mem_text(a->offline);
	return copy;
}

void account_done(struct account *a)
{
	mem_free(a->name);
	server_done(&a->incoming);
	server_done(&a->outgoing);
	mem_free(a->from);
	mem_free(a->password_command);
	mem_free(a->ca_file);
	mem_free(a->auth);
	mem_free(a->trust);
	mem_free(a->sendmail);
	mem_free(a->offline);
	*a = (struct account){0};
}

void account_free(struct account *a)
{
	if (a == NULL)
		return;
	account_done(a);
	mem_free(a);
}
