/* region/chunk.c -- see chunk.h for what it does. Reading order: growth, the interface. What is free is
 * in units.c, which pages it has, and when they go back, in pages.c. */
#include "region/chunk.h"
#include "base/bits.h"
#include "base/mem.h"
#include "os/os.h"
#include "region/meta.h"
#include "region/pages.h"
#include "region/supply.h"
#include "region/units.h"

#include <errno.h>

#define FIRST_MAP ((size_t)1 << 20) /* bytes, the first leaf included */
#define STEP_MIN  ((size_t)512 << 10)
#define STEP_MAX  ((size_t)64 << 20)
#define HOLES_MAX 8192 /* made in mappings by releases, ever: a process may have 65530 mappings */

/* ---- growth */

static struct chunk *chunk_ensure(uintptr_t base, void **leaf_space)
{
	struct ash_leaf *leaf = ash_pagemap_ensure(base, leaf_space);
	if (!leaf)
		return NULL;
	struct chunk **slot = &leaf->chunk[ash_pagemap_index(base) / ASH_CHUNK_UNITS];
	if (!*slot) {
		struct chunk *c = ash_meta_alloc(sizeof *c);
		if (!c)
			return NULL;
		c->base = base;
		__atomic_store_n(slot, c, __ATOMIC_RELEASE);
	}
	return *slot;
}

int ash_chunk_claim(uintptr_t base, struct supply *sp)
{
	int error = 0;
	ash_lock(&ash_region.lock);
	struct chunk *c = chunk_ensure(base, NULL);
	if (!c)
		error = -ENOMEM;
	else if (c->owned || c->supply || ash_pagemap_get(base))
		error = -EEXIST;
	else
		__atomic_store_n(&c->supply, sp, __ATOMIC_RELAXED);
	ash_unlock(&ash_region.lock);
	return error;
}

/* Makes [start, start + len) ours; both multiples of the unit. What has no record is unmapped. */
static bool adopt(uintptr_t start, size_t len, void **leaf_space)
{
	uintptr_t end = start + len;
	bool any = false;
	while (start < end) {
		uintptr_t base = align_down(start, ASH_CHUNK);
		uintptr_t stop = end - base > ASH_CHUNK ? base + ASH_CHUNK : end; /* the sum may wrap */
		size_t first = (start - base) >> ASH_UNIT_SHIFT;
		size_t n = (stop - start) >> ASH_UNIT_SHIFT;
		struct chunk *c = chunk_ensure(base, leaf_space);
		if (!c) {
			ash_os_unmap((void *)start, end - start);
			return any;
		}
		uint32_t m = ash_low_bits(n) << first;
		c->owned |= m;
		ash_units_give(c, m, false, 0);
		ash_region.mapped += n;
		start = stop;
		any = true;
	}
	return any;
}

/* The first mapping of a process carries the first leaf, some units and, in its unaligned ends,
 * the first records: one system call starts a heap. */
static bool grow_first(void)
{
	for (size_t len = FIRST_MAP; len >= FIRST_MAP / 2; len -= FIRST_MAP / 4) {
		char *p = ash_os_map(len);
		if (!p)
			continue;
		char *units = (char *)align_up((uintptr_t)p + sizeof(struct ash_leaf), ASH_UNIT);
		char *end = (char *)align_down((uintptr_t)p + len, ASH_UNIT);
		char *records = p + sizeof(struct ash_leaf);
		if (units - records > p + len - end)
			ash_meta_give(records, (size_t)(units - records));
		else
			ash_meta_give(end, (size_t)(p + len - end));
		ash_region.maps++;
		void *leaf_space = p;
		return adopt((uintptr_t)units, (size_t)(end - units), &leaf_space);
	}
	return false;
}

/* Adds address space that holds a run of `units` at a multiple of align_units: a start aligned to
 * the next power of two keeps a short run inside one chunk. */
