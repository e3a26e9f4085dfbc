/* What Rowan says about errors and states. */
#include "words/words.h"

#include "words/gettext.h"

#include <criterion/criterion.h>

static bool ends_as_a_sentence(struct str text)
{
	return text.len > 0 && text.data[text.len - 1] == '.';
}

Test(words, has_a_sentence_for_every_kind_of_error)
{
	for (int kind = ERROR_NETWORK; kind <= ERROR_INPUT; kind++) {
		struct error err = {.kind = (enum error_kind)kind};
		struct buf named = {0}, unnamed = {0};
		words_error(&err, "50% work", &named);
		words_error(&err, NULL, &unnamed);
		cr_expect_neq(str_find(buf_str(&named), STR("50% work")), STR_NONE);
		cr_expect_eq(str_find_char(buf_str(&unnamed), '%'), STR_NONE);
		cr_expect(ends_as_a_sentence(buf_str(&named)), "%s", buf_text(&named));
		cr_expect(ends_as_a_sentence(buf_str(&unnamed)), "%s", buf_text(&unnamed));
		buf_done(&named);
		buf_done(&unnamed);
	}
}

Test(words, says_nothing_about_nothing)
{
	struct error err = {0};
	struct sentence none = {0};
	struct buf out = {0};
	words_error_line(&err, "work", &out);
	words_sentence(&none, &out);
	cr_assert_eq(out.len, 0);
	buf_done(&out);
}

Test(words, adds_the_detail_to_a_line)
{
	struct error err = {0};
	struct buf out = {0};
	error_set(&err, ERROR_REFUSED, "NO [OVERQUOTA] 100%% full %%1");
	words_error_line(&err, NULL, &out);
	cr_assert_str_eq(buf_text(&out),
		"The server refused this one request; everything else goes "
		"on. (NO [OVERQUOTA] 100% full %1)");
	buf_done(&out);
}

Test(words, fills_the_places_of_a_sentence)
{
	struct sentence s = {0};
	struct buf out = {0};
	sentence_set(&s, "%3 %1%2 100%% %4 %", "a", "%1", NULL);
	words_sentence(&s, &out);
	cr_assert_str_eq(buf_text(&out), " a%1 100% %4 %");
	buf_done(&out);
	sentence_done(&s);
	sentence_done(&s);
	cr_assert_not(sentence_set(NULL, "x", NULL, NULL, NULL));
}

Test(words, names_every_state)
{
	for (int state = WORDS_OFFLINE; state <= WORDS_HELD; state++) {
		cr_expect_not_null(words_state((enum words_state)state));
		const char *advice = words_state_advice((enum words_state)state);
		cr_expect(ends_as_a_sentence(str_from(advice)), "%s", advice);
	}
	for (int state = ACTION_QUEUED; state <= ACTION_CANCELLED; state++)
		cr_expect_not_null(words_action_state((enum action_state)state));
}

Test(words, counts)
{
	unsigned long one = 1, two = 2;
	cr_assert_str_eq(P_("message", "messages", one), "message");
	cr_assert_str_eq(P_("message", "messages", two), "messages");
	words_init("/nowhere");
	cr_assert_str_eq(_("offline"), "offline");
}
