/* heap/arena.c -- see arena.h. */
#include "heap/arena.h"
#include "base/mem.h"
#include "heap/registry.h"
#include "os/os.h"
#include "region/meta.h"
#include "slab/large.h"
#include "slab/nursery.h"

#include <errno.h>

/* ---- arenas */

unsigned ash_arena_count(void)
{
	return atomic_load_explicit(&ash_heap.arenas, memory_order_acquire);
}

/* What is there; a destroyed one as well. */
static struct shard *at(unsigned index)
{
	return index < ash_arena_count() ? ash_shards[index] : NULL;
}

bool ash_arena_exists(unsigned index)
{
	struct shard *sh = at(index);
	return sh && !sh->destroyed;
}

/* Registry lock held. */
static struct shard *make(uint32_t index, bool manual)
{
	struct shard *sh = ash_shard_create(index, manual);
	if (sh)
		atomic_store_explicit(&ash_shards[index], sh, memory_order_release);
	return sh;
}

struct shard *ash_arena_get(unsigned index)
{
	if (!ash_heap_start() || index >= ash_arena_count())
		return NULL;
	ash_lock(&ash_heap.lock);
	struct shard *sh = ash_shards[index];
	if (!sh)
		sh = make(index, false);
	ash_unlock(&ash_heap.lock);
	return sh && !sh->destroyed ? sh : NULL;
}

/* Writers hold the registry's lock as well. */
static void set_supply(struct shard *sh, struct supply *sp)
{
	ash_lock(&sh->lock);
	sh->supply = sp;
	ash_unlock(&sh->lock);
}

/* False without memory. Registry lock held. */
static bool set_hooks(struct shard *sh, struct ash_extent_hooks *hooks)
{
	struct supply *sp = sh->supply;
	if (sp)
		sp->hooks = hooks;
	else if (hooks != ash_supply_default() && (sp = ash_supply_create(sh->id, hooks)))
		set_supply(sh, sp);
	return sp || hooks == ash_supply_default();
}

int ash_arena_create(unsigned *index, struct ash_extent_hooks *hooks)
{
	if (hooks && !hooks->alloc)
		return EINVAL;
	if (!ash_heap.initialised || !ash_heap_start())
		return EAGAIN;
	ash_lock(&ash_heap.lock);
	uint32_t i = ash_heap.made_from, n = ash_heap.arenas;
	while (i < n && ash_shards[i]->destroyed != ASH_DESTROYED)
		i++;
	struct shard *sh = NULL;
	if (i < n) {
		sh = ash_shards[i];
		sh->born = ash_os_now_ns();
		sh->name[0] = '\0';
	} else if (i < ASH_SHARDS_MAX && (sh = make(i, true))) {
		sh->destroyed = ASH_DESTROYED;
		atomic_store_explicit(&ash_heap.arenas, i + 1, memory_order_release);
	}
	bool ok = sh && set_hooks(sh, hooks ? hooks : ash_supply_default());
	if (ok)
		sh->destroyed = ASH_NOT_DESTROYED;
	ash_unlock(&ash_heap.lock);
	*index = i;
	return ok ? 0 : EAGAIN;
}

size_t ash_arena_purge(unsigned index)
{
	struct shard *sh = at(index);
	return (sh ? ash_shard_trim(sh) : 0) + ash_chunk_trim();
}

void ash_arena_decay(unsigned index)
{
	(void)index; /* free units are common to all */
	ash_chunk_tick();
}

/* Blocks of the arena in caches that are nobody's are no more; to: where these caches belong from now on. Registry
 * lock held. */
static void forget_cached(struct shard *sh, struct shard *to)
{
	struct cache *mine = ash_thread_cache_or_null();
	for (struct cache *t = ash_heap.all; t; t = t->next) {
		if (t->shard != sh || !(t->manual || t == mine))
			continue;
		ash_cache_forget(t);
		if (t->manual)
			ash_cache_bind(t, to);
	}
}

static void discard(struct shard *sh)
{
	ash_shard_reset(sh);
	for (void *p; (p = ash_large_next(sh->id));)
		ash_large_free(p);
}

