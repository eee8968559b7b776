/* Little memory: limits that were there before the program was, and limits that it sets on itself. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include "need.h"

#define MIB ((size_t)1 << 20)

struct node {
	struct node *next;
	size_t n;
};

/* Takes blocks of n bytes, of growing sizes if n is 0, until they are limit bytes or there is none. */
static size_t take(struct node **list, size_t n, size_t limit)
{
	size_t taken = 0, size = n ? n : 24;

	while (taken < limit) {
		struct node *node;

		errno = 0;
		node = malloc(size);
		if (!node) {
			need(errno == ENOMEM);
			break;
		}
		memset(node, 0x5a, size < 4096 ? size : 4096);
		((char *)node)[size - 1] = 0x5a;
		node->next = *list;
		node->n = size;
		*list = node;
		taken += size;
		if (n == 0)
			size = size < 200000 ? size + size / 3 : 24;
	}
	return taken;
}

static void give_back(struct node **list)
{
	while (*list) {
		struct node *node = *list;

		*list = node->next;
		need(((char *)node)[node->n - 1] == 0x5a);
		free(node);
	}
}

static void need_bytes(size_t n, size_t bytes)
{
	struct node *list = NULL;
	size_t taken = take(&list, n, bytes);

	if (taken < bytes)
		dprintf(2, "%zu of %zu bytes in blocks of %zu, %ld kB of address space\n",
			taken, bytes, n, memory_kb(VSZ));
	need(taken >= bytes);
	give_back(&list);
}

/* --- limits from the start */

static void small_blocks(void)
{
	need_bytes(64, 11000000);
	need_bytes(500, 11000000);
	need_bytes(20000, 9000000);
	need_bytes(0, 9000000);
}

static pthread_barrier_t all_are_here;

/* All threads have what they take at the same time. */
static void *use_in_thread(void *unused)
{
	for (int i = 0; i < 10; i++) {
		struct node *list = NULL;

		need(take(&list, 0, 1000000) >= 1000000);
		pthread_barrier_wait(&all_are_here);
		give_back(&list);
		pthread_barrier_wait(&all_are_here);
	}
	return unused;
}

static void threads(void)
{
	pthread_attr_t attr;
	pthread_t t[8];

	pthread_barrier_init(&all_are_here, NULL, 8);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (int i = 0; i < 8; i++)
		need(pthread_create(&t[i], &attr, use_in_thread, NULL) == 0);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
}

/* What one size has used up serves any other once it is free. */
static void recovery(void)
{
	static const struct {
		size_t n, at_least;
	} rounds[] = {{1000, 200}, {200000, 180}, {5000, 200}, {3000000, 200}, {0, 180}};

	for (size_t i = 0; i < sizeof(rounds) / sizeof(*rounds); i++) {
		struct node *list = NULL;
		size_t taken = take(&list, rounds[i].n, SIZE_MAX);
		char *p;

		if (taken < rounds[i].at_least * 1000000)
			dprintf(2, "%zu bytes in blocks of %zu\n", taken, rounds[i].n);
		need(taken >= rounds[i].at_least * 1000000);
		give_back(&list);
		need((p = malloc(100000000)) != NULL);
		p[0] = p[99999999] = 1;
		free(p);
	}
}

/* --- limits that come later */

static void limit(int resource, size_t bytes)
{
	struct rlimit limit;

	limit.rlim_cur = limit.rlim_max = bytes;
	need(setrlimit((__rlimit_resource_t)resource, &limit) == 0);
}

static size_t address_space(void)
{
	return (size_t)memory_kb(VSZ) * 1024;
}

/* As vsftpd does. */
static void after_start(size_t bytes)
{
	size_t left = bytes - address_space();

	need_bytes(100, 100000);
	limit(RLIMIT_AS, bytes);
	need_bytes(100, left / 10 * 8);
	need_bytes(5000, left / 10 * 7);
	need_bytes(60000, left / 10 * 7);
}

static void data_after_start(void)
{
	need_bytes(100, 100000);
	limit(RLIMIT_DATA, 16 * MIB);
	small_blocks();
}

/* Nothing can be mapped any more: what one size has given back serves the others, again and again. */
static void nothing_more(void)
{
	struct node *list = NULL;

	need(take(&list, 300, 2000000) >= 2000000);
	limit(RLIMIT_AS, address_space());
	give_back(&list);
	for (int i = 0; i < 10; i++) {
		need_bytes(300, 1500000);
		need_bytes(1000, 1500000);
		need_bytes(20000, 1000000);
	}
}

/* --- cases; the program runs itself again under the limits that are to be there first */

static void after_start_200(void)
{
	after_start(200 * MIB);
	need_bytes(0, 120 * MIB);
}

static void after_start_4(void)
{
	after_start(address_space() + 4 * MIB);
}

static const struct limits_case {
	const char *name;
	void (*run)(void);
	int resource;
	size_t bytes; /* 0: no limit at the start */
} cases[] = {
	{"as16", small_blocks, RLIMIT_AS, 16 * MIB},
	{"data16", small_blocks, RLIMIT_DATA, 16 * MIB},
	{"threads32", threads, RLIMIT_AS, 32 * MIB},
	{"oomrec", recovery, RLIMIT_AS, 256 * MIB},
	{"rlimit_as.after_start.200", after_start_200, 0, 0},
	{"rlimit_as.after_start.4", after_start_4, 0, 0},
	{"rlimit_data.after_start", data_after_start, 0, 0},
	{"nothing_more", nothing_more, 0, 0},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(cases) / sizeof(*cases); i++) {
		if (strcmp(argv[1], cases[i].name) != 0)
			continue;
		if (argc == 2 && cases[i].bytes) {
			limit(cases[i].resource, cases[i].bytes);
			execl("/proc/self/exe", argv[0], argv[1], "limited", NULL);
			return 99;
		}
		cases[i].run();
		return 0;
	}
	return 99;
}
