/* The key table, the key menu and the names of keys, commands and contexts. */
#include "ui/keys.h"

#include "base/array.h"
#include "base/utf8.h"
#include "words/gettext.h"

#define PINE(context, key, command)                                                                \
	{                                                                                          \
		PRESET_PINE, CONTEXT_##context, key, COMMAND_##command                             \
	}
#define MUTT(context, key, command)                                                                \
	{                                                                                          \
		PRESET_MUTT, CONTEXT_##context, key, COMMAND_##command                             \
	}
#define BOTH(context, key, command) PINE(context, key, command), MUTT(context, key, command)
#define DIGITS(make, context)                                                                      \
	make(context, '1', JUMP), make(context, '2', JUMP), make(context, '3', JUMP),              \
		make(context, '4', JUMP), make(context, '5', JUMP), make(context, '6', JUMP),      \
		make(context, '7', JUMP), make(context, '8', JUMP), make(context, '9', JUMP)

/* What is the same in the header of a message being written and in its text. */
#define WRITING(context)                                                                           \
	BOTH(context, INPUT_CTRL('G'), HELP), BOTH(context, INPUT_CTRL('X'), SEND),                \
		BOTH(context, INPUT_CTRL('C'), CANCEL), BOTH(context, INPUT_CTRL('O'), POSTPONE),  \
		BOTH(context, INPUT_CTRL('K'), CUT), BOTH(context, INPUT_CTRL('U'), UNCUT),        \
		BOTH(context, INPUT_CTRL('^'), MARK), BOTH(context, INPUT_CTRL('Z'), UNDO_TEXT),   \
		BOTH(context, INPUT_CTRL('Q'), REDO_TEXT), BOTH(context, INPUT_CTRL('_'), EDITOR), \
		BOTH(context, INPUT_CTRL('Y'), PAGE_UP),                                           \
		BOTH(context, INPUT_CTRL('V'), PAGE_DOWN), BOTH(context, INPUT_CTRL('P'), UP),     \
		BOTH(context, INPUT_CTRL('N'), DOWN), BOTH(context, INPUT_LEFT, LEFT),             \
		BOTH(context, INPUT_CTRL('B'), LEFT), BOTH(context, INPUT_RIGHT, RIGHT),           \
		BOTH(context, INPUT_CTRL('F'), RIGHT), BOTH(context, INPUT_WORD_LEFT, WORD_LEFT),  \
		BOTH(context, INPUT_WORD_RIGHT, WORD_RIGHT),                                       \
		BOTH(context, INPUT_CTRL_SPACE, WORD_RIGHT),                                       \
		BOTH(context, INPUT_HOME, LINE_START), BOTH(context, INPUT_CTRL('A'), LINE_START), \
		BOTH(context, INPUT_END, LINE_END), BOTH(context, INPUT_CTRL('E'), LINE_END),      \
		BOTH(context, INPUT_DELETE, DELETE_CHAR),                                          \
		BOTH(context, INPUT_CTRL('D'), DELETE_CHAR)

