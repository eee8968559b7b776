/* heap/shard.c -- see shard.h. Reading order: bins and their slabs, taking back, handing out,
 * parcels. */
#include "heap/shard.h"
#include "base/bits.h"
#include "base/mem.h"
#include "os/fault.h"
#include "os/os.h"
#include "region/meta.h"

#define EXTRA_MAX 32   /* empty slabs kept by one bin, however often it needs them again ... */
#define EMPTY_MIN 24   /* ... and by all of a shard, besides a sixteenth of its slabs */
#define PICK 8         /* partial slabs compared when a bin needs a new one to refill from */
#define PARKED_MAX 512 /* blocks in one inbox, ... */
#define PARKED_BYTES 65536 /* ... of so many bytes at most; beyond that blocks go to the bitmaps, or an idle
			    * shard would keep them from everybody */
#define EMPTIED_MAX 8  /* parcels that a shard keeps to be used again */
#define PURGE_CLASS 31 /* 1 KiB: in passing, slabs of smaller blocks are not looked at, as their
			* pages are rarely free as a whole */
#define PURGE_TICKS 8  /* visits to a bin between looks at its sparse slabs */
#define PURGE_SCAN 16 /* slabs looked at in one go ... */
#define PURGE_SHARE 8 /* ... until that part of the bin has been, in turns ... */
#define PURGES 4      /* ... or so many goes found something: half a millisecond of system calls */
#define PURGE_AGE_MS 100
#define GROWTH_MIN 16   /* new slabs, besides ... */
#define GROWTH_SHARE 16 /* ... a sixteenth of all, before sparse ones of other classes are looked at ... */
#define GROWTH_LOOKS 4  /* ... so often for each new one */
#define POPULATE_FROM 2 /* slabs: a class that has so many is growing, its pages are asked for in rows */
#define AHEAD_MAX 16    /* pages asked for ahead of use, one for two slabs */

_Atomic(struct shard *) ash_shards[ASH_SHARDS_MAX];

struct shard *ash_shard_create(uint32_t id, bool manual)
{
	struct shard *sh = ash_meta_alloc(sizeof *sh);
	if (!sh)
		return NULL;
	sh->id = id;
	sh->manual = manual;
	sh->born = ash_os_now_ns();
	sh->round = ASH_CLASSES;
	sh->lock.rank = ASH_RANK_SHARD;
	return sh;
}

/* ---- bins */

static inline struct bin *bin_of(struct shard *sh, const struct slab *s)
{
	return &sh->bin[s->class];
}

static bool is_empty(const struct slab *s)
{
	return ash_slab_nfree(s) == s->capacity;
}

/* To the head of a list; off it. */
static void list_push(struct slab **list, struct slab *s)
{
	s->prev = NULL;
	s->next = *list;
	if (s->next)
		s->next->prev = s;
	*list = s;
}

static void list_remove(struct slab **list, struct slab *s)
{
	*(s->prev ? &s->prev->next : list) = s->next;
	if (s->next)
		s->next->prev = s->prev;
}

static void partial_push(struct shard *sh, struct slab *s)
{
	struct bin *b = bin_of(sh, s);
	s->state = SLAB_PARTIAL;
	ash_slab_set_level(s, s->capacity);
	list_push(&b->partial, s);
	b->nempty += is_empty(s);
	sh->nempty += is_empty(s);
}

static void partial_remove(struct shard *sh, struct slab *s)
{
	struct bin *b = bin_of(sh, s);
	list_remove(&b->partial, s);
	if (b->scan == s)
		b->scan = s->next;
	b->nempty -= is_empty(s);
	sh->nempty -= is_empty(s);
}

/* A slab with few free blocks is not worth a visit: it waits until a sixteenth is free. */
static inline unsigned wake_level(const struct slab *s)
{
	return s->capacity >= 32 ? s->capacity / 16 : 1;
}

static void set_full(struct shard *sh, struct slab *s)
{
	s->state = SLAB_FULL;
	ash_slab_set_level(s, wake_level(s));
	if (unlikely(sh->manual))
		list_push(&sh->full, s);
}

