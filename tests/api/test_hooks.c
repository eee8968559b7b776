/* Malloc hooks: what they are told, what they may do, and when they are left out.
 *
 * Check allocates too, so what a hook sees counts only while `on` is set. */
#include "support.h"

#include <ashlar/ashlar.h>
#include <ashlar/malloc_hooks.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

static _Atomic bool on;

/* Whether an address is in this program's code: what the caller of a hooked call should be. */
static bool in_this_program(const void *p)
{
	Dl_info of_p, of_us;

	return dladdr(p, &of_p) && dladdr((void *)&in_this_program, &of_us) &&
	       of_p.dli_fbase == of_us.dli_fbase;
}

/* ---- the variables */

static struct {
	int mallocs, reallocs, memaligns, frees;
	size_t size, align;
	void *ptr;
	const void *caller;
} seen;

static void install(void);

static void uninstall(void)
{
	__malloc_hook = NULL;
	__realloc_hook = NULL;
	__memalign_hook = NULL;
	__free_hook = NULL;
}

static void *on_malloc(size_t size, const void *caller)
{
	void *p;

	uninstall();
	p = malloc(size);
	if (on) {
		seen.mallocs++;
		seen.size = size;
		seen.caller = caller;
	}
	install();
	return p;
}

static void *on_realloc(void *ptr, size_t size, const void *caller)
{
	void *p;

	uninstall();
	p = realloc(ptr, size);
	if (on) {
		seen.reallocs++;
		seen.ptr = ptr;
		seen.size = size;
		seen.caller = caller;
	}
	install();
	return p;
}

static void *on_memalign(size_t align, size_t size, const void *caller)
{
	void *p;

	uninstall();
	p = memalign(align, size);
	if (on) {
		seen.memaligns++;
		seen.align = align;
		seen.size = size;
		seen.caller = caller;
	}
	install();
	return p;
}

static void on_free(void *ptr, const void *caller)
{
	uninstall();
	free(ptr);
	if (on) {
		seen.frees++;
		seen.ptr = ptr;
		seen.caller = caller;
	}
	install();
}

static void install(void)
{
	__malloc_hook = on_malloc;
	__realloc_hook = on_realloc;
	__memalign_hook = on_memalign;
	__free_hook = on_free;
}

static void begin(void)
{
	install();
	on = true;
}

static void end(void)
{
	on = false;
	uninstall();
}

START_TEST(test_hook_malloc_sees_size_and_caller)
{
	void *p;

	begin();
	p = malloc(opaque(123));
	end();
	must(p != NULL && seen.mallocs == 1 && seen.size == 123);
	must(in_this_program(seen.caller));
	must(seen.frees == 0);
	free(p);
}
END_TEST

START_TEST(test_hook_free_sees_pointer_and_caller)
{
	void *p = malloc(opaque(50));

	begin();
	free(p);
	end();
	must(seen.frees == 1 && seen.ptr == p && in_this_program(seen.caller));
}
END_TEST

START_TEST(test_hook_free_sees_null)
{
	seen.ptr = &seen;
	begin();
	free(opaque_ptr(NULL));
	end();
	must(seen.frees == 1 && seen.ptr == NULL);
}
END_TEST

START_TEST(test_hook_realloc_sees_old_pointer_new_size_and_caller)
{
	char *p = malloc(opaque(50)), *q;

	strcpy(p, "kept");
	begin();
	q = realloc(p, opaque(5000));
	end();
	must(seen.reallocs == 1 && seen.ptr == p && seen.size == 5000);
	must(in_this_program(seen.caller));
	must(seen.mallocs == 0 && seen.frees == 0);
	must(strcmp(q, "kept") == 0);
	free(q);
}
END_TEST

START_TEST(test_hook_realloc_sees_null_and_zero)
{
	void *p;

	begin();
	p = realloc(opaque_ptr(NULL), opaque(70));
	must(seen.reallocs == 1 && seen.ptr == NULL && seen.size == 70);
	p = realloc(p, opaque(0));
	end();
	must(p == NULL && seen.reallocs == 2 && seen.size == 0);
	must(seen.mallocs == 0 && seen.frees == 0);
}
END_TEST

START_TEST(test_hook_realloc_is_called_even_where_the_block_could_stay)
{
	char *p = malloc(opaque(100)), *q;

	begin();
	q = realloc(p, opaque(101));
	end();
	must(seen.reallocs == 1 && seen.size == 101);
	free(q);
}
END_TEST

