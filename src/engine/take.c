/* What needs no profile: a message that a program hands over, made ready for the outbox. */
#include "engine/engine.h"

#include "base/memory.h"
#include "compose/compose.h"

static bool same_address(const char *text, struct str addr)
{
	struct buf own = {0};
	if (text == NULL)
		return false;
	compose_address_of(text, &own);
	bool is_same = own.len > 0 && str_equal_nocase(buf_str(&own), addr);
	buf_done(&own);
	return is_same;
}

static bool can_send(const struct account *account)
{
	return account->outgoing.host != NULL || account->sendmail != NULL;
}

/* The account that was named, else the one whose address it is from, else the first that sends. */
static const struct account *take_account(struct str raw, const struct take_options *take,
	const struct account *const *accounts, size_t count)
{
	const struct account *first = NULL, *found = NULL;
	struct buf from = {0};
	if (take->sender != NULL)
		compose_address_of(take->sender, &from);
	else
		compose_from_of(raw, &from);
	for (size_t i = 0; i < count && found == NULL; i++) {
		const struct account *a = accounts[i];
		if (take->account != NULL && strcmp(take->account, a->name) == 0)
			found = a;
		if (take->account != NULL || !can_send(a))
			continue;
		if (first == NULL)
			first = a;
		if (same_address(a->from, buf_str(&from)))
			found = a;
	}
	buf_done(&from);
	return found != NULL || take->account != NULL ? found : first;
}

bool engine_take_message(struct str raw, const struct take_options *take,
	const struct account *const *accounts, size_t count, const struct account **account,
	struct outgoing *outgoing, struct buf *message, struct error *err)
{
	*account = take_account(raw, take, accounts, count);
	if (*account == NULL && take->account != NULL)
		return error_set(err, ERROR_INPUT, "there is no account \"%s\"", take->account);
	if (*account == NULL || !can_send(*account))
		return error_set(err, ERROR_INPUT,
			"no server for outgoing mail is set; give one with rowan account add … "
			"--smtp");
	struct compose_given given = {
		.takes_recipients = take->takes_recipients,
		.recipients = take->recipients,
		.recipient_count = take->recipient_count,
		.sender = take->sender,
		.full_name = take->full_name,
		.account_from = (*account)->from,
		.now = take->now,
		.zone = take->zone,
		.entropy = {take->entropy[0], take->entropy[1]},
	};
	outgoing->state = OUTGOING_QUEUED;
	return compose_given(raw, &given, outgoing, message, err);
}