/* The first row of a command is the one the key menu shows. */
const struct key_row key_rows[] = {
	BOTH(ANY, '?', HELP),
	BOTH(ANY, INPUT_RETURN, FORWARD),
	BOTH(ANY, INPUT_UP, UP),
	BOTH(ANY, INPUT_DOWN, DOWN),
	BOTH(ANY, INPUT_WHEEL_UP, UP),
	BOTH(ANY, INPUT_WHEEL_DOWN, DOWN),
	BOTH(ANY, INPUT_PAGE_UP, PAGE_UP),
	BOTH(ANY, INPUT_PAGE_DOWN, PAGE_DOWN),
	BOTH(ANY, INPUT_HOME, FIRST),
	BOTH(ANY, INPUT_END, LAST),
	BOTH(ANY, INPUT_CTRL('L'), REDRAW),
	BOTH(ANY, INPUT_CTRL('Z'), SUSPEND),
	BOTH(ANY, '!', ANSWER),
	BOTH(ANY, INPUT_CTRL('_'), UNDO),

	WRITING(HEADER),
	BOTH(HEADER, INPUT_CTRL('J'), ATTACH),
	BOTH(HEADER, INPUT_CTRL('R'), RICH_HEADERS),
	BOTH(HEADER, INPUT_CTRL('T'), PICK),
	WRITING(COMPOSE),
	BOTH(COMPOSE, INPUT_CTRL('J'), JUSTIFY),
	BOTH(COMPOSE, INPUT_CTRL('R'), READ_FILE),
	BOTH(COMPOSE, INPUT_CTRL('W'), WHEREIS),
	BOTH(COMPOSE, INPUT_CTRL('\\'), REPLACE),
	BOTH(COMPOSE, INPUT_CTRL('T'), SPELL),

	PINE(ANY, 'o', OTHER),
	PINE(ANY, 'm', MAIN),
	PINE(ANY, 'l', FOLDERS),
	PINE(ANY, 'i', INDEX),
	PINE(ANY, 'g', GOTO),
	PINE(ANY, 'c', COMPOSE),
	PINE(ANY, 'q', QUIT),
	PINE(ANY, '<', BACK),
	PINE(ANY, ',', BACK),
	PINE(ANY, '>', FORWARD),
	PINE(ANY, '.', FORWARD),
	PINE(ANY, 'p', PREVIOUS),
	PINE(ANY, 'n', NEXT),
	PINE(ANY, INPUT_CTRL('P'), UP),
	PINE(ANY, INPUT_CTRL('N'), DOWN),
	PINE(ANY, '-', PAGE_UP),
	PINE(ANY, ' ', PAGE_DOWN),
	PINE(ANY, INPUT_CTRL('Y'), PAGE_UP),
	PINE(ANY, INPUT_CTRL('V'), PAGE_DOWN),

	PINE(MAIN, 'a', BOOK),
	PINE(MAIN, 's', ACCOUNTS),
	PINE(MAIN, 'u', OUTBOX),
	PINE(MAIN, 'j', JOURNAL),
	PINE(MAIN, '^', ONLINE),
	PINE(FOLDERS, 'v', FORWARD),
	PINE(FOLDERS, 'w', WHEREIS),
	PINE(FOLDERS, INPUT_TAB, NEXT_NEW),
	PINE(FOLDERS, 'a', ADD),
	PINE(FOLDERS, 'r', RENAME),
	PINE(FOLDERS, 'd', REMOVE),
	PINE(FOLDERS, 's', SUBSCRIBE),
	PINE(FOLDERS, 'x', EXAMINE),
	PINE(FOLDERS, '@', DETAILS),
	PINE(FOLDERS, '^', ONLINE),
	PINE(MESSAGES, 'v', FORWARD),
	PINE(MESSAGES, 'w', WHEREIS),
	PINE(MESSAGES, INPUT_TAB, NEXT_NEW),
	PINE(MESSAGES, 'j', JUMP),
	DIGITS(PINE, MESSAGES),
	PINE(MESSAGES, '$', SORT),
	PINE(MESSAGES, '*', FLAG),
	PINE(MESSAGES, 'd', DELETE),
	PINE(MESSAGES, 'u', UNDELETE),
	PINE(MESSAGES, 'x', EXPUNGE),
	PINE(MESSAGES, 's', SAVE),
	PINE(MESSAGES, ';', SELECT),
	PINE(MESSAGES, ':', SELECT_CURRENT),
	PINE(MESSAGES, 'a', APPLY),
	PINE(MESSAGES, 'z', ZOOM),
	PINE(MESSAGES, '=', LIMIT),
	PINE(MESSAGES, 'e', EXPORT),
	PINE(MESSAGES, 'r', REPLY),
	PINE(MESSAGES, 'f', PASS_ON),
	PINE(MESSAGES, 'b', BOUNCE),
	PINE(MESSAGES, 't', TAKE),
	PINE(MESSAGES, '|', PIPE),
	PINE(MESSAGE, 'v', ATTACHMENTS),
	PINE(MESSAGE, '>', ATTACHMENTS),
	PINE(MESSAGE, '.', ATTACHMENTS),
	PINE(MESSAGE, INPUT_RETURN, ATTACHMENTS),
	PINE(MESSAGE, 'w', WHEREIS),
	PINE(MESSAGE, INPUT_TAB, NEXT_NEW),
	PINE(MESSAGE, 'j', JUMP),
	DIGITS(PINE, MESSAGE),
	PINE(MESSAGE, 'h', HEADERS),
	PINE(MESSAGE, INPUT_CTRL('E'), CHARSET),
	PINE(MESSAGE, 'z', QUOTES),
	PINE(MESSAGE, 'x', LEAVE),
	PINE(MESSAGE, INPUT_CTRL('F'), LINK_NEXT),
	PINE(MESSAGE, INPUT_CTRL('B'), LINK_PREVIOUS),
	PINE(MESSAGE, '*', FLAG),
	PINE(MESSAGE, 'd', DELETE),
	PINE(MESSAGE, 'u', UNDELETE),
	PINE(MESSAGE, 's', SAVE),
	PINE(MESSAGE, 'e', EXPORT),
	PINE(MESSAGE, 'r', REPLY),
	PINE(MESSAGE, 'f', PASS_ON),
	PINE(MESSAGE, 'b', BOUNCE),
	PINE(MESSAGE, 't', TAKE),
	PINE(MESSAGE, '|', PIPE),
	PINE(ATTACHMENTS, 'v', FORWARD),
	PINE(ATTACHMENTS, 's', SAVE),
	PINE(ATTACHMENTS, 'x', EXTERNAL),
	PINE(ACCOUNTS, 'a', ADD),
	PINE(ACCOUNTS, 'c', EDIT),
	PINE(ACCOUNTS, 't', TEST),
	PINE(ACCOUNTS, 'd', REMOVE),
	PINE(ACCOUNT, 'c', EDIT),
	PINE(ACCOUNT, 't', TEST),
	PINE(ACCOUNT, 's', SAVE),
	PINE(ACTIONS, 'r', RETRY),
	PINE(ACTIONS, 'd', REMOVE),
	PINE(TEXT, 'w', WHEREIS),
	PINE(TEXT, 'e', BACK),
	PINE(DRAFTS, 'd', REMOVE),
	PINE(OUTBOX, 'r', RETRY),
	PINE(OUTBOX, 'd', REMOVE),
	PINE(OUTBOX, 'y', SENT),
	PINE(BOOK, '@', ADD),
	PINE(BOOK, 'd', REMOVE),
	PINE(BOOK, 'v', EDIT),
	PINE(BOOK, 'w', WHEREIS),
	PINE(BOOK, 'e', EXPORT),
	PINE(BOOK, 'r', READ_FILE),
	PINE(ADDRESS, 's', SAVE),
	PINE(ADDRESS, 'v', EDIT),
	PINE(FILES, 'w', WHEREIS),
	PINE(TROUBLE, 'n', NO),
	PINE(TROUBLE, 'o', ONCE),
	PINE(TROUBLE, 'a', ALWAYS),

	MUTT(ANY, 'O', OTHER),
	MUTT(ANY, 'm', COMPOSE),
	MUTT(ANY, 'q', BACK),
	MUTT(ANY, 'i', BACK),
	MUTT(ANY, 'Q', QUIT),
	MUTT(ANY, 'M', MAIN),
	MUTT(ANY, 'y', FOLDERS),
	MUTT(ANY, 'c', GOTO),
	MUTT(ANY, 'k', UP),
	MUTT(ANY, 'j', DOWN),
	MUTT(ANY, 'K', PREVIOUS),
	MUTT(ANY, 'J', NEXT),
	MUTT(ANY, 'Z', PAGE_UP),
	MUTT(ANY, 'z', PAGE_DOWN),
	MUTT(ANY, '-', PAGE_UP),
	MUTT(ANY, ' ', PAGE_DOWN),
	MUTT(ANY, INPUT_CTRL('B'), PAGE_UP),
	MUTT(ANY, INPUT_CTRL('F'), PAGE_DOWN),
	MUTT(ANY, '=', FIRST),
	MUTT(ANY, '*', LAST),

	MUTT(MAIN, 'q', QUIT),
	MUTT(MAIN, 'a', ACCOUNTS),
	MUTT(MAIN, 'b', BOOK),
	MUTT(MAIN, 'o', OUTBOX),
	MUTT(MAIN, 'I', INDEX),
	MUTT(MAIN, 'A', JOURNAL),
	MUTT(MAIN, '^', ONLINE),
	MUTT(FOLDERS, '/', WHEREIS),
	MUTT(FOLDERS, INPUT_TAB, NEXT_NEW),
	MUTT(FOLDERS, 'C', ADD),
	MUTT(FOLDERS, 'r', RENAME),
	MUTT(FOLDERS, 'd', REMOVE),
	MUTT(FOLDERS, 's', SUBSCRIBE),
	MUTT(FOLDERS, 'x', EXAMINE),
	MUTT(FOLDERS, '@', DETAILS),
	MUTT(FOLDERS, '^', ONLINE),
	MUTT(MESSAGES, '/', WHEREIS),
	MUTT(MESSAGES, INPUT_TAB, NEXT_NEW),
	DIGITS(MUTT, MESSAGES),
	MUTT(MESSAGES, 'o', SORT),
	MUTT(MESSAGES, 'w', FLAG),
	MUTT(MESSAGES, 'd', DELETE),
	MUTT(MESSAGES, 'u', UNDELETE),
	MUTT(MESSAGES, '$', EXPUNGE),
	MUTT(MESSAGES, 's', SAVE),
	MUTT(MESSAGES, 'T', SELECT),
	MUTT(MESSAGES, 't', SELECT_CURRENT),
	MUTT(MESSAGES, ';', APPLY),
	MUTT(MESSAGES, '~', ZOOM),
	MUTT(MESSAGES, 'l', LIMIT),
	MUTT(MESSAGES, 'e', EXPORT),
	MUTT(MESSAGES, 'r', REPLY),
	MUTT(MESSAGES, 'g', REPLY_ALL),
	MUTT(MESSAGES, 'L', REPLY_LIST),
	MUTT(MESSAGES, 'f', PASS_ON),
	MUTT(MESSAGES, 'b', BOUNCE),
	MUTT(MESSAGES, 'E', AGAIN),
	MUTT(MESSAGES, 'a', TAKE),
	MUTT(MESSAGES, '|', PIPE),
	MUTT(MESSAGE, 'v', ATTACHMENTS),
	MUTT(MESSAGE, INPUT_RETURN, DOWN),
	MUTT(MESSAGE, '/', WHEREIS),
	MUTT(MESSAGE, INPUT_TAB, NEXT_NEW),
	DIGITS(MUTT, MESSAGE),
	MUTT(MESSAGE, 'h', HEADERS),
	MUTT(MESSAGE, INPUT_CTRL('E'), CHARSET),
	MUTT(MESSAGE, 'T', QUOTES),
	MUTT(MESSAGE, 'X', LEAVE),
	MUTT(MESSAGE, INPUT_CTRL('N'), LINK_NEXT),
	MUTT(MESSAGE, INPUT_CTRL('P'), LINK_PREVIOUS),
	MUTT(MESSAGE, 'w', FLAG),
	MUTT(MESSAGE, 'd', DELETE),
	MUTT(MESSAGE, 'u', UNDELETE),
	MUTT(MESSAGE, 's', SAVE),
	MUTT(MESSAGE, 'e', EXPORT),
	MUTT(MESSAGE, 'r', REPLY),
	MUTT(MESSAGE, 'g', REPLY_ALL),
	MUTT(MESSAGE, 'L', REPLY_LIST),
	MUTT(MESSAGE, 'f', PASS_ON),
	MUTT(MESSAGE, 'b', BOUNCE),
	MUTT(MESSAGE, 'E', AGAIN),
	MUTT(MESSAGE, 'a', TAKE),
	MUTT(MESSAGE, '|', PIPE),
	MUTT(ATTACHMENTS, 's', SAVE),
	MUTT(ATTACHMENTS, 'm', EXTERNAL),
	MUTT(ACCOUNTS, 'a', ADD),
	MUTT(ACCOUNTS, 'e', EDIT),
	MUTT(ACCOUNTS, 't', TEST),
	MUTT(ACCOUNTS, 'd', REMOVE),
	MUTT(ACCOUNT, 'e', EDIT),
	MUTT(ACCOUNT, 't', TEST),
	MUTT(ACCOUNT, 's', SAVE),
	MUTT(ACTIONS, 'r', RETRY),
	MUTT(ACTIONS, 'd', REMOVE),
	MUTT(TEXT, '/', WHEREIS),
	MUTT(DRAFTS, 'd', REMOVE),
	MUTT(OUTBOX, 'r', RETRY),
	MUTT(OUTBOX, 'd', REMOVE),
	MUTT(OUTBOX, 'Y', SENT),
	MUTT(BOOK, 'a', ADD),
	MUTT(BOOK, 'd', REMOVE),
	MUTT(BOOK, 'e', EDIT),
	MUTT(BOOK, '/', WHEREIS),
	MUTT(BOOK, 'w', EXPORT),
	MUTT(BOOK, 'r', READ_FILE),
	MUTT(ADDRESS, 's', SAVE),
	MUTT(ADDRESS, 'e', EDIT),
	MUTT(FILES, '/', WHEREIS),
	MUTT(TROUBLE, 'n', NO),
	MUTT(TROUBLE, 'o', ONCE),
	MUTT(TROUBLE, 'a', ALWAYS),
};
const size_t key_row_count = sizeof(key_rows) / sizeof(key_rows[0]);