static bool grow(size_t units, size_t align_units)
{
	size_t need = units * ASH_UNIT;
	size_t align = units > 1 ? (size_t)1 << (64 - __builtin_clzll(units - 1)) : 1;
	align = (align < align_units ? align_units : align) * ASH_UNIT;
	size_t len = ash_region.mapped * ASH_UNIT / 8;
	len = len < STEP_MIN ? STEP_MIN : len > STEP_MAX ? STEP_MAX : len;
	char *p = NULL;
	if (len < need)
		len = need;
	if (len >= ASH_CHUNK || ash_region.mapped >= ash_units_huge_heap()) {
		len = align_up(len, ASH_CHUNK);
		p = ash_os_map_aligned(len, ASH_CHUNK);
	}
	/* Less, where that much is not to be had, down to what is needed. */
	while (!p) {
		len = align_up(len, ASH_UNIT);
		p = ash_os_map_aligned(len, align);
		if (!p && len <= need)
			return false;
		if (!p)
			len = len / 2 > need ? len / 2 : need;
	}
	ash_region.maps++;
	return adopt((uintptr_t)p, len, NULL);
}

/* ---- the interface */

/* Takes the run of `units` that starts `at` units into c, and may go on into the chunks behind it.
 * dirty[i] receives the dirty units taken from the i-th chunk; returns whether there were none. */
static bool take_run(struct chunk *c, unsigned at, size_t units, uint32_t *dirty)
{
	bool clean = true;
	for (size_t left = units; left; c = ash_pagemap_chunk(c->base + ASH_CHUNK), at = 0) {
		size_t n = left < 32 - at ? left : 32 - at;
		*dirty = ash_units_take(c, ash_low_bits(n) << at);
		clean &= !*dirty++;
		left -= n;
		if (!left)
			break;
	}
	return clean;
}

/* What is known of the last unit of such a run, before it is taken. zero: what is dirty will be written. */
static enum ash_backed last_of_run(const struct chunk *c, unsigned at, size_t units, bool zero)
{
	size_t last = at + units - 1;
	if (last >= ASH_CHUNK_UNITS)
		c = ash_pagemap_chunk(c->base + last / ASH_CHUNK_UNITS * ASH_CHUNK);
	uint32_t bit = 1u << last % ASH_CHUNK_UNITS;
	if (!(c->dirty & bit))
		return c->huge ? ASH_BACKED : ASH_CLEAN;
	return c->partial & bit && !zero ? ASH_PARTIAL : ASH_BACKED;
}

static bool zero_row(void *p, size_t len)
{
	ash_mem_zero(p, len);
	return true;
}

static void zero_run(struct chunk *c, const uint32_t *dirty, size_t chunks)
{
	for (size_t i = 0; i < chunks; i++)
		ash_each_row(ash_pagemap_chunk(c->base + i * ASH_CHUNK), dirty[i], zero_row);
}

bool ash_chunk_start(void)
{
	ash_lock(&ash_region.lock);
	bool ok = ash_region.mapped || grow_first();
	ash_unlock(&ash_region.lock);
	return ok;
}

static void *alloc(size_t units, size_t align_units, bool zero, bool dense, bool *clean,
		   bool *huge, enum ash_backed *last)
{
	uint32_t dirty[ASH_RUN_MAX / 32 + 1] = {0};
	unsigned at = 0;
	struct chunk *c;
	ASSERT(units && units <= ASH_RUN_MAX && align_units <= 32);
	ash_lock(&ash_region.lock);
	for (bool choice = true;;) {
		c = units <= 32 ? ash_units_find(units, align_units, dense, choice, &at)
				: ash_units_find_long(units);
		if (dense && choice && ash_region.dense >= ash_units_huge_heap())
			c = ash_pages_row(c);
		if (c && (ash_region.mapped < ash_units_huge_heap() ||
				 ash_pages_choose(c, units, dense, zero)))
			break;
		if (c || grow(units, align_units) || ash_pages_leave_row())
			continue;
		if (!choice) {
			ash_unlock(&ash_region.lock);
			return NULL;
		}
		choice = false;
	}
	*last = last_of_run(c, at, units, zero);
	bool is_clean = take_run(c, at, units, dirty);
	ash_region.dense += dense;
	if (is_clean && ash_region.decay.regret)
		ash_decay_took_clean(&ash_region.decay, units, ash_os_now_ms());
	*huge = c->huge;
	ash_unlock(&ash_region.lock);
	if (zero && !is_clean)
		zero_run(c, dirty, (at + units + 31) / 32);
	if (clean)
		*clean = is_clean;
	return (char *)c->base + at * ASH_UNIT;
}

