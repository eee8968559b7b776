/* heap/usage.c -- see usage.h. */
#include "heap/usage.h"
#include "os/os.h"
#include "slab/large.h"
#include "slab/nursery.h"

#define AVERAGE_MS 100   /* an average is used so long: programs ask for each of a million blocks ... */
#define AVERAGE_OF 512   /* ... and it is taken of so many slabs, as the lock is held meanwhile */

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

/* Live blocks of the bin's partial slabs on average, in eighths; empty slabs are not counted. Lock held. */
static uint32_t average_now(const struct bin *b)
{
	uint64_t n = 0, live = 0;
	const struct slab *s = b->partial;
	for (unsigned i = 0; s && i < AVERAGE_OF; i++, s = s->next) {
		unsigned of_this = s->capacity - ash_slab_nfree(s);
		n += of_this != 0;
		live += of_this;
	}
	return n ? (uint32_t)(live * 8 / n) : 0;
}

/* The same, of a moment ago. */
static uint32_t average(const struct shard *sh, unsigned class)
{
	static _Atomic uint64_t known[ASH_CLASSES]; /* ms << 32 | shard << 16 | average; any thread */
	uint64_t k = atomic_load_explicit(&known[class], memory_order_relaxed);
	uint32_t now = ash_os_now_ms();
	if (k && (k >> 16 & 0xffff) == sh->id && now - (uint32_t)(k >> 32) < AVERAGE_MS)
		return k & 0xffff;
	uint32_t a = average_now(&sh->bin[class]);
	k = (uint64_t)now << 32 | (uint64_t)sh->id << 16 | a;
	atomic_store_explicit(&known[class], k, memory_order_relaxed);
	return a;
}

bool ash_usage_is_sparse(const void *p)
{
	struct shard *sh;
	struct slab *s = lock_slab(p, &sh);
	if (!s)
		return false;
	bool sparse = false;
	if (s->state == SLAB_PARTIAL) {
		const struct bin *b = &sh->bin[s->class];
		uint32_t a = average(sh, s->class);
		/* Where no other slab has room the copy would land beside the block. */
		bool room = (b->held && ash_slab_nfree(b->held)) || b->partial->next;
		sparse = room && (s->capacity - ash_slab_nfree(s)) * 8u <= a + a / 8;
	}
	ash_unlock(&sh->lock);
	return sparse;
}
