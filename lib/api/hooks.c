/* api/hooks.c -- see ashlar/malloc_hooks.h.
 *
 * A store to a variable cannot be noticed, and a test of four variables on the fast paths is not
 * wanted: so while anybody may use hooks, the fast paths are closed (base/anchor.h) and every
 * call looks here. Who may use them is known: a program calls ashlar_hooks_enable() (the header's
 * doing), installs a table, or has taken a copy of a variable into its own data (a COPY
 * relocation: what gcc makes of `extern` data in a program), which shows in its address. */
#include "api/api.h"

#define ASHLAR_HOOKS_NO_ENABLE
#include "ashlar/malloc_hooks.h"
#include "base/mem.h"
#include "os/os.h"

#include <errno.h>

_Atomic bool ash_hooks_on;

static _Atomic bool enabled;                            /* never goes back */
static _Atomic(const struct ashlar_hooks *) table;      /* NULL: none */

#ifdef ASHLAR_LIBC_HAS_MALLOC_HOOKS
/* A libc that still calls through these (glibc before 2.34): with our functions in them, modules
 * that see libc's malloc instead of ours (RTLD_DEEPBIND) reach us all the same. */
static void *default_malloc(size_t size, const void *caller)
{
	(void)caller;
	return ash_alloc(size, 16, false);
}
static void *default_realloc(void *p, size_t size, const void *caller)
{
	(void)caller;
	return ash_realloc(p, size);
}
static void *default_memalign(size_t align, size_t size, const void *caller)
{
	(void)caller;
	return ash_alloc(size, align, false);
}
static void default_free(void *p, const void *caller)
{
	(void)caller;
	ash_free(p);
}
#else
#define default_malloc NULL
#define default_realloc NULL
#define default_memalign NULL
#define default_free NULL
#endif

#ifndef ASHLAR_PREFIX
#define HOOK ASHLAR_EXPORT
#else
#define HOOK static
#define __malloc_hook malloc_hook
#define __realloc_hook realloc_hook
#define __memalign_hook memalign_hook
#define __free_hook free_hook
#endif
HOOK void *(*volatile __malloc_hook)(size_t, const void *) = default_malloc;
HOOK void *(*volatile __realloc_hook)(void *, size_t, const void *) = default_realloc;
HOOK void *(*volatile __memalign_hook)(size_t, size_t, const void *) = default_memalign;
HOOK void (*volatile __free_hook)(void *, const void *) = default_free;

void ash_hooks_update(void)
{
	bool on = enabled || table || ash_standing_down;
	ash_hooks_on = on;
	ash_heap_arm(!on && !ash_fill_on);
}

ASHLAR_EXPORT void ashlar_hooks_enable(void)
{
	enabled = true;
	ash_hooks_update();
}

ASHLAR_EXPORT void ashlar_hooks_initialize(void (*initialize)(void))
{
	static _Atomic uint32_t done; /* no bool: riscv64 exchanges words, and calls libatomic for less */
	if (initialize && !atomic_exchange(&done, 1))
		initialize();
}

#ifndef ASHLAR_PREFIX
/* The variables as this library defines them, whatever their names resolve to. */
extern void *own_malloc_hook __attribute__((alias("__malloc_hook"), visibility("hidden")));
extern void *own_free_hook __attribute__((alias("__free_hook"), visibility("hidden")));
extern void *own_realloc_hook __attribute__((alias("__realloc_hook"), visibility("hidden")));
extern void *own_memalign_hook __attribute__((alias("__memalign_hook"), visibility("hidden")));

static bool moved(const volatile void *resolved, const void *own)
{
	__asm__("" : "+r"(resolved)); /* the compiler believes that they are the same */
	return resolved != own;
}
#endif

void ash_hooks_init(void)
{
#ifndef ASHLAR_PREFIX
	if (moved(&__malloc_hook, &own_malloc_hook) || moved(&__free_hook, &own_free_hook) ||
	    moved(&__realloc_hook, &own_realloc_hook) ||
	    moved(&__memalign_hook, &own_memalign_hook))
		enabled = true;
#endif
	ash_hooks_update();
}

ASHLAR_EXPORT const struct ashlar_hooks *ashlar_hooks_set(const struct ashlar_hooks *hooks)
{
	const struct ashlar_hooks *before = atomic_exchange(&table, hooks);
	ash_hooks_update();
	return before;
}

