/* Handing things between threads. Races are looked for by tests/race.c; here is what it promises.
 */
#include "base/queue.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>

static int freed;

static void free_item(void *item)
{
	freed++;
	mem_free(item);
}

static int *number(int n)
{
	int *item = mem_new(sizeof(*item));
	*item = n;
	return item;
}

static int take(struct queue *q)
{
	int *item = queue_take(q);
	int n = item != NULL ? *item : -1;
	mem_free(item);
	return n;
}

static bool is_readable(struct queue *q)
{
	struct pollfd p = {.fd = queue_fd(q), .events = POLLIN};
	return poll(&p, 1, 0) == 1;
}

Test(queue, gives_in_the_order_it_was_given)
{
	struct queue *q = queue_new(free_item);
	cr_assert_eq(take(q), -1);
	for (int i = 0; i < 100; i++)
		queue_post(q, number(i));
	for (int i = 0; i < 100; i++)
		cr_assert_eq(take(q), i);
	cr_assert_eq(take(q), -1);
	queue_free(q);
}

Test(queue, keeps_only_the_latest_under_a_key_and_puts_it_last)
{
	struct queue *q = queue_new(free_item);
	queue_post_latest(q, 1, number(10));
	queue_post_latest(q, 2, number(20));
	queue_post(q, number(30));
	queue_post_latest(q, 1, number(11));
	queue_post_latest(q, 1, number(12));
	cr_assert_eq(freed, 2);
	cr_assert_eq(take(q), 20);
	cr_assert_eq(take(q), 30);
	cr_assert_eq(take(q), 12);
	cr_assert_eq(take(q), -1);
	queue_post_latest(q, 1, number(13));
	cr_assert_eq(take(q), 13);
	queue_free(q);
}

Test(queue, replaces_the_only_item_and_still_takes_more)
{
	struct queue *q = queue_new(free_item);
	queue_post_latest(q, 7, number(1));
	queue_post_latest(q, 7, number(2));
	queue_post(q, number(3));
	cr_assert_eq(take(q), 2);
	cr_assert_eq(take(q), 3);
	queue_free(q);
}

Test(queue, is_readable_while_items_wait)
{
	struct queue *q = queue_new(free_item);
	cr_assert_not(is_readable(q) || queue_has_items(q));
	queue_post(q, number(1));
	queue_post(q, number(2));
	cr_assert(is_readable(q) && queue_has_items(q));
	take(q);
	cr_assert(is_readable(q) && queue_has_items(q));
	take(q);
	cr_assert_not(is_readable(q) || queue_has_items(q));
	queue_free(q);
}

Test(queue, frees_what_nobody_took)
{
	struct queue *q = queue_new(free_item);
	for (int i = 0; i < 5; i++)
		queue_post(q, number(i));
	queue_free(q);
	cr_assert_eq(freed, 5);
	queue_free(NULL);
}

enum { SENDERS = 4, EACH = 5000 };

static void *send_numbers(void *arg)
{
	struct queue *q = arg;
	for (int i = 1; i <= EACH; i++)
		queue_post(q, number(i));
	return NULL;
}

Test(queue, loses_nothing_between_threads)
{
	struct queue *q = queue_new(free_item);
	pthread_t senders[SENDERS];
	long sum = 0;
	for (int i = 0; i < SENDERS; i++)
		pthread_create(&senders[i], NULL, send_numbers, q);
	for (int taken = 0; taken < SENDERS * EACH;) {
		struct pollfd p = {.fd = queue_fd(q), .events = POLLIN};
		poll(&p, 1, -1);
		for (int n = take(q); n != -1; n = take(q)) {
			sum += n;
			taken++;
		}
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(senders[i], NULL);
	cr_assert_eq(sum, (long)SENDERS * EACH * (EACH + 1) / 2);
	queue_free(q);
}

static void *wait_for_numbers(void *arg)
{
	struct queue *q = arg;
	long *sum = mem_new(sizeof(*sum));
	for (int *item = queue_wait(q); item != NULL; item = queue_wait(q)) {
		*sum += *item;
		mem_free(item);
	}
	return sum;
}

Test(queue, lets_a_worker_wait_until_it_is_closed)
{
	struct queue *q = queue_new(free_item);
	pthread_t worker;
	void *result;
	pthread_create(&worker, NULL, wait_for_numbers, q);
	for (int i = 1; i <= 10; i++)
		queue_post(q, number(i));
	struct pollfd p = {.fd = queue_fd(q), .events = POLLIN};
	while (poll(&p, 1, 0) == 1)
		sched_yield();
	queue_close(q);
	pthread_join(worker, &result);
	cr_assert_eq(*(long *)result, 55);
	mem_free(result);
	queue_free(q);
}
