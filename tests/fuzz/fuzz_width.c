/* Any bytes become text that is safe for a terminal: the same when made safe again, as wide as it
 * says, and cut into clusters without a rest. */
#include "base/json.h"
#include "base/utf8.h"
#include "base/width.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static void check_clusters(struct str safe, int cells)
{
	int sum = 0;
	while (safe.len > 0) {
		int wide;
		size_t len = width_cluster(safe, &wide);
		must(len > 0 && len <= safe.len && wide >= 0 && wide <= 4);
		sum += wide;
		safe = str_skip(safe, len);
	}
	must(sum == cells);
}

static void check_fitted(struct str safe)
{
	for (int cells = 0; cells < 12; cells++) {
		struct buf out = {0};
		width_add_fitted(&out, safe, cells);
		must(width_cells(buf_str(&out)) == cells);
		must(utf8_is_clean(buf_str(&out)));
		buf_done(&out);
	}
}

static void check_json(struct str outside)
{
	struct buf out = {0};
	struct json j;
	json_init(&j, &out);
	json_text(&j, outside);
	must(utf8_is_clean(buf_str(&out)));
	buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str outside = str_make((const char *)data, size);
	struct safe_text safe = safe_text_make(outside);
	struct str text = str_make(safe.text, safe.len);
	struct safe_text again = safe_text_make(text);
	must(utf8_is_clean(text));
	must(str_equal(str_make(again.text, again.len), text) && again.cells == safe.cells);
	must(width_cells(text) == safe.cells);
	check_clusters(text, safe.cells);
	check_fitted(text);
	check_json(outside);
	safe_text_done(&again);
	safe_text_done(&safe);
	return 0;
}