static const struct {
	const char *name, *purpose;
} commands[COMMAND_COUNT] = {
	[COMMAND_NONE] = {"none", ""},
	[COMMAND_HELP] = {"help", N_("Show the keys of this screen")},
	[COMMAND_OTHER] = {"other-commands", N_("Show more commands in the key menu")},
	[COMMAND_MAIN] = {"main-menu", N_("Go to the main menu")},
	[COMMAND_FOLDERS] = {"folder-list", N_("Go to the list of folders")},
	[COMMAND_INDEX] = {"index", N_("Go to the messages of the open folder")},
	[COMMAND_GOTO] = {"goto-folder", N_("Open a folder by its name; Tab completes it")},
	[COMMAND_ACCOUNTS] = {"accounts", N_("Add, change, test and remove accounts")},
	[COMMAND_QUIT] = {"quit", N_("Leave Rowan")},
	[COMMAND_BACK] = {"back", N_("Go back to the screen before")},
	[COMMAND_FORWARD] = {"forward", N_("Open what is selected")},
	[COMMAND_PREVIOUS] = {"previous", N_("Go to the one before")},
	[COMMAND_NEXT] = {"next", N_("Go to the next one")},
	[COMMAND_UP] = {"up", N_("Move up by a line")},
	[COMMAND_DOWN] = {"down", N_("Move down by a line")},
	[COMMAND_PAGE_UP] = {"page-up", N_("Move up by a screen")},
	[COMMAND_PAGE_DOWN] = {"page-down", N_("Move down by a screen")},
	[COMMAND_FIRST] = {"first", N_("Go to the beginning")},
	[COMMAND_LAST] = {"last", N_("Go to the end")},
	[COMMAND_WHEREIS] = {"where-is",
		N_("Search; in a folder, sender and subject of all of it")},
	[COMMAND_JUMP] = {"jump", N_("Go to a message by its number")},
	[COMMAND_NEXT_NEW] = {"next-new", N_("Go to the next new message")},
	[COMMAND_SORT] = {"sort", N_("Sort the messages in another order")},
	[COMMAND_FLAG] = {"flag", N_("Mark the message as new, important or answered")},
	[COMMAND_HEADERS] = {"headers", N_("Show all header lines, or the usual ones again")},
	[COMMAND_CHARSET] = {"charset", N_("Read the message in another character set")},
	[COMMAND_QUOTES] = {"fold-quotes", N_("Fold quoted lines away, by depth; then show them")},
	[COMMAND_LEAVE] = {"leave-list", N_("Leave the mailing list, by mail; asks first")},
	[COMMAND_LINK_NEXT] = {"next-link", N_("Select the next link; Return opens it")},
	[COMMAND_LINK_PREVIOUS] = {"previous-link", N_("Select the link before")},
	[COMMAND_EXTERNAL] = {"external", N_("Open it with the program that mailcap names")},
	[COMMAND_DELETE] = {"delete",
		N_("Delete: mark it, or move it to the trash where the account says so")},
	[COMMAND_UNDELETE] = {"undelete", N_("Take the deletion mark away")},
	[COMMAND_EXPUNGE] = {"expunge", N_("Remove what is marked as deleted, for good")},
	[COMMAND_SELECT] = {"select", N_("Select messages by number, text, status, date, size")},
	[COMMAND_SELECT_CURRENT] = {"select-current", N_("Select this message, or not any more")},
	[COMMAND_APPLY] = {"apply", N_("Delete, flag, save, export or pipe all selected messages")},
	[COMMAND_ZOOM] = {"zoom", N_("Show the selected messages alone, or all again")},
	[COMMAND_LIMIT] = {"limit", N_("Show only messages with a text in sender or subject")},
	[COMMAND_PIPE] = {"pipe", N_("Give the message to a command")},
	[COMMAND_UNDO] = {"undo", N_("Take back what was done last; again: what was before")},
	[COMMAND_RENAME] = {"rename", N_("Rename the folder")},
	[COMMAND_SUBSCRIBE] = {"subscribe", N_("Subscribe to the folder, or not any more")},
	[COMMAND_DETAILS] = {"details",
		N_("How much is in the folder, what room there is, who may do what")},
	[COMMAND_EXAMINE] = {"examine", N_("Open the folder to be read only, changing nothing")},
	[COMMAND_RETRY] = {"retry", N_("Try again what has failed")},
	[COMMAND_JOURNAL] = {"journal", N_("Show what waits for the servers, or has failed")},
	[COMMAND_ATTACHMENTS] = {"attachments", N_("List the parts of the message")},
	[COMMAND_SAVE] = {"save", N_("Save what is selected")},
	[COMMAND_EXPORT] = {"export", N_("Write the message to a file")},
	[COMMAND_ADD] = {"add", N_("Add an account or a folder")},
	[COMMAND_EDIT] = {"edit", N_("Change what is selected")},
	[COMMAND_TEST] = {"test", N_("Try to log in, and tell each step")},
	[COMMAND_REMOVE] = {"remove", N_("Remove what is selected")},
	[COMMAND_ONCE] = {"trust-once", N_("Trust this certificate until Rowan ends")},
	[COMMAND_ALWAYS] = {"trust-always", N_("Trust this certificate from now on")},
	[COMMAND_NO] = {"trust-no", N_("Do not connect")},
	[COMMAND_ONLINE] = {"online", N_("Work offline, or online again")},
	[COMMAND_ANSWER] = {"answer", N_("Answer the question an account is waiting for")},
	[COMMAND_COMPOSE] = {"compose", N_("Write a message, or go on with a postponed one")},
	[COMMAND_REPLY] = {"reply", N_("Answer the message")},
	[COMMAND_REPLY_ALL] = {"reply-all", N_("Answer to all who had the message")},
	[COMMAND_REPLY_LIST] = {"reply-list", N_("Answer to the mailing list")},
	[COMMAND_PASS_ON] = {"forward-message", N_("Send the message on, with words of your own")},
	[COMMAND_BOUNCE] = {"bounce", N_("Send the message on just as it is")},
	[COMMAND_AGAIN] = {"edit-as-new", N_("Write a new message that begins as this one")},
	[COMMAND_TAKE] = {"take-address",
		N_("Take addresses of the message into the address book")},
	[COMMAND_BOOK] = {"address-book", N_("Look up, add and change addresses")},
	[COMMAND_OUTBOX] = {"outbox", N_("Show what is on its way out")},
	[COMMAND_SENT] = {"was-sent", N_("Say that the message was sent after all")},
	[COMMAND_SEND] = {"send", N_("Send the message")},
	[COMMAND_POSTPONE] = {"postpone", N_("Keep the message, to go on with it later")},
	[COMMAND_CANCEL] = {"cancel", N_("Give the message up; for a week it can be brought back")},
	[COMMAND_ATTACH] = {"attach", N_("Attach a file")},
	[COMMAND_JUSTIFY] = {"justify", N_("Fill the paragraph; ^U right after takes it back")},
	[COMMAND_READ_FILE] = {"read-file", N_("Read a file in")},
	[COMMAND_RICH_HEADERS] = {"rich-headers", N_("Show more header lines, or fewer")},
	[COMMAND_PICK] = {"pick", N_("Choose from the address book, or a file to attach")},
	[COMMAND_SPELL] = {"spell", N_("Check the spelling")},
	[COMMAND_EDITOR] = {"alternative-editor", N_("Write the text in $VISUAL or $EDITOR")},
	[COMMAND_CUT] = {"cut", N_("Cut the line, or what is marked")},
	[COMMAND_UNCUT] = {"uncut", N_("Put back what was cut last, here")},
	[COMMAND_MARK] = {"mark", N_("Mark from here on, or not any more")},
	[COMMAND_REPLACE] = {"replace", N_("Replace words by others")},
	[COMMAND_UNDO_TEXT] = {"undo-text", N_("Take back the last change of the text")},
	[COMMAND_REDO_TEXT] = {"redo-text", N_("Do again what was taken back")},
	[COMMAND_DELETE_CHAR] = {"delete-character", N_("Delete the character at the cursor")},
	[COMMAND_LEFT] = {"left", N_("Move left by a character")},
	[COMMAND_RIGHT] = {"right", N_("Move right by a character")},
	[COMMAND_WORD_LEFT] = {"word-left", N_("Move to the word before")},
	[COMMAND_WORD_RIGHT] = {"word-right", N_("Move to the next word")},
	[COMMAND_LINE_START] = {"line-start", N_("Move to the start of the line")},
	[COMMAND_LINE_END] = {"line-end", N_("Move to the end of the line")},
	[COMMAND_REDRAW] = {"redraw", N_("Draw the screen again and look for new mail")},
	[COMMAND_SUSPEND] = {"suspend", N_("Suspend Rowan and go back to the shell")},
};

