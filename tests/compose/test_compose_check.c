/* What is asked before a message goes out. */
#include "compose/compose.h"
#include "base/memory.h"

#include <criterion/criterion.h>

static void check_gives(
	const struct draft *draft, const struct compose_context *context, const char *want)
{
	struct compose_warnings w = {0};
	struct buf got = {0};
	compose_check(draft, context, &w);
	for (size_t i = 0; i < w.count; i++)
		buf_addf(&got, "%s%s%s%s", i > 0 ? "; " : "", compose_warning_name(w.items[i].kind),
			w.items[i].words[0] != '\0' ? " " : "", w.items[i].words);
	cr_expect_str_eq(buf_text(&got), want, "%s: %s", draft->body, buf_text(&got));
	compose_warnings_done(&w);
	buf_done(&got);
}

static void fill(struct draft *d, const char *to, const char *subject, const char *body)
{
	draft_init(d);
	draft_set(&d->from, STR("Me <me@x.org>"));
	draft_set(&d->to, str_from(to));
	draft_set(&d->subject, str_from(subject));
	draft_set(&d->body, str_from(body));
}

static const struct compose_context nothing = {0};

Test(compose_check, a_forgotten_attachment_is_missed_in_many_languages)
{
	static const char *const bodies[][2] = {
		{"See the attached file.\n", "attached"},
		{"I attach the plan\n", "attach"},
		{"Please find enclosed\n", "enclosed"},
		{"Im Anhang findest du\n", "Anhang"},
		{"Die Datei ist angeh\xc3\xa4ngt.\n", "angeh\xc3\xa4ngt"},
		{"ANBEI der Plan\n", "ANBEI"},
		{"Vous trouverez ci-joint le plan\n", "ci-joint"},
		{"voir la pi\xc3\xa8"
		 "ce jointe\n",
			"pi\xc3\xa8"
			"ce"},
		{"Te env\xc3\xado adjunto el plan\n", "adjunto"},
		{"Zie de bijlage\n", "bijlage"},
		{"In allegato trova\n", "allegato"},
		{"Segue em anexo o plano\n", "em"},
		{"W za\xc5\x82\xc4\x85"
		 "czeniu przesy\xc5\x82"
		 "am\n",
			"W"},
		{"Jag bifogar planen\n", "bifogar"},
		{"Planen er vedh\xc3\xa6"
		 "ftet\n",
			"vedh\xc3\xa6"
			"ftet"},
		{"Se vedlegg\n", "vedlegg"},
		{"Liitteen\xc3\xa4 suunnitelma\n", "Liitteen\xc3\xa4"},
		{"V p\xc5\x99\xc3\xadloze\n\nP\xc5\x98\xc3\x8dLOHA\n", "P\xc5\x98\xc3\x8dLOHA"},
		{"\xd0\x9f\xd0\xbb\xd0\xb0\xd0\xbd \xd0\xb2\xd0\xbe "
		 "\xd0\x92\xd0\xbb\xd0\xbe\xd0\xb6\xd0\xb5\xd0\xbd\xd0\xb8\xd0\xb8\n",
			"\xd0\xb2\xd0\xbe"},
		{"\xe8\xaf\xb7\xe8\xa7\x81\xe9\x99\x84\xe4\xbb\xb6\n", "\xe9\x99\x84\xe4\xbb\xb6"},
		{"\xe6\xb7\xbb\xe4\xbb\x98\xe3\x81\x97\xe3\x81\xbe\xe3\x81\x99\n",
			"\xe6\xb7\xbb\xe4\xbb\x98\xe3\x81\x97\xe3\x81\xbe\xe3\x81\x99"},
	};
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct draft d;
		struct buf want = {0};
		fill(&d, "a@y.org", "x", bodies[i][0]);
		buf_addf(&want, "no-attachment %s", bodies[i][1]);
		check_gives(&d, &nothing, buf_text(&want));
		char name[] = "f", none[] = "";
		struct draft_file file = {1, name, none, none, 1, false};
		draft_add_file(&d, &file);
		check_gives(&d, &nothing, "");
		buf_done(&want);
		draft_done(&d);
	}
}

Test(compose_check, only_ones_own_words_speak_of_attachments)
{
	static const char *const bodies[] = {"On Monday Ann wrote:\n> see attached\n\nThanks\n",
		"Thanks\n-- \nMe, attached to my desk\n",
		"The allegations are detached from that.\n",
		"Fine\n\n---------- Forwarded message ----------\nSubject: attached\n\nattached\n",
		"unattached\n", "Ekte mann\n", "manuscript\n",
		"\n-- \nattached\n\nThanks\n> attached\n"};
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct draft d;
		fill(&d, "a@y.org", "x", bodies[i]);
		check_gives(&d, &nothing, "");
		draft_done(&d);
	}
	struct draft d;
	fill(&d, "a@y.org", "Plan attached", "Hi\n");
	check_gives(&d, &nothing, "no-attachment attached");
	/* The subject of an answer is the other's. */
	draft_set(&d.in_reply_to, STR("<1@x>"));
	check_gives(&d, &nothing, "");
	draft_done(&d);
}

