/* Log-in, and what a server says of itself. */
#include "tests/sim/sim_talk.h"

#include <stdio.h>

#include "base/base64.h"

static void sim_log_in(struct sim_talk *talk, struct str user, struct str password)
{
	const struct sim_profile *profile = talk->server->profile;
	if (!str_equal(user, str_from(talk->server->user)) ||
		!str_equal(password, str_from(talk->server->password))) {
		talk->server->failed_logins++;
		sim_no(talk, "[AUTHENTICATIONFAILED] wrong name or password");
		return;
	}
	talk->server->logins++;
	talk->is_in = true;
	if (profile->login_caps)
		sim_say(talk, "%s OK [CAPABILITY %s] Logged in\r\n", talk->tag, profile->caps);
	else
		sim_ok(talk, "LOGIN done");
}

bool sim_login(struct sim_talk *talk, struct str rest)
{
	struct buf user = {0}, password = {0};
	bool ok = sim_argument(&rest, &user) && sim_argument(&rest, &password);
	if (ok)
		sim_log_in(talk, buf_str(&user), buf_str(&password));
	buf_done(&user);
	buf_done(&password);
	return ok;
}

void sim_plain(struct sim_talk *talk, struct str response)
{
	struct buf text = {0};
	if (!base64_decode(response, &text))
		sim_say(talk, "%s BAD not base64\r\n", talk->tag);
	struct str rest = buf_str(&text);
	str_cut(&rest, '\0');
	struct str user = str_cut(&rest, '\0');
	if (text.len > 0)
		sim_log_in(talk, user, rest);
	buf_done(&text);
}

bool sim_authenticate(struct sim_talk *talk, struct str rest)
{
	struct buf word = {0};
	sim_argument(&rest, &word);
	if (!str_equal_nocase(buf_str(&word), STR("PLAIN"))) {
		sim_no(talk, "no such mechanism");
	} else if (sim_argument(&rest, &word)) {
		sim_plain(talk, buf_str(&word));
	} else {
		talk->waits_for_plain = true;
		sim_say(talk, "+ \r\n");
	}
	buf_done(&word);
	return true;
}

bool sim_capability(struct sim_talk *talk, struct str rest)
{
	const struct sim_profile *profile = talk->server->profile;
	(void)rest;
	sim_say(talk, "* CAPABILITY %s\r\n", talk->is_in ? profile->caps : profile->before);
	sim_ok(talk, "done");
	return true;
}

bool sim_noop(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	sim_talk_tell(talk);
	sim_ok(talk, "done");
	return true;
}

bool sim_logout(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	sim_say(talk, "* BYE see you\r\n");
	sim_ok(talk, "done");
	talk->is_over = true;
	return true;
}

bool sim_id(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	sim_say(talk, "* ID (\"name\" \"%s\")\r\n", talk->server->profile->name);
	sim_ok(talk, "done");
	return true;
}

bool sim_enable(struct sim_talk *talk, struct str rest)
{
	struct buf word = {0};
	if (talk->server->profile->enables_silently) {
		sim_ok(talk, "done");
		return true;
	}
	buf_add_text(&talk->output, "* ENABLED");
	while (sim_argument(&rest, &word)) {
		if (!sim_profile_has(talk->server->profile, buf_text(&word)))
			continue;
		talk->has_condstore = true;
		talk->has_qresync |= str_equal_nocase(buf_str(&word), STR("QRESYNC"));
		sim_say(talk, " %s", buf_text(&word));
	}
	sim_say(talk, "\r\n");
	sim_ok(talk, "done");
	buf_done(&word);
	return true;
}

bool sim_namespace(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	sim_say(talk, "* NAMESPACE ((\"%s\" \"%c\")) NIL NIL\r\n", talk->server->profile->prefix,
		talk->server->profile->delimiter);
	sim_ok(talk, "done");
	return true;
}

bool sim_idle(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	talk->is_idling = true;
	snprintf(talk->idle_tag, sizeof(talk->idle_tag), "%s", talk->tag);
	sim_say(talk, "+ idling\r\n");
	sim_talk_tell(talk);
	return true;
}