static void set_held(struct slab *s)
{
	s->state = SLAB_HELD;
	ash_slab_set_level(s, ASH_LEVEL_NEVER);
}

/* Whether one more empty slab may stay. A bin whose slabs empty and are wanted again soon keeps
 * some, as making one costs as much as a hundred refills; but all bins together only so many. */
static bool may_keep_empty(const struct shard *sh, const struct bin *b)
{
	return !b->partial || (b->nempty < b->extra && sh->nempty < EMPTY_MIN + sh->slabs / 16);
}

static void drop(struct shard *sh, struct slab *s, struct slab **empty)
{
	struct bin *b = bin_of(sh, s);
	s->next = *empty;
	*empty = s;
	b->slabs--;
	sh->slabs--;
	b->dropped++;
}

/* Lists a slab that is on no list, by what is free in it; or hands it to `empty`, for destruction
 * outside the lock. */
static void settle(struct shard *sh, struct slab *s, struct slab **empty)
{
	if (ash_slab_nfree(s) < wake_level(s))
		set_full(sh, s);
	else if (!is_empty(s) || may_keep_empty(sh, bin_of(sh, s)))
		partial_push(sh, s);
	else
		drop(sh, s, empty);
}

/* The countdown has reached zero: a full slab is worth a visit again, a partial one is empty. */
static SLOW void state_event(struct shard *sh, struct slab *s, struct slab **empty)
{
	if (s->state == SLAB_FULL) {
		s->stamp = 0;
		if (unlikely(sh->manual))
			list_remove(&sh->full, s);
	} else {
		bin_of(sh, s)->nempty++; /* it is, now */
		sh->nempty++;
		partial_remove(sh, s);
	}
	settle(sh, s, empty);
}

static void created(struct shard *sh, struct slab *s)
{
	struct bin *b = bin_of(sh, s);
	b->slabs++;
	if (++sh->slabs > sh->slabs_peak)
		sh->slabs_peak = sh->slabs;
	b->created++;
	b->nslabs++;
	if (b->dropped) { /* too early, as it turns out */
		b->dropped = 0;
		b->extra = b->extra ? b->extra * 2 : 1;
		if (b->extra > EXTRA_MAX)
			b->extra = EXTRA_MAX;
	}
	partial_push(sh, s);
}

static void destroy_all(struct slab *empty)
{
	while (empty) {
		struct slab *next = empty->next;
		ash_slab_destroy(empty);
		empty = next;
	}
}

/* The fullest of the first few partial slabs, lowest address first: sparse ones empty out. */
static struct slab *pick(struct shard *sh, struct bin *b)
{
	struct slab *best = b->partial, *s = best;
	for (int i = 0; s && i < PICK && i < best->capacity; i++, s = s->next)
		if (ash_slab_nfree(s) < ash_slab_nfree(best) ||
		    (ash_slab_nfree(s) == ash_slab_nfree(best) && s->unit < best->unit))
			best = s;
	if (best) {
		b->nreslabs += !is_empty(best);
		partial_remove(sh, best);
		set_held(best);
	}
	return best;
}

/* An empty slab of another class, to be destroyed outside the lock, or NULL. */
static struct slab *spare_slab(struct shard *sh, const struct bin *wanting)
{
	for (struct bin *b = sh->bin; b < sh->bin + ASH_CLASSES; b++) {
		struct slab *s = b->held;
		if (b == wanting)
			continue;
		if (s && is_empty(s)) {
			b->held = NULL;
		} else {
			s = b->nempty ? b->partial : NULL;
			for (int i = 0; s && i < PICK && !is_empty(s); i++)
				s = s->next; /* one that became empty went to the head */
			if (!s || !is_empty(s))
				continue;
			partial_remove(sh, s);
		}
		b->slabs--;
		sh->slabs--;
		return s;
	}
	return NULL;
}

/* ---- taking back */

