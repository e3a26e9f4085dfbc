/* How folders were last looked at. */
#include "tests/cache/store_help.h"

#include <criterion/criterion.h>

Test(cache_view, order_and_place_outlive_the_run_and_the_cache)
{
	struct profile p;
	profile_open(&p);
	struct view view = {.folder_id = 3, .sort = SORT_SIZE, .is_reverse = true}, read = {0};
	int64_t place = 0;
	bool is_found = true;
	read.folder_id = 3;
	OK(&p, cache_view_load(p.store, &read, &place, &is_found, &p.err));
	cr_expect(!is_found);
	OK(&p, cache_view_save(p.store, &view, place_make(3, 77), &p.err));
	view.sort = SORT_DATE;
	OK(&p, cache_view_save(p.store, &view, place_make(3, 78), &p.err));
	OK(&p, cache_view_load(p.store, &read, &place, &is_found, &p.err));
	cr_expect(is_found);
	cr_expect_eq(read.sort, SORT_DATE);
	cr_expect(read.is_reverse);
	cr_expect_eq(place, place_make(3, 78));
	profile_close(&p);
}