Test(compose_check, what_is_missing_or_wrong_is_named)
{
	static const struct {
		const char *to, *subject, *want;
	} cases[] = {{"", "x", "no-recipient"}, {"a@y.org", " ", "no-subject"},
		{"root", "x", "bad-address root"}, {"a@y.org, b@", "x", "bad-address b@"},
		{"\"Ann <a@y.org>", "x", "bad-address \"Ann <a@y.org>"},
		{"Ann <a@y.org", "x", "bad-address Ann <a@y.org"},
		{"Friends: a@y.org, b@y.org;", "x", ""}, {"Friends:;", "x", "no-recipient"},
		{"\"A \\\" B\" <a@y.org>", "x", ""}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct draft d;
		fill(&d, cases[i].to, cases[i].subject, "Hi\n");
		check_gives(&d, &nothing, cases[i].want);
		draft_done(&d);
	}
}

Test(compose_check, each_can_be_silenced)
{
	struct draft d;
	fill(&d, "", "", "attached\n");
	struct compose_context context = {
		.silent = 1u << COMPOSE_NO_SUBJECT | 1u << COMPOSE_NO_ATTACHMENT};
	check_gives(&d, &context, "no-recipient");
	cr_expect(compose_warning_stops(COMPOSE_NO_RECIPIENT));
	cr_expect_not(compose_warning_stops(COMPOSE_NO_SUBJECT));
	draft_done(&d);
}

Test(compose_check, many_are_counted_and_a_blind_answer_to_all_is_asked_about)
{
	struct draft d;
	struct compose_context context = {.many = 3};
	fill(&d, "a@y.org, b@y.org", "x", "Hi\n");
	check_gives(&d, &context, "");
	draft_set(&d.cc, STR("c@y.org, a@y.org"));
	check_gives(&d, &context, "many-recipients 3");
	d.was_blind = true;
	check_gives(&d, &nothing, "");
	d.verb = DRAFT_REPLY_ALL;
	check_gives(&d, &nothing, "blind-reply-all");
	draft_done(&d);
}

Test(compose_check, another_from_and_a_message_too_large_are_said)
{
	struct draft d;
	struct compose_context context = {.limit = 1000, .from = "Me <me@x.org>"};
	fill(&d, "a@y.org", "x", "Hi\n");
	draft_set(&d.came_to, STR("ME@x.org"));
	check_gives(&d, &context, "");
	draft_set(&d.from, STR(""));
	check_gives(&d, &context, "");
	draft_set(&d.from, STR("Me <other@x.org>"));
	check_gives(&d, &context, "other-from ME@x.org");
	draft_done(&d);
	char name[] = "f", none[] = "";
	struct draft_file file = {1, name, none, none, 1 << 20, false};
	fill(&d, "a@y.org", "x", "Hi\n");
	draft_add_file(&d, &file);
	struct compose_warnings w = {0};
	compose_check(&d, &context, &w);
	cr_assert_eq(w.count, 1);
	cr_expect_eq(w.items[0].kind, COMPOSE_TOO_LARGE);
	cr_expect(
		str_ends_nocase(str_from(w.items[0].words), STR(" 1000")), "%s", w.items[0].words);
	compose_warnings_done(&w);
	draft_done(&d);
}

Test(compose_check, strangers_and_those_who_look_like_friends_are_told_apart)
{
	static const char *const known[] = {"anna.smith@example.org", "bob@bank.example"};
	static const char *const cases[][2] = {
		{"Anna.Smith@example.org", ""},
		{"carl@example.net", "first-time carl@example.net"},
		/* Cyrillic а, rn for m, 0 for o, a host mistyped, two letters changed about. */
		{"\xd0\xb0nna.smith@example.org",
			"look-alike \xd0\xb0nna.smith@example.org anna.smith@example.org"},
		{"anna.srnith@example.org",
			"look-alike anna.srnith@example.org anna.smith@example.org"},
		{"b0b@bank.example", "look-alike b0b@bank.example bob@bank.example"},
		{"bob@bnak.example", "look-alike bob@bnak.example bob@bank.example"},
		{"bob@bank.exampl", "look-alike bob@bank.exampl bob@bank.example"},
		{"anna.smiht@example.org",
			"look-alike anna.smiht@example.org anna.smith@example.org"},
		{"anna.smith2@example.org", "first-time anna.smith2@example.org"},
		{"rob@bank.example", "first-time rob@bank.example"},
	};
	struct compose_context context = {.knows = true, .known = known, .known_count = 2};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct draft d;
		fill(&d, cases[i][0], "x", "Hi\n");
		check_gives(&d, &context, cases[i][1]);
		draft_done(&d);
	}
}

Test(compose_check, two_thousand_recipients_take_no_time, .timeout = 20)
{
	struct draft d;
	struct buf to = {0};
	struct compose_warnings w = {0};
	struct compose_context context = {.many = 20, .knows = true};
	for (size_t i = 0; i < 2000; i++)
		buf_addf(&to, "%suser%zu@y.org", i > 0 ? ", " : "", i);
	fill(&d, buf_text(&to), "x", "Hi\n");
	compose_check(&d, &context, &w);
	cr_expect_eq(w.count, 51);
	cr_expect_str_eq(w.items[0].words, "2000");
	compose_warnings_done(&w);
	draft_done(&d);
	buf_done(&to);
}
