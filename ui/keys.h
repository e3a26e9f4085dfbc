/*
 * What a person can press, and what it does. The key table has rows (preset, context, key,
 * command); the settings may add rows of their own, which win. The key menu and the help screen
 * are made from the same table, so they cannot say anything else than what the keys do.
 */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include "base/error.h"
#include "base/buf.h"

/* One thing that came from the keyboard or mouse: a code point, or one of these. */
enum input_code {
	INPUT_NONE = 0,
	INPUT_TAB = 9,
	INPUT_RETURN = 13,
	INPUT_ESCAPE = 27,
	INPUT_BACKSPACE = 127,
	INPUT_FIRST = 0x110000, /* behind every code point */
	INPUT_UP,
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_RIGHT,
	INPUT_HOME,
	INPUT_END,
	INPUT_PAGE_UP,
	INPUT_PAGE_DOWN,
	INPUT_DELETE,
	INPUT_WORD_LEFT, /* Ctrl and an arrow */
	INPUT_WORD_RIGHT,
	INPUT_CTRL_SPACE, /* its byte is 0 */
	INPUT_CLICK,      /* at row, column */
	INPUT_WHEEL_UP,
	INPUT_WHEEL_DOWN,
	INPUT_LAST,
};

#define INPUT_CTRL(letter) ((letter)&0x1f)

struct input {
	uint32_t code;
	bool is_pasted; /* never a command: only text for a field */
	int row, column;
};

enum preset { PRESET_PINE, PRESET_MUTT, PRESET_COUNT };

enum context {
	CONTEXT_ANY, /* where the screen's own rows say nothing */
	CONTEXT_MAIN,
	CONTEXT_FOLDERS,
	CONTEXT_MESSAGES,
	CONTEXT_MESSAGE,
	CONTEXT_ATTACHMENTS,
	CONTEXT_ACCOUNTS,
	CONTEXT_ACCOUNT,
	CONTEXT_ACTIONS,
	CONTEXT_TEXT, /* help and other read-only text */
	CONTEXT_TROUBLE,
	CONTEXT_HEADER,  /* of a message being written */
	CONTEXT_COMPOSE, /* its text */
	CONTEXT_DRAFTS,
	CONTEXT_OUTBOX,
	CONTEXT_BOOK,
	CONTEXT_ADDRESS, /* one entry of the book */
	CONTEXT_TAKE,    /* addresses of a message */
	CONTEXT_FILES,
	CONTEXT_COUNT
};

enum command {
	COMMAND_NONE,
	COMMAND_HELP,
	COMMAND_OTHER,
	COMMAND_MAIN,
	COMMAND_FOLDERS,
	COMMAND_INDEX,
	COMMAND_GOTO,
	COMMAND_ACCOUNTS,
	COMMAND_QUIT,
	COMMAND_BACK,
	COMMAND_FORWARD,
	COMMAND_PREVIOUS,
	COMMAND_NEXT,
	COMMAND_UP,
	COMMAND_DOWN,
	COMMAND_PAGE_UP,
	COMMAND_PAGE_DOWN,
	COMMAND_FIRST,
	COMMAND_LAST,
	COMMAND_WHEREIS,
	COMMAND_JUMP,
	COMMAND_NEXT_NEW,
	COMMAND_SORT,
	COMMAND_FLAG,
	COMMAND_HEADERS,
	COMMAND_CHARSET,
	COMMAND_QUOTES,
	COMMAND_LEAVE, /* a mailing list */
	COMMAND_LINK_NEXT,
	COMMAND_LINK_PREVIOUS,
	COMMAND_EXTERNAL,
	COMMAND_DELETE,
	COMMAND_UNDELETE,
	COMMAND_EXPUNGE,
	COMMAND_SELECT,
	COMMAND_SELECT_CURRENT,
	COMMAND_APPLY,
	COMMAND_ZOOM,
	COMMAND_LIMIT,
	COMMAND_PIPE,
	COMMAND_UNDO,
	COMMAND_RENAME,
	COMMAND_SUBSCRIBE,
	COMMAND_EXAMINE,
	COMMAND_DETAILS,
	COMMAND_RETRY,
	COMMAND_JOURNAL,
	COMMAND_ATTACHMENTS,
	COMMAND_SAVE,
	COMMAND_EXPORT,
	COMMAND_ADD,
	COMMAND_EDIT,
	COMMAND_TEST,
	COMMAND_REMOVE,
	COMMAND_ONCE,
	COMMAND_ALWAYS,
	COMMAND_NO,
	COMMAND_ONLINE,
	COMMAND_ANSWER,
	COMMAND_COMPOSE,
	COMMAND_REPLY,
	COMMAND_REPLY_ALL,
	COMMAND_REPLY_LIST,
	COMMAND_PASS_ON, /* forward a message */
	COMMAND_BOUNCE,
	COMMAND_AGAIN,
	COMMAND_TAKE,
	COMMAND_BOOK,
	COMMAND_OUTBOX,
	COMMAND_SENT,
	COMMAND_SEND,
	COMMAND_POSTPONE,
	COMMAND_CANCEL,
	COMMAND_ATTACH,
	COMMAND_JUSTIFY,
	COMMAND_READ_FILE,
	COMMAND_RICH_HEADERS,
	COMMAND_PICK,
	COMMAND_SPELL,
	COMMAND_EDITOR,
	COMMAND_CUT,
	COMMAND_UNCUT,
	COMMAND_MARK,
	COMMAND_REPLACE,
	COMMAND_UNDO_TEXT,
	COMMAND_REDO_TEXT,
	COMMAND_DELETE_CHAR,
	COMMAND_LEFT,
	COMMAND_RIGHT,
	COMMAND_WORD_LEFT,
	COMMAND_WORD_RIGHT,
	COMMAND_LINE_START,
	COMMAND_LINE_END,
	COMMAND_REDRAW,
	COMMAND_SUSPEND,
	COMMAND_COUNT
};

struct key_row {
	enum preset preset;
	enum context context;
	uint32_t key;
	enum command command;
};

/* The built-in table, for tests and for whoever lists it. */
extern const struct key_row key_rows[];
extern const size_t key_row_count;

struct menu_slot {
	enum context context;
	enum command command;
	const char *label; /* untranslated, N_() */
};

struct keys {
	enum preset preset;
	struct key_row *added; /* owned: from the settings */
	size_t added_count, added_cap;
};

void keys_init(struct keys *keys, enum preset preset);
void keys_done(struct keys *keys);

/* A line of the settings, all three as written there: context "index", key "^F", command
 * "next-new". The command "none" frees a key. ERROR_INPUT with what is wrong. */
bool keys_bind(struct keys *keys, struct str context, struct str key, struct str command,
	struct error *err);

enum command keys_find(const struct keys *keys, enum context context, uint32_t key);

/* The key to show for a command: the first that reaches it; 0: none does. */
uint32_t keys_show(const struct keys *keys, enum context context, enum command command);

/* How a key is written: "Spc", "Ret", "^F", "PgDn", "Q" (pine shows letters as capitals). */
void key_print(enum preset preset, uint32_t key, struct buf *out);
uint32_t key_read(struct str name); /* 0: there is no such key */

/* What the key menu of a context offers, in its order; NULL-labelled end. */
const struct menu_slot *keys_menu(enum context context, size_t *count);

const char *command_name(enum command command);    /* in the settings: "next-new" */
const char *command_purpose(enum command command); /* a sentence for the help, untranslated */
const char *context_name(enum context context);    /* in the settings: "index" */

#endif
