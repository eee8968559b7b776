/* api/api.h -- between the exported functions and the layers below: what is common to all of them.
 * This layer, and no other, knows errno, zero sizes, overflow, alignment rules and hooks. */
#ifndef ASH_API_API_H
#define ASH_API_API_H

#include "heap/thread.h"
#include "region/limit.h"
#include "slab/nursery.h"

/* The public name of a function: PREFIXname with --with-ashlar-prefix, else libc's own. */
#ifdef ASHLAR_PREFIX
#define ASH_PASTE2(a, b) a##b
#define ASH_PASTE(a, b) ASH_PASTE2(a, b)
#define API(name) ASH_PASTE(ASHLAR_PREFIX, name)
#else
#define API(name) name
#endif

/* api/slow.c: the cold exits. caller: what a hook is told. Errors set errno. */
void *ash_malloc_slow(size_t size, const void *caller);
void *ash_calloc_slow(size_t count, size_t size, const void *caller);
void *ash_realloc_slow(void *p, size_t size, const void *caller);
void ash_free_slow(void *p, const void *caller);
#define ASH_CALLER __builtin_return_address(0)

/* Where a block comes from or goes to. All zero: the calling thread's cache and arena. */
struct ash_place {
	struct shard *shard; /* this arena, and no cache, unless ... */
	struct cache *cache; /* ... this one */
	bool uncached;       /* the thread's arena, but no cache */
	bool anywhere;       /* whoever has memory */
	bool exact;          /* of the size that nallocx() tells: not from the nursery */
};

/* The same without hooks. align: a power of two. NULL and ENOMEM without memory. */
void *ash_alloc(size_t size, size_t align, bool zero);
/* Leaves errno alone: its address is libc's to tell, and libc may not be bound yet. */
void *ash_alloc_quiet(size_t size, size_t align, bool zero);
void *ash_alloc_at(size_t size, size_t align, bool zero, const struct ash_place *at);
void *ash_realloc(void *p, size_t size);
void ash_free(void *p);
void ash_free_at(void *p, const struct ash_place *at);

/* Whether the live large block p could be resized where it is, or if it may move without being copied; NULL. zero:
 * what it grows by reads as zero. */
void *ash_resize_large(void *p, size_t size, bool may_move, bool zero);

/* With hooks; for aligned_alloc and its kin. */
void *ash_memalign(size_t align, size_t size, const void *caller);

/* Whether a small block may stay where it is when its size changes: it fits, and is at least half
 * used or so small that moving gains nothing. */
static inline bool ash_fits(size_t size, size_t usable)
{
	return size - 1 < usable && (size > usable / 2 || usable <= 64);
}

/* Whether p is a block of ours. */
static inline bool ash_is_ours(const void *p)
{
	return ash_pagemap_get((uintptr_t)p) != 0 || ash_nursery_contains(p);
}

/* Bytes usable at a live block; call: the name for a fault report. */
size_t ash_usable(void *p, const char *call);

/* api/limit.c: at the end of whatever was slow. */
void ash_limit_init(void); /* constructor, with the options read */
void ash_limit_act(void);
static inline void ash_limit_check(void)
{
	if (ash_limit_is_over())
		ash_limit_act();
}

/* api/foreign.c: pointers that are not ours. They go to libc's functions if libc could own them;
 * else the process stops with a line that says why. */
void ash_foreign_free(void *p);
void *ash_foreign_realloc(void *p, size_t size);
size_t ash_foreign_usable(void *p, const char *call);

/* api/standdown.c. While we stand down, hooks are on, and every call goes to the next definition. */
extern ASH_HIDDEN bool ash_standing_down;
void ash_standdown_init(void);
void *ash_next_malloc(size_t size);
void *ash_next_calloc(size_t count, size_t size);
void *ash_next_realloc(void *p, size_t size);
void *ash_next_memalign(size_t align, size_t size);
void ash_next_free(void *p);
size_t ash_next_usable(void *p);

/* api/fill.c: options that want to see each block. While one is on, the fast paths are closed. */
extern ASH_HIDDEN _Atomic bool ash_fill_on;
void ash_fill_init(void);
/* mallopt(M_PERTURB), as glibc has it. */
void ash_fill_perturb(unsigned byte);
/* A new block; zeroed: size bytes of it are zero already, and have to be. */
void ash_fill_new(void *p, size_t size, bool zeroed);
/* A block that was extended, and could be used up to `before`. */
void ash_fill_grown(void *p, size_t before);
/* A pointer that is about to be freed, ours or not. */
void ash_fill_freed(void *p);

/* api/stats.c: with write NULL, where the program has its messages. */
void API(malloc_stats_print)(void (*write)(void *arg, const char *text), void *arg, const char *opts);

/* api/hooks.c. While hooks are on, every call comes the slow way. */
extern ASH_HIDDEN _Atomic bool ash_hooks_on;
void ash_hooks_init(void);
void ash_hooks_update(void); /* opens or closes the fast paths, as hooks and fill.c have it now */
void *ash_hooks_malloc(size_t size, const void *caller);
void *ash_hooks_calloc(size_t count, size_t size, const void *caller);
void *ash_hooks_realloc(void *p, size_t size, const void *caller);
void *ash_hooks_memalign(size_t align, size_t size, const void *caller);
void ash_hooks_free(void *p, const void *caller);

#endif