void *ash_chunk_alloc(size_t units, size_t align_units, bool zero, bool *clean)
{
	bool huge;
	enum ash_backed last;
	return alloc(units, align_units, zero, false, clean, &huge, &last);
}

void *ash_chunk_alloc_known(size_t units, size_t align_units, bool zero, enum ash_backed *last)
{
	bool huge;
	return alloc(units, align_units, zero, false, NULL, &huge, last);
}

void *ash_chunk_alloc_dense(bool *clean, bool *huge)
{
	enum ash_backed last;
	return alloc(1, 1, false, true, clean, huge, &last);
}

__attribute__((no_sanitize("thread"))) bool ash_chunk_has_dirty(void)
{
	return __atomic_load_n(&ash_region.dirty, __ATOMIC_RELAXED) != 0;
}

bool ash_chunk_extend(void *p, size_t units, size_t new_units, bool zero, enum ash_backed *last)
{
	uint32_t dirty[ASH_RUN_MAX / 32 + 1] = {0};
	uintptr_t end = (uintptr_t)p + units * ASH_UNIT;
	size_t more = new_units - units;
	if (unlikely(ash_pagemap_chunk((uintptr_t)p)->supply)) {
		if (last)
			*last = ASH_BACKED;
		return ash_supply_extend(p, units, new_units, zero);
	}
	if (new_units > ASH_RUN_MAX)
		return false;
	ash_lock(&ash_region.lock);
	struct chunk *first = ash_pagemap_chunk(end);
	unsigned at = (end >> ASH_UNIT_SHIFT) & 31;
	struct chunk *c = first;
	unsigned a = at;
	for (size_t left = more; left && c; a = 0) {
		size_t n = left < 32 - a ? left : 32 - a;
		if (ash_low_bits(n) << a & ~c->free)
			break;
		left -= n;
		if (!left) {
			if (last)
				*last = last_of_run(first, at, more, zero);
			bool clean = take_run(first, at, more, dirty);
			ash_unlock(&ash_region.lock);
			if (zero && !clean)
				zero_run(first, dirty, (at + more + 31) / 32);
			return true;
		}
		c = ash_pagemap_chunk(c->base + ASH_CHUNK);
	}
	ash_unlock(&ash_region.lock);
	return false;
}

static void free_run(void *p, size_t units, bool dense, bool partial)
{
	uintptr_t addr = (uintptr_t)p;
	if (unlikely(ash_pagemap_chunk(addr)->supply)) {
		ash_supply_free(p, units);
		return;
	}
	uint32_t now = ash_os_now_ms();
	ash_lock(&ash_region.lock);
	ash_region.dense -= dense;
	if (units >= ASH_CHUNK_UNITS)
		ash_pages_freed_large();
	while (units) {
		struct chunk *c = ash_pagemap_chunk(addr);
		unsigned at = (addr >> ASH_UNIT_SHIFT) & 31;
		size_t n = units < 32 - at ? units : 32 - at;
		ash_units_give(c, ash_low_bits(n) << at, true, now);
		units -= n;
		addr += n * ASH_UNIT;
		if (!units && partial)
			c->partial |= 1u << (at + n - 1);
	}
	ash_pages_settle(now);
	ash_unlock(&ash_region.lock);
}

void ash_chunk_free(void *p, size_t units)
{
	free_run(p, units, false, false);
}

