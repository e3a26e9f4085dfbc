/* Dates: whatever has a day, a month, a year and perhaps a time and a zone, in any order mailers
 * have thought of. One pass over the tokens; a month is a word or, in ISO 8601, a number. */
#include "proto/mime/mime.h"

enum { UNSET = -1 };

struct date {
	int year, month, day; /* month 1 to 12 */
	int hour, minute, second;
	int zone; /* minutes east */
	bool has_zone, is_pm, is_am;
};

static const char month_names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

static const struct zone_row {
	const char name[5];
	int16_t minutes;
} zone_rows[] = {
	{"acdt", 630},
	{"acst", 570},
	{"adt", -180},
	{"aedt", 660},
	{"aest", 600},
	{"akdt", -480},
	{"akst", -540},
	{"ast", -240},
	{"awst", 480},
	{"brt", -180},
	{"bst", 60},
	{"cat", 120},
	{"cdt", -300},
	{"cest", 120},
	{"cet", 60},
	{"cst", -360},
	{"eat", 180},
	{"edt", -240},
	{"eest", 180},
	{"eet", 120},
	{"est", -300},
	{"gmt", 0},
	{"gst", 240},
	{"hkt", 480},
	{"hst", -600},
	{"ict", 420},
	{"idt", 180},
	{"ist", 330},
	{"jst", 540},
	{"kst", 540},
	{"mdt", -360},
	{"mest", 120},
	{"mesz", 120},
	{"met", 60},
	{"mez", 60},
	{"msd", 240},
	{"msk", 180},
	{"mst", -420},
	{"ndt", -150},
	{"nst", -210},
	{"nzdt", 780},
	{"nzst", 720},
	{"pdt", -420},
	{"pht", 480},
	{"pkt", 300},
	{"pst", -480},
	{"sast", 120},
	{"sgt", 480},
	{"ut", 0},
	{"utc", 0},
	{"wat", 60},
	{"west", 60},
	{"wet", 0},
	{"wib", 420},
	{"z", 0},
};

static void skip_comment(struct str *s)
{
	int depth = 0;
	do {
		depth += s->data[0] == '(';
		depth -= s->data[0] == ')';
		*s = str_skip(*s, s->data[0] == '\\' ? 2 : 1);
	} while (depth > 0 && s->len > 0);
}

static size_t digits_at(struct str s)
{
	size_t len = 0;
	while (len < s.len && ascii_is_digit(s.data[len]))
		len++;
	return len;
}

/* At most nine digits count: more is rubbish anyhow. */
static int number_take(struct str *s)
{
	size_t len = digits_at(*s);
	int value = 0;
	for (size_t i = 0; i < len && i < 9; i++)
		value = value * 10 + (s->data[i] - '0');
	*s = str_skip(*s, len);
	return value;
}

static bool next_is(struct str s, char c)
{
	return s.len > 1 && s.data[0] == c && ascii_is_digit(s.data[1]);
}

/* After the hour: ":04:05.123"; some write dots. */
static void time_take(struct date *d, int hour, struct str *s)
{
	char mark = s->data[0];
	d->hour = hour;
	*s = str_skip(*s, 1);
	d->minute = number_take(s);
	if (next_is(*s, mark)) {
		*s = str_skip(*s, 1);
		d->second = number_take(s);
	}
	if (next_is(*s, '.') || next_is(*s, ',')) {
		*s = str_skip(*s, 1);
		number_take(s);
	}
}

/* "+0100", "+01:00", "+1"; *s stands on the sign. */
static void offset_take(struct date *d, struct str *s)
{
	int sign = s->data[0] == '-' ? -1 : 1;
	*s = str_skip(*s, 1);
	size_t len = digits_at(*s);
	int value = number_take(s), minutes = 0;
	if (len <= 2) {
		minutes = value * 60;
		if (next_is(*s, ':')) {
			*s = str_skip(*s, 1);
			minutes += number_take(s) % 60;
		}
	} else if (len <= 4) {
		minutes = value / 100 * 60 + value % 100;
	}
	d->zone = minutes < 24 * 60 ? sign * minutes : 0;
	d->has_zone = true;
}