START_TEST(test_hook_memalign_sees_every_aligned_allocation)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *p[5];

	begin();
	p[0] = memalign(128, opaque(10));
	must(seen.memaligns == 1 && seen.align == 128 && seen.size == 10);
	must(in_this_program(seen.caller));
	p[1] = aligned_alloc(256, opaque(512));
	must(seen.memaligns == 2 && seen.align == 256 && seen.size == 512);
	must(in_this_program(seen.caller));
	must(posix_memalign(&p[2], 64, opaque(20)) == 0);
	must(seen.memaligns == 3 && seen.align == 64 && seen.size == 20);
	must(in_this_program(seen.caller));
	p[3] = valloc(opaque(30));
	must(seen.memaligns == 4 && seen.align == page && seen.size == 30);
	must(in_this_program(seen.caller));
	p[4] = pvalloc(opaque(40));
	must(seen.memaligns == 5 && seen.align == page && seen.size == page);
	must(in_this_program(seen.caller));
	end();
	must(seen.mallocs == 0);
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		free(p[i]);
}
END_TEST

START_TEST(test_hook_memalign_is_not_called_for_wrong_arguments)
{
	void *p = &seen;

	begin();
	must(posix_memalign(&p, 3, 10) == EINVAL && p == &seen);
	must(aligned_alloc(opaque(3), 10) == NULL);
	end();
	must(seen.memaligns == 0);
}
END_TEST

/* As in the old library: calloc has no hook of its own. */
START_TEST(test_hook_calloc_is_a_malloc_of_the_product)
{
	void *p;

	begin();
	p = calloc(opaque(7), opaque(9));
	end();
	must(seen.mallocs == 1 && seen.size == 63 && in_this_program(seen.caller));
	must(all_zero(p, 63));
	free(p);
}
END_TEST

/* What a compiler knows of malloc's result is not so here. */
static void *hide(void *p)
{
	__asm__("" : "+r"(p));
	return p;
}

static char dirty[100];

static void *give_dirty(size_t size, const void *caller)
{
	(void)size;
	(void)caller;
	return dirty;
}

START_TEST(test_hook_calloc_clears_what_the_hook_returns)
{
	void *p;

	memset(dirty, 1, sizeof(dirty));
	__malloc_hook = give_dirty;
	p = hide(calloc(opaque(3), opaque(30)));
	__malloc_hook = NULL;
	must(p == dirty && all_zero(dirty, 90));
	must(dirty[90] == 1);
}
END_TEST

START_TEST(test_hook_is_not_called_for_a_calloc_that_overflows)
{
	begin();
	errno = 0;
	must(calloc(opaque(SIZE_MAX / 2), opaque(3)) == NULL);
	must(errno == ENOMEM);
	end();
	must(seen.mallocs == 0);
}
END_TEST

START_TEST(test_hook_sees_what_libc_allocates)
{
	char *s;

	begin();
	s = strdup("a string");
	end();
	must(seen.mallocs == 1 && seen.size == sizeof("a string"));
	free(s);
}
END_TEST

static void *give_null(size_t size, const void *caller)
{
	(void)size;
	(void)caller;
	errno = EDOM;
	return NULL;
}

START_TEST(test_hook_result_is_what_the_caller_gets)
{
	void *p;
	int error;

	__malloc_hook = give_dirty;
	p = hide(malloc(opaque(10)));
	__malloc_hook = NULL;
	must(p == dirty);
	__malloc_hook = give_null;
	p = malloc(opaque(10));
	error = errno;
	__malloc_hook = NULL;
	must(p == NULL && error == EDOM);
}
END_TEST

START_TEST(test_hook_taken_out_is_called_no_more)
{
	begin();
	free(malloc(opaque(10)));
	uninstall();
	free(malloc(opaque(10)));
	on = false;
	must(seen.mallocs == 1 && seen.frees == 1);
}
END_TEST

START_TEST(test_hook_sees_blocks_of_every_size)
{
	int n = 0;

	begin();
	for (size_t size = 1; size < 64 * MIB; size = size * 3 + 1, n++) {
		free(malloc(opaque(size)));
		must(seen.mallocs == n + 1 && seen.frees == n + 1 && seen.size == size);
	}
	end();
}
END_TEST

