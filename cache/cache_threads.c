/*
 * Contents and conversations, joined behind the list. A message_id is a hash of the profile's
 * salt, the account and the ident: the same content has the same id in every folder, after a change
 * of UIDVALIDITY and after the loss of cache.db or body.db.
 *
 * A conversation is a set of messages that share a Message-ID or a reference. Every such id points
 * to a thread; two threads that meet are joined by letting the lighter point to the heavier, so one
 * message costs the ids it names and nothing is ever relabelled.
 */
#include "cache/cache.h"

#include "base/array.h"
#include "cache/cache_bodies.h"
#include "cache/cache_folders.h"

enum { THREAD_REFERENCES_MAX = 64, THREAD_DEPTH_MAX = 64 };

static uint64_t hash_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static uint64_t hash_bytes(uint64_t seed, struct str s)
{
	uint64_t sum = hash_mix(seed ^ s.len);
	for (size_t i = 0; i < s.len; i += 8) {
		uint64_t word = 0;
		memcpy(&word, s.data + i, s.len - i < 8 ? s.len - i : 8);
		sum = hash_mix(sum ^ word) + 0x9e3779b97f4a7c15u;
	}
	return hash_mix(sum);
}

/* Positive and not zero. */
static int64_t hash_id(uint64_t hash)
{
	int64_t id = (int64_t)(hash >> 1);
	return id != 0 ? id : 1;
}

/* What joining needs of one place. Texts are owned. */
struct thread_place {
	int64_t place_id, account_id, message_id;
	struct ident ident;
	char *header_id, *references;
	bool is_here;
};

static void thread_place_done(struct thread_place *p)
{
	mem_free(p->header_id);
	mem_free(p->references);
}

static bool thread_place_load(
	struct cache *cache, int64_t place_id, struct thread_place *p, struct error *err)
{
	static const char sql[] =
		"SELECT message_id,ident,header_id,refs FROM place WHERE place_id=?1";
	struct cache_folder_state folder;
	*p = (struct thread_place){.place_id = place_id};
	if (!cache_folder_peek(cache, place_folder(place_id), &folder, err))
		return false;
	p->account_id = folder.account_id;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(place_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row != STORE_ROW)
		return row == STORE_END;
	p->is_here = true;
	p->message_id = sqlite3_column_int64(stmt, 0);
	struct str ident = str_first(store_blob(stmt, 1), IDENT_SIZE);
	memcpy(p->ident.bytes, ident.data, ident.len);
	p->header_id = store_text_copy(stmt, 2);
	p->references = store_text_copy(stmt, 3);
	sqlite3_reset(stmt);
	return true;
}

/* A message without an ident is like no other. */
static int64_t thread_message_id(const struct cache *cache, const struct thread_place *p)
{
	static const struct ident none;
	uint64_t seed = hash_mix((uint64_t)cache->salt ^ (uint64_t)p->account_id);
	if (memcmp(&p->ident, &none, sizeof(none)) == 0)
		return hash_id(hash_mix(seed ^ (uint64_t)p->place_id));
	return hash_id(hash_bytes(seed, str_make((const char *)p->ident.bytes, IDENT_SIZE)));
}

/* The thread that a thread has been joined to. */
static bool thread_root(struct cache *cache, int64_t *thread_id, struct error *err)
{
	static const char sql[] = "SELECT parent FROM thread WHERE thread_id=?1";
	for (int depth = 0; depth < THREAD_DEPTH_MAX; depth++) {
		int64_t parent = 0;
		if (!store_number(cache, STORE_CACHE, sql, STORE_INTS(*thread_id), &parent, err))
			return false;
		if (parent == 0)
			return true;
		*thread_id = parent;
	}
	return true;
}

static bool thread_weight(
	struct cache *cache, int64_t thread_id, int64_t *weight, struct error *err)
{
	static const char sql[] = "SELECT weight FROM thread WHERE thread_id=?1";
	*weight = 0;
	return store_number(cache, STORE_CACHE, sql, STORE_INTS(thread_id), weight, err);
}

static bool thread_new(struct cache *cache, int64_t *thread_id, struct error *err)
{
	static const char sql[] = "INSERT INTO thread(weight) VALUES(1)";
	if (!store_run(cache, STORE_CACHE, sql, STORE_NONE, err))
		return false;
	*thread_id = sqlite3_last_insert_rowid(cache->files[STORE_CACHE].db);
	return true;
}