static const char *const contexts[CONTEXT_COUNT] = {
	[CONTEXT_ANY] = "any",
	[CONTEXT_MAIN] = "main-menu",
	[CONTEXT_FOLDERS] = "folder-list",
	[CONTEXT_MESSAGES] = "index",
	[CONTEXT_MESSAGE] = "message",
	[CONTEXT_ATTACHMENTS] = "attachments",
	[CONTEXT_ACCOUNTS] = "accounts",
	[CONTEXT_ACCOUNT] = "account",
	[CONTEXT_ACTIONS] = "journal",
	[CONTEXT_TEXT] = "text",
	[CONTEXT_TROUBLE] = "certificate",
	[CONTEXT_HEADER] = "compose-header",
	[CONTEXT_COMPOSE] = "compose-text",
	[CONTEXT_DRAFTS] = "postponed",
	[CONTEXT_OUTBOX] = "outbox",
	[CONTEXT_BOOK] = "address-book",
	[CONTEXT_ADDRESS] = "address",
	[CONTEXT_TAKE] = "take-address",
	[CONTEXT_FILES] = "files",
};

#define SLOT(context, command, label)                                                              \
	{                                                                                          \
		CONTEXT_##context, COMMAND_##command, label                                        \
	}

/* Column by column: the slot under "? Help" is always "O OTHER CMDS". */
static const struct menu_slot menu_slots[] = {
	SLOT(MAIN, HELP, N_("Help")),
	SLOT(MAIN, OTHER, N_("OTHER CMDS")),
	SLOT(MAIN, QUIT, N_("Quit Rowan")),
	SLOT(MAIN, FORWARD, N_("Select")),
	SLOT(MAIN, PREVIOUS, N_("PrevCmd")),
	SLOT(MAIN, NEXT, N_("NextCmd")),
	SLOT(MAIN, FOLDERS, N_("ListFldrs")),
	SLOT(MAIN, GOTO, N_("GotoFldr")),
	SLOT(MAIN, INDEX, N_("Index")),
	SLOT(MAIN, ACCOUNTS, N_("Accounts")),
	SLOT(MAIN, COMPOSE, N_("Compose")),
	SLOT(MAIN, BOOK, N_("AddrBook")),
	SLOT(MAIN, OUTBOX, N_("Outbox")),
	SLOT(MAIN, JOURNAL, N_("Journal")),
	SLOT(MAIN, ONLINE, N_("On/Offline")),
	SLOT(MAIN, REDRAW, N_("ChkMail")),
	SLOT(MAIN, UNDO, N_("Undo")),
	SLOT(MAIN, ANSWER, N_("Answer")),
	SLOT(MAIN, SUSPEND, N_("Suspend")),

	SLOT(FOLDERS, HELP, N_("Help")),
	SLOT(FOLDERS, OTHER, N_("OTHER CMDS")),
	SLOT(FOLDERS, BACK, N_("Main Menu")),
	SLOT(FOLDERS, FORWARD, N_("View Fldr")),
	SLOT(FOLDERS, PREVIOUS, N_("PrevFldr")),
	SLOT(FOLDERS, NEXT, N_("NextFldr")),
	SLOT(FOLDERS, PAGE_UP, N_("PrevPage")),
	SLOT(FOLDERS, PAGE_DOWN, N_("NextPage")),
	SLOT(FOLDERS, ADD, N_("Add")),
	SLOT(FOLDERS, REMOVE, N_("Delete")),
	SLOT(FOLDERS, RENAME, N_("Rename")),
	SLOT(FOLDERS, WHEREIS, N_("WhereIs")),
	SLOT(FOLDERS, GOTO, N_("GotoFldr")),
	SLOT(FOLDERS, SUBSCRIBE, N_("Subscribe")),
	SLOT(FOLDERS, NEXT_NEW, N_("NextNew")),
	SLOT(FOLDERS, EXAMINE, N_("eXamine")),
	SLOT(FOLDERS, DETAILS, N_("Details")),
	SLOT(FOLDERS, INDEX, N_("CurIndex")),
	SLOT(FOLDERS, COMPOSE, N_("Compose")),
	SLOT(FOLDERS, QUIT, N_("Quit Rowan")),
	SLOT(FOLDERS, MAIN, N_("Main Menu")),
	SLOT(FOLDERS, FIRST, N_("First")),
	SLOT(FOLDERS, LAST, N_("Last")),
	SLOT(FOLDERS, ONLINE, N_("On/Offline")),
	SLOT(FOLDERS, REDRAW, N_("ChkMail")),
	SLOT(FOLDERS, UNDO, N_("Undo")),
	SLOT(FOLDERS, ANSWER, N_("Answer")),

	SLOT(MESSAGES, HELP, N_("Help")),
	SLOT(MESSAGES, OTHER, N_("OTHER CMDS")),
	SLOT(MESSAGES, BACK, N_("FldrList")),
	SLOT(MESSAGES, FORWARD, N_("ViewMsg")),
	SLOT(MESSAGES, PREVIOUS, N_("PrevMsg")),
	SLOT(MESSAGES, NEXT, N_("NextMsg")),
	SLOT(MESSAGES, PAGE_UP, N_("PrevPage")),
	SLOT(MESSAGES, PAGE_DOWN, N_("NextPage")),
	SLOT(MESSAGES, DELETE, N_("Delete")),
	SLOT(MESSAGES, UNDELETE, N_("Undelete")),
	SLOT(MESSAGES, NEXT_NEW, N_("NextNew")),
	SLOT(MESSAGES, WHEREIS, N_("WhereIs")),
	SLOT(MESSAGES, REPLY, N_("Reply")),
	SLOT(MESSAGES, PASS_ON, N_("Forward")),
	SLOT(MESSAGES, COMPOSE, N_("Compose")),
	SLOT(MESSAGES, BOUNCE, N_("Bounce")),
	SLOT(MESSAGES, TAKE, N_("TakeAddr")),
	SLOT(MESSAGES, MAIN, N_("Main Menu")),
	SLOT(MESSAGES, QUIT, N_("Quit Rowan")),
	SLOT(MESSAGES, GOTO, N_("GotoFldr")),
	SLOT(MESSAGES, FLAG, N_("Flag")),
	SLOT(MESSAGES, UNDO, N_("Undo")),
	SLOT(MESSAGES, JUMP, N_("Jump")),
	SLOT(MESSAGES, SAVE, N_("Save")),
	SLOT(MESSAGES, EXPORT, N_("Export")),
	SLOT(MESSAGES, EXPUNGE, N_("eXpunge")),
	SLOT(MESSAGES, SORT, N_("SortIndex")),
	SLOT(MESSAGES, SELECT, N_("Select")),
	SLOT(MESSAGES, APPLY, N_("Apply")),
	SLOT(MESSAGES, SELECT_CURRENT, N_("SelectCur")),
	SLOT(MESSAGES, ZOOM, N_("ZoomMode")),
	SLOT(MESSAGES, LIMIT, N_("Limit")),
	SLOT(MESSAGES, PIPE, N_("Pipe")),
	SLOT(MESSAGES, FOLDERS, N_("ListFldrs")),
	SLOT(MESSAGES, FIRST, N_("First")),
	SLOT(MESSAGES, LAST, N_("Last")),
	SLOT(MESSAGES, REDRAW, N_("ChkMail")),
	SLOT(MESSAGES, ANSWER, N_("Answer")),

	SLOT(MESSAGE, HELP, N_("Help")),
	SLOT(MESSAGE, OTHER, N_("OTHER CMDS")),
	SLOT(MESSAGE, BACK, N_("MsgIndex")),
	SLOT(MESSAGE, ATTACHMENTS, N_("ViewAttch")),
	SLOT(MESSAGE, PREVIOUS, N_("PrevMsg")),
	SLOT(MESSAGE, NEXT, N_("NextMsg")),
	SLOT(MESSAGE, PAGE_UP, N_("PrevPage")),
	SLOT(MESSAGE, PAGE_DOWN, N_("NextPage")),
	SLOT(MESSAGE, DELETE, N_("Delete")),
	SLOT(MESSAGE, UNDELETE, N_("Undelete")),
	SLOT(MESSAGE, NEXT_NEW, N_("NextNew")),
	SLOT(MESSAGE, WHEREIS, N_("WhereIs")),
	SLOT(MESSAGE, REPLY, N_("Reply")),
	SLOT(MESSAGE, PASS_ON, N_("Forward")),
	SLOT(MESSAGE, COMPOSE, N_("Compose")),
	SLOT(MESSAGE, BOUNCE, N_("Bounce")),
	SLOT(MESSAGE, TAKE, N_("TakeAddr")),
	SLOT(MESSAGE, MAIN, N_("Main Menu")),
	SLOT(MESSAGE, QUIT, N_("Quit Rowan")),
	SLOT(MESSAGE, HEADERS, N_("HdrMode")),
	SLOT(MESSAGE, FLAG, N_("Flag")),
	SLOT(MESSAGE, SAVE, N_("Save")),
	SLOT(MESSAGE, EXPORT, N_("Export")),
	SLOT(MESSAGE, PIPE, N_("Pipe")),
	SLOT(MESSAGE, UNDO, N_("Undo")),
	SLOT(MESSAGE, LINK_PREVIOUS, N_("Prev URL")),
	SLOT(MESSAGE, LINK_NEXT, N_("Next URL")),
	SLOT(MESSAGE, QUOTES, N_("FoldQuote")),
	SLOT(MESSAGE, CHARSET, N_("Charset")),
	SLOT(MESSAGE, LEAVE, N_("LeaveList")),
	SLOT(MESSAGE, JUMP, N_("Jump")),
	SLOT(MESSAGE, FOLDERS, N_("ListFldrs")),
	SLOT(MESSAGE, GOTO, N_("GotoFldr")),
	SLOT(MESSAGE, FIRST, N_("First")),
	SLOT(MESSAGE, LAST, N_("Last")),
	SLOT(MESSAGE, ANSWER, N_("Answer")),

	SLOT(ATTACHMENTS, HELP, N_("Help")),
	SLOT(ATTACHMENTS, OTHER, N_("OTHER CMDS")),
	SLOT(ATTACHMENTS, BACK, N_("MsgText")),
	SLOT(ATTACHMENTS, FORWARD, N_("View")),
	SLOT(ATTACHMENTS, PREVIOUS, N_("PrevAttch")),
	SLOT(ATTACHMENTS, NEXT, N_("NextAttch")),
	SLOT(ATTACHMENTS, PAGE_UP, N_("PrevPage")),
	SLOT(ATTACHMENTS, PAGE_DOWN, N_("NextPage")),
	SLOT(ATTACHMENTS, SAVE, N_("Save")),
	SLOT(ATTACHMENTS, EXTERNAL, N_("eXternal")),
	SLOT(ATTACHMENTS, INDEX, N_("MsgIndex")),
	SLOT(ATTACHMENTS, MAIN, N_("Main Menu")),
	SLOT(ATTACHMENTS, QUIT, N_("Quit Rowan")),

	SLOT(ACCOUNTS, HELP, N_("Help")),
	SLOT(ACCOUNTS, OTHER, N_("OTHER CMDS")),
	SLOT(ACCOUNTS, BACK, N_("Main Menu")),
	SLOT(ACCOUNTS, FORWARD, N_("Change")),
	SLOT(ACCOUNTS, PREVIOUS, N_("PrevAcct")),
	SLOT(ACCOUNTS, NEXT, N_("NextAcct")),
	SLOT(ACCOUNTS, ADD, N_("Add")),
	SLOT(ACCOUNTS, REMOVE, N_("Remove")),
	SLOT(ACCOUNTS, TEST, N_("Test")),
	SLOT(ACCOUNTS, EDIT, N_("Change")),
	SLOT(ACCOUNTS, QUIT, N_("Quit Rowan")),
	SLOT(ACCOUNTS, ANSWER, N_("Answer")),

	SLOT(ACCOUNT, HELP, N_("Help")),
	SLOT(ACCOUNT, OTHER, N_("OTHER CMDS")),
	SLOT(ACCOUNT, BACK, N_("Accounts")),
	SLOT(ACCOUNT, FORWARD, N_("Change")),
	SLOT(ACCOUNT, PREVIOUS, N_("PrevField")),
	SLOT(ACCOUNT, NEXT, N_("NextField")),
	SLOT(ACCOUNT, TEST, N_("Test")),
	SLOT(ACCOUNT, SAVE, N_("Save")),
	SLOT(ACCOUNT, MAIN, N_("Main Menu")),
	SLOT(ACCOUNT, ANSWER, N_("Answer")),

	SLOT(ACTIONS, HELP, N_("Help")),
	SLOT(ACTIONS, OTHER, N_("OTHER CMDS")),
	SLOT(ACTIONS, BACK, N_("Back")),
	SLOT(ACTIONS, FORWARD, N_("Details")),
	SLOT(ACTIONS, PREVIOUS, N_("Prev")),
	SLOT(ACTIONS, NEXT, N_("Next")),
	SLOT(ACTIONS, PAGE_UP, N_("PrevPage")),
	SLOT(ACTIONS, PAGE_DOWN, N_("NextPage")),
	SLOT(ACTIONS, RETRY, N_("Retry")),
	SLOT(ACTIONS, REMOVE, N_("Drop")),
	SLOT(ACTIONS, MAIN, N_("Main Menu")),
	SLOT(ACTIONS, QUIT, N_("Quit Rowan")),

	SLOT(TEXT, HELP, N_("Help")),
	SLOT(TEXT, OTHER, N_("OTHER CMDS")),
	SLOT(TEXT, BACK, N_("Exit")),
	SLOT(TEXT, WHEREIS, N_("WhereIs")),
	SLOT(TEXT, PAGE_UP, N_("PrevPage")),
	SLOT(TEXT, PAGE_DOWN, N_("NextPage")),
	SLOT(TEXT, FIRST, N_("First")),
	SLOT(TEXT, LAST, N_("Last")),
	SLOT(TEXT, MAIN, N_("Main Menu")),
	SLOT(TEXT, QUIT, N_("Quit Rowan")),

	SLOT(TROUBLE, HELP, N_("Help")),
	SLOT(TROUBLE, NO, N_("Do not trust")),
	SLOT(TROUBLE, ONCE, N_("Trust once")),
	SLOT(TROUBLE, ALWAYS, N_("Trust always")),
	SLOT(TROUBLE, PAGE_UP, N_("PrevPage")),
	SLOT(TROUBLE, PAGE_DOWN, N_("NextPage")),

	SLOT(HEADER, HELP, N_("Get Help")),
	SLOT(HEADER, CANCEL, N_("Cancel")),
	SLOT(HEADER, SEND, N_("Send")),
	SLOT(HEADER, ATTACH, N_("Attach")),
	SLOT(HEADER, RICH_HEADERS, N_("Rich Hdr")),
	SLOT(HEADER, DELETE_CHAR, N_("Del Char")),
	SLOT(HEADER, PAGE_UP, N_("Top")),
	SLOT(HEADER, PAGE_DOWN, N_("Text")),
	SLOT(HEADER, CUT, N_("Cut Line")),
	SLOT(HEADER, UNCUT, N_("UnDel Line")),
	SLOT(HEADER, POSTPONE, N_("Postpone")),
	SLOT(HEADER, PICK, N_("To AddrBk")),

	SLOT(COMPOSE, HELP, N_("Get Help")),
	SLOT(COMPOSE, CANCEL, N_("Cancel")),
	SLOT(COMPOSE, SEND, N_("Send")),
	SLOT(COMPOSE, JUSTIFY, N_("Justify")),
	SLOT(COMPOSE, READ_FILE, N_("Read File")),
	SLOT(COMPOSE, WHEREIS, N_("Where is")),
	SLOT(COMPOSE, PAGE_UP, N_("Prev Pg")),
	SLOT(COMPOSE, PAGE_DOWN, N_("Next Pg")),
	SLOT(COMPOSE, CUT, N_("Cut Text")),
	SLOT(COMPOSE, UNCUT, N_("UnCut Text")),
	SLOT(COMPOSE, POSTPONE, N_("Postpone")),
	SLOT(COMPOSE, SPELL, N_("To Spell")),

	SLOT(DRAFTS, HELP, N_("Help")),
	SLOT(DRAFTS, OTHER, N_("OTHER CMDS")),
	SLOT(DRAFTS, BACK, N_("Back")),
	SLOT(DRAFTS, FORWARD, N_("Go on")),
	SLOT(DRAFTS, PREVIOUS, N_("Prev")),
	SLOT(DRAFTS, NEXT, N_("Next")),
	SLOT(DRAFTS, PAGE_UP, N_("PrevPage")),
	SLOT(DRAFTS, PAGE_DOWN, N_("NextPage")),
	SLOT(DRAFTS, REMOVE, N_("Delete")),
	SLOT(DRAFTS, MAIN, N_("Main Menu")),

	SLOT(OUTBOX, HELP, N_("Help")),
	SLOT(OUTBOX, OTHER, N_("OTHER CMDS")),
	SLOT(OUTBOX, BACK, N_("Back")),
	SLOT(OUTBOX, FORWARD, N_("Details")),
	SLOT(OUTBOX, PREVIOUS, N_("Prev")),
	SLOT(OUTBOX, NEXT, N_("Next")),
	SLOT(OUTBOX, RETRY, N_("Send now")),
	SLOT(OUTBOX, REMOVE, N_("Take back")),
	SLOT(OUTBOX, SENT, N_("Was sent")),
	SLOT(OUTBOX, MAIN, N_("Main Menu")),
	SLOT(OUTBOX, QUIT, N_("Quit Rowan")),

	SLOT(BOOK, HELP, N_("Help")),
	SLOT(BOOK, OTHER, N_("OTHER CMDS")),
	SLOT(BOOK, BACK, N_("Back")),
	SLOT(BOOK, FORWARD, N_("View/Edit")),
	SLOT(BOOK, PREVIOUS, N_("PrevEntry")),
	SLOT(BOOK, NEXT, N_("NextEntry")),
	SLOT(BOOK, PAGE_UP, N_("PrevPage")),
	SLOT(BOOK, PAGE_DOWN, N_("NextPage")),
	SLOT(BOOK, ADD, N_("AddNew")),
	SLOT(BOOK, REMOVE, N_("Delete")),
	SLOT(BOOK, COMPOSE, N_("ComposeTo")),
	SLOT(BOOK, WHEREIS, N_("WhereIs")),
	SLOT(BOOK, READ_FILE, N_("Import")),
	SLOT(BOOK, EXPORT, N_("Export")),
	SLOT(BOOK, MAIN, N_("Main Menu")),
	SLOT(BOOK, QUIT, N_("Quit Rowan")),

	SLOT(ADDRESS, HELP, N_("Help")),
	SLOT(ADDRESS, OTHER, N_("OTHER CMDS")),
	SLOT(ADDRESS, BACK, N_("AddrBook")),
	SLOT(ADDRESS, FORWARD, N_("Change")),
	SLOT(ADDRESS, PREVIOUS, N_("PrevField")),
	SLOT(ADDRESS, NEXT, N_("NextField")),
	SLOT(ADDRESS, SAVE, N_("Save")),

	SLOT(TAKE, HELP, N_("Help")),
	SLOT(TAKE, OTHER, N_("OTHER CMDS")),
	SLOT(TAKE, BACK, N_("ExitTake")),
	SLOT(TAKE, FORWARD, N_("Take")),
	SLOT(TAKE, PREVIOUS, N_("Prev")),
	SLOT(TAKE, NEXT, N_("Next")),
	SLOT(TAKE, PAGE_UP, N_("PrevPage")),
	SLOT(TAKE, PAGE_DOWN, N_("NextPage")),

	SLOT(FILES, HELP, N_("Help")),
	SLOT(FILES, OTHER, N_("OTHER CMDS")),
	SLOT(FILES, BACK, N_("ExitFiles")),
	SLOT(FILES, FORWARD, N_("Select")),
	SLOT(FILES, PREVIOUS, N_("PrevFile")),
	SLOT(FILES, NEXT, N_("NextFile")),
	SLOT(FILES, PAGE_UP, N_("PrevPage")),
	SLOT(FILES, PAGE_DOWN, N_("NextPage")),
	SLOT(FILES, WHEREIS, N_("WhereIs")),
};