START_TEST(test_hook_goes_with_a_fork)
{
	int status;
	pid_t pid;

	begin();
	pid = fork();
	must(pid >= 0);
	if (pid == 0) {
		int before = seen.mallocs;

		free(malloc(opaque(10)));
		_exit(seen.mallocs != before + 1);
	}
	end();
	must(waitpid(pid, &status, 0) == pid && status == 0);
}
END_TEST

/* ---- tables */

enum { MALLOC, CALLOC, REALLOC, MEMALIGN, FREE };
static _Atomic int calls[5];
static _Atomic int wrong; /* set where failing at once would allocate inside a hook */

static void count(int which, const void *caller, void *arg)
{
	if (!on)
		return;
	calls[which]++;
	if (arg != calls || !in_this_program(caller))
		wrong = true;
}

static void *table_malloc(const struct ashlar_real_malloc *real, size_t size, const void *caller,
			  void *arg)
{
	count(MALLOC, caller, arg);
	return real->malloc(size);
}

static void *table_calloc(const struct ashlar_real_malloc *real, size_t n, size_t size,
			  const void *caller, void *arg)
{
	count(CALLOC, caller, arg);
	return real->calloc(n, size);
}

static void *table_realloc(const struct ashlar_real_malloc *real, void *p, size_t size,
			   const void *caller, void *arg)
{
	count(REALLOC, caller, arg);
	return real->realloc(p, size);
}

static void *table_memalign(const struct ashlar_real_malloc *real, size_t align, size_t size,
			    const void *caller, void *arg)
{
	count(MEMALIGN, caller, arg);
	return real->memalign(align, size);
}

static void table_free(const struct ashlar_real_malloc *real, void *p, const void *caller,
		       void *arg)
{
	count(FREE, caller, arg);
	real->free(p);
}

static const struct ashlar_hooks counting = {
	calls, table_malloc, table_calloc, table_realloc, table_memalign, table_free,
};

static void begin_table(const struct ashlar_hooks *hooks)
{
	must(ashlar_hooks_set(hooks) == NULL);
	on = true;
}

static void end_table(const struct ashlar_hooks *hooks)
{
	on = false;
	must(ashlar_hooks_set(NULL) == hooks);
	must(!wrong);
}

START_TEST(test_table_takes_the_place_of_every_call)
{
	void *p, *q;

	begin_table(&counting);
	p = malloc(opaque(10));
	p = realloc(p, opaque(1000));
	q = calloc(opaque(10), opaque(10));
	free(p);
	must(all_zero(q, 100));
	free(q);
	free(memalign(64, opaque(10)));
	end_table(&counting);
	must(calls[MALLOC] == 1 && calls[CALLOC] == 1 && calls[REALLOC] == 1);
	must(calls[MEMALIGN] == 1 && calls[FREE] == 3);
	free(malloc(opaque(10)));
	must(calls[MALLOC] == 1 && calls[FREE] == 3);
}
END_TEST

START_TEST(test_table_with_holes_leaves_the_rest_alone)
{
	static const struct ashlar_hooks only_free = {.arg = calls, .free = table_free};
	char *p;

	begin_table(&only_free);
	p = malloc(opaque(10));
	p = realloc(p, opaque(1000));
	free(p);
	p = calloc(opaque(5), opaque(20));
	must(p && all_zero(p, 100));
	free(p);
	p = aligned_alloc(512, opaque(1024));
	must(p && (uintptr_t)p % 512 == 0);
	free(p);
	end_table(&only_free);
	must(calls[MALLOC] == 0 && calls[CALLOC] == 0 && calls[REALLOC] == 0);
	must(calls[MEMALIGN] == 0 && calls[FREE] == 3);
}
END_TEST

START_TEST(test_table_goes_before_the_variables)
{
	begin();
	ashlar_hooks_set(&counting);
	free(malloc(opaque(10)));
	ashlar_hooks_set(NULL);
	must(calls[MALLOC] == 1 && seen.mallocs == 0 && seen.frees == 0);
	free(malloc(opaque(10)));
	end();
	must(seen.mallocs == 1 && seen.frees == 1 && calls[MALLOC] == 1);
}
END_TEST

START_TEST(test_table_is_replaced_by_the_next_and_returned)
{
	static const struct ashlar_hooks other = {.arg = NULL};

	must(ashlar_hooks_set(&counting) == NULL);
	must(ashlar_hooks_set(&other) == &counting);
	must(ashlar_hooks_set(&counting) == &other);
	must(ashlar_hooks_set(NULL) == &counting);
	must(ashlar_hooks_set(NULL) == NULL);
}
END_TEST

