/*
 * The one function that makes text from outside safe for a terminal, and the cells it takes.
 *
 * safe_text_make is the only maker of a struct safe_text, and ui/term.c and the headless printer
 * take nothing else: so no ESC, C0, C1, bidi control, zero-width trick or code point of unknown
 * width can reach the terminal. What is dropped or replaced, and why, is measured in the project's
 * notes: NFC first; format characters, ZWSP/ZWNJ/ZWJ, variation selectors, bidi controls, tags and
 * soft hyphens are dropped; a ZWJ sequence becomes its first emoji; skin tones are dropped; a
 * keycap becomes its digit; controls become '?'; TAB becomes one blank (whoever wants tab stops
 * expands first); line ends become one blank; bytes that are not UTF-8 and code points whose
 * wcwidth is below 0 become U+FFFD. A base keeps four combining marks; a mark without a base is
 * dropped. Text longer than 4 MB is cut. In a locale that is not UTF-8, what it cannot show becomes
 * '?' when it is drawn (ui/term.c), with the same width.
 *
 * Widths are terminal cells, by the running libc's wcwidth, the oracle that ncursesw uses too; it
 * is asked in a UTF-8 locale, so widths are the same when the process runs in another. Any thread.
 */
#ifndef BASE_WIDTH_H
#define BASE_WIDTH_H

#include "base/buf.h"

struct safe_text {
	char *text; /* owned, NUL-terminated UTF-8 without control characters */
	size_t len; /* bytes */
	int cells;
};

struct safe_text safe_text_make(struct str outside);
void safe_text_done(struct safe_text *safe); /* takes a zeroed one */

/* The same, appended as plain bytes for those who build lines (render/layout). Returns cells. */
int safe_text_add(struct buf *out, struct str outside);

/* Cells of text that is already safe. */
int width_cells(struct str safe);

/* The longest prefix of safe that takes at most `cells`, never cutting a cluster; *used tells the
 * cells it takes. */
struct str width_first(struct str safe, int cells, int *used);

/* The next grapheme cluster of safe: its bytes, and its cells in *cells (0 for a lone mark, never
 * above 4: a longer cluster comes in pieces). 0 bytes only at the end. */
size_t width_cluster(struct str safe, int *cells);

/* The next cluster of text from outside, as an editor steps over it: its bytes, with everything
 * that takes no cell behind it, and the cells of what safe_text_make makes of it. Line ends and
 * tabs are clusters of their own, of one cell. 0 bytes only at the end. */
size_t width_outside_cluster(struct str outside, int *cells);

/* Appends safe cut or padded with blanks to exactly `cells`; a cut one ends in "…" (which
 * ui/term.c draws as "." where the locale has none). Right-to-left text is left in logical order.
 */
void width_add_fitted(struct buf *out, struct str safe, int cells);

#endif