const struct menu_slot *keys_menu(enum context context, size_t *count)
{
	const struct menu_slot *first = NULL;
	*count = 0;
	for (size_t i = 0; i < sizeof(menu_slots) / sizeof(menu_slots[0]); i++) {
		if (menu_slots[i].context != context)
			continue;
		if (first == NULL)
			first = &menu_slots[i];
		++*count;
	}
	return first;
}

static const struct {
	const char *name;
	uint32_t key;
} key_names[] = {
	{"Spc", ' '},
	{"Space", ' '},
	{"Ret", INPUT_RETURN},
	{"Return", INPUT_RETURN},
	{"Enter", INPUT_RETURN},
	{"Tab", INPUT_TAB},
	{"Esc", INPUT_ESCAPE},
	{"BkSp", INPUT_BACKSPACE},
	{"Backspace", INPUT_BACKSPACE},
	{"Up", INPUT_UP},
	{"Down", INPUT_DOWN},
	{"Left", INPUT_LEFT},
	{"Right", INPUT_RIGHT},
	{"Home", INPUT_HOME},
	{"End", INPUT_END},
	{"PgUp", INPUT_PAGE_UP},
	{"PgDn", INPUT_PAGE_DOWN},
	{"Del", INPUT_DELETE},
	{"Ctrl-Left", INPUT_WORD_LEFT},
	{"Ctrl-Right", INPUT_WORD_RIGHT},
	{"^Spc", INPUT_CTRL_SPACE},
	{"^@", INPUT_CTRL_SPACE},
	{"Wheel-Up", INPUT_WHEEL_UP},
	{"Wheel-Down", INPUT_WHEEL_DOWN},
};

