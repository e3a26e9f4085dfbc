/* The part tree: building, walking, copying. Depth comes from outside, so nothing recurses. */
#include "model/part.h"

#include "base/array.h"

struct part *part_new(struct part *parent)
{
	struct part *p = mem_new(sizeof(*p));
	p->path = mem_text("");
	p->type = mem_text("text");
	p->subtype = mem_text("plain");
	p->parent = parent;
	if (parent == NULL)
		return p;
	parent->children = array_room(
		parent->children, parent->child_count, &parent->child_cap, sizeof(struct part *));
	p->index = parent->child_count;
	parent->children[parent->child_count++] = p;
	return p;
}

static void part_free_one(struct part *p)
{
	for (size_t i = 0; i < p->param_count; i++) {
		mem_free(p->params[i].name);
		mem_free(p->params[i].value);
	}
	mem_free(p->params);
	mem_free(p->path);
	mem_free(p->type);
	mem_free(p->subtype);
	mem_free(p->charset);
	mem_free(p->name);
	mem_free(p->disposition);
	mem_free(p->content_id);
	mem_free(p->description);
	mem_free(p->children);
	mem_free(p);
}

void part_free(struct part *p)
{
	struct part *top = p != NULL ? p->parent : NULL;
	while (p != top) {
		if (p->child_count > 0) {
			p = p->children[--p->child_count];
			continue;
		}
		struct part *parent = p->parent;
		part_free_one(p);
		p = parent;
	}
}

static void part_copy_fields(struct part *to, const struct part *from)
{
	mem_free(to->path);
	mem_free(to->type);
	mem_free(to->subtype);
	struct part *parent = to->parent;
	*to = *from;
	to->parent = parent;
	to->children = NULL;
	to->child_count = to->child_cap = 0;
	to->path = mem_text(from->path);
	to->type = mem_text(from->type);
	to->subtype = mem_text(from->subtype);
	to->charset = mem_text(from->charset);
	to->name = mem_text(from->name);
	to->disposition = mem_text(from->disposition);
	to->content_id = mem_text(from->content_id);
	to->description = mem_text(from->description);
	to->params = from->param_count > 0 ? mem_new_array(from->param_count, sizeof(*to->params))
					   : NULL;
	for (size_t i = 0; i < from->param_count; i++) {
		to->params[i].name = mem_text(from->params[i].name);
		to->params[i].value = mem_text(from->params[i].value);
	}
}

struct part *part_copy(const struct part *p)
{
	if (p == NULL)
		return NULL;
	struct part *root = part_new(NULL);
	const struct part *from = p;
	struct part *to = root;
	part_copy_fields(root, p);
	root->index = 0;
	for (;;) {
		if (to->child_count < from->child_count) {
			from = from->children[to->child_count];
			to = part_new(to);
			part_copy_fields(to, from);
		} else if (from == p) {
			return root;
		} else {
			from = from->parent;
			to = to->parent;
		}
	}
}

bool part_is(const struct part *p, const char *type, const char *subtype)
{
	return str_equal_nocase(str_from(p->type), str_from(type)) &&
	       (subtype == NULL || str_equal_nocase(str_from(p->subtype), str_from(subtype)));
}

const char *part_param(const struct part *p, const char *name)
{
	for (size_t i = 0; i < p->param_count; i++)
		if (str_equal_nocase(str_from(p->params[i].name), str_from(name)))
			return p->params[i].value;
	return NULL;
}

struct part *part_next(const struct part *p)
{
	if (p->child_count > 0)
		return p->children[0];
	while (p->parent != NULL && p->index + 1 >= p->parent->child_count)
		p = p->parent;
	return p->parent != NULL ? p->parent->children[p->index + 1] : NULL;
}

struct part *part_find(struct part *root, struct str path)
{
	for (struct part *p = root; p != NULL; p = part_next(p))
		if (str_equal(str_from(p->path), path))
			return p;
	return NULL;
}
