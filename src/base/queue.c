/* Hands owned items between threads: the only lock in the program. */
#include "base/queue.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

struct queue_node {
	struct queue_node *next;
	uint64_t key;
	void *item;
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct queue_node *first;
	struct queue_node *last;
	bool is_closed;
	bool is_signalled; /* one byte stands in the pipe */
	int pipe[2];       /* eventfd is not POSIX; a pipe is */
	queue_free_item *free_item;
};

struct queue *queue_new(queue_free_item *free_item)
{
	struct queue *q = mem_new(sizeof(*q));
	if (pipe(q->pipe) != 0) {
		mem_free(q);
		return NULL;
	}
	for (int i = 0; i < 2; i++) {
		fcntl(q->pipe[i], F_SETFD, FD_CLOEXEC);
		fcntl(q->pipe[i], F_SETFL, O_NONBLOCK);
	}
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->more, NULL);
	q->free_item = free_item;
	return q;
}

void queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	for (void *item = queue_take(q); item != NULL; item = queue_take(q))
		q->free_item(item);
	close(q->pipe[0]);
	close(q->pipe[1]);
	pthread_cond_destroy(&q->more);
	pthread_mutex_destroy(&q->lock);
	mem_free(q);
}

/* With the lock held. */
static void queue_signal(struct queue *q)
{
	pthread_cond_signal(&q->more);
	if (q->is_signalled)
		return;
	q->is_signalled = true;
	while (write(q->pipe[1], "", 1) < 0 && errno == EINTR)
		continue;
}

/* With the lock held. */
static void queue_unsignal(struct queue *q)
{
	char byte;
	if (!q->is_signalled)
		return;
	q->is_signalled = false;
	while (read(q->pipe[0], &byte, 1) < 0 && errno == EINTR)
		continue;
}

/* With the lock held: unlinks the node that waits under key and returns its item. */
static void *queue_unlink(struct queue *q, uint64_t key)
{
	struct queue_node *before = NULL;
	struct queue_node *node = q->first;
	while (node != NULL && node->key != key) {
		before = node;
		node = node->next;
	}
	if (node == NULL)
		return NULL;
	if (before != NULL)
		before->next = node->next;
	else
		q->first = node->next;
	if (q->last == node)
		q->last = before;
	void *item = node->item;
	mem_free(node);
	return item;
}

void queue_post_latest(struct queue *q, uint64_t key, void *item)
{
	struct queue_node *node = mem_new(sizeof(*node));
	node->key = key;
	node->item = item;
	pthread_mutex_lock(&q->lock);
	void *stale = key != 0 ? queue_unlink(q, key) : NULL;
	if (q->last != NULL)
		q->last->next = node;
	else
		q->first = node;
	q->last = node;
	queue_signal(q);
	pthread_mutex_unlock(&q->lock);
	if (stale != NULL)
		q->free_item(stale);
}

void queue_post(struct queue *q, void *item)
{
	queue_post_latest(q, 0, item);
}

/* With the lock held. */
static void *queue_pop(struct queue *q)
{
	struct queue_node *node = q->first;
	if (node == NULL)
		return NULL;
	q->first = node->next;
	if (q->first == NULL) {
		q->last = NULL;
		queue_unsignal(q);
	}
	void *item = node->item;
	mem_free(node);
	return item;
}

void *queue_take(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	void *item = queue_pop(q);
	pthread_mutex_unlock(&q->lock);
	return item;
}

bool queue_has_items(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	bool has = q->first != NULL;
	pthread_mutex_unlock(&q->lock);
	return has;
}

void *queue_wait(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	while (q->first == NULL && !q->is_closed)
		pthread_cond_wait(&q->more, &q->lock);
	void *item = q->is_closed ? NULL : queue_pop(q);
	pthread_mutex_unlock(&q->lock);
	return item;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->is_closed = true;
	pthread_cond_broadcast(&q->more);
	pthread_mutex_unlock(&q->lock);
}

int queue_fd(const struct queue *q)
{
	return q->pipe[0];
}