void key_print(enum preset preset, uint32_t key, struct buf *out)
{
	for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++)
		if (key_names[i].key == key) {
			buf_add_text(out, key_names[i].name);
			return;
		}
	if (key < 0x20)
		buf_addf(out, "^%c", (int)key + 0x40);
	else if (preset == PRESET_PINE && key >= 'a' && key <= 'z')
		buf_add_char(out, (char)(key - 'a' + 'A'));
	else
		utf8_add(out, key);
}

uint32_t key_read(struct str name)
{
	for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++)
		if (str_equal_nocase(name, str_from(key_names[i].name)))
			return key_names[i].key;
	if (name.len == 2 && name.data[0] == '^' &&
		(ascii_is_alpha(name.data[1]) || strchr("_^\\]", name.data[1]) != NULL))
		return (uint32_t)INPUT_CTRL(name.data[1]);
	size_t len;
	uint32_t code = name.len > 0 ? utf8_next(name, &len) : 0;
	return code > 0x20 && len == name.len && code != UTF8_BAD ? code : 0;
}

const char *command_name(enum command command)
{
	return commands[command].name;
}

const char *command_purpose(enum command command)
{
	return commands[command].purpose;
}

const char *context_name(enum context context)
{
	return contexts[context];
}

void keys_init(struct keys *keys, enum preset preset)
{
	*keys = (struct keys){.preset = preset};
}

