/* malloc_hooks.h -- seeing every allocation of a process.
 *
 * Two interfaces. The first is glibc's old one, which glibc 2.34 removed: a program written for
 * it works again when compiled against this header and linked with -lashlar. The second does the
 * same without its races: hooks are called with the real functions in hand, in every thread, and
 * what they allocate themselves does not come back to them.
 *
 * While no program in the process includes this header or installs a hook table, hooks cost
 * nothing; otherwise every malloc and free takes the library's slow path. */
#ifndef ASHLAR_MALLOC_HOOKS_H
#define ASHLAR_MALLOC_HOOKS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- glibc's hook variables. caller: the return address of the hooked call.
 *
 * As on glibc: a hook that wants to allocate puts the old values back first and installs itself
 * again before it returns. Not thread-safe, as they never were: while one thread does that, the
 * calls of others go unseen. calloc goes through the malloc hook and clears the block; operator
 * new and delete through the malloc and free hooks; aligned_alloc and its kin through the memalign
 * hook. */
extern void *(*volatile __malloc_hook)(size_t size, const void *caller);
extern void *(*volatile __realloc_hook)(void *ptr, size_t size, const void *caller);
extern void *(*volatile __memalign_hook)(size_t alignment, size_t size, const void *caller);
extern void (*volatile __free_hook)(void *ptr, const void *caller);

/* Makes the library look at the variables above from now on. Every file that includes this header
 * calls it before main(). A program that declares the variables by itself must call it if it is
 * linked statically, compiled with -fPIC or by clang: only what gcc makes of a reference to them in
 * other programs (a copy of the variable) can be noticed. */
void ashlar_hooks_enable(void);

/* Calls the function, if none was given before. */
void ashlar_hooks_initialize(void (*initialize)(void));

#ifndef ASHLAR_HOOKS_NO_ENABLE /* a file that wants the declarations only */
/* As on glibc, a program may define it: the function is called once, before main(). */
extern void (*volatile __malloc_initialize_hook)(void) __attribute__((__weak__));

__attribute__((__constructor__, __unused__)) static void ashlar_hooks_enable_here_(void)
{
	ashlar_hooks_enable();
	if (&__malloc_initialize_hook)
		ashlar_hooks_initialize(__malloc_initialize_hook);
}
#endif

/* ---- hook tables: thread-safe. */

/* What a hook may call: the allocator itself, never hooked. */
struct ashlar_real_malloc {
	void *(*malloc)(size_t size);
	void *(*calloc)(size_t count, size_t size);
	void *(*realloc)(void *ptr, size_t size);
	void *(*memalign)(size_t alignment, size_t size);
	void (*free)(void *ptr);
};

/* Each function takes the place of the call of its name: what it returns the caller gets. NULL:
 * not hooked. A hook may call malloc, printf and so on: while it runs, the calls of its own
 * thread go straight to the allocator. It must return: after an exception or a longjmp out of a hook
 * its thread is not hooked any more. */
struct ashlar_hooks {
	void *arg;
	void *(*malloc)(const struct ashlar_real_malloc *real, size_t size, const void *caller,
			void *arg);
	void *(*calloc)(const struct ashlar_real_malloc *real, size_t count, size_t size,
			const void *caller, void *arg);
	void *(*realloc)(const struct ashlar_real_malloc *real, void *ptr, size_t size,
			 const void *caller, void *arg);
	void *(*memalign)(const struct ashlar_real_malloc *real, size_t alignment, size_t size,
			  const void *caller, void *arg);
	void (*free)(const struct ashlar_real_malloc *real, void *ptr, const void *caller,
		     void *arg);
};

/* Installs a table, or none with NULL; returns the one before. The table and what it points to
 * must stay: another thread may be inside it still. A table goes before the hook variables. */
const struct ashlar_hooks *ashlar_hooks_set(const struct ashlar_hooks *hooks);

#ifdef __cplusplus
}
#endif

#endif
