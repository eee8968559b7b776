/* region/supply.c -- see supply.h. Reading order: hooks, extents, runs, the whole.
 *
 * An extent is a row of chunks with a head, the first one. While all of it is vacant, and it is on its way from the
 * hooks or back, it is on no list, and one thread's alone.
 *
 * Few programs come here: all of it is built for size. */
#include "region/supply.h"
#include "base/bits.h"
#include "base/mem.h"
#include "os/os.h"
#include "region/meta.h"
#include "region/units.h"

#include <errno.h>

/* ---- the default */

static void *map(struct ash_extent_hooks *h, void *new_addr, size_t size, size_t align, bool *zero, bool *commit,
		 unsigned arena)
{
	(void)h;
	(void)arena;
	void *p = new_addr ? NULL : ash_os_map_aligned(size, align > ash_os.page_size ? align : ash_os.page_size * 2);
	if (p)
		*zero = *commit = true;
	return p;
}

static bool unmap(struct ash_extent_hooks *h, void *addr, size_t size, bool committed, unsigned arena)
{
	(void)h;
	(void)committed;
	(void)arena;
	return !ash_os_unmap(addr, size);
}

static void destroy(struct ash_extent_hooks *h, void *addr, size_t size, bool committed, unsigned arena)
{
	unmap(h, addr, size, committed, arena);
}

static bool purge(struct ash_extent_hooks *h, void *addr, size_t size, size_t offset, size_t len, unsigned arena)
{
	(void)h;
	(void)size;
	(void)arena;
	return !ash_os_purge((char *)addr + offset, len);
}

/* Filled when somebody asks: a table of addresses would be relocated at each start. */
SLOW struct ash_extent_hooks *ash_supply_default(void)
{
	static struct ash_extent_hooks hooks;
	if (!hooks.alloc) {
		hooks.dalloc = unmap;
		hooks.destroy = destroy;
		hooks.purge_forced = purge;
		hooks.alloc = map;
	}
	return &hooks;
}

/* ---- calling hooks */

/* Whether the thread is inside one: none is called meanwhile for what can wait. */
static SLOW bool is_inside(void)
{
	return ash_tls_flags() & ASH_TLS_PROVIDING;
}

/* What the thread is while none runs. */
struct outside {
	intptr_t cache;
	uint32_t flags;
	int error; /* free() leaves errno alone, whatever a hook does */
};

static SLOW struct outside enter(void)
{
	struct outside o = {ash_tls_cache(), ash_tls_flags(), errno};
	ash_tls_set_cache(0);
	ash_tls_set_flags(o.flags | ASH_TLS_EXITED | ASH_TLS_PROVIDING);
	return o;
}

static SLOW void leave(struct outside o)
{
	ash_tls_set_flags(o.flags);
	ash_tls_set_cache(o.cache);
	errno = o.error;
}

static SLOW bool hook_dalloc(struct supply *sp, void *at, size_t size, bool committed)
{
	struct ash_extent_hooks *h = sp->hooks;
	struct outside o = enter();
	bool done = h->dalloc && !h->dalloc(h, at, size, committed, sp->arena);
	leave(o);
	return done;
}

static SLOW void hook_destroy(struct supply *sp, void *at, size_t size)
{
	struct ash_extent_hooks *h = sp->hooks;
	struct outside o = enter();
	if (h->destroy)
		h->destroy(h, at, size, true, sp->arena);
	leave(o);
}

/* Rows of units m of a chunk, nobody else's for the moment. Adds the bytes that went; returns the units that read as
 * zero now. */
static SLOW uint32_t hook_purge(struct supply *sp, const struct chunk *c, uint32_t m, size_t *bytes)
{
	struct ash_extent_hooks *h = sp->hooks;
	void *head = (void *)c->head->base;
	size_t size = c->span * ASH_CHUNK;
	uint32_t zero = 0;
	struct outside o = enter();
	while (m) {
		unsigned at = (unsigned)__builtin_ctz(m);
		uint32_t rest = ~(m >> at);
		unsigned n = rest ? (unsigned)__builtin_ctz(rest) : ASH_CHUNK_UNITS;
		uint32_t row = ash_low_bits(n) << at;
		size_t offset = c->base - c->head->base + at * ASH_UNIT, len = n * ASH_UNIT;
		m &= ~row;
		if (h->purge_forced && !h->purge_forced(h, head, size, offset, len, sp->arena))
			zero |= row;
		else if (!h->purge_lazy || h->purge_lazy(h, head, size, offset, len, sp->arena))
			continue;
		*bytes += len;
	}
	leave(o);
	return zero;
}

