/* Which links lie. */
#include <criterion/criterion.h>

#include "render/render_link.h"

Test(link, takes_the_host_out_of_a_url)
{
	static const char *const samples[][2] = {
		{"https://a.example/x", "a.example"},
		{"http://user:pw@a.example:8080?q", "a.example"},
		{"https://bank.test@evil.example/", "evil.example"},
		{"https://evil.example\\.bank.test/", "evil.example"},
		{"https://a.example./", "a.example"},
		{"mailto:bob@a.example?subject=x@y", "a.example"},
		{"tel:+491", ""},
		{"/relative", ""},
		{"", ""},
	};
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		cr_expect(str_equal(render_link_host(str_from(samples[i][0])),
				  str_from(samples[i][1])),
			"%s", samples[i][0]);
}

Test(link, believes_only_text_that_names_the_same_owner)
{
	static const struct {
		const char *target, *text;
		bool is_deceptive;
	} samples[] = {
		{"https://a.example/", "a.example", false},
		{"https://track.a.example/", "https://www.a.example/path", false},
		{"https://b.example/", "a.example/login", true},
		{"https://b.example/", "Read report.pdf today", false},
		{"https://b.example/", "Version 2.10", false},
		{"https://b.example/", "see www.a.example", true},
		{"mailto:x@b.example", "help@a.example", true},
		{"mailto:x@a.example", "help@a.example", false},
		{"https://b.example/", "(https://a.example)", true},
		{"https://a.co.uk.b.example/", "a.co.uk", true},
		{"tel:1", "a.example", false},
		{"https://A.Example/", "a.EXAMPLE.", false},
	};
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		cr_expect_eq(render_link_is_deceptive(
				     str_from(samples[i].target), str_from(samples[i].text)),
			samples[i].is_deceptive, "%s → %s", samples[i].text, samples[i].target);
}
