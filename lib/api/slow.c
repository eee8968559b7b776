/* api/slow.c -- what malloc and free do when their thread's cache cannot help. */
#include "api/api.h"

#include "base/fmt.h"
#include "base/mem.h"
#include "os/conf.h"
#include "os/fault.h"
#include "os/os.h"
#include "slab/large.h"

#include <errno.h>

#define RECLAIM_MS 100
#define ADDRESS_BITS (sizeof(void *) == 8 ? 47 : 32) /* that a process is given without asking for more */

/* ---- allocation */

static const struct ash_place usual, anywhere = {.anywhere = true};

/* A thread that wants to know its bytes comes here with every call. */
static SLOW void count_slow(const void *p, size_t freed)
{
	struct cache *t = ash_thread_counted();
	if (!t || !p)
		return;
	t->allocated += ash_usable((void *)p, "malloc");
	t->deallocated += freed;
	uint64_t now = t->allocated - t->deallocated - t->peak_from;
	if ((int64_t)(now - t->peak) > 0)
		t->peak = now;
}

static inline void count(const void *p, size_t freed)
{
	if (ash_thread_has_face())
		count_slow(p, freed);
}

/* The arena that a block is to come from, a given one or the thread's. */
static struct shard *shard_at(const struct ash_place *at)
{
	if (at->shard)
		return at->shard;
	struct cache *t = at->cache ? at->cache : at->uncached ? ash_thread_cache() : ash_thread_cache_or_null();
	return t ? t->shard : ash_shards[0];
}

/* A block of a size class, through a cache if there is one. */
static void *alloc_small(unsigned class, const struct ash_place *at)
{
	if (unlikely(at->anywhere))
		return ash_heap_alloc_anywhere(class);
	struct cache *t = at->cache || at->shard || at->uncached ? at->cache : ash_thread_cache();
	if (unlikely(!t || t->bypassed))
		return ash_heap_alloc_direct(shard_at(at), class);
	void **top = t->fast.top[class];
	if (top[-1]) { /* aligned requests come here without having looked */
		t->fast.top[class] = top - 1;
		return top[-1];
	}
	return ash_cache_refill(t, class);
}

static void *try_alloc(size_t size, size_t align, bool zero, const struct ash_place *at)
{
	if (ash_nursery_open() && !at->exact) {
		void *p = ash_nursery_alloc(size, align);
		if (p && zero)
			ash_mem_zero(p, size);
		if (p)
			return p;
	}
	if (!ash_heap_start())
		return NULL;
	unsigned class = align <= 16 && size <= ASH_SMALL_MAX ? ash_class_of(size)
							      : ash_class_aligned(size, align);
	if (class == ASH_CLASSES) {
		const struct shard *sh = shard_at(at);
		return ash_large_alloc(size, align, zero,
				       (struct ash_owner){(uint16_t)sh->id, sh->manual, ash_supply_now(sh->supply)});
	}
	void *p = alloc_small(class, at);
	if (p && zero)
		ash_mem_zero(p, size);
	return p;
}

/* When everything was last given back, in ms, for a request that failed all the same; 0: never. */
static struct {
	_Atomic uint32_t ms;
	_Atomic size_t bytes; /* what was asked for */
} in_vain;

/* The system has no more: give back all we keep, address space too. That walks the whole heap, so
 * not at each of many failures in a row; then only what is free already goes. And not for a size that
 * no process can have. */
static bool reclaim(size_t size)
{
	if (size >> (ADDRESS_BITS - 1))
		return false;
	uint32_t now = ash_os_now_ms(), before = in_vain.ms;
	if (before && now - before < RECLAIM_MS && size >= in_vain.bytes)
		return ash_chunk_release() > 0;
	in_vain.bytes = size;
	in_vain.ms = now ? now : 1;
	return ash_heap_trim(true) > 0;
}

/* The program has no more for that arena: what is free there may serve another size. Not at each of many failures in
 * a row either. */