/* ---- extents */

#define ENDS (1u << 31)

/* Whether what becomes free is to go. Lock held. */
static bool ends(const struct supply *sp)
{
	return sp->refs & ENDS;
}

static SLOW struct chunk *nth(const struct chunk *c, size_t i)
{
	return i ? ash_pagemap_chunk(c->base + i * ASH_CHUNK) : (struct chunk *)c;
}

static SLOW void list_add(struct supply *sp, struct chunk *c)
{
	c->prev = NULL;
	c->next = sp->chunks;
	if (c->next)
		c->next->prev = c;
	sp->chunks = c;
}

static SLOW void list_remove(struct supply *sp, struct chunk *c)
{
	*(c->prev ? &c->prev->next : &sp->chunks) = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

/* The records are nobody's from now on. */
static SLOW void disown(struct chunk *head, size_t chunks)
{
	for (size_t i = 0; i < chunks; i++) {
		struct chunk *c = nth(head, i);
		c->span = 0;
		c->vacant = c->soiled = 0;
		__atomic_store_n(&c->supply, NULL, __ATOMIC_RELEASE);
	}
}

/* Makes chunks that are mapped at p an extent, all vacant; 0 or -errno. */
static SLOW int own(struct supply *sp, char *p, size_t chunks, bool clean)
{
	for (size_t i = 0; i < chunks; i++) {
		int error = ash_chunk_claim((uintptr_t)p + i * ASH_CHUNK, sp);
		if (error) {
			disown(ash_pagemap_chunk((uintptr_t)p), i);
			return error;
		}
	}
	struct chunk *head = ash_pagemap_chunk((uintptr_t)p);
	for (size_t i = 0; i < chunks; i++) {
		struct chunk *c = nth(head, i);
		c->head = head;
		c->span = (uint32_t)chunks;
		c->vacant = UINT32_MAX;
		c->soiled = clean ? 0 : UINT32_MAX;
	}
	head->used = 0;
	head->refused = false;
	return 0;
}

/* A new extent from the hooks, on no list. Memory that is not as was asked for goes back at once; what is ours
 * already they should not have given, and it stays what it is. */
static SLOW struct chunk *extent_new(struct supply *sp, size_t chunks, size_t align)
{
	struct ash_extent_hooks *h = sp->hooks;
	size_t size = chunks * ASH_CHUNK;
	bool zero = false, commit = true;
	if (chunks > UINT32_MAX / ASH_CHUNK_UNITS)
		return NULL;
	if (align < ASH_CHUNK)
		align = ASH_CHUNK;
	struct outside o = enter();
	char *p = h->alloc(h, NULL, size, align, &zero, &commit, sp->arena);
	leave(o);
	if (!p)
		return NULL;
	int error = !commit || (uintptr_t)p & (align - 1) ? -EINVAL : own(sp, p, chunks, zero);
	if (!error) {
		ash_supply_hold(sp);
		return ash_pagemap_chunk((uintptr_t)p);
	}
	if (error != -EEXIST)
		hook_dalloc(sp, p, size, commit);
	return NULL;
}

/* Lock held. */
static SLOW void extent_add(struct supply *sp, struct chunk *head)
{
	for (size_t i = head->span; i-- > 0;)
		list_add(sp, nth(head, i));
}

/* All of it is vacant. Lock held. */
static SLOW void extent_remove(struct supply *sp, struct chunk *head)
{
	for (size_t i = 0; i < head->span; i++)
		list_remove(sp, nth(head, i));
	if (sp->spare == head)
		sp->spare = NULL;
}

/* Gives an extent back that is on no list. What the hooks do not want stays, without
 * its pages, if there is still an arena to use it. Bytes that went. */
static SLOW size_t extent_return(struct supply *sp, struct chunk *head)
{
	size_t chunks = head->span, size = chunks * ASH_CHUNK, bytes = 0;
	void *at = (void *)head->base;
	bool refused = head->refused;
	disown(head, chunks); /* with the call the addresses may be anybody's */
	bool left = refused || !hook_dalloc(sp, at, size, true);
	if (left && own(sp, at, chunks, false) == 0) { /* else somebody took them all the same */
		for (size_t i = 0; i < chunks && !refused; i++) {
			struct chunk *c = nth(head, i);
			c->soiled &= ~hook_purge(sp, c, UINT32_MAX, &bytes);
		}
		ash_lock(&sp->lock);
		bool stays = !ends(sp);
		head->refused = true;
		if (stays)
			extent_add(sp, head);
		ash_unlock(&sp->lock);
		if (stays)
			return bytes;
		disown(head, chunks);
		hook_destroy(sp, at, size);
	}
	ash_supply_release(sp);
	return size;
}

/* ---- runs */

/* Whether units are vacant from `at` on in c and the chunks behind it, all of one extent. Lock held. */
static SLOW bool is_free(const struct chunk *c, unsigned at, size_t units)
{
	size_t behind = c->span - (c->base - c->head->base) / ASH_CHUNK;
	if (at + units > behind * ASH_CHUNK_UNITS)
		return false;
	for (size_t i = 0; units; i++, at = 0) {
		size_t n = units < ASH_CHUNK_UNITS - at ? units : ASH_CHUNK_UNITS - at;
		if (~nth(c, i)->vacant & ash_low_bits(n) << at)
			return false;
		units -= n;
	}
	return true;
}

/* Takes these units; whether they were clean. Lock held. */
static SLOW bool take(struct supply *sp, struct chunk *c, unsigned at, size_t units)
{
	bool clean = true;
	c->head->used += (uint32_t)units;
	c->head->refused = false;
	if (c->head == sp->spare)
		sp->spare = NULL;
	for (size_t i = 0; units; i++, at = 0) {
		struct chunk *d = nth(c, i);
		size_t n = units < ASH_CHUNK_UNITS - at ? units : ASH_CHUNK_UNITS - at;
		uint32_t m = ash_low_bits(n) << at;
		clean &= !(d->soiled & m);
		d->vacant &= ~m;
		d->soiled |= m;
		units -= n;
		if (!(d->vacant | d->away))
			list_remove(sp, d);
	}
	return clean;
}

/* A chunk in which such a run begins, at *at. Lock held. */
static SLOW struct chunk *find(const struct supply *sp, size_t units, size_t align, unsigned *at)
{
	size_t step = align > ASH_UNIT ? align >> ASH_UNIT_SHIFT : 1;
	for (struct chunk *c = sp->chunks; c; c = c->next)
		for (size_t i = (-c->base & (align - 1)) >> ASH_UNIT_SHIFT; i < ASH_CHUNK_UNITS; i += step)
			if (c->vacant >> i & 1 && is_free(c, (unsigned)i, units)) {
				*at = (unsigned)i;
				return c;
			}
	return NULL;
}

static void clear(char *p, size_t units)
{
	ash_mem_zero(p, units * ASH_UNIT);
}

SLOW void *ash_supply_alloc(struct supply *sp, size_t units, size_t align, bool zero)
{
	unsigned at = 0;
	ash_lock(&sp->lock);
	struct chunk *c = find(sp, units, align, &at);
	if (!c) {
		ash_unlock(&sp->lock);
		c = extent_new(sp, (units + ASH_CHUNK_UNITS - 1) / ASH_CHUNK_UNITS, align);
		if (!c)
			return NULL;
		ash_lock(&sp->lock);
		extent_add(sp, c);
	}
	bool clean = take(sp, c, at, units);
	ash_unlock(&sp->lock);
	char *p = (char *)c->base + at * ASH_UNIT;
	if (zero && !clean)
		clear(p, units);
	return p;
}

static unsigned place_of(uintptr_t addr)
{
	return (unsigned)(addr >> ASH_UNIT_SHIFT) & (ASH_CHUNK_UNITS - 1);
}

SLOW bool ash_supply_extend(void *p, size_t units, size_t new_units, bool zero)
{
	struct supply *sp = ash_pagemap_chunk((uintptr_t)p)->supply;
	uintptr_t end = (uintptr_t)p + units * ASH_UNIT, last = end - 1;
	struct chunk *c = ash_pagemap_chunk(last), *d = ash_pagemap_chunk(end);
	size_t more = new_units - units;
	bool clean = true;
	ash_lock(&sp->lock);
	bool ok = d && d->supply == sp && d->head == c->head && is_free(d, place_of(end), more);
	if (ok)
		clean = take(sp, d, place_of(end), more);
	ash_unlock(&sp->lock);
	if (zero && !clean)
		clear((char *)end, more);
	return ok;
}

SLOW void ash_supply_free(void *p, size_t units)
{
	struct chunk *c = ash_pagemap_chunk((uintptr_t)p), *head = c->head;
	struct supply *sp = c->supply;
	unsigned at = place_of((uintptr_t)p);
	ash_lock(&sp->lock);
	head->used -= (uint32_t)units;
	for (size_t i = 0; units; i++, at = 0) {
		struct chunk *d = nth(c, i);
		size_t n = units < ASH_CHUNK_UNITS - at ? units : ASH_CHUNK_UNITS - at;
		if (!(d->vacant | d->away))
			list_add(sp, d);
		d->vacant |= ash_low_bits(n) << at;
		units -= n;
	}
	bool goes = !head->used && (ends(sp) || (!is_inside() && (sp->spare || head->span > 1)));
	if (goes)
		extent_remove(sp, head);
	else if (!head->used)
		sp->spare = head;
	ash_unlock(&sp->lock);
	if (goes)
		extent_return(sp, head);
}

/* ---- the whole */

/* Also pages inside extents, or only those of which nothing is used. */
static SLOW size_t give_back(struct supply *sp, bool pages)
{
	struct chunk *gone = NULL, *next;
	size_t bytes = 0;
	ash_lock(&sp->lock);
	for (struct chunk *c = sp->chunks; c; c = next) {
		struct chunk *head = c->head;
		uint32_t m = pages && (head->used || head->refused) ? c->vacant & c->soiled : 0;
		if (m) {
			c->vacant &= ~m;
			c->away |= m; /* that keeps the chunk on the list as well */
			head->used += ash_bit_count(m);
			ash_unlock(&sp->lock);
			uint32_t zero = hook_purge(sp, c, m, &bytes);
			ash_lock(&sp->lock);
			c->vacant |= m;
			c->away &= ~m;
			c->soiled &= ~zero;
			head->used -= ash_bit_count(m);
		}
		next = c->next;
		if (head->used || (head->refused && !ends(sp)))
			continue;
		while (next && next->head == head)
			next = next->next;
		extent_remove(sp, head);
		head->next = gone;
		gone = head;
	}
	ash_unlock(&sp->lock);
	for (; gone; gone = next) {
		next = gone->next;
		bytes += extent_return(sp, gone);
	}
	return bytes;
}

size_t ash_supply_purge(struct supply *sp)
{
	return is_inside() ? 0 : give_back(sp, true);
}

SLOW struct supply *ash_supply_create(uint32_t arena, struct ash_extent_hooks *hooks)
{
	struct supply *sp = ash_meta_alloc(sizeof *sp);
	if (!sp)
		return NULL;
	sp->lock.rank = ASH_RANK_SUPPLY;
	sp->hooks = hooks;
	sp->arena = arena;
	sp->refs = 1;
	return sp;
}

void ash_supply_hold(struct supply *sp)
{
	atomic_fetch_add_explicit(&sp->refs, 1, memory_order_relaxed);
}

void ash_supply_release(struct supply *sp)
{
	if (atomic_fetch_sub_explicit(&sp->refs, 1, memory_order_acq_rel) & ENDS)
		ash_os_wake_one(&sp->refs); /* just an address by now, perhaps */
}

SLOW void ash_supply_destroy(struct supply *sp)
{
	ash_lock(&sp->lock);
	atomic_fetch_or_explicit(&sp->refs, ENDS, memory_order_acq_rel);
	ash_unlock(&sp->lock);
	give_back(sp, false);
	for (uint32_t n; (n = atomic_load_explicit(&sp->refs, memory_order_acquire)) != (ENDS | 1);) {
		if (sp->lossy)
			return; /* and it is lost as well */
		ash_os_wait(&sp->refs, n);
	}
	ash_meta_free(sp, sizeof *sp);
}