/* "2006-01-02", the year taken already; false when it is not that. */
static bool iso_take(struct date *d, int year, struct str *s)
{
	struct str rest = str_skip(*s, 1);
	int month = number_take(&rest);
	if (!next_is(rest, s->data[0]))
		return false;
	rest = str_skip(rest, 1);
	d->year = year;
	d->month = month;
	d->day = number_take(&rest);
	*s = rest;
	return true;
}

/* RFC 5322 4.3; five digits are the year 2000 of programs that write "19" before the count. */
static int year_mend(int year, size_t digits)
{
	if (digits <= 2)
		return year < 50 ? 2000 + year : 1900 + year;
	if (digits == 5 && year / 1000 == 19)
		return 1900 + year % 1000;
	return digits == 3 ? 1900 + year : year;
}

static void number_read(struct date *d, struct str *s)
{
	size_t digits = digits_at(*s);
	int value = number_take(s);
	if (digits == 4 && (next_is(*s, '-') || next_is(*s, '/')) && d->month == 0 &&
		iso_take(d, value, s))
		return;
	bool is_time = next_is(*s, ':') || (next_is(*s, '.') && d->day != UNSET);
	if (is_time && d->hour == UNSET && digits <= 2)
		time_take(d, value, s);
	else if (digits <= 2 && d->day == UNSET)
		d->day = value;
	else if (d->year == UNSET && (digits > 2 || d->month != 0))
		d->year = year_mend(value, digits);
}

static int month_find(struct str word)
{
	if (word.len < 3)
		return 0;
	for (int i = 0; i < 12; i++)
		if (str_starts_nocase(word, str_make(month_names + i * 3, 3)))
			return i + 1;
	return 0;
}

static void word_read(struct date *d, struct str *s)
{
	size_t len = 0;
	while (len < s->len && ascii_is_alpha(s->data[len]))
		len++;
	struct str word = str_first(*s, len);
	*s = str_skip(*s, len);
	int month = month_find(word);
	if (month != 0 && d->month == 0) {
		d->month = month;
		return;
	}
	d->is_pm |= str_equal_nocase(word, STR("pm"));
	d->is_am |= str_equal_nocase(word, STR("am"));
	if (d->has_zone || d->hour == UNSET)
		return;
	for (size_t i = 0; i < sizeof zone_rows / sizeof zone_rows[0]; i++)
		if (str_equal_nocase(word, str_from(zone_rows[i].name))) {
			d->zone = zone_rows[i].minutes;
			d->has_zone =
				!(d->zone == 0 && s->len > 0 && strchr("+-", s->data[0]) != NULL);
			return;
		}
}

static struct date date_read(struct str s)
{
	struct date d = {.year = UNSET, .day = UNSET, .hour = UNSET};
	while (s.len > 0) {
		char c = s.data[0];
		bool is_sign = (c == '+' || c == '-') && s.len > 1 && ascii_is_digit(s.data[1]);
		if (c == '(')
			skip_comment(&s);
		else if (is_sign && d.hour != UNSET && !d.has_zone)
			offset_take(&d, &s);
		else if (ascii_is_digit(c))
			number_read(&d, &s);
		else if (ascii_is_alpha(c))
			word_read(&d, &s);
		else
			s = str_skip(s, 1);
	}
	return d;
}

static int month_days(int year, int month)
{
	static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && is_leap);
}

static bool date_is_real(const struct date *d)
{
	return d->year >= 1900 && d->year <= 9999 && d->month >= 1 && d->month <= 12 &&
	       d->day >= 1 && d->day <= month_days(d->year, d->month) && d->hour < 24 &&
	       d->minute < 60 && d->second <= 60;
}

/* Days since 1970 in the Gregorian calendar, years beginning in March. */
static int64_t days_since_1970(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;
	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

bool mime_date_parse(struct str raw_value, int64_t *seconds, int *zone)
{
	struct date d = date_read(str_first(raw_value, 1024));
	if (d.hour == UNSET)
		d.hour = 0;
	if (d.is_pm && d.hour < 12)
		d.hour += 12;
	else if (d.is_am && d.hour == 12)
		d.hour = 0;
	if (!date_is_real(&d))
		return false;
	int64_t local = days_since_1970(d.year, d.month, d.day) * 86400 + d.hour * 3600 +
			d.minute * 60 + d.second;
	*seconds = local - (int64_t)d.zone * 60;
	*zone = d.zone;
	return true;
}