/* Joins two roots; *into is the one that is left. */
static bool thread_union(struct cache *cache, int64_t *into, int64_t other, struct error *err)
{
	static const char point[] = "UPDATE thread SET parent=?2 WHERE thread_id=?1";
	static const char grow[] = "UPDATE thread SET weight=weight+?2 WHERE thread_id=?1";
	int64_t a, b;
	if (*into == other)
		return true;
	if (!thread_weight(cache, *into, &a, err) || !thread_weight(cache, other, &b, err))
		return false;
	int64_t winner = a >= b ? *into : other;
	int64_t loser = a >= b ? other : *into;
	*into = winner;
	return store_run(cache, STORE_CACHE, point, STORE_INTS(loser, winner), err) &&
	       store_run(cache, STORE_CACHE, grow, STORE_INTS(winner, a < b ? a : b), err);
}

/* The ids that a message names: its own, the first it refers to and the last ones. */
struct thread_keys {
	int64_t keys[THREAD_REFERENCES_MAX];
	int64_t threads[THREAD_REFERENCES_MAX]; /* 0: not known before */
	size_t count;
};

static void thread_key_add(
	struct thread_keys *k, const struct cache *cache, int64_t account_id, struct str id)
{
	if (id.len == 0)
		return;
	int64_t key = hash_id(hash_bytes((uint64_t)cache->salt + (uint64_t)account_id, id));
	for (size_t i = 0; i < k->count; i++)
		if (k->keys[i] == key)
			return;
	/* The middle of a very long list of references says least. */
	size_t at = k->count < THREAD_REFERENCES_MAX ? k->count++ : THREAD_REFERENCES_MAX - 1;
	k->keys[at] = key;
}

static void thread_keys_make(
	struct thread_keys *k, const struct cache *cache, const struct thread_place *p)
{
	struct str rest = str_from(p->references);
	*k = (struct thread_keys){0};
	thread_key_add(k, cache, p->account_id, str_from(p->header_id));
	while (rest.len > 0)
		thread_key_add(k, cache, p->account_id, str_cut(&rest, '\n'));
}

static bool thread_keys_find(struct cache *cache, int64_t account_id, struct thread_keys *k,
	int64_t *thread_id, struct error *err)
{
	static const char sql[] = "SELECT thread_id FROM reference WHERE account_id=?1 AND key=?2";
	for (size_t i = 0; i < k->count; i++) {
		int64_t root = 0;
		if (!store_number(cache, STORE_CACHE, sql, STORE_INTS(account_id, k->keys[i]),
			    &root, err))
			return false;
		k->threads[i] = root;
		if (root == 0)
			continue;
		if (!thread_root(cache, &root, err))
			return false;
		if (*thread_id == 0)
			*thread_id = root;
		else if (!thread_union(cache, thread_id, root, err))
			return false;
	}
	return true;
}

static bool thread_keys_save(struct cache *cache, int64_t account_id, const struct thread_keys *k,
	int64_t thread_id, struct error *err)
{
	static const char sql[] = "INSERT INTO reference(account_id,key,thread_id) VALUES(?1,?2,?3)"
				  " ON CONFLICT DO UPDATE SET thread_id=excluded.thread_id";
	/* A key that stands is moved to the root too, so that chains stay short. */
	for (size_t i = 0; i < k->count; i++)
		if (k->threads[i] != thread_id &&
			!store_run(cache, STORE_CACHE, sql,
				STORE_INTS(account_id, k->keys[i], thread_id), err))
			return false;
	return true;
}

static bool thread_of(
	struct cache *cache, const struct thread_place *p, int64_t *thread_id, struct error *err)
{
	static const char grow[] = "UPDATE thread SET weight=weight+1 WHERE thread_id=?1";
	struct thread_keys keys;
	*thread_id = 0;
	thread_keys_make(&keys, cache, p);
	if (!thread_keys_find(cache, p->account_id, &keys, thread_id, err))
		return false;
	bool ok = *thread_id == 0
			  ? thread_new(cache, thread_id, err)
			  : store_run(cache, STORE_CACHE, grow, STORE_INTS(*thread_id), err);
	return ok && thread_keys_save(cache, p->account_id, &keys, *thread_id, err);
}

