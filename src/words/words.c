/* What Rowan says about errors and states. */
#include "words/words.h"

#include "base/memory.h"
#include "words/gettext.h"

#include <locale.h>

void words_init(const char *folder)
{
	setlocale(LC_ALL, "");
#ifdef ENABLE_NLS
	bindtextdomain(PACKAGE, folder);
	bind_textdomain_codeset(PACKAGE, "UTF-8"); /* whatever the locale's own is */
	textdomain(PACKAGE);
#else
	(void)folder;
#endif
}

static const struct words_kind {
	const char *named;   /* %1 is what it happened to */
	const char *unnamed; /* when that is plain */
} words_kinds[] = {
	[ERROR_NONE] = {NULL, NULL},
	[ERROR_NETWORK] = {N_("%1 cannot be reached at present. What is here stays readable, and "
			      "what you do is kept until the connection is back."),
		N_("The server cannot be reached at present. What is here stays readable, and what "
		   "you do is kept until the connection is back.")},
	[ERROR_TLS] = {N_("The connection to %1 could not be made safe, so nothing was sent. Test "
			  "the account to see its certificate, and ask whoever runs the server."),
		N_("The connection could not be made safe, so nothing was sent. Test the account "
		   "to see its certificate, and ask whoever runs the server.")},
	[ERROR_LOGIN] = {N_("The server of %1 did not accept the user name and password. Check "
			    "both, and whether the server wants a password made for programs."),
		N_("The server did not accept the user name and password. Check both, and whether "
		   "the server wants a password made for programs.")},
	[ERROR_REFUSED] = {N_("The server of %1 refused this one request; everything else goes "
			      "on."),
		N_("The server refused this one request; everything else goes on.")},
	[ERROR_PROTOCOL] = {N_("The server of %1 said something that Rowan does not understand. "
			       "Rowan connects anew; if that does not help, report it with the "
			       "log of rowan --log=FILE."),
		N_("The server said something that Rowan does not understand. Rowan connects anew; "
		   "if that does not help, report it with the log of rowan --log=FILE.")},
	[ERROR_STORAGE] = {N_("%1 could not be read or written. See whether the disk is full and "
			      "the file is yours; Rowan goes on as soon as it can."),
		N_("A file could not be read or written. See whether the disk is full and the file "
		   "is yours; Rowan goes on as soon as it can.")},
	[ERROR_INPUT] = {N_("%1 cannot be used as it is; correct it and try again."),
		N_("That cannot be used as it is; correct it and try again.")},
};

void words_error(const struct error *err, const char *about, struct buf *out)
{
	const struct words_kind *kind = &words_kinds[err->kind];
	char *name = mem_text(about);
	char *const args[SENTENCE_ARGS] = {name};
	const char *text = about != NULL ? kind->named : kind->unnamed;
	if (text != NULL)
		sentence_fill(_(text), args, out);
	mem_free(name);
}

void words_error_line(const struct error *err, const char *about, struct buf *out)
{
	words_error(err, about, out);
	if (err->detail[0] != '\0')
		buf_addf(out, " (%s)", err->detail);
}

void words_sentence(const struct sentence *s, struct buf *out)
{
	if (s->text != NULL)
		sentence_fill(_(s->text), s->args, out);
}

static const struct {
	const char *word, *advice;
} words_states[] = {
	[WORDS_OFFLINE] = {N_("offline"),
		N_("You are working offline; what you do is kept and carried out later.")},
	[WORDS_CONNECTING] = {N_("connecting"),
		N_("Rowan is connecting to the server; you can go on reading.")},
	[WORDS_LOGGING_IN] = {N_("logging in"),
		N_("The server is checking the user name and password.")},
	[WORDS_READY] = {N_("ready"), N_("Connected; new mail shows up by itself.")},
	[WORDS_SYNCING] = {N_("synchronising"),
		N_("What is new is being fetched; you can go on reading.")},
	[WORDS_WAITING] = {N_("no connection"),
		N_("There is no connection at present; Rowan tries again by itself.")},
	[WORDS_HELD] = {N_("held"),
		N_("This account waits for you: a password, a certificate or a setting.")},
};

const char *words_state(enum words_state state)
{
	return _(words_states[state].word);
}

const char *words_state_advice(enum words_state state)
{
	return _(words_states[state].advice);
}

static const char *const words_action_states[] = {
	[ACTION_QUEUED] = N_("waiting"),
	[ACTION_SENT] = N_("running"),
	[ACTION_COPIED] = N_("running"),
	[ACTION_MARKED] = N_("running"),
	[ACTION_DONE] = N_("done"),
	[ACTION_UNKNOWN] = N_("unsure"),
	[ACTION_CONFLICT] = N_("unsure"),
	[ACTION_FAILED] = N_("failed"),
	[ACTION_CANCELLED] = N_("taken back"),
};

const char *words_action_state(enum action_state state)
{
	return _(words_action_states[state]);
}