void ash_chunk_free_partial(void *p, size_t units, bool partial)
{
	free_run(p, units, false, partial);
}

void ash_chunk_free_dense(void *p, bool partial)
{
	free_run(p, 1, true, partial);
}

/* A mapping that is kept, cut to what is asked for. If none suits, as many pages go as the new one will have. */
static void *map_again(size_t len, size_t align)
{
	ash_lock(&ash_region.lock);
	struct kept_map m = ash_maps_take(len, align);
	if (!m.at)
		ash_pages_unmap(len / ASH_UNIT);
	ash_unlock(&ash_region.lock);
	if (m.at && m.len > len)
		ash_os_unmap(m.at + len, m.len - len);
	return m.at;
}

void *ash_chunk_map(size_t len, size_t align, bool zero)
{
	if (align < ASH_CHUNK)
		align = ASH_CHUNK;
	void *p = zero ? NULL : map_again(len, align);
	if (p)
		return p;
	p = ash_os_map_aligned(len, align);
	if (!p)
		return NULL;
	ash_lock(&ash_region.lock);
	struct chunk *c = chunk_ensure(align_down((uintptr_t)p, ASH_CHUNK), NULL);
	bool written = !zero && ash_pages_huge_for_large();
	if (ash_region.decay.regret)
		ash_decay_took_clean(&ash_region.decay, len / ASH_UNIT, ash_os_now_ms());
	ash_unlock(&ash_region.lock);
	if (!c) {
		ash_os_unmap(p, len);
		return NULL;
	}
	if (written)
		ash_os_advise_huge(p, len, true);
	return p;
}

void ash_chunk_unmap(void *p, size_t len)
{
	uint32_t now = ash_os_now_ms();
	struct decay *d = &ash_region.decay;
	ash_lock(&ash_region.lock);
	ash_pages_freed_large();
	bool kept = d->age_ms && !ash_decay_over_cap(d, len / ASH_UNIT) &&
		    ash_maps_keep((struct kept_map){p, len, now});
	if (!kept)
		ash_decay_purged_for_cap(d, len / ASH_UNIT, now);
	ash_pages_settle(now);
	ash_unlock(&ash_region.lock);
	if (!kept)
		ash_os_unmap(p, len);
}

void *ash_chunk_remap(void *p, size_t len, size_t new_len)
{
	if (new_len < len) {
		ash_os_unmap((char *)p + new_len, len - new_len);
		return p;
	}
	int error = ash_os_grow(p, len, new_len);
	if (error == 0) {
		ash_os_advise_huge(p, new_len, true); /* what grows is written */
		return p;
	}
	if (error != -ENOMEM)
		return NULL; /* a filter: do not insist */
	void *q = ash_chunk_map(new_len, ASH_CHUNK, true); /* with its record: nothing can fail after */
	error = q ? ash_os_move(p, len, q, new_len) : 0;
	if (error) {
		if (error != -ENOMEM) /* else it may be another's by now */
			ash_chunk_unmap(q, new_len);
		return NULL;
	}
	if (q)
		ash_os_advise_huge(q, new_len, true);
	return q;
}

void ash_chunk_purged_inside(uintptr_t addr)
{
	struct chunk *c = ash_pagemap_chunk(addr);
	ash_lock(&ash_region.lock);
	ash_pages_small(c);
	ash_unlock(&ash_region.lock);
}

void ash_chunk_tick(void)
{
	ash_lock(&ash_region.lock);
	ash_pages_settle(ash_os_now_ms());
	ash_unlock(&ash_region.lock);
}

size_t ash_chunk_trim(void)
{
	ash_lock(&ash_region.lock);
	size_t before = ash_region.purged;
	ash_pages_unmap(SIZE_MAX);
	ash_pages_purge_all(&ash_region.kept);
	ash_pages_purge_all(&ash_region.ready);
	size_t purged = ash_region.purged - before;
	ash_unlock(&ash_region.lock);
	return purged * ASH_UNIT;
}