/* Gives one place its message and thread. In a transaction. */
static bool thread_join(struct cache *cache, struct thread_place *p, struct error *err)
{
	static const char place[] = "UPDATE place SET message_id=?2,hints=hints|?3"
				    " WHERE place_id=?1";
	static const char message[] =
		"INSERT INTO message(message_id,place_id,thread_id) VALUES(?1,?2,?3)"
		" ON CONFLICT DO UPDATE SET thread_id=excluded.thread_id";
	int64_t thread_id;
	bool is_readable = false;
	p->message_id = thread_message_id(cache, p);
	return thread_of(cache, p, &thread_id, err) &&
	       cache_body_is_readable(cache, p->message_id, &is_readable, err) &&
	       store_run(cache, STORE_CACHE, place,
		       STORE_INTS(p->place_id, p->message_id, is_readable ? HINT_BODY : 0), err) &&
	       store_run(cache, STORE_CACHE, message,
		       STORE_INTS(p->message_id, p->place_id, thread_id), err);
}

bool cache_message_register(
	struct cache *cache, int64_t place_id, int64_t *message_id, struct error *err)
{
	struct thread_place p;
	if (!thread_place_load(cache, place_id, &p, err))
		return false;
	bool ok = p.is_here || error_set(err, ERROR_INPUT, "this message is not here any more");
	if (ok && p.message_id == 0) {
		ok = store_is_owner(cache, err) && store_begin(cache, STORE_CACHE, err);
		if (ok)
			ok = store_end(cache, STORE_CACHE, thread_join(cache, &p, err), err);
	}
	*message_id = p.message_id;
	thread_place_done(&p);
	return ok;
}

static bool thread_join_place(struct cache *cache, int64_t place_id, struct error *err)
{
	struct thread_place p;
	bool ok = thread_place_load(cache, place_id, &p, err) && thread_join(cache, &p, err);
	thread_place_done(&p);
	return ok;
}

/* A range of places in which some may be new. */
struct thread_range {
	int64_t range_id, low, high; /* range_id 0: none */
};

static bool thread_range_next(
	struct cache *cache, int64_t account_id, struct thread_range *range, struct error *err)
{
	static const char sql[] = "SELECT unjoined_id,low,high FROM unjoined WHERE account_id=?1"
				  " ORDER BY unjoined_id LIMIT 1";
	*range = (struct thread_range){0};
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(account_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW)
		*range = (struct thread_range){sqlite3_column_int64(stmt, 0),
			sqlite3_column_int64(stmt, 1), sqlite3_column_int64(stmt, 2)};
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

/* The rows of a range without a message, at most max. */
static bool thread_range_places(struct cache *cache, const struct thread_range *range,
	int64_t *places, size_t max, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT place_id FROM place WHERE place_id>=?1 AND place_id<=?2"
				  " AND message_id=0 ORDER BY place_id LIMIT ?3";
	*count = 0;
	sqlite3_stmt *stmt = store_query(
		cache, STORE_CACHE, sql, STORE_INTS(range->low, range->high, (int64_t)max), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		places[(*count)++] = sqlite3_column_int64(stmt, 0);
	return row == STORE_END;
}

static bool thread_range_shrink(
	struct cache *cache, const struct thread_range *range, int64_t low, struct error *err)
{
	static const char done[] = "DELETE FROM unjoined WHERE unjoined_id=?1";
	static const char move[] = "UPDATE unjoined SET low=?2 WHERE unjoined_id=?1";
	if (low > range->high)
		return store_run(cache, STORE_CACHE, done, STORE_INTS(range->range_id), err);
	return store_run(cache, STORE_CACHE, move, STORE_INTS(range->range_id, low), err);
}

static bool threads_join_range(struct cache *cache, const struct thread_range *range, size_t max,
	size_t *joined, struct error *err)
{
	size_t count = 0;
	int64_t *places = mem_new_array(max, sizeof(*places));
	bool ok = thread_range_places(cache, range, places, max, &count, err);
	for (size_t i = 0; ok && i < count; i++)
		ok = thread_join_place(cache, places[i], err);
	*joined += count;
	int64_t low = count < max ? INT64_MAX : places[count - 1] + 1;
	mem_free(places);
	return ok && thread_range_shrink(cache, range, low, err);
}

bool cache_threads_join(struct cache *cache, int64_t account_id, size_t max, size_t *joined,
	bool *is_done, struct error *err)
{
	struct thread_range range;
	size_t sum = 0;
	bool done = false, ok = true;
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_CACHE, err))
		return false;
	while (ok && !done && sum < max) {
		ok = thread_range_next(cache, account_id, &range, err);
		done = range.range_id == 0;
		if (ok && !done)
			ok = threads_join_range(cache, &range, max - sum, &sum, err);
	}
	if (!store_end(cache, STORE_CACHE, ok, err))
		return false;
	*is_done = done;
	if (joined != NULL)
		*joined = sum;
	return true;
}
