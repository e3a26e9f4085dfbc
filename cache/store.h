/*
 * What the files of this folder share: the three connections, statements prepared once, and
 * transactions. Nothing outside cache/ includes it. Statements are known by the address of their
 * text, so every text is one constant at one place.
 */
#ifndef CACHE_STORE_H
#define CACHE_STORE_H

#include "cache/cache.h"

#include <sqlite3.h>

enum store_file { STORE_LOCAL, STORE_CACHE, STORE_BODY, STORE_FILES };

enum { STORE_STATEMENTS = 512 }; /* slots of the table of statements; a power of two */

struct store_statement {
	const char *sql; /* NULL: free */
	sqlite3_stmt *stmt;
};

struct store_db {
	sqlite3 *db;
	char *path;      /* owned */
	bool is_damaged; /* seen while running */
	struct store_statement statements[STORE_STATEMENTS];
};

struct cache {
	enum cache_mode mode;
	char *vfs; /* owned; NULL: the system's */
	cache_read_header *read_header;
	void *read_context;
	struct buf header; /* what was read last */
	struct store_db files[STORE_FILES];
	bool was_unclean;
	bool is_marked;         /* local.db says that an owner writes */
	bool is_unfolded;       /* masks may not be what the journal says: fold them all again */
	int64_t salt;           /* of the profile, for message ids */
	int64_t newest_at_open; /* action id: wishes up to it may have gone out in an earlier run */
	int64_t *handed;        /* owned; action ids given out to be run and not yet answered */
	size_t handed_count, handed_cap;
	bool is_writing[STORE_FILES]; /* a writing transaction is open */
	unsigned nested[STORE_FILES]; /* begun within it: they end with it */
	bool nested_failed[STORE_FILES];
	uint64_t rows, writes;
};

/* Int64 arguments for the functions below: STORE_INTS(a, b). */
#define STORE_INTS(...)                                                                            \
	(const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)
#define STORE_NONE NULL, 0

/* The statement of sql, reset, with ?1… bound to the integers. NULL with *err filled. */
sqlite3_stmt *store_query(struct cache *cache, enum store_file file, const char *sql,
	const int64_t *args, size_t count, struct error *err);

void store_bind_text(sqlite3_stmt *stmt, int index, struct str text); /* borrowed until reset */
void store_bind_blob(sqlite3_stmt *stmt, int index, struct str bytes);

enum store_row { STORE_ROW, STORE_END, STORE_BAD };
/* One step; the statement is reset on END and BAD. */
enum store_row store_next(struct cache *cache, sqlite3_stmt *stmt, struct error *err);

/* Steps a statement that gives no rows, and resets it. */
bool store_finish(struct cache *cache, sqlite3_stmt *stmt, struct error *err);

/* store_query and store_finish. */
bool store_run(struct cache *cache, enum store_file file, const char *sql, const int64_t *args,
	size_t count, struct error *err);

/* One integer; *value stays as it is when there is no row or it is NULL. */
bool store_number(struct cache *cache, enum store_file file, const char *sql, const int64_t *args,
	size_t count, int64_t *value, struct error *err);

/* Borrowed until the next step. */
struct str store_text(sqlite3_stmt *stmt, int column);
struct str store_blob(sqlite3_stmt *stmt, int column);
char *store_text_copy(sqlite3_stmt *stmt, int column); /* owned; "" for NULL */

/* Within another one of that file it becomes a part of it. */
bool store_begin(struct cache *cache, enum store_file file, struct error *err);
/* Commits when ok, else rolls back. Returns ok and committed. */
bool store_end(struct cache *cache, enum store_file file, bool ok, struct error *err);

/* A read of several statements that must agree with each other; within a transaction it is part of
 * that. Ends without an answer. */
bool store_read_begin(struct cache *cache, enum store_file file, struct error *err);
void store_read_end(struct cache *cache, enum store_file file);

/* The sentence for a result code of SQLite; always false. */
bool store_fail(struct cache *cache, sqlite3 *db, struct error *err);

/* False with a sentence unless this is the owner. */
bool store_is_owner(const struct cache *cache, struct error *err);

/* Runs SQL text of several statements (schema, pragmas). */
bool store_script(struct cache *cache, enum store_file file, const char *sql, struct error *err);

#endif
