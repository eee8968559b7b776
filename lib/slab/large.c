/* slab/large.c -- see large.h. */
#include "slab/large.h"
#include "base/bits.h"
#include "base/mem.h"
#include "os/lock.h"
#include "os/os.h"

#include <stdatomic.h>

/* Relaxed counters: each is right by itself, a reader may see one change before another. */
static _Atomic size_t nmalloc[ASH_LARGE_GROUPS], ndalloc[ASH_LARGE_GROUPS];
static _Atomic size_t live, live_bytes, huge, huge_bytes;
static _Atomic size_t huge_peak, huge_bytes_peak;

static void add(_Atomic size_t *counter, size_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void sub(_Atomic size_t *counter, size_t n)
{
	atomic_fetch_sub_explicit(counter, n, memory_order_relaxed);
}

static void note_peak(_Atomic size_t *peak, size_t now)
{
	size_t before = atomic_load_explicit(peak, memory_order_relaxed);
	while (before < now && !atomic_compare_exchange_weak_explicit(
				       peak, &before, now, memory_order_relaxed, memory_order_relaxed))
		;
}

static void note_huge_peaks(void)
{
	note_peak(&huge_peak, huge);
	note_peak(&huge_bytes_peak, huge_bytes);
}

static unsigned group_of(size_t units)
{
	size_t last = (units << ASH_UNIT_SHIFT) - 1;
	unsigned log2 = 8 * sizeof(long) - 1 - (unsigned)__builtin_clzl(last);
	unsigned group = log2 * 4 + (unsigned)(last >> (log2 - 2) & 3) - 63;
	return group < ASH_LARGE_GROUPS ? group : ASH_LARGE_GROUPS - 1;
}

/* Mapped blocks, so that a pointer into one can be told from a foreign one, and those whose owner wants to find
 * them. A block on the list has the state LISTED, which says nothing else of blocks that are no slabs. */
#define LISTED 1
static struct {
	struct ash_lock lock; /* rank HUGE; guards the list and its links */
	struct slab *first;
} mapped = {.lock.rank = ASH_RANK_HUGE};

static void list_add(struct slab *s)
{
	s->state = LISTED;
	ash_lock(&mapped.lock);
	s->prev = NULL;
	s->next = mapped.first;
	if (s->next)
		s->next->prev = s;
	mapped.first = s;
	ash_unlock(&mapped.lock);
}

static void list_remove(struct slab *s)
{
	if (s->state != LISTED)
		return;
	s->state = 0;
	ash_lock(&mapped.lock);
	if (s->prev)
		s->prev->next = s->next;
	else
		mapped.first = s->next;
	if (s->next)
		s->next->prev = s->prev;
	ash_unlock(&mapped.lock);
}

static struct slab *record(void *p, enum unit_kind kind, size_t units, unsigned arena, size_t size, unsigned absent)
{
	struct slab *s = ash_slab_at((uintptr_t)p);
	s->unit = (uint32_t)((uintptr_t)p >> ASH_UNIT_SHIFT);
	s->units = (uint32_t)units;
	s->kind = (uint8_t)kind;
	s->class = ASH_CLASSES;
	s->asked = size;
	s->purged = (uint16_t)absent;
	s->state = 0;
	s->arena = (uint16_t)arena;
	ash_pagemap_set((uintptr_t)p, ASH_ENTRY_LARGE);
	return s;
}

#define ALL_PAGES 0xffffu /* of a unit, or more */

static struct slab *last_record(void *p, size_t units)
{
	return ash_slab_at((uintptr_t)p + ((units - 1) << ASH_UNIT_SHIFT));
}

/* The pages that the last of a block's units lacks. */
static unsigned absent_in(enum ash_backed last, void *p, size_t units)
{
	return last == ASH_CLEAN ? ALL_PAGES : last == ASH_PARTIAL ? last_record(p, units)->purged : 0;
}

/* Of these, the ones that are so still: behind what the program asked for. Statistics look at blocks of others. */
static __attribute__((no_sanitize("thread"))) unsigned still_absent(const struct slab *s)
{
	size_t before = (size_t)(s->units - 1) << ASH_UNIT_SHIFT, asked = align_up((size_t)s->asked, ash_os.page_size);
	unsigned first = asked > before ? (unsigned)((asked - before) >> ash_os.page_shift) : 0;
	uint32_t pages = (uint32_t)(((1ull << (ASH_UNIT >> ash_os.page_shift)) - 1) & ~((1ull << first) - 1));
	return s->purged & pages;
}

/* Units leave a block, the last one among them; its first record is still that of the whole. */
static void free_units(const struct slab *s, char *p, size_t units)
{
	unsigned absent = still_absent(s);
	if (absent)
		last_record(p, units)->purged = (uint16_t)absent;
	ash_chunk_free_partial(p, units, absent != 0);
}

static size_t units_of(size_t size)
{
	return (size + ASH_UNIT - 1) >> ASH_UNIT_SHIFT;
}

size_t ash_large_real_size(size_t size)
{
	return units_of(size) << ASH_UNIT_SHIFT;
}

void *ash_large_alloc(size_t size, size_t align, bool zero, struct ash_owner owner)
{
	if (size > PTRDIFF_MAX - ASH_UNIT || align > PTRDIFF_MAX - size)
		return NULL;
	size_t units = units_of(size);
	bool beyond = units > ASH_RUN_MAX || align > ASH_CHUNK, own = beyond && !owner.supply;
	enum ash_backed last = ASH_CLEAN;
	void *p;
	if (unlikely(owner.supply)) {
		last = ASH_BACKED;
		p = ash_supply_alloc(owner.supply, units, align, zero);
	} else if (own)
		p = ash_chunk_map(units << ASH_UNIT_SHIFT, align, zero);
	else
		p = ash_chunk_alloc_known(units, align > ASH_UNIT ? align >> ASH_UNIT_SHIFT : 1, zero, &last);
	if (!p)
		return NULL;
	struct slab *s = record(p, own ? UNIT_HUGE : UNIT_LARGE, units, owner.arena, size, absent_in(last, p, units));
	if (beyond || owner.listed)
		list_add(s);
	add(own ? &huge : &live, 1);
	add(own ? &huge_bytes : &live_bytes, units << ASH_UNIT_SHIFT);
	add(&nmalloc[group_of(units)], 1);
	if (own)
		note_huge_peaks();
	return p;
}

bool ash_large_free(void *p)
{
	if (!ash_pagemap_claim((uintptr_t)p, ASH_ENTRY_LARGE))
		return false;
	struct slab *s = ash_slab_at((uintptr_t)p);
	size_t units = s->units;
	bool own = s->kind == UNIT_HUGE;
	list_remove(s);
	s->kind = own ? UNIT_HUGE_FREED : UNIT_NONE;
	sub(own ? &huge : &live, 1);
	sub(own ? &huge_bytes : &live_bytes, units << ASH_UNIT_SHIFT);
	add(&ndalloc[group_of(units)], 1);
	if (own)
		ash_chunk_unmap(p, units << ASH_UNIT_SHIFT);
	else
		free_units(s, p, units);
	return true;
}

size_t ash_large_size(const void *p)
{
	return (size_t)ash_slab_at((uintptr_t)p)->units << ASH_UNIT_SHIFT;
}

/* As if the old block had been freed and the new one allocated. */
static void count_resize(size_t old, size_t units)
{
	add(&ndalloc[group_of(old)], 1);
	add(&nmalloc[group_of(units)], 1);
}

unsigned ash_large_arena(const void *p)
{
	return ash_slab_at((uintptr_t)p)->arena;
}

/* Not one that somebody is freeing, who may be a thread that a child of fork has not got. */
static bool is_live(const struct slab *s)
{
	return ash_pagemap_get((uintptr_t)ash_slab_base(s)) == ASH_ENTRY_LARGE;
}

void *ash_large_next(unsigned arena)
{
	ash_lock(&mapped.lock);
	struct slab *s = mapped.first;
	while (s && (s->arena != arena || !is_live(s)))
		s = s->next;
	ash_unlock(&mapped.lock);
	return s ? ash_slab_base(s) : NULL;
}

static void *resize_huge(struct slab *s, void *p, size_t units, size_t size)
{
	size_t old = s->units;
	uint64_t asked = s->asked;
	unsigned absent = s->purged, arena = s->arena;
	if (units <= ASH_RUN_MAX)
		return NULL; /* a run serves it better: move */
	/* Once it has moved, another thread may get the old place, and its record: leave first. */
	ash_pagemap_set((uintptr_t)p, 0);
	list_remove(s);
	s->kind = UNIT_HUGE_FREED;
	void *q = ash_chunk_remap(p, old << ASH_UNIT_SHIFT, units << ASH_UNIT_SHIFT);
	list_add(record(q ? q : p, UNIT_HUGE, q ? units : old, arena, q ? size : asked, q && units > old ? ALL_PAGES : absent));
	if (!q)
		return NULL;
	count_resize(old, units);
	add(&huge_bytes, (units - old) << ASH_UNIT_SHIFT);
	note_huge_peaks();
	return q;
}

void *ash_large_resize(void *p, size_t size, bool may_move, bool zero)
{
	struct slab *s = ash_slab_at((uintptr_t)p);
	size_t old = s->units, units = units_of(size);
	if (units == old) {
		if (s->asked < size) /* the most so far: what was written stays */
			s->asked = size;
		return p;
	}
	if (s->kind == UNIT_HUGE)
		return may_move ? resize_huge(s, p, units, size) : NULL;
	enum ash_backed last = ASH_BACKED; /* where it gets shorter it was written */
	if (units < old)
		free_units(s, (char *)p + (units << ASH_UNIT_SHIFT), old - units);
	else if (!ash_chunk_extend(p, old, units, zero, &last))
		return NULL;
	s->units = (uint32_t)units;
	s->asked = size;
	s->purged = (uint16_t)absent_in(last, p, units);
	add(&live_bytes, (units - old) << ASH_UNIT_SHIFT);
	count_resize(old, units);
	return p;
}

void ash_large_stats(struct ash_large_stats *st)
{
	*st = (struct ash_large_stats){
		.live = live,
		.live_bytes = live_bytes,
		.huge = huge,
		.huge_bytes = huge_bytes,
		.huge_peak = huge_peak,
		.huge_bytes_peak = huge_bytes_peak,
	};
	for (unsigned g = 0; g < ASH_LARGE_GROUPS; g++) {
		st->nmalloc += nmalloc[g];
		st->ndalloc += ndalloc[g];
	}
}

void ash_large_group_stats(struct ash_lextent_stats s[ASH_LARGE_GROUPS])
{
	for (unsigned g = 0; g < ASH_LARGE_GROUPS; g++)
		s[g] = (struct ash_lextent_stats){nmalloc[g], ndalloc[g]};
}

__attribute__((no_sanitize("thread"))) struct ash_large_use ash_large_use(const struct slab *s)
{
	size_t all = (size_t)s->units << ASH_UNIT_SHIFT, asked = align_up((size_t)s->asked, ash_os.page_size);
	asked = asked < all ? asked : all;
	return (struct ash_large_use){asked, all - ((size_t)ash_bit_count(still_absent(s)) << ash_os.page_shift)};
}

static bool within(const struct slab *s, uintptr_t p)
{
	return p - ((uintptr_t)s->unit << ASH_UNIT_SHIFT) < (uintptr_t)s->units << ASH_UNIT_SHIFT;
}

bool ash_large_contains(uintptr_t p)
{
	bool found = false;
	ash_lock(&mapped.lock);
	for (struct slab *s = mapped.first; s && !found; s = s->next)
		found = within(s, p);
	ash_unlock(&mapped.lock);
	/* A run: look for the first marked unit below, no further than a run can reach. */
	for (size_t back = 0; !found && back <= ASH_RUN_MAX; back++) {
		uintptr_t at = align_down(p, ASH_UNIT) - back * ASH_UNIT;
		if (ash_pagemap_get(at) == ASH_ENTRY_LARGE)
			return within(ash_slab_at(at), p);
	}
	return found;
}

SLOW void ash_large_lock_stats(struct ash_lock_stats *s)
{
	ash_lock(&mapped.lock);
	ash_lock_add_stats(&mapped.lock, s);
	ash_unlock(&mapped.lock);
}

void ash_large_fork_lock(void)
{
	ash_lock_fork(&mapped.lock);
}

void ash_large_fork_unlock(bool child)
{
	ash_unlock_fork(&mapped.lock, child);
}