size_t ash_chunk_release(void)
{
	size_t units = 0;
	struct chunk *c;
	struct away *a;
	uint32_t left = 0;
	ash_lock(&ash_region.lock);
	ash_pages_leave_row();
	units += ash_region.kept_units;
	ash_pages_unmap(SIZE_MAX);
	while (!left && ash_region.holes < HOLES_MAX && (c = ash_units_find_any()) &&
		(a = ash_pages_leave(c, c->free))) {
		uint32_t m = a->units;
		/* From here on not ours: once unmapped, another thread may be given the same addresses
		 * before we are back. A child of fork cannot tell what is there still, and takes nothing. */
		a->units = 0;
		c->owned &= ~m;
		ash_region.mapped -= ash_bit_count(m);
		ash_unlock(&ash_region.lock);
		left = ash_each_row(c, m, ash_os_unmap);
		ash_lock(&ash_region.lock);
		a->chunk = NULL;
		c->owned |= left;
		ash_region.mapped += ash_bit_count(left);
		m &= ~left;
		ash_region.holes += ash_bit_count(m & ~(m << 1));
		units += ash_bit_count(m);
		ash_units_give(c, left, true, 0);
	}
	ash_unlock(&ash_region.lock);
	return units * ASH_UNIT;
}

enum ash_unit_state ash_chunk_state(uintptr_t addr)
{
	struct chunk *c = ash_pagemap_chunk(addr);
	uint32_t bit = 1u << ((addr >> ASH_UNIT_SHIFT) & 31);
	if (!c)
		return ASH_UNIT_FOREIGN;
	ash_lock(&ash_region.lock);
	bool owned = c->owned & bit || c->supply, free = (c->free | c->vacant) & bit || ash_pages_in_row(c);
	ash_unlock(&ash_region.lock);
	return !owned ? ASH_UNIT_FOREIGN : free ? ASH_UNIT_FREE : ASH_UNIT_USED;
}

void ash_chunk_stats(struct ash_region_stats *s)
{
	ash_lock(&ash_region.lock);
	*s = (struct ash_region_stats){
		.mapped = (ash_region.mapped + ash_region.kept_units) * ASH_UNIT,
		.peak = ash_region.peak * ASH_UNIT,
		.free = (ash_region.free + ash_region.kept_units + ash_region.row_chunks * ASH_CHUNK_UNITS) *
			ASH_UNIT,
		.dirty = (ash_region.dirty + ash_region.kept_units) * ASH_UNIT,
		.purges = ash_region.purges,
		.purged_bytes = ash_region.purged * ASH_UNIT,
		.maps = ash_region.maps,
		.cap = ash_region.decay.cap * ASH_UNIT,
		.advises = ash_region.advises,
	};
	ash_lock_add_stats(&ash_region.lock, &s->lock);
	ash_unlock(&ash_region.lock);
}

void ash_chunk_set_decay(int32_t age_ms)
{
	ash_lock(&ash_region.lock);
	ash_region.decay.age_ms = age_ms;
	ash_unlock(&ash_region.lock);
}

int32_t ash_chunk_decay(void)
{
	ash_lock(&ash_region.lock);
	int32_t age_ms = ash_region.decay.age_ms;
	ash_unlock(&ash_region.lock);
	return age_ms;
}

void ash_chunk_fork_lock(void)
{
	ash_lock_fork(&ash_region.lock);
}

void ash_chunk_fork_unlock(bool child)
{
	for (struct away *a = ash_region.away; child && a < ash_region.away + ASH_AWAY;
		a++) {
		/* What the forking thread itself has taken (a signal handler forks) it goes on with. */
		if (!a->chunk || a->thread == ash_lock_id() || ash_region.lock.inherited)
			continue;
		ash_units_give(a->chunk, a->units, true, 0);
		a->chunk = NULL;
	}
	ash_unlock_fork(&ash_region.lock, child);
}
