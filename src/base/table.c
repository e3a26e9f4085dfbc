/*
 * A hash table from byte strings to pointers: open addressing, at most three quarters full. Keys
 * come from outside, so the hash is SipHash-1-3 with a key of its own for each table: nobody can
 * choose names that collide.
 */
#include "base/table.h"

#include "base/memory.h"

#include <unistd.h>

struct table_slot {
	uint64_t hash;
	char *key; /* owned; NULL: free */
	size_t key_len;
	void *value;
};

struct table {
	struct table_slot *slots;
	size_t size; /* a power of two */
	size_t count;
	uint64_t secret[2];
};

struct table *table_new(void)
{
	struct table *t = mem_new(sizeof(*t));
	t->size = 16;
	t->slots = mem_new_array(t->size, sizeof(*t->slots));
	if (getentropy(t->secret, sizeof(t->secret)) != 0)
		t->secret[0] = (uint64_t)(uintptr_t)t; /* slower at worst */
	return t;
}

void table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->size; i++)
		mem_free(t->slots[i].key);
	mem_free(t->slots);
	mem_free(t);
}

static uint64_t rotate(uint64_t v, int bits)
{
	return v << bits | v >> (64 - bits);
}

static void hash_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void hash_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	hash_round(v);
	v[0] ^= word;
}

static uint64_t table_hash(const struct table *t, struct str key)
{
	uint64_t v[4] = {
		t->secret[0] ^ 0x736f6d6570736575u,
		t->secret[1] ^ 0x646f72616e646f6du,
		t->secret[0] ^ 0x6c7967656e657261u,
		t->secret[1] ^ 0x7465646279746573u,
	};
	uint64_t word = 0;
	size_t whole = key.len & ~(size_t)7;
	for (size_t i = 0; i < whole; i += 8) {
		memcpy(&word, key.data + i, 8);
		hash_word(v, word);
	}
	word = 0;
	memcpy(&word, key.data + whole, key.len - whole);
	hash_word(v, word ^ (uint64_t)key.len << 56);
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		hash_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot that holds key, or the free one where it would go. */
static struct table_slot *table_slot_of(const struct table *t, struct str key, uint64_t hash)
{
	size_t at = (size_t)hash & (t->size - 1);
	for (;; at = (at + 1) & (t->size - 1)) {
		struct table_slot *slot = &t->slots[at];
		if (slot->key == NULL)
			return slot;
		if (slot->hash == hash && str_equal(str_make(slot->key, slot->key_len), key))
			return slot;
	}
}

void *table_get(const struct table *t, struct str key)
{
	return table_slot_of(t, key, table_hash(t, key))->value;
}

static void table_move_all(struct table *t, struct table_slot *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (from[i].key != NULL)
			*table_slot_of(t, str_make(from[i].key, from[i].key_len), from[i].hash) =
				from[i];
}

static void table_grow(struct table *t)
{
	struct table_slot *old = t->slots;
	size_t old_size = t->size;
	t->size *= 2;
	t->slots = mem_new_array(t->size, sizeof(*t->slots));
	table_move_all(t, old, old_size);
	mem_free(old);
}

void *table_put(struct table *t, struct str key, void *value)
{
	uint64_t hash = table_hash(t, key);
	if (t->count + 1 > t->size / 4 * 3)
		table_grow(t);
	struct table_slot *slot = table_slot_of(t, key, hash);
	void *before = slot->value;
	if (slot->key == NULL) {
		*slot = (struct table_slot){hash, mem_str(key), key.len, NULL};
		t->count++;
	}
	slot->value = value;
	return before;
}

/* Closes the gap at `gap` so that every key behind it is still found. */
static void table_close_gap(struct table *t, size_t gap)
{
	size_t mask = t->size - 1;
	for (size_t at = (gap + 1) & mask; t->slots[at].key != NULL; at = (at + 1) & mask) {
		size_t home = (size_t)t->slots[at].hash & mask;
		if (((at - home) & mask) < ((at - gap) & mask))
			continue; /* it stands between its home and the gap's far side */
		t->slots[gap] = t->slots[at];
		t->slots[at] = (struct table_slot){0};
		gap = at;
	}
}

void *table_remove(struct table *t, struct str key)
{
	struct table_slot *slot = table_slot_of(t, key, table_hash(t, key));
	void *value = slot->value;
	if (slot->key == NULL)
		return NULL;
	mem_free(slot->key);
	*slot = (struct table_slot){0};
	t->count--;
	table_close_gap(t, (size_t)(slot - t->slots));
	return value;
}

size_t table_count(const struct table *t)
{
	return t->count;
}