/* A block whose slab is no more, or not of its class any more, has been freed before. */
_Noreturn static SLOW void bad_free(const struct slab *s, unsigned class, void *block)
{
	size_t offset = (uintptr_t)block & (ASH_UNIT - 1), size = ash_class_size[class];
	bool interior = s->class == class && (offset % size || offset / size >= s->capacity);
	ash_fault("free", block, interior ? ASH_FAULT_INTERIOR : ASH_FAULT_DOUBLE_FREE);
}

/* *block and those that follow it at distances of `step`, in the array as in memory, all of them in slab s:
 * marks them free in one go and returns how many they are, up to the next change of the slab's state. 0: the
 * first is no block, or one of them is free already, as all are of a slab that just emptied. */
static __attribute__((noinline)) size_t mark_row(struct slab *s, void **block, void **end, size_t step)
{
	uintptr_t addr = (uintptr_t)*block;
	size_t size = ash_class_size[s->class], first = (addr & (ASH_UNIT - 1)) / size;
	size_t room = step == size ? s->capacity - first : first + 1;
	size_t most = (size_t)(end - block), n = 0;
	if (first >= s->capacity || !s->countdown)
		return 0;
	most = most < room ? most : room;
	most = most < s->countdown ? most : s->countdown;
	for (; n < most && (uintptr_t)block[n] == addr; n++)
		addr += step;
	if (!ash_slab_free_row(s, step == size ? first : first + 1 - n, n))
		return 0;
	s->countdown -= (uint32_t)n;
	return n;
}

/* Marks blocks of one class free in their slabs' bitmaps. Lock held.
 *
 * The inner loop of every burst of frees: each block of a random order is in another slab, so the
 * record is found again; in allocation order, or its reverse, many in a row share one. */
static void mark_free(struct shard *sh, unsigned class, void **block, size_t n,
		      struct slab **empty)
{
	const uint64_t recip = ash_class_recip[class];
	const size_t size = ash_class_size[class];
	uintptr_t before = (uintptr_t)*block ^ ASH_UNIT; /* same leaf, another unit */
	const struct ash_leaf *leaf = ash_pagemap_leaf(before);
	struct slab *s = NULL;
	sh->bin[class].ndalloc += n;
	for (void **end = block + n; block < end;) {
		uintptr_t addr = (uintptr_t)*block, step = addr - before;
		size_t row = 0;
		if ((addr ^ before) >> ASH_UNIT_SHIFT) {
			if (unlikely((addr ^ before) >> ASH_LEAF_SHIFT))
				leaf = ash_pagemap_leaf(addr);
			s = ash_slab_in(leaf, addr);
			if (unlikely(s->class != class))
				bad_free(s, class, *block);
		} else if (step == size || step == -size) {
			row = mark_row(s, block, end, step);
		}
		if (!row) {
			uint64_t q = (addr & (ASH_UNIT - 1)) * recip;
			if (unlikely((uint32_t)q >= (uint32_t)recip) ||
			    unlikely(ash_bit_set(&s->bits[q >> 38], q >> 32)))
				bad_free(s, class, *block);
			s->countdown--;
			row = 1;
		}
		s->first = 0;
		block += row;
		before = (uintptr_t)block[-1];
		if (unlikely(s->countdown == 0))
			state_event(sh, s, empty);
	}
}

/* ---- purging inside sparse slabs */

static void purging_add(struct shard *sh, struct slab *s)
{
	set_held(s);
	s->stamp = ash_lock_id(); /* whose it is meanwhile */
	list_push(&sh->purging, s);
}

/* How to look at partial slabs. */
struct look {
	uint32_t now;  /* ms */
	uint32_t age;  /* ms for which none of a slab's blocks was wanted */
	unsigned keep; /* empty slabs */
	bool purge;    /* return idle pages of others, half of whose blocks are free ... */
	bool all;      /* ... or any */
};

