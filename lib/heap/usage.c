/* heap/usage.c -- see usage.h. */
#include "heap/usage.h"
#include "slab/large.h"
#include "slab/nursery.h"

/* The slab around p, its shard locked; NULL if there is none. */
static struct slab *lock_slab(const void *p, struct shard **sh)
{
	uint32_t entry = ash_pagemap_get((uintptr_t)p);
	if (entry == 0 || entry == ASH_ENTRY_LARGE)
		return NULL;
	*sh = ash_shards[ASH_ENTRY_SHARD(entry)];
	ash_lock(&(*sh)->lock);
	struct slab *s = ash_slab_at((uintptr_t)p);
	if (ash_pagemap_get((uintptr_t)p) == entry && s->class == ASH_ENTRY_CLASS(entry))
		return s;
	ash_unlock(&(*sh)->lock); /* destroyed since: p is no live block */
	return NULL;
}

void ash_usage_of(const void *p, struct ash_usage *u)
{
	struct shard *sh;
	*u = (struct ash_usage){0};
	struct slab *s = lock_slab(p, &sh);
	if (s) {
		const struct bin *b = &sh->bin[s->class];
		size_t out = (size_t)(b->nmalloc - b->ndalloc);
		size_t parked = atomic_load_explicit(&b->parked, memory_order_relaxed);
		u->held = b->held ? ash_slab_base(b->held) : NULL;
		u->nfree = ash_slab_nfree(s);
		u->nregs = s->capacity;
		u->size = ASH_UNIT;
		u->bin_nregs = (size_t)b->slabs * s->capacity;
		out = out > parked ? out - parked : 0;
		u->bin_nfree = u->bin_nregs > out ? u->bin_nregs - out : 0;
		ash_unlock(&sh->lock);
	} else if (p && ash_nursery_contains(p)) {
		u->nregs = 1;
		u->size = ASH_NURSERY;
	} else if (ash_pagemap_get((uintptr_t)p) == ASH_ENTRY_LARGE) {
		u->nregs = 1;
		u->size = ash_large_size(p);
	}
}

/* Whether a slab of the bin with so many blocks out has no more, an eighth allowed, than its slabs on average: full ones
 * count as well, so that while a program's pass fills new slabs, those it empties stay below. Lock held. */
static bool is_below_average(const struct bin *b, unsigned out)
{
	uint64_t all = b->nmalloc - b->ndalloc, slabs = b->slabs - b->nempty;
	if (b->held) {
		all -= b->held->capacity - ash_slab_nfree(b->held);
		slabs--;
	}
	return out * slabs <= all + all / 8;
}

bool ash_usage_is_sparse(const void *p)
{
	struct shard *sh;
	struct slab *s = lock_slab(p, &sh);
	if (!s)
		return false;
	const struct bin *b = &sh->bin[s->class];
	/* Where no other slab has room the copy would land beside the block. */
	bool sparse = s->state == SLAB_PARTIAL && ((b->held && ash_slab_nfree(b->held)) || b->partial->next) &&
		      is_below_average(b, s->capacity - ash_slab_nfree(s));
	ash_unlock(&sh->lock);
	return sparse;
}