/* A hook that allocates by all ways there are, and prints. */
static _Atomic int outer;

static void *allocating_malloc(const struct ashlar_real_malloc *real, size_t size,
			       const void *caller, void *arg)
{
	char *p, *q;
	FILE *f;

	(void)caller;
	(void)arg;
	outer++;
	p = malloc(opaque(1000));
	p = realloc(p, opaque(5000));
	q = calloc(opaque(3), opaque(300));
	wrong |= !p || !q || !all_zero(q, 900);
	free(p);
	free(q);
	free(memalign(64, opaque(64)));
	free(strdup("text"));
	f = fopen("/dev/null", "w");
	wrong |= !f || fprintf(f, "%zu\n", size) < 2;
	fclose(f);
	return real->malloc(size);
}

static void allocating_free(const struct ashlar_real_malloc *real, void *p, const void *caller,
			    void *arg)
{
	(void)caller;
	(void)arg;
	outer++;
	free(malloc(opaque(50)));
	real->free(p);
}

static const struct ashlar_hooks allocating = {.malloc = allocating_malloc,
					       .free = allocating_free};

START_TEST(test_table_hooks_that_allocate_do_not_call_themselves)
{
	begin_table(&allocating);
	for (int i = 0; i < 100; i++)
		free(malloc(opaque(100)));
	end_table(&allocating);
	must(outer == 200);
}
END_TEST

static const struct ashlar_real_malloc *real_functions;

static void *keep_real(const struct ashlar_real_malloc *real, size_t size, const void *caller,
		       void *arg)
{
	(void)caller;
	(void)arg;
	real_functions = real;
	return real->malloc(size);
}

START_TEST(test_table_real_functions_keep_the_rules_of_malloc)
{
	static const struct ashlar_hooks hooks = {.malloc = keep_real};
	const struct ashlar_real_malloc *real;
	char *p;

	ashlar_hooks_set(&hooks);
	free(malloc(opaque(1)));
	ashlar_hooks_set(NULL);
	real = real_functions;
	must(real != NULL);
	p = real->malloc(0);
	must(p != NULL);
	real->free(p);
	real->free(NULL);
	errno = 0;
	must(real->malloc(SIZE_MAX) == NULL && errno == ENOMEM);
	errno = 0;
	must(real->calloc(SIZE_MAX / 2, 3) == NULL && errno == ENOMEM);
	errno = 0;
	must(real->memalign(3, 10) == NULL && errno == EINVAL);
	p = real->memalign(4096, 10);
	must(p != NULL && (uintptr_t)p % 4096 == 0);
	strcpy(p, "kept");
	p = real->realloc(p, 100000);
	must(p != NULL && strcmp(p, "kept") == 0);
	must(real->realloc(p, 0) == NULL);
	p = real->calloc(10, 10);
	must(p != NULL && all_zero(p, 100));
	real->free(p);
	must(calls[MALLOC] == 0);
}
END_TEST

/* ---- tables and threads */

enum { THREADS = 4, ROUNDS = 20000 };
static _Atomic bool stop;

static void *allocate(void *arg)
{
	for (int i = 0; i < ROUNDS && !stop; i++) {
		unsigned char *p = malloc(opaque((size_t)i % 2000 + 1));

		p[0] = p[i % 2000] = (unsigned char)i;
		p = realloc(p, opaque((size_t)i % 3000 + 2001));
		must(p[0] == (unsigned char)i && p[i % 2000] == (unsigned char)i);
		free(p);
	}
	return arg;
}

static void start_threads(pthread_t id[THREADS])
{
	for (int i = 0; i < THREADS; i++)
		must(pthread_create(&id[i], NULL, allocate, NULL) == 0);
}

static void join_threads(pthread_t id[THREADS])
{
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(id[i], NULL) == 0);
}

static void count_own(int which, const void *caller)
{
	if (in_this_program(caller))
		calls[which]++;
}

static void *own_malloc(const struct ashlar_real_malloc *real, size_t size, const void *caller,
			void *arg)
{
	(void)arg;
	count_own(MALLOC, caller);
	return real->malloc(size);
}

static void *own_realloc(const struct ashlar_real_malloc *real, void *p, size_t size,
			 const void *caller, void *arg)
{
	(void)arg;
	count_own(REALLOC, caller);
	return real->realloc(p, size);
}