/* ---- the real functions, as a table's hooks get them */

static void *real_malloc(size_t size)
{
	return ash_alloc(size, 16, false);
}

static void *real_calloc(size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes))
		bytes = SIZE_MAX; /* too many as well */
	return ash_alloc(bytes, 16, true);
}

static void *real_memalign(size_t alignment, size_t size)
{
	if (!is_pow2(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return ash_alloc(size, alignment, false);
}

static const struct ashlar_real_malloc real = {
	.malloc = real_malloc,
	.calloc = real_calloc,
	.realloc = ash_realloc,
	.memalign = real_memalign,
	.free = ash_free,
};

/* The table, unless it is a hook that calls; leave() belongs behind each hook. A hook that throws does
 * not come by: to notice takes an unwinder, which the library has not. */
static const struct ashlar_hooks *enter(void)
{
	const struct ashlar_hooks *h = table;
	if (!h || (ash_tls_flags() & ASH_TLS_IN_HOOK))
		return NULL;
	ash_tls_set_flags(ash_tls_flags() | ASH_TLS_IN_HOOK);
	return h;
}

static void leave(void)
{
	ash_tls_set_flags(ash_tls_flags() & ~(uint32_t)ASH_TLS_IN_HOOK);
}

/* A hook variable's value if it is the user's and may be called now. */
#define USER_HOOK(name)                                                                  \
	(!table && __##name##_hook != default_##name ? __##name##_hook : NULL)

void *ash_hooks_malloc(size_t size, const void *caller)
{
	if (ash_standing_down)
		return ash_next_malloc(size);
	const struct ashlar_hooks *h = enter();
	if (h) {
		void *p = h->malloc ? h->malloc(&real, size, caller, h->arg)
				    : ash_alloc(size, 16, false);
		leave();
		return p;
	}
	void *(*user)(size_t, const void *) = USER_HOOK(malloc);
	return user ? user(size, caller) : ash_alloc(size, 16, false);
}

void *ash_hooks_calloc(size_t count, size_t size, const void *caller)
{
	if (ash_standing_down)
		return ash_next_calloc(count, size);
	const struct ashlar_hooks *h = enter();
	if (h) {
		void *p = h->calloc ? h->calloc(&real, count, size, caller, h->arg)
				    : real_calloc(count, size);
		leave();
		return p;
	}
	void *(*user)(size_t, const void *) = USER_HOOK(malloc);
	size_t bytes;
	if (!user || __builtin_mul_overflow(count, size, &bytes))
		return real_calloc(count, size);
	void *p = user(bytes, caller);
	if (p)
		for (volatile char *c = p, *end = c + bytes; c < end; c++)
			*c = 0; /* the hook's block: nothing is known about its alignment */
	return p;
}

void *ash_hooks_realloc(void *p, size_t size, const void *caller)
{
	if (ash_standing_down)
		return ash_next_realloc(p, size);
	const struct ashlar_hooks *h = enter();
	if (h) {
		void *q = h->realloc ? h->realloc(&real, p, size, caller, h->arg)
				     : ash_realloc(p, size);
		leave();
		return q;
	}
	void *(*user)(void *, size_t, const void *) = USER_HOOK(realloc);
	return user ? user(p, size, caller) : ash_realloc(p, size);
}

void *ash_hooks_memalign(size_t align, size_t size, const void *caller)
{
	if (ash_standing_down)
		return ash_next_memalign(align, size);
	const struct ashlar_hooks *h = enter();
	if (h) {
		void *p = h->memalign ? h->memalign(&real, align, size, caller, h->arg)
				      : ash_alloc(size, align, false);
		leave();
		return p;
	}
	void *(*user)(size_t, size_t, const void *) = USER_HOOK(memalign);
	return user ? user(align, size, caller) : ash_alloc(size, align, false);
}

void ash_hooks_free(void *p, const void *caller)
{
	if (ash_standing_down) {
		ash_next_free(p);
		return;
	}
	const struct ashlar_hooks *h = enter();
	if (h) {
		if (h->free)
			h->free(&real, p, caller, h->arg);
		else
			ash_free(p);
		leave();
		return;
	}
	void (*user)(void *, const void *) = USER_HOOK(free);
	if (user)
		user(p, caller);
	else
		ash_free(p);
}