/* Whether a partial slab has pages to return (in s->units). */
static bool worth_purging(struct slab *s, const struct look *look)
{
	uint32_t now = look->now + !look->now; /* 0: not looked at yet */
	if (!s->stamp)
		s->stamp = now;
	if (now - s->stamp < look->age || (!look->all && ash_slab_nfree(s) * 2 < s->capacity))
		return false;
	s->stamp = now;
	s->units = ash_slab_idle_pages(s);
	return s->units != 0;
}

/* Looks at the next few partial slabs of a bin: drops empty ones beyond those to keep, returns idle pages
 * of others. Lock held, released during the system calls; nobody can take blocks of these slabs meanwhile,
 * therefore they are few. */
static size_t look_at_partial(struct shard *sh, struct bin *b, const struct look *look, struct slab **empty)
{
	struct slab *found[PURGE_SCAN];
	size_t n = 0, purged = 0;
	uint32_t calls = 0;
	struct slab *s = b->scan ? b->scan : b->partial;
	for (int i = 0; s && i < PURGE_SCAN; i++) {
		struct slab *next = s->next;
		if (is_empty(s) && b->nempty > look->keep) {
			partial_remove(sh, s);
			drop(sh, s, empty);
		} else if (look->purge && worth_purging(s, look)) {
			partial_remove(sh, s);
			purging_add(sh, s);
			found[n++] = s;
		}
		s = next;
	}
	b->scan = s;
	if (!n)
		return 0;
	ash_unlock(&sh->lock);
	for (size_t i = 0; i < n; i++) {
		calls += ash_bit_count(found[i]->units & ~(found[i]->units << 1));
		purged += ash_slab_purge(found[i], found[i]->units);
	}
	ash_lock(&sh->lock);
	for (size_t i = 0; i < n; i++) {
		list_remove(&sh->purging, found[i]);
		found[i]->stamp = look->now + !look->now;
		settle(sh, found[i], empty);
	}
	sh->purged_bytes += purged;
	sh->npurge++;
	sh->nadvise += calls;
	return purged;
}

/* Paid for by the visits to a bin, at most once in PURGE_AGE_MS. Lock held. */
static inline void housekeeping(struct shard *sh, struct bin *b, struct slab **empty)
{
	if ((b->nfills + b->nflushes) % PURGE_TICKS || !b->partial)
		return;
	uint32_t now = ash_os_now_ms();
	if (now - b->looked_at < PURGE_AGE_MS)
		return;
	b->looked_at = now;
	struct look look = {.now = now, .age = PURGE_AGE_MS, .keep = UINT16_MAX};
	if (!b->created) { /* empty slabs that were not wanted again go */
		b->extra /= 2;
		b->dropped = 0;
		look.keep = b->extra + 1u;
	}
	b->created = 0;
	look.purge = b >= &sh->bin[PURGE_CLASS];
	unsigned looks = 1 + b->slabs / PURGE_SHARE / PURGE_SCAN, purges = PURGES;
	while (looks-- && purges && b->partial) {
		purges -= look_at_partial(sh, b, &look, empty) > 0;
		if (!b->scan)
			break;
	}
}

/* The slab a bin refills from becomes one among others. */
static void let_go(struct shard *sh, struct bin *b, struct slab **empty)
{
	struct slab *s = b->held;
	b->held = NULL;
	if (s)
		settle(sh, s, empty);
}

/* The shard has grown by a slab of pages that were not there. To make up for it sparse slabs of classes that
 * nobody asked for lately return theirs: what the program freed in one size serves it in another. A round of
 * the bins begins when the shard has grown by a sixteenth; each new slab pays for part of it. Lock held. */
static void make_up_for_growth(struct shard *sh, struct slab **empty)
{
	const struct look look = {.now = ash_os_now_ms(), .purge = true};
	unsigned looks = GROWTH_LOOKS;
	size_t purged = 0;
	if (sh->round >= ASH_CLASSES) { /* beyond it where two threads took the last step */
		if (++sh->grown < GROWTH_MIN + sh->slabs / GROWTH_SHARE)
			return;
		sh->grown = 0;
		sh->round = 0;
	}
	for (; sh->round < ASH_CLASSES; sh->round++) {
		struct bin *b = &sh->bin[sh->round];
		bool idle = b->nfills == b->fills_seen && b->nflushes != b->flushes_seen;
		b->fills_seen = b->nfills;
		if (idle)
			let_go(sh, b, empty);
		while (idle && b->partial) {
			if (!looks-- || purged >= ASH_UNIT)
				return;
			purged += look_at_partial(sh, b, &look, empty);
			if (!b->scan)
				break;
		}
		if (idle)
			b->flushes_seen = b->nflushes;
	}
}

