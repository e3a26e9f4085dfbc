#include "render/render_calendar.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "render/render_link.h"
#include "render/render_words.h"

enum { VALUE_MAX = 2000, TEXT_MAX = 16 * 1024, PEOPLE_MAX = 20, LINE_MAX_BYTES = 64 * 1024 };

/* One content line, unfolded: NAME;PARAM=…:VALUE. Borrowed from the reader's buffer. */
struct property {
	struct str name, params, value;
};

struct event {
	struct buf summary, location, description, organizer, people, rule, begin_zone;
	struct buf begin, end, duration; /* as written */
	struct buf answer;               /* PARTSTAT of the first attendee, and who it is */
	struct buf answerer;
	int people_count;
	bool is_cancelled;
};

/* ---- Lines. ---- */

/* The next line with what is folded onto it (RFC 5545 3.1); false at the end. */
static bool line_take(struct str *rest, struct buf *line)
{
	if (rest->len == 0)
		return false;
	buf_clear(line);
	do {
		struct str piece = str_cut(rest, '\n');
		if (line->len > 0 || (piece.len > 0 && ascii_is_space(piece.data[0])))
			piece = str_skip(piece, 1);
		while (piece.len > 0 && piece.data[piece.len - 1] == '\r')
			piece.len--;
		if (line->len < LINE_MAX_BYTES)
			buf_add(line, piece);
	} while (rest->len > 0 && (rest->data[0] == ' ' || rest->data[0] == '\t'));
	return true;
}

static bool property_split(struct str line, struct property *p)
{
	size_t name = 0;
	bool is_quoted = false;
	while (name < line.len && line.data[name] != ';' && line.data[name] != ':')
		name++;
	size_t end = name;
	while (end < line.len && (is_quoted || line.data[end] != ':'))
		is_quoted ^= line.data[end++] == '"';
	if (end == line.len || name == 0)
		return false;
	*p = (struct property){str_trim(str_first(line, name)),
		str_make(line.data + name, end - name), str_trim(str_skip(line, end + 1))};
	return true;
}

/* The value of a parameter without its quotes; empty when absent. */
static struct str param_of(const struct property *p, const char *wanted)
{
	struct str rest = str_skip(p->params, 1);
	while (rest.len > 0) {
		size_t len = 0;
		bool is_quoted = false;
		while (len < rest.len && (is_quoted || rest.data[len] != ';'))
			is_quoted ^= rest.data[len++] == '"';
		struct str value = str_first(rest, len);
		struct str name = str_cut(&value, '=');
		if (str_equal_nocase(str_trim(name), str_from(wanted))) {
			value = str_trim(value);
			if (value.len > 1 && value.data[0] == '"')
				value = str_make(value.data + 1, value.len - 2);
			return value;
		}
		rest = str_skip(rest, len + 1);
	}
	return STR("");
}

/* Text with its escapes undone (3.3.11). */
static void add_text(struct buf *out, struct str value)
{
	for (size_t i = 0; i < value.len && out->len < TEXT_MAX; i++) {
		char c = value.data[i];
		if (c == '\\' && i + 1 < value.len) {
			c = value.data[++i];
			c = c == 'n' || c == 'N' ? '\n' : c;
		}
		buf_add_char(out, c);
	}
}

static void set_text(struct buf *out, struct str value)
{
	buf_clear(out);
	add_text(out, value);
}

/* "Ann Lee <ann@example.org>" */
static void add_person(struct buf *out, const struct property *p)
{
	struct str name = utf8_first(str_trim(param_of(p, "CN")), VALUE_MAX), addr = p->value;
	if (str_starts_nocase(addr, STR("mailto:")))
		addr = str_skip(addr, 7);
	addr = utf8_first(addr, VALUE_MAX);
	if (name.len == 0 || str_equal_nocase(name, addr)) {
		buf_add(out, addr);
		return;
	}
	buf_add(out, name);
	buf_add_text(out, " <");
	buf_add(out, addr);
	buf_add_char(out, '>');
}