int ash_arena_reset(unsigned index)
{
	struct shard *sh = at(index);
	if (!sh || !sh->manual || sh->destroyed)
		return EFAULT;
	ash_lock(&ash_heap.lock);
	forget_cached(sh, sh);
	ash_unlock(&ash_heap.lock);
	discard(sh);
	return 0;
}

int ash_arena_destroy(unsigned index)
{
	struct shard *sh = at(index);
	if (!sh || !sh->manual)
		return EFAULT;
	ash_lock(&ash_heap.lock);
	bool busy = sh->destroyed || sh->threads;
	if (!busy) {
		sh->destroyed = ASH_BEING_DESTROYED;
		forget_cached(sh, ash_shards[0]);
	}
	ash_unlock(&ash_heap.lock);
	if (busy)
		return EFAULT;
	discard(sh);
	struct supply *sp = sh->supply;
	if (sp) {
		ash_lock(&ash_heap.lock);
		set_supply(sh, NULL);
		ash_unlock(&ash_heap.lock);
		ash_supply_destroy(sp);
	}
	ash_lock(&ash_heap.lock);
	sh->destroyed = ASH_DESTROYED;
	ash_unlock(&ash_heap.lock);
	return 0;
}

int ash_arena_hooks(unsigned index, struct ash_extent_hooks **hooks)
{
	struct shard *sh = at(index);
	if (index >= ash_arena_count() || (sh && sh->destroyed))
		return EFAULT;
	ash_lock(&ash_heap.lock);
	struct supply *sp = sh ? sh->supply : NULL;
	*hooks = sp ? sp->hooks : ash_supply_default();
	ash_unlock(&ash_heap.lock);
	return 0;
}

int ash_arena_set_hooks(unsigned index, struct ash_extent_hooks *hooks)
{
	if (!hooks || !hooks->alloc)
		return EINVAL;
	struct shard *sh = ash_arena_get(index);
	if (!sh)
		return EFAULT;
	ash_lock(&ash_heap.lock);
	bool ok = set_hooks(sh, hooks);
	ash_unlock(&ash_heap.lock);
	return ok ? 0 : EAGAIN;
}

int ash_arena_name(unsigned index, char name[32])
{
	struct shard *sh = ash_arena_get(index);
	if (!sh)
		return EFAULT;
	ash_lock(&ash_heap.lock);
	ash_mem_copy(name, sh->name, sizeof sh->name);
	ash_unlock(&ash_heap.lock);
	return 0;
}

int ash_arena_set_name(unsigned index, const char *name)
{
	size_t len = ash_str_len(name);
	struct shard *sh = ash_arena_get(index);
	if (!sh)
		return EFAULT;
	if (len >= sizeof sh->name)
		return EINVAL;
	ash_lock(&ash_heap.lock);
	ash_mem_copy(sh->name, name, len + 1);
	ash_unlock(&ash_heap.lock);
	return 0;
}

unsigned ash_arena_threads(unsigned index)
{
	struct shard *sh = at(index);
	return sh ? sh->threads : 0;
}

uint32_t ash_arena_uptime_ms(unsigned index)
{
	struct shard *sh = at(index);
	return sh && !sh->destroyed ? (uint32_t)((ash_os_now_ns() - sh->born) / 1000000) : 0;
}

int ash_arena_lookup(const void *p, unsigned *index)
{
	uint32_t entry = ash_pagemap_get((uintptr_t)p);
	if (entry == ASH_ENTRY_LARGE && !((uintptr_t)p & (ASH_UNIT - 1)))
		*index = ash_large_arena(p);
	else if (entry && entry != ASH_ENTRY_LARGE)
		*index = ASH_ENTRY_SHARD(entry);
	else if (!entry && ash_nursery_contains(p))
		*index = 0;
	else
		return EINVAL;
	return 0;
}

/* ---- the calling thread */

static struct cache *mine(void)
{
	return ash_heap.initialised && ash_heap_start() ? ash_thread_cache() : NULL;
}

unsigned ash_thread_arena(void)
{
	struct cache *t = mine();
	return t ? t->shard->id : 0;
}