void keys_done(struct keys *keys)
{
	mem_free(keys->added);
	*keys = (struct keys){0};
}

static uint32_t key_fold(enum preset preset, uint32_t key)
{
	return preset == PRESET_PINE && key >= 'A' && key <= 'Z' ? key - 'A' + 'a' : key;
}

bool keys_bind(struct keys *keys, struct str context, struct str key, struct str command,
	struct error *err)
{
	int where = 0, what = 0;
	uint32_t code = key_fold(keys->preset, key_read(key));
	while (where < CONTEXT_COUNT && !str_equal_nocase(context, str_from(contexts[where])))
		where++;
	while (what < COMMAND_COUNT && !str_equal_nocase(command, str_from(commands[what].name)))
		what++;
	if (where == CONTEXT_COUNT)
		return error_set(err, ERROR_INPUT, "there is no screen called \"%.*s\"",
			(int)str_first(context, 60).len, context.data);
	if (what == COMMAND_COUNT)
		return error_set(err, ERROR_INPUT, "there is no command called \"%.*s\"",
			(int)str_first(command, 60).len, command.data);
	if (code == 0)
		return error_set(err, ERROR_INPUT, "there is no key called \"%.*s\"",
			(int)str_first(key, 60).len, key.data);
	keys->added =
		array_room(keys->added, keys->added_count, &keys->added_cap, sizeof(*keys->added));
	keys->added[keys->added_count++] =
		(struct key_row){keys->preset, (enum context)where, code, (enum command)what};
	return true;
}