void ash_shard_flush(struct shard *sh, const struct batch *batches, size_t n)
{
	struct slab *empty = NULL;
	ash_lock(&sh->lock);
	for (const struct batch *t = batches; t < batches + n; t++) {
		struct bin *b = &sh->bin[t->class];
		mark_free(sh, t->class, t->block, t->n, &empty);
		b->nflushes++;
	}
	housekeeping(sh, &sh->bin[batches->class], &empty);
	ash_unlock(&sh->lock);
	if (empty)
		destroy_all(empty);
}

/* ---- handing out */

/* From the bin's slabs; fewer than want only if it has no more. Lock held. */
static size_t take(struct shard *sh, struct bin *b, void **base, size_t want, struct page_row *absent)
{
	unsigned ahead = b->slabs < 2 * AHEAD_MAX ? (unsigned)b->slabs / 2 : AHEAD_MAX;
	size_t got = 0;
	void **end = base + want;
	while (got < want) {
		struct slab *s = b->held;
		if (!s || !ash_slab_nfree(s)) {
			if (s)
				set_full(sh, s);
			s = b->held = pick(sh, b);
			if (!s)
				break;
		}
		size_t n = ash_slab_nfree(s);
		n = want - got < n ? want - got : n;
		ash_slab_take(s, end, n, ahead, absent);
		end -= n;
		got += n;
	}
	if (got && got < want)
		ash_mem_slide(base, end, got);
	return got;
}

/* To a list of which others take all or nothing. */
static void parcel_push(_Atomic(struct parcel *) *list, struct parcel *p)
{
	p->next = atomic_load_explicit(list, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(list, &p->next, p, memory_order_release,
						      memory_order_relaxed))
		;
}

/* An empty parcel goes back to those who send some. */
static void recycle(struct shard *sh, struct parcel *p)
{
	if (atomic_load_explicit(&sh->nemptied, memory_order_relaxed) >= EMPTIED_MAX) {
		ash_meta_free(p, sizeof *p);
		return;
	}
	atomic_fetch_add_explicit(&sh->nemptied, 1, memory_order_relaxed);
	parcel_push(&sh->emptied, p);
}

/* Empties the inbox into the ready list. Lock held. */
static void open_inbox(struct bin *b)
{
	struct parcel *p = atomic_exchange_explicit(&b->inbox, NULL, memory_order_acquire);
	while (p) {
		struct parcel *next = p->next;
		p->next = b->ready;
		b->ready = p;
		p = next;
	}
}

/* From a parcel, whole; what does not fit goes to the bitmaps. Lock held. */
static size_t take_parcel(struct shard *sh, unsigned class, void **base, size_t want,
			  struct parcel **done, struct slab **empty)
{
	struct bin *b = &sh->bin[class];
	if (!b->ready)
		open_inbox(b);
	struct parcel *p = b->ready;
	if (!p)
		return 0;
	b->ready = p->next;
	atomic_fetch_sub_explicit(&b->parked, p->n, memory_order_relaxed);
	size_t n = p->n < want ? p->n : want;
	for (size_t i = 0; i < n; i++)
		base[i] = p->block[p->n - n + i];
	if (p->n > n)
		mark_free(sh, class, p->block, p->n - n, empty);
	b->ndalloc += n; /* they came back and leave again */
	*done = p;
	return n;
}

