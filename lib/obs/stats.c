/* obs/stats.c -- see stats.h. */
#include "obs/stats.h"
#include "base/bits.h"
#include "os/conf.h"
#include "os/os.h"
#include "region/meta.h"

unsigned ash_stats_narenas(void)
{
	return ash_heap_shards_max();
}

SLOW unsigned ash_stats_cached_classes(void)
{
	unsigned n = 0;
	while (n < ASH_CLASSES && ash_class_size[n] <= ash_conf.tcache_max)
		n++;
	return n;
}

/* Adds what lies in the chunk. shared: also what is arena 0's. */
__attribute__((no_sanitize("thread"))) static void add_chunk(struct chunk *c, uint32_t id, bool shared,
							      struct ash_arena_stats *s)
{
	const struct ash_leaf *leaf = ash_pagemap_leaf(c->base);
	const struct supply *sp = __atomic_load_n(&c->supply, __ATOMIC_RELAXED);
	const bool theirs = sp && (id == ASH_ARENAS_ALL || sp->arena == id); /* whose large blocks and free units count */
	const uint32_t pages = (uint32_t)((1ull << (ASH_UNIT >> ash_os.page_shift)) - 1);
	bool used = c->dirty != 0;
	size_t never_used = ash_bit_count(c->free & ~c->dirty) * ASH_UNIT;
	for (unsigned u = 0; u < ASH_CHUNK_UNITS; u++) {
		uint32_t entry = __atomic_load_n(&leaf->entry[ash_pagemap_index(c->base) + u], __ATOMIC_RELAXED);
		const struct slab *r = (const struct slab *)c->unit[u];
		if (shared && c->dirty & c->partial & 1u << u)
			s->dirty -= (size_t)ash_bit_count(r->purged & pages) << ash_os.page_shift;
		if (entry == ASH_ENTRY_LARGE && sp) /* add_shared() has them all */
			s->mapped += ((size_t)theirs - (size_t)shared) * r->units * ASH_UNIT;
		if (entry == ASH_ENTRY_LARGE && (sp ? theirs : shared)) {
			struct ash_large_use use = ash_large_use(r);
			s->large.allocated += use.asked;
			s->huge_allocated += r->kind == UNIT_HUGE ? use.asked : 0;
			s->active += use.backed;
		} else if (entry && entry != ASH_ENTRY_LARGE) {
			size_t absent = (size_t)ash_bit_count(r->purged & pages) << ash_os.page_shift;
			unsigned class = ASH_ENTRY_CLASS(entry);
			used = true;
			never_used += absent;
			if (id != ASH_ARENAS_ALL && ASH_ENTRY_SHARD(entry) != id)
				continue;
			s->active += ASH_UNIT - absent;
			s->heap.bin[class].nonfull_slabs += r->state == SLAB_PARTIAL;
		}
	}
	if (theirs) {
		size_t dirty = ash_bit_count((c->vacant | c->away) & c->soiled) * ASH_UNIT;
		s->dirty += dirty;
		s->mapped += dirty;
		s->retained += ash_bit_count(c->vacant & ~c->soiled) * ASH_UNIT;
	}
	/* Once one page of it was written all of a huge page is there. */
	if (shared && c->huge && used)
		s->idle += never_used;
}

static SLOW void add_kind(struct ash_kind_stats *to, uint64_t nmalloc, uint64_t ndalloc)
{
	to->nmalloc += nmalloc;
	to->nrequests += nmalloc;
	to->ndalloc += ndalloc;
}

/* What all arenas share. */
static SLOW void add_shared(struct ash_arena_stats *s)
{
	struct ash_nursery_stats nursery;
	struct ash_large_stats large;
	struct ash_region_stats region;
	size_t leaf_mapped, leaf_used;
	ash_nursery_stats(&nursery);
	ash_large_stats(&large);
	ash_large_group_stats(s->lextent);
	ash_chunk_stats(&region);
	ash_pagemap_leaf_bytes(&leaf_mapped, &leaf_used);
	add_kind(&s->small, nursery.blocks, 0);
	s->small.allocated += nursery.bytes;
	add_kind(&s->large, large.nmalloc, large.ndalloc);
	s->large.nfills = large.nmalloc; /* each block is a visit of its own */
	s->large.nflushes = large.ndalloc;
	s->huge_blocks = large.huge;
	s->huge_mapped = large.huge_bytes;
	s->active += align_up(nursery.held, ash_os.page_size);
	s->dirty += region.dirty; /* less what is known to be absent */
	s->retained += region.free - region.dirty;
	s->base_records = ash_meta_used();
	s->base_pagemap = leaf_used;
	s->base = s->base_records + leaf_used;
	s->base_mapped = ash_meta_bytes() + leaf_mapped;
	s->mapped += nursery.mapped + large.live_bytes + large.huge_bytes + region.dirty + s->base_mapped;
	s->dirty_npurge += region.purges;
	s->dirty_nmadvise += region.advises;
	s->dirty_purged += region.purged_bytes >> ash_os.page_shift;
	s->lock[ASH_LOCK_REGION] = region.lock;
	ash_meta_lock_stats(&s->lock[ASH_LOCK_META]);
	ash_heap_lock_stats(&s->lock[ASH_LOCK_THREADS]);
	ash_large_lock_stats(&s->lock[ASH_LOCK_LARGE]);
}

SLOW bool ash_stats_arena(uint32_t id, struct ash_arena_stats *s)
{
	*s = (struct ash_arena_stats){0};
	bool shared = id == 0 || id == ASH_ARENAS_ALL;
	if (id < ASH_ARENAS_ALL && id >= ash_stats_narenas())
		return false;
	ash_heap_stats(id, &s->heap);
	if (!s->heap.shards && !shared)
		return false;
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		const struct ash_bin_stats *b = &s->heap.bin[c];
		add_kind(&s->small, b->nmalloc, b->ndalloc);
		s->small.allocated += b->curregs * ash_class_size[c];
		s->small.nfills += b->nfills;
		s->small.nflushes += b->nflushes;
		s->tcache_bytes += b->cached * ash_class_size[c];
		s->mapped += b->curslabs * ASH_UNIT;
	}
	s->dirty_npurge = s->heap.npurge;
	s->dirty_nmadvise = s->heap.nadvise;
	s->dirty_purged = s->heap.purged_bytes >> ash_os.page_shift;
	s->lock[ASH_LOCK_SHARD] = s->heap.lock;
	uintptr_t at = 0;
	for (struct chunk *c; (c = ash_pagemap_next_chunk(&at));)
		add_chunk(c, id, shared, s);
	if (shared)
		add_shared(s);
	s->pactive = s->active >> ash_os.page_shift;
	s->pdirty = s->dirty >> ash_os.page_shift;
	s->resident = s->active + s->dirty + s->idle + s->base;
	return true;
}

SLOW void ash_stats_sum(const struct ash_arena_stats *all, struct ash_stats *s)
{
	*s = (struct ash_stats){
		.allocated = all->small.allocated + all->large.allocated,
		.active = all->active,
		.resident = all->resident,
		.mapped = all->mapped,
		.retained = all->retained,
		.metadata = all->base,
		.metadata_records = all->base_records,
		.metadata_pagemap = all->base_pagemap,
		.dirty = all->dirty,
		.tcache_bytes = all->tcache_bytes,
		.npurge = all->dirty_npurge,
		.nmadvise = all->dirty_nmadvise,
		.purged = all->dirty_purged << ash_os.page_shift,
		.zero_reallocs = ash_heap_zero_reallocs,
		.arenas = all->heap.shards,
		.threads = all->heap.threads,
	};
}