static void add_attendee(struct event *e, const struct property *p)
{
	if (e->people_count == 0) {
		set_text(&e->answer, param_of(p, "PARTSTAT"));
		add_person(&e->answerer, p);
	}
	if (e->people_count++ >= PEOPLE_MAX)
		return;
	buf_add_text(&e->people, e->people.len > 0 ? ", " : "");
	add_person(&e->people, p);
}

static void event_take(struct event *e, const struct property *p)
{
	struct {
		const char *name;
		struct buf *to;
	} rows[] = {{"SUMMARY", &e->summary}, {"LOCATION", &e->location},
		{"DESCRIPTION", &e->description}, {"DTSTART", &e->begin}, {"DTEND", &e->end},
		{"DURATION", &e->duration}, {"RRULE", &e->rule}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (str_equal_nocase(p->name, str_from(rows[i].name)))
			set_text(rows[i].to, p->value);
	}
	if (str_equal_nocase(p->name, STR("DTSTART")))
		set_text(&e->begin_zone, param_of(p, "TZID"));
	if (str_equal_nocase(p->name, STR("STATUS")))
		e->is_cancelled = str_equal_nocase(p->value, STR("CANCELLED"));
	if (str_equal_nocase(p->name, STR("ORGANIZER")) && e->organizer.len == 0)
		add_person(&e->organizer, p);
	if (str_equal_nocase(p->name, STR("ATTENDEE")))
		add_attendee(e, p);
}

static void event_done(struct event *e)
{
	struct buf *all[] = {&e->summary, &e->location, &e->description, &e->organizer, &e->people,
		&e->rule, &e->begin_zone, &e->begin, &e->end, &e->duration, &e->answer,
		&e->answerer};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		buf_done(all[i]);
	*e = (struct event){0};
}

/* ---- Times. ---- */

struct moment {
	int64_t day; /* since 1970-01-01 */
	int second;  /* of the day */
	bool has_time, is_utc;
};

static bool digits_take(struct str *s, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++) {
		if (s->len == 0 || !ascii_is_digit(s->data[0]))
			return false;
		*value = *value * 10 + (s->data[0] - '0');
		*s = str_skip(*s, 1);
	}
	return true;
}

/* The proleptic Gregorian calendar; March is a year's first month here. */
static int64_t day_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;
	int64_t era = y / 400, in_era = y % 400;
	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + (m * 153 + 2) / 5 + day -
	       1 - 719468;
}

