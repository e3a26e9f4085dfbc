/* Calendar parts → cards; and text/enriched, which is read as simply. */
#include "base/utf8.h"
#include "render/layout.h"
#include "render/render_calendar.h"
#include "render/render_enriched.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = {0}, plain = {0};
	struct doc *doc = doc_new();
	utf8_add_mended(&text, str_make((const char *)data, size));
	render_calendar_add(doc, buf_str(&text));
	layout_free(layout_make(doc, &(struct layout_options){.cells = 40}));
	doc_free(doc);
	render_enriched(buf_str(&text), size % 2 == 0, &plain);
	buf_done(&plain);
	buf_done(&text);
	return 0;
}
