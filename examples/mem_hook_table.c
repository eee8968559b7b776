/* The same as mem_hook.c through a hook table: no need to take hooks out and put them back, and no
 * call of any thread goes unseen.
 *
 *     gcc -g -o mem_hook_table mem_hook_table.c -lashlar && ./mem_hook_table
 *
 * A hook is handed the functions that it stands in for. It may also call malloc, printf and so on:
 * what a hook allocates does not come back to it. */
#include <stdio.h>
#include <stdlib.h>

#include <ashlar/malloc_hooks.h>

static void *my_malloc(const struct ashlar_real_malloc *real, size_t size, const void *caller,
		       void *arg)
{
	(void)caller;
	void *result = real->malloc(size);
	fprintf(arg, "malloc (%u) returns %p\n", (unsigned)size, result);
	return result;
}

static void my_free(const struct ashlar_real_malloc *real, void *ptr, const void *caller, void *arg)
{
	(void)caller;
	real->free(ptr);
	fprintf(arg, "freed pointer %p\n", ptr);
}

int main(void)
{
	static struct ashlar_hooks hooks = {.malloc = my_malloc, .free = my_free};

	hooks.arg = stdout;
	ashlar_hooks_set(&hooks);
	void *volatile small = malloc(10);
	void *volatile large = malloc(2000);
	free(small);
	free(large);
	ashlar_hooks_set(NULL);
	return 0;
}