static bool reclaim_provided(struct shard *sh, struct supply *sp)
{
	uint32_t now = ash_os_now_ms(), before = sp->tried;
	if (before && now - before < RECLAIM_MS)
		return false;
	sp->tried = now ? now : 1;
	ash_shard_trim(sh);
	return true;
}

static SLOW void *alloc_again(size_t size, size_t align, bool zero, const struct ash_place *at)
{
	struct shard *sh = shard_at(at);
	struct supply *sp = sh ? ash_supply_now(sh->supply) : NULL;
	void *p = NULL;
	if (sp)
		return reclaim_provided(sh, sp) ? try_alloc(size, align, zero, at) : NULL;
	if (reclaim(size)) {
		p = try_alloc(size, align, zero, at);
		if (p)
			in_vain.ms = 0;
	}
	if (!p && size <= ASH_SMALL_MAX && !at->shard) {
		p = try_alloc(size, align, zero, &anywhere);
		if (!p && (p = ash_nursery_last_resort(size, align)) && zero)
			ash_mem_zero(p, size);
	}
	return p;
}

static void *alloc_or_null(size_t size, size_t align, bool zero, const struct ash_place *at)
{
	if (unlikely(size > PTRDIFF_MAX))
		return NULL;
	void *p = try_alloc(size, align, zero, at);
	if (unlikely(!p))
		p = alloc_again(size, align, zero, at);
	count(p, 0);
	return p;
}

/* The option xmalloc. */
static SLOW _Noreturn void out_of_memory(size_t size)
{
	ash_lock_fork_begin(); /* this thread passes all locks from now on */
	ash_fmt_line(2, "ashlar: out of memory: %zu bytes were asked for\n", size);
	ash_os_abort();
}

void *ash_alloc_at(size_t size, size_t align, bool zero, const struct ash_place *at)
{
	void *p = alloc_or_null(size, align, zero, at);
	if (unlikely(!p) && ash_conf.xmalloc)
		out_of_memory(size);
	if (unlikely(ash_fill_on) && p)
		ash_fill_new(p, size, zero);
	return p;
}

void *ash_alloc_quiet(size_t size, size_t align, bool zero)
{
	return ash_alloc_at(size ? size : 1, align, zero, &usual);
}

void *ash_alloc(size_t size, size_t align, bool zero)
{
	void *p = ash_alloc_quiet(size, align, zero);
	if (unlikely(!p))
		errno = ENOMEM;
	return p;
}

SLOW void *ash_malloc_slow(size_t size, const void *caller)
{
	if (unlikely(ash_hooks_on))
		return ash_hooks_malloc(size, caller);
	return ash_alloc(size, 16, false);
}

SLOW void *ash_calloc_slow(size_t count, size_t size, const void *caller)
{
	size_t bytes;
	if (unlikely(ash_hooks_on))
		return ash_hooks_calloc(count, size, caller);
	if (__builtin_mul_overflow(count, size, &bytes))
		bytes = SIZE_MAX; /* too many as well */
	return ash_alloc(bytes, 16, true);
}

void *ash_memalign(size_t align, size_t size, const void *caller)
{
	if (unlikely(ash_hooks_on))
		return ash_hooks_memalign(align, size, caller);
	return ash_alloc(size, align, false);
}

/* ---- freeing */

void ash_free_at(void *p, const struct ash_place *at)
{
	if (!p)
		return;
	if (unlikely(ash_fill_on))
		ash_fill_freed(p);
	uint32_t entry = ash_pagemap_get((uintptr_t)p);
	struct cache *counted = ash_thread_has_face() ? ash_thread_counted() : NULL;
	if (unlikely(counted) && ash_is_ours(p))
		counted->deallocated += ash_usable(p, "free");
	if (entry == 0) {
		if (ash_nursery_contains(p))
			ash_nursery_free(p, "free");
		else
			ash_foreign_free(p);
	} else if (entry == ASH_ENTRY_LARGE) {
		if ((uintptr_t)p & (ASH_UNIT - 1))
			ash_fault("free", p, ASH_FAULT_INTERIOR);
		if (!ash_large_free(p))
			ash_fault("free", p, ASH_FAULT_DOUBLE_FREE);
	} else {
		struct cache *t = at->cache || at->uncached ? at->cache : ash_thread_cache_to_free();
		if (likely(t && !t->bypassed))
			ash_cache_return(t, p, entry);
		else
			ash_heap_free_direct(p, entry);
	}
}

