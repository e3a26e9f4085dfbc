/*
 * Hands owned items from any thread to one reader: the only lock in the program. After queue_post
 * the item is no longer the sender's. The reader waits with poll() on queue_fd and then takes items
 * until there are none.
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

struct queue;

typedef void queue_free_item(void *item);

/* free_item frees what is left at queue_free and what a newer item replaces. NULL only when the
 * system gives no descriptor. */
struct queue *queue_new(queue_free_item *free_item);
void queue_free(struct queue *q);

void queue_post(struct queue *q, void *item);

/* Latest wins: an item that waits under the same key (not 0) is freed and this one takes its place
 * at the end, for news that only counts when fresh. */
void queue_post_latest(struct queue *q, uint64_t key, void *item);

/* The oldest item, owned by the caller, or NULL. Never waits. */
void *queue_take(struct queue *q);

/* The reader asks whether something waits, in the middle of other work. */
bool queue_has_items(struct queue *q);

/* Waits until there is an item or the queue is closed; NULL when closed. For worker threads. */
void *queue_wait(struct queue *q);
void queue_close(struct queue *q);

/* Readable while items wait. */
int queue_fd(const struct queue *q);

#endif
