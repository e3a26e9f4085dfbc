/* Position in a list. */
#include "ui/kit/list.h"

static uint32_t list_height(const struct list *list)
{
	return list->height > 0 ? (uint32_t)list->height : 1;
}

static void list_show_selected(struct list *list)
{
	uint32_t height = list_height(list);
	uint32_t last_top = list->total > height ? list->total - height : 0;
	if (list->selected < list->top)
		list->top = list->selected;
	if (list->selected >= list->top + height)
		list->top = list->selected - height + 1;
	if (list->top > last_top)
		list->top = last_top;
}

bool list_select(struct list *list, uint32_t row)
{
	uint32_t before = list->selected;
	list->selected = row < list->total ? row : list->total > 0 ? list->total - 1 : 0;
	list_show_selected(list);
	return list->selected != before;
}

void list_set_total(struct list *list, uint32_t total)
{
	list->total = total;
	list_select(list, list->selected);
}

void list_set_height(struct list *list, int height)
{
	list->height = height > 0 ? height : 1;
	list_show_selected(list);
}

static uint32_t list_clamp(const struct list *list, int64_t row)
{
	int64_t last = list->total > 0 ? (int64_t)list->total - 1 : 0;
	return (uint32_t)(row < 0 ? 0 : row > last ? last : row);
}

bool list_move(struct list *list, int rows)
{
	return list_select(list, list_clamp(list, (int64_t)list->selected + rows));
}

/* As Alpine: the window moves by its height and the selection goes to its top; on the first or
 * last page the selection goes to the end. */
bool list_page(struct list *list, int pages)
{
	uint32_t before = list->selected, old_top = list->top;
	int64_t height = list_height(list);
	int64_t last_top = (int64_t)list->total > height ? (int64_t)list->total - height : 0;
	int64_t top = (int64_t)list->top + pages * height;
	list->top = list_clamp(list, top < 0 ? 0 : top > last_top ? last_top : top);
	if (list->top == old_top)
		list->selected = pages < 0 ? 0 : list_clamp(list, (int64_t)list->total);
	else
		list->selected =
			top > last_top ? list_clamp(list, (int64_t)old_top + height) : list->top;
	return list->selected != before;
}

void list_shift(struct list *list, int64_t rows)
{
	list->top = list_clamp(list, (int64_t)list->top + rows);
}

bool list_command(struct list *list, enum command command, bool *has_moved)
{
	switch ((int)command) {
	case COMMAND_UP:
	case COMMAND_PREVIOUS:
		*has_moved = list_move(list, -1);
		return true;
	case COMMAND_DOWN:
	case COMMAND_NEXT:
		*has_moved = list_move(list, 1);
		return true;
	case COMMAND_PAGE_UP:
		*has_moved = list_page(list, -1);
		return true;
	case COMMAND_PAGE_DOWN:
		*has_moved = list_page(list, 1);
		return true;
	case COMMAND_FIRST:
		*has_moved = list_select(list, 0);
		return true;
	case COMMAND_LAST:
		*has_moved = list_select(list, UINT32_MAX);
		return true;
	}
	return false;
}