void ash_free(void *p)
{
	ash_free_at(p, &usual);
}

SLOW void ash_free_slow(void *p, const void *caller)
{
	if (unlikely(ash_hooks_on))
		ash_hooks_free(p, caller);
	else
		ash_free(p);
}

/* ---- sizes and resizing */

/* The start of a small block, or the process stops. */
static void check_small(void *p, uint32_t entry, const char *call)
{
	if (unlikely(!ash_class_on_grid((uintptr_t)p, ASH_ENTRY_CLASS(entry))))
		ash_fault(call, p, ASH_FAULT_INTERIOR);
}

size_t ash_usable(void *p, const char *call)
{
	uint32_t entry = ash_pagemap_get((uintptr_t)p);
	if (entry == 0 && ash_nursery_contains(p))
		return ash_nursery_size(p, call);
	if (entry == 0)
		return ash_standing_down ? ash_next_usable(p) : ash_foreign_usable(p, call);
	if (entry == ASH_ENTRY_LARGE) {
		if ((uintptr_t)p & (ASH_UNIT - 1))
			ash_fault(call, p, ASH_FAULT_INTERIOR);
		return ash_large_size(p);
	}
	check_small(p, entry, call);
	return ash_class_size[ASH_ENTRY_CLASS(entry)];
}

void *ash_resize_large(void *p, size_t size, bool may_move, bool zero)
{
	size_t before = ash_large_size(p);
	void *q = size <= PTRDIFF_MAX ? ash_large_resize(p, size, may_move, zero) : NULL;
	count(q, before);
	return q;
}

void *ash_realloc(void *p, size_t size)
{
	if (!p)
		return ash_alloc(size, 16, false);
	uint32_t entry = ash_pagemap_get((uintptr_t)p);
	if (entry == 0 && !ash_nursery_contains(p))
		return ash_foreign_realloc(p, size);
	if (size == 0) {
		atomic_fetch_add_explicit(&ash_heap_zero_reallocs, 1, memory_order_relaxed);
		if (ash_conf.zero_realloc == ASH_ZERO_REALLOC_ABORT)
			ash_fault("realloc", p, "size 0, and zero_realloc:abort");
		if (ash_conf.zero_realloc == ASH_ZERO_REALLOC_FREE) {
			ash_free(p);
			return NULL;
		}
		size = 1;
	}
	size_t usable = ash_usable(p, "realloc");
	if (entry == ASH_ENTRY_LARGE && size > ASH_SMALL_MAX) {
		void *q = ash_resize_large(p, size, true, false);
		if (q && unlikely(ash_fill_on))
			ash_fill_grown(q, usable);
		if (q)
			return q;
	} else if (ash_fits(size, usable)) {
		return p;
	}
	void *q = size > usable ? ash_alloc_quiet(size, 16, false) : alloc_or_null(size, 16, false, &usual);
	if (unlikely(!q)) {
		if (size <= usable)
			return p; /* a smaller block is not to be had: the larger one serves */
		errno = ENOMEM;
		return NULL;
	}
	ash_mem_copy(q, p, size < usable ? size : usable);
	ash_free(p);
	return q;
}

SLOW void *ash_realloc_slow(void *p, size_t size, const void *caller)
{
	if (unlikely(ash_hooks_on))
		return ash_hooks_realloc(p, size, caller);
	return ash_realloc(p, size);
}