size_t ash_shard_refill(struct shard *sh, unsigned class, void **base, size_t want)
{
	struct bin *b = &sh->bin[class];
	struct slab *empty = NULL;
	struct parcel *done = NULL;
	struct page_row absent = {NULL, 0};
	size_t got = 0;
	ash_lock(&sh->lock);
	b->nfills++;
	if (b->ready || atomic_load_explicit(&b->inbox, memory_order_relaxed))
		got = take_parcel(sh, class, base, want, &done, &empty);
	if (!got) {
		got = take(sh, b, base, want, &absent);
		if (!got) {
			struct supply *sp = ash_supply_now(sh->supply);
			struct slab *spare = !sp && ash_chunk_has_dirty() ? NULL : spare_slab(sh, b);
			ash_unlock(&sh->lock);
			if (spare)
				ash_slab_destroy(spare);
			struct slab *s = ash_slab_create(ASH_ENTRY_OF(sh->id, class), sp);
			ash_lock(&sh->lock);
			bool grown = s && s->purged;
			if (s)
				created(sh, s);
			got = take(sh, b, base, want, &absent); /* also what others freed meanwhile */
			if (grown)
				make_up_for_growth(sh, &empty);
		}
		housekeeping(sh, b, &empty);
	}
	b->nmalloc += got;
	if (ash_class_group(class) > 1 && !ash_sizeclass_is_open(class - 1) &&
	    (b->nmalloc - b->ndalloc) * ash_class_size[class] >= ash_class_open_bytes(class))
		ash_sizeclass_open(class);
	bool growing = b->slabs >= POPULATE_FROM;
	ash_unlock(&sh->lock);
	/* Blocks in the first of these pages are out, so the slab stays. Of those ahead some may meanwhile be
	 * purged again: they are then there until they are used, no more. */
	if (growing && absent.len > ash_os.page_size)
		ash_os_populate(absent.at, absent.len);
	if (done)
		recycle(sh, done);
	if (empty)
		destroy_all(empty);
	return got;
}

/* ---- parcels */

/* The inbox is full: its blocks go to the bitmaps. */
static void drain(struct shard *sh, unsigned class)
{
	struct bin *b = &sh->bin[class];
	struct slab *empty = NULL;
	ash_lock(&sh->lock);
	open_inbox(b);
	struct parcel *p = b->ready, *list = p;
	b->ready = NULL;
	for (; p; p = p->next) {
		mark_free(sh, class, p->block, p->n, &empty);
		atomic_fetch_sub_explicit(&b->parked, p->n, memory_order_relaxed);
	}
	ash_unlock(&sh->lock);
	while (list) {
		struct parcel *next = list->next;
		recycle(sh, list);
		list = next;
	}
	destroy_all(empty);
}

static uint32_t parked_max(unsigned class)
{
	uint32_t n = PARKED_BYTES / ash_class_size[class];
	return n < PARKED_MAX ? n : PARKED_MAX;
}

static struct parcel *empty_parcel(struct shard *sh, struct parcel **spare)
{
	if (!*spare && atomic_load_explicit(&sh->emptied, memory_order_relaxed)) {
		*spare = atomic_exchange_explicit(&sh->emptied, NULL, memory_order_acquire);
		atomic_store_explicit(&sh->nemptied, 0, memory_order_relaxed);
	}
	struct parcel *p = *spare;
	if (!p)
		return ash_meta_alloc(sizeof *p);
	*spare = p->next;
	return p;
}

void ash_shard_post(struct shard *sh, unsigned class, void **block, size_t n, struct parcel **spare)
{
	struct bin *b = &sh->bin[class];
	struct parcel *p = empty_parcel(sh, spare);
	if (!p) {
		ash_shard_flush(sh, &(struct batch){class, (uint32_t)n, block}, 1);
		return;
	}
	p->n = (uint32_t)n;
	for (size_t i = 0; i < n; i++)
		p->block[i] = block[i];
	uint32_t before = atomic_fetch_add_explicit(&b->parked, p->n, memory_order_relaxed);
	parcel_push(&b->inbox, p);
	if (before >= parked_max(class))
		drain(sh, class);
}

