/* Sentences. */
#include "ui/say.h"

#include "words/gettext.h"
#include "words/words.h"

#include <time.h>

static const char *notice_sentence(enum notice_kind kind)
{
	switch (kind) {
	case NOTICE_OFFLINE:
		return _("the connection is gone; it will be tried again");
	case NOTICE_ONLINE:
		return _("online again");
	case NOTICE_FOLDER_GONE:
		return _("this folder is not on the server any more");
	case NOTICE_FOLDER_RESET:
		return _("the server renumbered this folder; it is fetched again");
	case NOTICE_SERVER_SAYS:
		return _("the server says");
	case NOTICE_STORAGE:
		return _("the disk cannot be written or read");
	case NOTICE_KEYRING:
		return _("the keyring did not keep the password");
	case NOTICE_READ_ONLY:
		return _("this folder can only be read");
	case NOTICE_NOT_KEPT:
		return _("the server will not keep this mark");
	case NOTICE_ACTION_FAILED:
		return _("the server refused");
	case NOTICE_NOT_SENT:
		return _("a message was not sent");
	case NOTICE_SETTINGS:
		return _("settings");
	}
	return "";
}

void say_notice(const struct event *event, const char *account, struct buf *out)
{
	if (account != NULL)
		buf_addf(out, "%s: ", account);
	buf_add_text(out, notice_sentence(event->notice));
	if (event->text != NULL)
		buf_addf(out, ": %s", event->text);
	if (event->error.kind != ERROR_NONE) {
		buf_add_text(out, ": ");
		words_error_line(&event->error, NULL, out);
	}
}

const char *say_test_step(enum test_step step)
{
	switch (step) {
	case TEST_RESOLVE:
		return _("Looking up the name of the server");
	case TEST_CONNECT:
		return _("Connecting");
	case TEST_TLS:
		return _("Making the connection safe (TLS)");
	case TEST_GREETING:
		return _("Waiting for the server's greeting");
	case TEST_LOGIN:
		return _("Logging in");
	case TEST_FOLDERS:
		return _("Asking for the folders");
	case TEST_DONE:
		return _("All is well");
	}
	return "";
}

void say_size(uint64_t bytes, struct buf *out)
{
	if (bytes < 1000)
		buf_addf(out, P_("%u byte", "%u bytes", (unsigned)bytes), (unsigned)bytes);
	else if (bytes < 1000000)
		buf_addf(out, _("%.1f KB"), (double)bytes / 1000);
	else if (bytes < 1000000000)
		buf_addf(out, _("%.1f MB"), (double)bytes / 1000000);
	else
		buf_addf(out, _("%.1f GB"), (double)bytes / 1000000000);
}

void say_count(uint64_t count, struct buf *out)
{
	if (count >= 1000) {
		say_count(count / 1000, out);
		buf_addf(out, ",%03u", (unsigned)(count % 1000));
	} else {
		buf_addf(out, "%u", (unsigned)count);
	}
}

void say_date(int64_t date, int64_t now, struct buf *out)
{
	static const char *const months[] = {N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"),
		N_("Jun"), N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")};
	time_t then = (time_t)date, today = (time_t)now;
	struct tm at, this_day;
	if (date == 0 || localtime_r(&then, &at) == NULL || localtime_r(&today, &this_day) == NULL)
		return;
	if (at.tm_year == this_day.tm_year)
		buf_addf(out, "%s %2d", _(months[at.tm_mon]), at.tm_mday);
	else
		buf_addf(out, "%s %d", _(months[at.tm_mon]), at.tm_year + 1900);
}

const char *say_command(const char *words)
{
	return words[0] != '\0' ? _(words) : "";
}

void say_header_date(int64_t date, int zone, struct buf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t local = (time_t)(date + (int64_t)zone * 60);
	int east = zone < 0 ? -zone : zone;
	struct tm tm;
	if (date == 0 || gmtime_r(&local, &tm) == NULL)
		return;
	buf_addf(out, "%.3s, %d %.3s %d %02d:%02d:%02d %c%02d%02d", days + 3 * tm.tm_wday,
		tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		tm.tm_sec, zone < 0 ? '-' : '+', east / 60, east % 60);
}
