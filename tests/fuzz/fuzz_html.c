/* HTML, plain text and whole messages → document → lines of any width: nothing crashes, every line
 * fits. */
#include <assert.h>

#include "render/layout.h"
#include "render/render.h"
#include "render/render_html.h"
#include "render/render_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void lay(const struct doc *doc, int cells)
{
	struct layout *l = layout_make(doc, &(struct layout_options){.cells = cells});
	for (size_t i = 0; i < l->count; i++)
		assert(l->lines[i].cells <= cells);
	layout_free(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct str text = str_make((const char *)data + 1, size - 1);
	if (data[0] % 4 == 1) {
		struct shown *shown =
			render_message(text, &(struct render_options){.want_digests = true});
		lay(shown->doc, 20 + data[0] / 4);
		shown_free(shown);
		return 0;
	}
	struct doc *doc = doc_new();
	if (data[0] % 4 != 0)
		render_html_add(doc, text);
	else
		render_text_add(
			doc, text, &(struct render_text_format){.is_flowed = data[0] % 8 == 0});
	lay(doc, 20 + data[0] / 4);
	doc_free(doc);
	return 0;
}
