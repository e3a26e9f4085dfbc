/* COMPRESS=DEFLATE (RFC 4978): raw deflate both ways, flushed at the end of every flight; what one
 * read inflates to is bounded by its caller. */
#define ZLIB_CONST
#include "proto/net/net_inside.h"

#include "base/memory.h"

#include <limits.h>
#include <zlib.h>

enum { DEFLATE_STEP = 16384, DEFLATE_WINDOW = -15, DEFLATE_MEMORY = 8 };

struct net_deflate {
	z_stream up, down;
	struct buf in, pending;
	bool has_more; /* down still holds inflated bytes */
	bool is_over;
};

struct net_deflate *net_deflate_new(struct str first)
{
	struct net_deflate *d = mem_new(sizeof(*d));
	if (deflateInit2(&d->up, Z_DEFAULT_COMPRESSION, Z_DEFLATED, DEFLATE_WINDOW, DEFLATE_MEMORY,
		    Z_DEFAULT_STRATEGY) != Z_OK ||
		inflateInit2(&d->down, DEFLATE_WINDOW) != Z_OK) {
		net_deflate_free(d);
		return NULL;
	}
	buf_add(&d->in, first);
	return d;
}

void net_deflate_free(struct net_deflate *d)
{
	if (d == NULL)
		return;
	deflateEnd(&d->up);
	inflateEnd(&d->down);
	buf_wipe(&d->in);
	buf_wipe(&d->pending);
	mem_free(d);
}

struct buf *net_deflate_in(struct net_deflate *d)
{
	return &d->in;
}

struct buf *net_deflate_pending(struct net_deflate *d)
{
	return &d->pending;
}

bool net_deflate_write(struct net_deflate *d, struct str bytes)
{
	d->up.next_in = (const Bytef *)bytes.data;
	d->up.avail_in = (uInt)bytes.len;
	do {
		buf_reserve(&d->pending, DEFLATE_STEP);
		d->up.next_out = (Bytef *)d->pending.data + d->pending.len;
		d->up.avail_out = DEFLATE_STEP;
		int code = deflate(&d->up, Z_SYNC_FLUSH);
		if (code != Z_OK && code != Z_BUF_ERROR)
			return false;
		d->pending.len += DEFLATE_STEP - d->up.avail_out;
		d->pending.data[d->pending.len] = '\0';
	} while (d->up.avail_out == 0);
	return true;
}

/* One call of inflate into at most room bytes of out. */
static bool inflate_step(struct net_deflate *d, size_t room, struct buf *out, size_t *got)
{
	buf_reserve(out, room);
	d->down.next_out = (Bytef *)out->data + out->len;
	d->down.avail_out = (uInt)room;
	int code = inflate(&d->down, Z_SYNC_FLUSH);
	if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END)
		return false;
	*got = room - d->down.avail_out;
	out->len += *got;
	out->data[out->len] = '\0';
	d->is_over = code == Z_STREAM_END;
	d->has_more =
		!d->is_over && code == Z_OK && (d->down.avail_out == 0 || d->down.avail_in > 0);
	return true;
}

bool net_deflate_read(struct net_deflate *d, size_t max, struct buf *out)
{
	if (d->is_over || (d->in.len == 0 && !d->has_more))
		return true;
	size_t len = d->in.len < INT_MAX ? d->in.len : INT_MAX;
	struct str in = str_first(buf_str(&d->in), len);
	d->down.next_in = (const Bytef *)in.data;
	d->down.avail_in = (uInt)in.len;
	d->has_more = true;
	bool ok = true;
	while (ok && max > 0 && d->has_more) {
		size_t got = 0;
		ok = inflate_step(d, max < DEFLATE_STEP ? max : DEFLATE_STEP, out, &got);
		max -= got;
	}
	buf_consume(&d->in, in.len - d->down.avail_in);
	return ok;
}

bool net_deflate_has_more(const struct net_deflate *d)
{
	return !d->is_over && (d->has_more || d->in.len > 0);
}

bool net_deflate_is_over(const struct net_deflate *d)
{
	return d->is_over;
}
