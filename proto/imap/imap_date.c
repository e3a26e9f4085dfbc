/* INTERNALDATE (RFC 3501 date-time): "17-Jul-1996 02:44:25 -0700". */
#include "proto/imap/imap_client.h"

static const char date_months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t in_era = year - era * 400;
	int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static bool date_number(struct str *rest, char end, uint32_t max, uint32_t *value)
{
	struct str digits = end != '\0' ? str_cut(rest, end) : str_first(*rest, rest->len);
	return str_to_u32(digits, value) && *value <= max;
}

static bool date_month(struct str name, uint32_t *month)
{
	for (uint32_t i = 0; i < 12; i++)
		if (str_equal_nocase(name, str_make(date_months + i * 3, 3))) {
			*month = i + 1;
			return true;
		}
	return false;
}

static int64_t date_zone(struct str zone)
{
	uint32_t value;
	if (zone.len != 5 || !str_to_u32(str_skip(zone, 1), &value))
		return 0;
	int64_t seconds = (int64_t)(value / 100) * 3600 + (int64_t)(value % 100) * 60;
	return zone.data[0] == '-' ? -seconds : seconds;
}

bool imap_date_parse(struct str text, int64_t *seconds)
{
	struct str rest = str_trim(text);
	uint32_t day, month, year, hour, minute, second;
	if (!date_number(&rest, '-', 31, &day) || day == 0 ||
		!date_month(str_cut(&rest, '-'), &month) || !date_number(&rest, ' ', 9999, &year) ||
		!date_number(&rest, ':', 24, &hour) || !date_number(&rest, ':', 59, &minute))
		return false;
	struct str last = str_cut(&rest, ' ');
	if (!date_number(&last, '\0', 60, &second))
		return false;
	*seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
		   date_zone(str_trim(rest));
	return true;
}

void imap_date_format(int64_t seconds, struct buf *out)
{
	int64_t days = seconds / 86400, left = seconds % 86400;
	int64_t year = 1970 + days / 366, month = 1;
	while (days_of(year + 1, 1, 1) <= days)
		year++;
	while (month < 12 && days_of(year, month + 1, 1) <= days)
		month++;
	buf_addf(out, "%2d-%.3s-%04d %02d:%02d:%02d +0000",
		(int)(days - days_of(year, month, 1)) + 1, date_months + (month - 1) * 3, (int)year,
		(int)(left / 3600), (int)(left / 60 % 60), (int)(left % 60));
}