static void date_of(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468, era = z / 146097, d = z % 146097;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t in_year = d - (365 * y + y / 4 - y / 100), m = (in_year * 5 + 2) / 153;
	*day = (int)(in_year - (m * 153 + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(y + era * 400 + (*month <= 2));
}

/* "20261006T101500Z", "20261006" */
static bool moment_read(struct str s, struct moment *m)
{
	int year, month, day, hour = 0, minute = 0, second = 0;
	*m = (struct moment){0};
	if (!digits_take(&s, 4, &year) || !digits_take(&s, 2, &month) || !digits_take(&s, 2, &day))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	m->day = day_of(year, month, day);
	if (s.len == 0 || s.data[0] != 'T')
		return true;
	s = str_skip(s, 1);
	m->has_time = digits_take(&s, 2, &hour) && digits_take(&s, 2, &minute);
	digits_take(&s, 2, &second);
	if (hour > 23 || minute > 59 || second > 60)
		m->has_time = false;
	m->second = hour * 3600 + minute * 60 + second;
	m->is_utc = s.len > 0 && s.data[0] == 'Z';
	return true;
}

/* "P1DT2H30M" in seconds; 0 when it is none. */
static int64_t duration_read(struct str s)
{
	static const struct {
		char unit;
		int seconds;
	} units[] = {{'W', 604800}, {'D', 86400}, {'H', 3600}, {'M', 60}, {'S', 1}};
	int64_t total = 0, number = 0;
	for (size_t i = 0; i < s.len && total < INT32_MAX; i++) {
		if (ascii_is_digit(s.data[i])) {
			number = number < INT32_MAX / 10 ? number * 10 + (s.data[i] - '0') : number;
			continue;
		}
		for (size_t k = 0; k < sizeof(units) / sizeof(units[0]); k++)
			total += s.data[i] == units[k].unit ? number * units[k].seconds : 0;
		number = 0;
	}
	return str_starts(s, STR("P")) && total < INT32_MAX ? total : 0;
}

static void moment_add(struct moment *m, int64_t seconds)
{
	int64_t all = m->day * 86400 + m->second + seconds;
	m->day = all / 86400;
	m->second = (int)(all % 86400);
	if (m->second < 0) {
		m->second += 86400;
		m->day--;
	}
}

static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

static void add_day(struct buf *out, int64_t day)
{
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int year, month, in_month;
	date_of(day, &year, &month, &in_month);
	buf_addf(out, "%s, %d %s %d", days[((day + 4) % 7 + 7) % 7], in_month, months[month - 1],
		year);
}

static void add_time(struct buf *out, const struct moment *m)
{
	buf_addf(out, " %02d:%02d", m->second / 3600, m->second / 60 % 60);
}

/* What Windows calls a zone, by a city in it. Others stand as they are written. */
static struct str zone_name(struct str zone)
{
	static const char *const rows[][2] = {{"UTC", "UTC"},
		{"GMT Standard Time", "Europe/London"},
		{"Greenwich Standard Time", "Atlantic/Reykjavik"},
		{"W. Europe Standard Time", "Europe/Berlin"},
		{"Central Europe Standard Time", "Europe/Budapest"},
		{"Central European Standard Time", "Europe/Warsaw"},
		{"Romance Standard Time", "Europe/Paris"},
		{"GTB Standard Time", "Europe/Bucharest"}, {"FLE Standard Time", "Europe/Kiev"},
		{"E. Europe Standard Time", "Europe/Chisinau"},
		{"Turkey Standard Time", "Europe/Istanbul"},
		{"Israel Standard Time", "Asia/Jerusalem"}, {"Egypt Standard Time", "Africa/Cairo"},
		{"South Africa Standard Time", "Africa/Johannesburg"},
		{"Russian Standard Time", "Europe/Moscow"}, {"Arabian Standard Time", "Asia/Dubai"},
		{"Arab Standard Time", "Asia/Riyadh"}, {"Iran Standard Time", "Asia/Tehran"},
		{"Pakistan Standard Time", "Asia/Karachi"}, {"India Standard Time", "Asia/Kolkata"},
		{"Nepal Standard Time", "Asia/Kathmandu"},
		{"SE Asia Standard Time", "Asia/Bangkok"}, {"China Standard Time", "Asia/Shanghai"},
		{"Singapore Standard Time", "Asia/Singapore"},
		{"Taipei Standard Time", "Asia/Taipei"}, {"Tokyo Standard Time", "Asia/Tokyo"},
		{"Korea Standard Time", "Asia/Seoul"},
		{"W. Australia Standard Time", "Australia/Perth"},
		{"AUS Eastern Standard Time", "Australia/Sydney"},
		{"New Zealand Standard Time", "Pacific/Auckland"},
		{"E. South America Standard Time", "America/Sao_Paulo"},
		{"Argentina Standard Time", "America/Buenos_Aires"},
		{"Atlantic Standard Time", "America/Halifax"},
		{"Eastern Standard Time", "America/New_York"},
		{"Central Standard Time", "America/Chicago"},
		{"Mountain Standard Time", "America/Denver"},
		{"US Mountain Standard Time", "America/Phoenix"},
		{"Pacific Standard Time", "America/Los_Angeles"},
		{"Alaskan Standard Time", "America/Anchorage"},
		{"Hawaiian Standard Time", "Pacific/Honolulu"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (str_equal_nocase(zone, str_from(rows[i][0])))
			return str_from(rows[i][1]);
	}
	return utf8_first(zone, VALUE_MAX);
}

/* The end of an event, the last day of one of whole days. */
static bool event_end(const struct event *e, const struct moment *begin, struct moment *end)
{
	int64_t length = duration_read(buf_str(&e->duration));
	bool has_end = e->end.len > 0 && moment_read(buf_str(&e->end), end);
	if (!has_end) {
		*end = *begin;
		moment_add(end, length);
	}
	if (!begin->has_time)
		moment_add(end, -86400);
	return (has_end || length > 0) &&
	       (end->day > begin->day || (end->day == begin->day && end->second > begin->second));
}

static void add_when(struct buf *out, const struct event *e)
{
	struct moment begin, end;
	if (!moment_read(buf_str(&e->begin), &begin)) {
		buf_add(out, utf8_first(buf_str(&e->begin), VALUE_MAX));
		return;
	}
	add_day(out, begin.day);
	if (begin.has_time)
		add_time(out, &begin);
	if (event_end(e, &begin, &end)) {
		buf_add_text(out, " –");
		if (end.day != begin.day) {
			buf_add_char(out, ' ');
			add_day(out, end.day);
		}
		if (begin.has_time)
			add_time(out, &end);
	}
	struct str zone = begin.is_utc ? STR("UTC") : zone_name(buf_str(&e->begin_zone));
	if (begin.has_time && zone.len > 0) {
		buf_add_text(out, " (");
		buf_add(out, zone);
		buf_add_char(out, ')');
	}
}

/* ---- How often (3.3.10), the common rules in words. ---- */

static struct str rule_part(struct str rule, const char *wanted)
{
	while (rule.len > 0) {
		struct str value = str_cut(&rule, ';');
		struct str name = str_cut(&value, '=');
		if (str_equal_nocase(str_trim(name), str_from(wanted)))
			return str_trim(value);
	}
	return STR("");
}

static void add_note(struct doc *doc, const char *word, struct str text)
{
	struct doc_block *b = doc_add_block(doc, DOC_NOTE);
	b->label = mem_text(word);
	doc_block_add(b, utf8_first(str_trim(text), VALUE_MAX), 0, -1);
}

static void add_note_if(struct doc *doc, const char *word, struct str text)
{
	if (str_trim(text).len > 0)
		add_note(doc, word, text);
}

/* "MO,-1FR" → "Mon, last Fri" */
static void add_weekdays(struct buf *out, struct str list)
{
	static const char codes[] = "SUMOTUWETHFRSA";
	for (int i = 0; i < 14 && list.len > 0; i++) {
		struct str item = str_trim(str_cut(&list, ','));
		struct str code = str_skip(item, item.len > 2 ? item.len - 2 : 0);
		struct str number = str_first(item, item.len - code.len);
		for (size_t day = 0; day < 7; day++) {
			if (!str_equal_nocase(code, str_make(codes + 2 * day, 2)))
				continue;
			buf_add_text(out, out->len > 0 ? ", " : "");
			if (str_equal(number, STR("-1"))) {
				buf_add_text(out, "last ");
			} else if (number.len > 0) {
				buf_add(out, str_first(number, 4));
				buf_add_text(out, ". ");
			}
			buf_add_text(out, days[day]);
		}
	}
}

static void add_rule(struct doc *doc, struct str rule)
{
	static const struct {
		const char *name, *each, *every;
	} rows[] = {{"DAILY", WORD_EACH_DAY, WORD_EVERY_DAYS},
		{"WEEKLY", WORD_EACH_WEEK, WORD_EVERY_WEEKS},
		{"MONTHLY", WORD_EACH_MONTH, WORD_EVERY_MONTHS},
		{"YEARLY", WORD_EACH_YEAR, WORD_EVERY_YEARS}};
	struct str often = rule_part(rule, "FREQ"), gap = rule_part(rule, "INTERVAL");
	struct buf text = {0};
	struct moment until;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool is_each = gap.len == 0 || str_equal(gap, STR("1"));
		if (str_equal_nocase(often, str_from(rows[i].name)))
			add_note(doc, is_each ? rows[i].each : rows[i].every,
				is_each ? STR("") : gap);
	}
	add_weekdays(&text, rule_part(rule, "BYDAY"));
	add_note_if(doc, WORD_ON_DAYS, buf_str(&text));
	add_note_if(doc, WORD_ON_MONTH_DAYS, rule_part(rule, "BYMONTHDAY"));
	add_note_if(doc, WORD_TIMES, rule_part(rule, "COUNT"));
	buf_clear(&text);
	if (moment_read(rule_part(rule, "UNTIL"), &until))
		add_day(&text, until.day);
	add_note_if(doc, WORD_UNTIL, buf_str(&text));
	buf_done(&text);
}

/* ---- The card. ---- */

static const char *title_of(struct str method, const struct event *e)
{
	static const struct {
		const char *answer, *word;
	} answers[] = {{"ACCEPTED", WORD_EVENT_ACCEPTED}, {"DECLINED", WORD_EVENT_DECLINED},
		{"TENTATIVE", WORD_EVENT_PERHAPS}};
	if (e->is_cancelled || str_equal_nocase(method, STR("CANCEL")))
		return WORD_EVENT_CANCELLED;
	if (str_equal_nocase(method, STR("REQUEST")))
		return WORD_INVITATION;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (str_equal_nocase(method, STR("REPLY")) &&
			str_equal_nocase(buf_str(&e->answer), str_from(answers[i].answer)))
			return answers[i].word;
	}
	return WORD_EVENT;
}

static void add_description(struct doc *doc, struct str text)
{
	text = str_trim(text);
	if (text.len > 0)
		doc_add_block(doc, DOC_BLANK);
	while (text.len > 0) {
		struct str line = str_cut(&text, '\n');
		render_link_add_text(doc, doc_add_block(doc, DOC_TEXT), line, 0);
	}
}

static void event_show(struct doc *doc, struct str method, const struct event *e)
{
	struct buf text = {0};
	const char *title = title_of(method, e);
	bool is_answer = str_equal_nocase(method, STR("REPLY"));
	add_note(doc, title, buf_str(&e->summary));
	add_when(&text, e);
	add_note_if(doc, WORD_WHEN, buf_str(&text));
	add_rule(doc, buf_str(&e->rule));
	add_note_if(doc, WORD_WHERE, buf_str(&e->location));
	add_note_if(doc, WORD_ORGANIZER, buf_str(&e->organizer));
	buf_clear(&text);
	buf_add(&text, utf8_first(buf_str(&e->people), VALUE_MAX - 32));
	if (e->people_count > PEOPLE_MAX)
		buf_addf(&text, ", … (%d)", e->people_count);
	add_note_if(doc, is_answer ? WORD_ANSWER_FROM : WORD_ATTENDEES, buf_str(&text));
	add_description(doc, buf_str(&e->description));
	buf_done(&text);
}

bool render_calendar_add(struct doc *doc, struct str text)
{
	struct buf line = {0}, method = {0};
	struct event event = {0};
	int events = 0, depth = 0;
	while (events <= RENDER_CALENDAR_EVENTS_MAX && line_take(&text, &line)) {
		struct property p;
		if (!property_split(buf_str(&line), &p))
			continue;
		bool is_end = str_equal_nocase(p.name, STR("END"));
		bool is_event = str_equal_nocase(p.value, STR("VEVENT"));
		if (str_equal_nocase(p.name, STR("BEGIN"))) {
			depth = is_event ? 1 : depth > 0 ? depth + 1 : 0;
		} else if (is_end && depth == 1 && is_event) {
			if (events > 0)
				doc_add_block(doc, DOC_BLANK);
			if (events++ < RENDER_CALENDAR_EVENTS_MAX)
				event_show(doc, buf_str(&method), &event);
			event_done(&event);
			depth = 0;
		} else if (is_end) {
			depth -= depth > 1;
		} else if (depth == 0 && str_equal_nocase(p.name, STR("METHOD"))) {
			set_text(&method, p.value);
		} else if (depth == 1) {
			event_take(&event, &p);
		}
	}
	if (events > RENDER_CALENDAR_EVENTS_MAX)
		add_note(doc, WORD_CUT, STR(""));
	event_done(&event);
	buf_done(&line);
	buf_done(&method);
	return events > 0;
}
