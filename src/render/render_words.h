/* Rowan's own words in a document: ids that words/ translates. One list, so that none is missed;
 * N_ marks them for xgettext. */
#ifndef RENDER_RENDER_WORDS_H
#define RENDER_RENDER_WORDS_H

#ifndef N_
#define N_(text) text
#endif

/* Dividers: "[ Part 2: "name" text/plain 12 KB ]". */
#define WORD_PART N_("Part")
#define WORD_ATTACHMENT N_("Attachment")

/* Notes. Those that end in a colon are followed by what they speak of. */
#define WORD_LINKS N_("Links:")
#define WORD_MISSING N_("This part has not been fetched yet.")
#define WORD_CUT N_("The text is longer; the rest is left out here.")
#define WORD_DEEP N_("What is nested deeper is left out here.")
#define WORD_EMPTY N_("This message has no text.")
#define WORD_SIGNED N_("This message carries a signature, which has not been checked.")
#define WORD_ENCRYPTED N_("This message is encrypted and cannot be read here.")
#define WORD_TNEF N_("A file in Outlook's own format (TNEF) is attached.")
#define WORD_PARTIAL N_("This is one piece of a message that was sent in pieces:")
#define WORD_EXTERNAL N_("This part is kept elsewhere, not in the message:")
#define WORD_TWO_SENDERS                                                                           \
	N_("This message has more than one From line; at least one of them is false.")
#define WORD_NAME_IS_ADDRESS N_("The sender's name looks like an address; the real one is:")
#define WORD_REPLY_ELSEWHERE N_("An answer goes to another place than the sender's:")
#define WORD_LOOKALIKE N_("The sender's host is written with letters that look like others:")
#define WORD_AUTH_RIGHT N_("The receiving server found the sender to be the real one:")
#define WORD_AUTH_FALSE N_("The receiving server found the sender to be false:")
#define WORD_AUTH_UNKNOWN N_("The receiving server could not tell whether the sender is real:")
#define WORD_LEAVE_LIST N_("This list can be left by mail to:")
#define WORD_LEAVE_PAGE N_("This list can be left on a web page:")
#define WORD_REMOTE N_("Pictures from elsewhere, not loaded:")
#define WORD_TRACKERS N_("Invisible pictures that count readers, not loaded:")
#define WORD_FAILED N_("Could not be delivered to:")
#define WORD_DELAYED N_("Not yet delivered, still being tried, to:")
#define WORD_DELIVERED N_("Delivered to:")
#define WORD_RELAYED N_("Passed on without further notice to:")
#define WORD_EXPANDED N_("Delivered to the list:")
#define WORD_DISPLAYED N_("Read receipt: displayed to")
#define WORD_DELETED N_("Read receipt: deleted unread by")
#define WORD_PROCESSED N_("Read receipt: handled automatically for")

/* Calendar events. */
#define WORD_INVITATION N_("Invitation:")
#define WORD_EVENT N_("Event:")
#define WORD_EVENT_CANCELLED N_("Cancelled:")
#define WORD_EVENT_ACCEPTED N_("Accepted:")
#define WORD_EVENT_DECLINED N_("Declined:")
#define WORD_EVENT_PERHAPS N_("Accepted, perhaps:")
#define WORD_ANSWER_FROM N_("Answer from:")
#define WORD_WHEN N_("When:")
#define WORD_WHERE N_("Where:")
#define WORD_ORGANIZER N_("Organizer:")
#define WORD_ATTENDEES N_("Attendees:")
#define WORD_EACH_DAY N_("Repeats every day.")
#define WORD_EACH_WEEK N_("Repeats every week.")
#define WORD_EACH_MONTH N_("Repeats every month.")
#define WORD_EACH_YEAR N_("Repeats every year.")
#define WORD_EVERY_DAYS N_("Repeats, days from one to the next:")
#define WORD_EVERY_WEEKS N_("Repeats, weeks from one to the next:")
#define WORD_EVERY_MONTHS N_("Repeats, months from one to the next:")
#define WORD_EVERY_YEARS N_("Repeats, years from one to the next:")
#define WORD_ON_DAYS N_("On:")
#define WORD_ON_MONTH_DAYS N_("On these days of the month:")
#define WORD_TIMES N_("Number of times:")
#define WORD_UNTIL N_("Until:")

#endif