/* The row for a key in just this context; the latest of the settings' wins. */
static const struct key_row *keys_row(const struct keys *keys, enum context context, uint32_t key)
{
	for (size_t i = keys->added_count; i-- > 0;)
		if (keys->added[i].context == context && keys->added[i].key == key)
			return &keys->added[i];
	for (size_t i = 0; i < key_row_count; i++)
		if (key_rows[i].preset == keys->preset && key_rows[i].context == context &&
			key_rows[i].key == key)
			return &key_rows[i];
	return NULL;
}

/* Where characters are text. */
static bool context_types(enum context context)
{
	return context == CONTEXT_HEADER || context == CONTEXT_COMPOSE;
}

enum command keys_find(const struct keys *keys, enum context context, uint32_t key)
{
	key = key_fold(keys->preset, key);
	const struct key_row *row = keys_row(keys, context, key);
	if (row == NULL && context_types(context) && key >= ' ' && key < INPUT_BACKSPACE)
		return COMMAND_NONE;
	if (row == NULL)
		row = keys_row(keys, CONTEXT_ANY, key);
	if (row == NULL && key == INPUT_CTRL('J')) /* what some send for Return */
		return keys_find(keys, context, INPUT_RETURN);
	return row != NULL ? row->command : COMMAND_NONE;
}

/* Rows of the settings first, then the screen's own, then those of every screen. */
static uint32_t keys_show_in(
	const struct keys *keys, enum context screen, enum context context, enum command command)
{
	for (size_t i = 0; i < keys->added_count; i++)
		if (keys->added[i].context == context && keys->added[i].command == command &&
			keys_find(keys, screen, keys->added[i].key) == command)
			return keys->added[i].key;
	for (size_t i = 0; i < key_row_count; i++)
		if (key_rows[i].preset == keys->preset && key_rows[i].context == context &&
			key_rows[i].command == command &&
			keys_find(keys, screen, key_rows[i].key) == command)
			return key_rows[i].key;
	return 0;
}

/* Return is the default, told by brackets: where another key does the same, that one is shown. */
static bool key_is_plain(uint32_t key)
{
	return key != 0 && key != INPUT_RETURN && key < INPUT_FIRST;
}

uint32_t keys_show(const struct keys *keys, enum context context, enum command command)
{
	uint32_t own = keys_show_in(keys, context, context, command);
	uint32_t any = keys_show_in(keys, context, CONTEXT_ANY, command);
	if (command == COMMAND_FORWARD && keys_find(keys, context, '>') == command)
		return '>';
	for (size_t i = 0; !key_is_plain(own) && !key_is_plain(any) && i < key_row_count; i++)
		if (key_rows[i].preset == keys->preset && key_rows[i].command == command &&
			(key_rows[i].context == context || key_rows[i].context == CONTEXT_ANY) &&
			key_is_plain(key_rows[i].key) &&
			keys_find(keys, context, key_rows[i].key) == command)
			return key_rows[i].key;
	return key_is_plain(own) ? own : key_is_plain(any) ? any : own != 0 ? own : any;
}