static void own_free(const struct ashlar_real_malloc *real, void *p, const void *caller, void *arg)
{
	(void)arg;
	count_own(FREE, caller);
	real->free(p);
}

START_TEST(test_table_misses_no_call_of_any_thread)
{
	static const struct ashlar_hooks hooks = {
		.malloc = own_malloc, .realloc = own_realloc, .free = own_free};
	pthread_t id[THREADS];

	ashlar_hooks_set(&hooks);
	start_threads(id);
	join_threads(id);
	ashlar_hooks_set(NULL);
	must_f(calls[MALLOC] == THREADS * ROUNDS, "%d", calls[MALLOC]);
	must_f(calls[REALLOC] == THREADS * ROUNDS, "%d", calls[REALLOC]);
	must_f(calls[FREE] == THREADS * ROUNDS, "%d", calls[FREE]);
}
END_TEST

START_TEST(test_table_hooks_may_allocate_in_all_threads_at_once)
{
	static const struct ashlar_hooks hooks = {.malloc = allocating_malloc,
						  .free = allocating_free};
	pthread_t id[THREADS];

	ashlar_hooks_set(&hooks);
	start_threads(id);
	for (int i = 0; i < 200; i++)
		usleep(1000);
	stop = true;
	join_threads(id);
	ashlar_hooks_set(NULL);
	must(outer >= 2 * THREADS && !wrong);
}
END_TEST

START_TEST(test_table_comes_and_goes_while_threads_allocate)
{
	pthread_t id[THREADS];
	int last;

	start_threads(id);
	for (int i = 0; i < 2000; i++) {
		ashlar_hooks_set(i % 2 ? NULL : &counting);
		sched_yield();
	}
	ashlar_hooks_set(NULL);
	join_threads(id);
	on = true;
	last = calls[MALLOC];
	free(malloc(opaque(10)));
	must(calls[MALLOC] == last);
}
END_TEST

START_TEST(test_rallocx_keeps_alignment_and_zeroes_under_hooks)
{
	static const struct ashlar_hooks none;

	for (size_t i = 0; i < 50; i++) {
		char *p = ashlar_mallocx(100, 0);
		size_t size = 200 + i * 16, usable;

		must(p);
		usable = malloc_usable_size(p);
		fill(p, 0, 100, i);
		must(ashlar_hooks_set(&none) == NULL);
		p = ashlar_rallocx(p, size, ASHLAR_MALLOCX_ALIGN(4096) | ASHLAR_MALLOCX_ZERO);
		ashlar_hooks_set(NULL);
		must(p && (uintptr_t)p % 4096 == 0 && holds(p, 100, i));
		must(all_zero(p + usable, size - usable));
		memset(p, 1, size); /* for the next */
		free(p);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_hook_malloc_sees_size_and_caller,
		test_hook_free_sees_pointer_and_caller,
		test_hook_free_sees_null,
		test_hook_realloc_sees_old_pointer_new_size_and_caller,
		test_hook_realloc_sees_null_and_zero,
		test_hook_realloc_is_called_even_where_the_block_could_stay,
		test_hook_memalign_sees_every_aligned_allocation,
		test_hook_memalign_is_not_called_for_wrong_arguments,
		test_hook_calloc_is_a_malloc_of_the_product,
		test_hook_calloc_clears_what_the_hook_returns,
		test_hook_is_not_called_for_a_calloc_that_overflows,
		test_hook_sees_what_libc_allocates,
		test_hook_result_is_what_the_caller_gets,
		test_hook_taken_out_is_called_no_more,
		test_hook_sees_blocks_of_every_size,
		test_hook_goes_with_a_fork,
		test_table_takes_the_place_of_every_call,
		test_table_with_holes_leaves_the_rest_alone,
		test_table_goes_before_the_variables,
		test_table_is_replaced_by_the_next_and_returned,
		test_table_hooks_that_allocate_do_not_call_themselves,
		test_table_real_functions_keep_the_rules_of_malloc,
		test_table_misses_no_call_of_any_thread,
		test_table_hooks_may_allocate_in_all_threads_at_once,
		test_table_comes_and_goes_while_threads_allocate,
		test_rallocx_keeps_alignment_and_zeroes_under_hooks,
	};

	return run_tests("hooks", 60, tests, ARRAY_LEN(tests));
}
