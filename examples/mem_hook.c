/* Malloc hooks as the manual of the old GNU C library taught them: a line for each malloc and free.
 *
 *     gcc -g -o mem_hook mem_hook.c -lashlar && ./mem_hook
 *
 * prints, with other addresses,
 *
 *     malloc (10) returns 0x7f3e2c010000
 *     malloc (2000) returns 0x7f3e2c020000
 *     freed pointer 0x7f3e2c010000
 *     freed pointer 0x7f3e2c020000
 *
 * For one thread only: while a hook has put the old hooks back, nobody sees what other threads do.
 * mem_hook_table.c does the same in all threads. */
#include <stdio.h>
#include <stdlib.h>

#include <ashlar/malloc_hooks.h>

static void *my_malloc_hook(size_t size, const void *caller);
static void my_free_hook(void *ptr, const void *caller);

static void *(*old_malloc_hook)(size_t size, const void *caller);
static void (*old_free_hook)(void *ptr, const void *caller);

static void my_init(void)
{
	old_malloc_hook = __malloc_hook;
	old_free_hook = __free_hook;
	__malloc_hook = my_malloc_hook;
	__free_hook = my_free_hook;
}

static void restore_old_hooks(void)
{
	__malloc_hook = old_malloc_hook;
	__free_hook = old_free_hook;
}

static void *my_malloc_hook(size_t size, const void *caller)
{
	(void)caller;
	restore_old_hooks();
	void *result = malloc(size);
	/* printf may allocate as well: install our own only behind it. */
	printf("malloc (%u) returns %p\n", (unsigned)size, result);
	my_init();
	return result;
}

static void my_free_hook(void *ptr, const void *caller)
{
	(void)caller;
	restore_old_hooks();
	printf("freed pointer %p\n", ptr);
	free(ptr);
	my_init();
}

int main(void)
{
	my_init();
	/* volatile: an optimizing compiler removes blocks that nobody looks at */
	void *volatile small = malloc(10);
	void *volatile large = malloc(2000);
	free(small);
	free(large);
	return 0;
}
