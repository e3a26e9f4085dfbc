/*
 * Looking names up. getaddrinfo waits and cannot be stopped, so each look-up has a detached thread
 * of its own: one slow name delays no other. It holds the look-up together with the connection;
 * the last of the two frees it, so that a connection closes at once.
 */
#include "proto/net/net_inside.h"

#include "base/memory.h"
#include "base/queue.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

struct net_lookup {
	atomic_int holders;
	struct queue *answers;
	net_resolver *resolver;
	char *host; /* owned */
	uint16_t port;
};

void net_answer_free(struct net_answer *a)
{
	if (a == NULL)
		return;
	mem_free(a->failure);
	mem_free(a);
}

static void answer_fail(struct net_answer *a, const char *host, int code)
{
	struct buf text = {0};
	if (code == EAI_NONAME || code == EAI_NODATA)
		buf_addf(&text, "no such host: %s", host);
	else if (code == EAI_AGAIN)
		buf_addf(&text, "the name %s cannot be looked up at the moment", host);
	else
		buf_addf(&text, "the name %s cannot be looked up: %s", host, gai_strerror(code));
	a->failure = buf_take(&text);
}

static void answer_add(struct net_answer *a, const struct addrinfo *info)
{
	if (a->count == NET_ADDRESSES_MAX || info->ai_addrlen > sizeof(a->list[0].at))
		return;
	struct net_address *address = &a->list[a->count++];
	address->size = info->ai_addrlen;
	memcpy(&address->at, info->ai_addr, info->ai_addrlen);
}

/* The families take turns, beginning with the one the system likes best (RFC 8305 section 4). */
static void answer_fill(struct net_answer *a, const struct addrinfo *first)
{
	const struct addrinfo *same = first;
	const struct addrinfo *other = first;
	while (same != NULL || other != NULL) {
		while (same != NULL && same->ai_family != first->ai_family)
			same = same->ai_next;
		if (same != NULL) {
			answer_add(a, same);
			same = same->ai_next;
		}
		while (other != NULL && other->ai_family == first->ai_family)
			other = other->ai_next;
		if (other != NULL) {
			answer_add(a, other);
			other = other->ai_next;
		}
	}
}

static void resolve(const char *host, uint16_t port, int flags, struct net_answer *answer)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | flags};
	char service[8];
	snprintf(service, sizeof(service), "%u", port);
	struct addrinfo *list = NULL;
	int code = getaddrinfo(host, service, &hints, &list);
	if (code == 0)
		answer_fill(answer, list);
	if (list != NULL)
		freeaddrinfo(list);
	if (answer->count == 0)
		answer_fail(
			answer, host != NULL ? host : "localhost", code != 0 ? code : EAI_NONAME);
}

/* This machine, whatever a name server or a missing file of hosts says (RFC 6761 section 6.3). */
static bool is_localhost(struct str host)
{
	return str_equal_nocase(host, STR("localhost")) || str_ends_nocase(host, STR(".localhost"));
}

void net_resolve_system(const char *host, uint16_t port, struct net_answer *answer)
{
	resolve(is_localhost(str_from(host)) ? NULL : host, port, 0, answer);
}

void net_resolve_address(const char *host, uint16_t port, struct net_answer *answer)
{
	resolve(host, port, AI_NUMERICHOST, answer);
}

static void answer_free_item(void *item)
{
	net_answer_free(item);
}

void net_lookup_drop(struct net_lookup *l)
{
	if (l == NULL || atomic_fetch_sub(&l->holders, 1) != 1)
		return;
	queue_free(l->answers);
	mem_free(l->host);
	mem_free(l);
}

static void *lookup_run(void *data)
{
	struct net_lookup *l = data;
	struct net_answer *answer = mem_new(sizeof(*answer));
	l->resolver(l->host, l->port, answer);
	queue_post(l->answers, answer);
	net_lookup_drop(l);
	return NULL;
}

/* With all signals blocked: they are for the thread that owns the terminal. */
static bool lookup_start(struct net_lookup *l)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_attr_t how;
	if (pthread_attr_init(&how) != 0)
		return false;
	pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_t thread;
	bool ok = pthread_create(&thread, &how, lookup_run, l) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&how);
	return ok;
}

struct net_lookup *net_lookup_new(net_resolver *resolver, const char *host, uint16_t port)
{
	struct net_lookup *l = mem_new(sizeof(*l));
	l->resolver = resolver;
	l->host = mem_text(host);
	l->port = port;
	l->answers = queue_new(answer_free_item);
	if (l->answers == NULL) {
		mem_free(l->host);
		mem_free(l);
		return NULL;
	}
	atomic_init(&l->holders, 2);
	if (lookup_start(l))
		return l;
	net_lookup_drop(l); /* the thread's share */
	net_lookup_drop(l);
	return NULL;
}

int net_lookup_fd(const struct net_lookup *l)
{
	return queue_fd(l->answers);
}

struct net_answer *net_lookup_take(struct net_lookup *l)
{
	return queue_take(l->answers);
}