int ash_thread_set_arena(unsigned index)
{
	struct shard *sh = ash_arena_get(index);
	struct cache *t = mine();
	if (!sh)
		return EFAULT;
	if (!t)
		return EAGAIN;
	if (t->shard == sh)
		return 0;
	/* What it allocates from now on is to come from there. */
	atomic_store_explicit(&ash_nursery_closed, true, memory_order_release);
	ash_heap_start();
	ash_cache_flush(t);
	ash_lock(&ash_heap.lock);
	bool there = !sh->destroyed; /* still, and from here on it cannot be */
	if (there) {
		t->shard->threads--;
		sh->threads++;
		ash_cache_bind(t, sh);
	}
	ash_unlock(&ash_heap.lock);
	return there ? 0 : EFAULT;
}

/* Whether the thread's calls come the slow way all, or as others' do. */
static bool turn_face(struct cache *t)
{
	bool away = t->counts || t->bypassed;
	if (away && !t->face) {
		t->face = ash_meta_alloc(sizeof *t->face);
		if (!t->face)
			return false;
		t->face->fast = ash_anchor.empty;
		t->face->cache = t;
	}
	ash_tls_set_cache((char *)(away ? (void *)t->face : (void *)t) - (char *)&ash_anchor);
	return true;
}

static struct cache *counting(void)
{
	struct cache *t = mine();
	if (!t || t->counts)
		return t;
	t->counts = true;
	if (turn_face(t))
		return t;
	t->counts = false;
	return NULL;
}

uint64_t *ash_thread_allocatedp(void)
{
	struct cache *t = counting();
	return t ? &t->allocated : NULL;
}

uint64_t *ash_thread_deallocatedp(void)
{
	struct cache *t = counting();
	return t ? &t->deallocated : NULL;
}

uint64_t ash_thread_peak(void)
{
	struct cache *t = counting();
	return t ? t->peak : 0;
}

void ash_thread_reset_peak(void)
{
	struct cache *t = counting();
	if (!t)
		return;
	t->peak = 0;
	t->peak_from = t->allocated - t->deallocated;
}

bool ash_thread_caching(void)
{
	struct cache *t = mine();
	return t && !t->bypassed;
}

bool ash_thread_set_caching(bool on)
{
	struct cache *t = mine();
	bool was = t && !t->bypassed;
	if (!t || was == on)
		return was;
	ash_cache_flush(t);
	t->bypassed = !on;
	if (!turn_face(t))
		t->bypassed = false;
	return was;
}

void ash_thread_flush(void)
{
	struct cache *t = ash_thread_cache_or_null();
	if (t)
		ash_cache_flush(t);
}

/* ---- explicit caches */

static _Atomic(struct cache *) named[ASH_TCACHES_MAX]; /* written under the registry lock */

int ash_tcache_create(unsigned *id)
{
	struct cache *own = mine();
	ash_lock(&ash_heap.lock);
	unsigned i = 0;
	while (i < ASH_TCACHES_MAX && named[i])
		i++;
	struct cache *t = i < ASH_TCACHES_MAX && ash_shards[0] ? ash_heap_take_cache() : NULL;
	if (t) {
		t->manual = true;
		ash_cache_bind(t, own ? own->shard : ash_shards[0]);
		named[i] = t;
	}
	ash_unlock(&ash_heap.lock);
	if (!t)
		return EAGAIN;
	*id = i;
	return 0;
}

struct cache *ash_tcache_get(unsigned id, struct shard *sh)
{
	struct cache *t = id < ASH_TCACHES_MAX ? named[id] : NULL;
	if (t && sh && t->shard != sh) {
		ash_cache_flush(t);
		ash_lock(&ash_heap.lock);
		ash_cache_bind(t, sh);
		ash_unlock(&ash_heap.lock);
	}
	return t;
}

int ash_tcache_flush(unsigned id)
{
	struct cache *t = ash_tcache_get(id, NULL);
	if (!t)
		return EFAULT;
	ash_cache_flush(t);
	return 0;
}

int ash_tcache_destroy(unsigned id)
{
	struct cache *t = ash_tcache_get(id, NULL);
	if (!t)
		return EFAULT;
	ash_cache_flush(t);
	ash_lock(&ash_heap.lock);
	named[id] = NULL;
	ash_heap_give_cache(t);
	ash_unlock(&ash_heap.lock);
	return 0;
}