static size_t trim_bin(struct shard *sh, struct bin *b, uint32_t now, struct slab **empty)
{
	const struct look look = {.now = now, .purge = true, .all = true};
	size_t purged = 0;
	let_go(sh, b, empty);
	b->extra = 0;
	b->scan = NULL;
	/* What has been purged goes to the head, behind the scan; what others put there meanwhile they
	 * may as well look at themselves. */
	do
		purged += look_at_partial(sh, b, &look, empty);
	while (b->scan);
	return purged;
}

/* The arena may be destroyed meanwhile. */
static size_t trim_supply(struct shard *sh)
{
	ash_lock(&sh->lock);
	struct supply *sp = sh->supply;
	if (sp)
		ash_supply_hold(sp);
	ash_unlock(&sh->lock);
	if (likely(!sp))
		return 0;
	size_t purged = ash_supply_purge(sp);
	ash_supply_release(sp);
	ash_lock(&sh->lock);
	sh->purged_bytes += purged;
	sh->npurge++;
	ash_unlock(&sh->lock);
	return purged;
}

size_t ash_shard_trim(struct shard *sh)
{
	size_t purged = 0;
	uint32_t now = ash_os_now_ms();
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		struct slab *empty = NULL;
		drain(sh, c);
		ash_lock(&sh->lock);
		purged += trim_bin(sh, &sh->bin[c], now, &empty);
		ash_unlock(&sh->lock);
		destroy_all(empty);
	}
	return purged + trim_supply(sh);
}

/* As if the bin had never been used, but for what it has counted. What it had is added to the lists. */
static void reset_bin(struct bin *b, struct slab **slabs, struct parcel **parcels)
{
	open_inbox(b);
	while (b->ready) {
		struct parcel *p = b->ready;
		b->ready = p->next;
		p->next = *parcels;
		*parcels = p;
	}
	atomic_store_explicit(&b->parked, 0, memory_order_relaxed);
	while (b->partial) {
		struct slab *s = b->partial;
		list_remove(&b->partial, s);
		list_push(slabs, s);
	}
	if (b->held)
		list_push(slabs, b->held);
	b->held = b->scan = NULL;
	b->slabs = 0;
	b->nempty = b->extra = b->created = b->dropped = 0;
	b->ndalloc = b->nmalloc;
}

void ash_shard_reset(struct shard *sh)
{
	struct parcel *parcels = NULL;
	ash_lock(&sh->lock);
	struct slab *slabs = sh->full;
	sh->full = NULL;
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		reset_bin(&sh->bin[c], &slabs, &parcels);
	sh->slabs = sh->nempty = sh->grown = 0;
	sh->round = ASH_CLASSES;
	for (struct slab *s = sh->purging; s; s = s->next) { /* they come back when that is done */
		ash_slab_discard(s);
		bin_of(sh, s)->slabs++;
		sh->slabs++;
	}
	ash_unlock(&sh->lock);
	for (struct slab *s = slabs; s; s = s->next)
		ash_slab_discard(s);
	destroy_all(slabs);
	while (parcels) {
		struct parcel *next = parcels->next;
		recycle(sh, parcels);
		parcels = next;
	}
}

void ash_shard_orphaned(struct shard *sh)
{
	for (struct slab *s = sh->purging, *next; s; s = next) {
		next = s->next;
		if (s->stamp == ash_lock_id())
			continue; /* a signal handler forked, and the purge goes on when it returns */
		list_remove(&sh->purging, s);
		s->stamp = 0;
		if (ash_slab_nfree(s) < wake_level(s))
			set_full(sh, s);
		else
			partial_push(sh, s);
	}
	for (struct bin *b = sh->bin; b < sh->bin + ASH_CLASSES; b++) {
		uint32_t n = 0;
		for (struct parcel *p = b->ready; p; p = p->next)
			n += p->n;
		for (struct parcel *p = b->inbox; p; p = p->next)
			n += p->n;
		b->parked = n; /* a sender may have been caught between counting and sending */
	}
	sh->nemptied = 0; /* the same of those who push there: a count that is too high would stay */
}
