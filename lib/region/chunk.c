/* region/chunk.c -- see chunk.h for what it does. Reading order: masks, lists, growth, take and
 * give, purging, the interface.
 *
 * A chunk with free units is on exactly one list: bins[number of free units] while some unit of it
 * is used or not ours, else, wholly free, it is part of a span: a maximal row of wholly free
 * chunks, listed by its first one. While a purge runs outside the lock its units are marked
 * neither free nor dirty, so nobody can take them. */
#include "region/chunk.h"
#include "base/bits.h"
#include "base/mem.h"
#include "os/lock.h"
#include "os/os.h"
#include "region/decay.h"
#include "region/meta.h"

#include <errno.h>

#define ALL UINT32_MAX
#define FIRST_MAP ((size_t)1 << 20) /* bytes, the first leaf included */
#define STEP_MIN ((size_t)512 << 10)
#define STEP_MAX ((size_t)64 << 20)
#define HUGE_HEAP (((size_t)4 << 20) / ASH_UNIT) /* units: from here on huge pages pay */
#define KEPT_BELOW 24 /* free units, of 32: so long a chunk of huge pages is not purged for the ceiling ... */
#define KEPT_TIMES 5  /* ... and otherwise after so many decay times */
#define CHURN 8       /* frees of a chunk or more, after which such blocks get huge pages as well */
#define SCAN 64 /* chunks looked at in one list */
#define REFUSED_MS 1000 /* no purge for so long after the system refused one */
#define HOLES_MAX 8192 /* holes made in mappings by releases, ever: a process may have 65530 mappings */
#define AWAY 8 /* threads that may purge or release at the same time */

static struct {
	struct ash_lock lock; /* rank REGION; guards all below and every chunk's masks and links */
	struct chunk *bins[ASH_CHUNK_UNITS];      /* [n]: n free units, 1 to 31 */
	struct chunk *spans[ASH_CHUNK_UNITS + 1]; /* [n]: rows of n chunks; [32]: of more */
	uint32_t bins_used;                       /* bit n: bins[n] is not empty */
	uint64_t spans_used;
	struct dirty_list {
		struct chunk *oldest, *youngest;
		size_t units;
	} ready, kept;              /* chunks with dirty units; kept: KEPT_BELOW */
	size_t mapped, free, dirty; /* units */
	size_t purges, purged, maps;     /* counts; units */
	size_t peak;                     /* units, most that were mapped and not known to be clean */
	size_t holes;                    /* HOLES_MAX */
	uint32_t churn;                  /* CHURN */
	bool refused;                    /* the last purge, at refused_at */
	uint32_t refused_at;             /* ms */
	/* Units that some thread is returning to the system, outside the lock: a child of fork has
	 * not that thread, and takes them back. */
	struct away {
		struct chunk *chunk;
		uint32_t units;
		uint32_t thread; /* ash_lock_id() */
	} away[AWAY];
	struct decay decay;
} region = {.lock.rank = ASH_RANK_REGION, .decay = ASH_DECAY_INIT};

/* ---- masks */

static inline uint32_t low_bits(size_t n)
{
	return n >= 32 ? ALL : ((uint32_t)1 << n) - 1;
}

/* Bit i set: bits i to i + n - 1 of m are all set. */
static uint32_t run_starts(uint32_t m, size_t n)
{
	for (size_t have = 1; have < n;) {
		size_t step = have < n - have ? have : n - have;
		m &= m >> step;
		have += step;
	}
	return m;
}

static uint32_t aligned_starts(size_t align_units)
{
	static const uint32_t masks[] = {ALL, 0x55555555, 0x11111111, 0x01010101, 0x00010001, 1};
	return masks[__builtin_ctzl(align_units)];
}

static struct chunk *chunk_at(uintptr_t base)
{
	return ash_pagemap_chunk(base);
}

/* Calls f for each maximal row of units in mask, until it fails; returns the units that are left. */
static uint32_t each_row(struct chunk *c, uint32_t mask, bool (*f)(void *, size_t))
{
	while (mask) {
		unsigned at = (unsigned)__builtin_ctz(mask);
		uint32_t rest = ~(mask >> at);
		unsigned n = rest ? (unsigned)__builtin_ctz(rest) : 32 - at;
		if (!f((char *)c->base + at * ASH_UNIT, n * ASH_UNIT))
			break;
		mask &= ~(low_bits(n) << at);
	}
	return mask;
}

static bool zero_row(void *p, size_t len)
{
	ash_mem_zero(p, len);
	return true;
}

/* ---- lists */

static void list_push(struct chunk **head, struct chunk *c)
{
	c->prev = NULL;
	c->next = *head;
	if (c->next)
		c->next->prev = c;
	*head = c;
}

static void list_remove(struct chunk **head, struct chunk *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		*head = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

static inline size_t span_bin(size_t n)
{
	return n < ASH_CHUNK_UNITS ? n : ASH_CHUNK_UNITS;
}

static void span_insert(struct chunk *head, size_t n)
{
	head->span = (uint32_t)n;
	chunk_at(head->base + (n - 1) * ASH_CHUNK)->span = (uint32_t)n;
	list_push(&region.spans[span_bin(n)], head);
	region.spans_used |= 1ull << span_bin(n);
}

static void span_remove(struct chunk *head)
{
	size_t b = span_bin(head->span);
	list_remove(&region.spans[b], head);
	if (!region.spans[b])
		region.spans_used &= ~(1ull << b);
}

/* Lists a chunk by its free mask; it is on no list. */
static void chunk_link(struct chunk *c)
{
	if (!c->free)
		return;
	if (c->free != ALL) {
		list_push(&region.bins[ash_bit_count(c->free)], c);
		region.bins_used |= 1u << ash_bit_count(c->free);
		return;
	}
	size_t n = 1;
	struct chunk *right = chunk_at(c->base + ASH_CHUNK);
	if (right && right->free == ALL) {
		span_remove(right);
		n += right->span;
	}
	struct chunk *left = chunk_at(c->base - ASH_CHUNK);
	if (left && left->free == ALL) {
		c = chunk_at(left->base - (left->span - 1) * ASH_CHUNK);
		span_remove(c);
		n += c->span;
	}
	span_insert(c, n);
}

/* Takes a chunk off its list; a span is split around it. */
static void chunk_unlink(struct chunk *c)
{
	if (!c->free)
		return;
	if (c->free != ALL) {
		unsigned b = ash_bit_count(c->free);
		list_remove(&region.bins[b], c);
		if (!region.bins[b])
			region.bins_used &= ~(1u << b);
		return;
	}
	struct chunk *head = c, *left;
	while ((left = chunk_at(head->base - ASH_CHUNK)) && left->free == ALL)
		head = left;
	size_t before = (c->base - head->base) >> ASH_CHUNK_SHIFT;
	size_t n = head->span;
	span_remove(head);
	if (before)
		span_insert(head, before);
	if (n - before - 1)
		span_insert(chunk_at(c->base + ASH_CHUNK), n - before - 1);
}

static struct dirty_list *dirty_list(const struct chunk *c)
{
	return c->kept ? &region.kept : &region.ready;
}

static bool to_be_kept(const struct chunk *c)
{
	return c->huge && ash_bit_count(c->free) < KEPT_BELOW;
}

/* These two around each change of a chunk's dirty mask. */
static void dirty_remove(struct chunk *c)
{
	struct dirty_list *l = dirty_list(c);
	if (!c->dirty)
		return;
	*(c->older ? &c->older->younger : &l->oldest) = c->younger;
	*(c->younger ? &c->younger->older : &l->youngest) = c->older;
	l->units -= ash_bit_count(c->dirty);
	region.dirty -= ash_bit_count(c->dirty);
}

static void dirty_append(struct chunk *c, uint32_t now)
{
	c->kept = to_be_kept(c);
	if (!c->dirty)
		return;
	struct dirty_list *l = dirty_list(c);
	c->stamp = now;
	c->younger = NULL;
	c->older = l->youngest;
	*(c->older ? &c->older->younger : &l->oldest) = c;
	l->youngest = c;
	l->units += ash_bit_count(c->dirty);
	region.dirty += ash_bit_count(c->dirty);
}

/* After a change of what is free, or of the pages: the list it is on may be another one. */
static void dirty_settle(struct chunk *c)
{
	if (c->kept == to_be_kept(c))
		return;
	dirty_remove(c);
	dirty_append(c, c->stamp);
}

/* ---- masks and lists together: the only two ways a chunk changes */

/* Units `m` stop being free. Returns which of them were dirty. */
static uint32_t chunk_take(struct chunk *c, uint32_t m)
{
	if (!m)
		return 0;
	ASSERT((c->free & m) == m);
	chunk_unlink(c);
	uint32_t dirty = c->dirty & m;
	c->free &= ~m;
	if (dirty == c->dirty) {
		dirty_remove(c);
		c->dirty = 0;
	} else if (dirty) {
		c->dirty &= ~m;
		dirty_list(c)->units -= ash_bit_count(dirty);
		region.dirty -= ash_bit_count(dirty);
	}
	dirty_settle(c);
	chunk_link(c);
	region.free -= ash_bit_count(m);
	size_t touched = region.mapped - region.free + region.dirty;
	if (touched > region.peak)
		region.peak = touched;
	return dirty;
}

/* Units `m` become free, all of them dirty or none. */
static void chunk_give(struct chunk *c, uint32_t m, bool dirty, uint32_t now)
{
	if (!m)
		return;
	ASSERT((c->free & m) == 0 && (c->owned & m) == m);
	chunk_unlink(c);
	c->free |= m;
	if (dirty) {
		dirty_remove(c);
		c->dirty |= m;
		dirty_append(c, now);
	}
	dirty_settle(c);
	chunk_link(c);
	region.free += ash_bit_count(m);
}

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

/* Makes [start, start + len) ours; both multiples of the unit. What has no record is unmapped. */
static bool adopt(uintptr_t start, size_t len, void **leaf_space)
{
	uintptr_t end = start + len;
	bool any = false;
	while (start < end) {
		uintptr_t base = align_down(start, ASH_CHUNK);
		uintptr_t stop = base + ASH_CHUNK < end ? base + ASH_CHUNK : end;
		size_t first = (start - base) >> ASH_UNIT_SHIFT;
		size_t n = (stop - start) >> ASH_UNIT_SHIFT;
		struct chunk *c = chunk_ensure(base, leaf_space);
		if (!c) {
			ash_os_unmap((void *)start, end - start);
			return any;
		}
		uint32_t m = low_bits(n) << first;
		c->owned |= m;
		chunk_give(c, m, false, 0);
		region.mapped += n;
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
		region.maps++;
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
	size_t len = region.mapped * ASH_UNIT / 8;
	len = len < STEP_MIN ? STEP_MIN : len > STEP_MAX ? STEP_MAX : len;
	char *p = NULL;
	if (len < need)
		len = need;
	if (len >= ASH_CHUNK || region.mapped >= HUGE_HEAP) {
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
	region.maps++;
	return adopt((uintptr_t)p, len, NULL);
}

/* ---- finding */

/* A chunk with `units` consecutive free ones: fullest first, then a wholly free one. Chunks of huge
 * pages are for dense units: where others may leave pages unwritten, they would be backed. Once there
 * are such chunks, dense units take of others only what is dirty, unless there is no `choice`. */
static struct chunk *find_small(size_t units, size_t align_units, bool dense, bool choice,
				unsigned *at)
{
	uint32_t aligned = aligned_starts(align_units);
	bool choosy = dense && choice && region.mapped >= HUGE_HEAP;
	uint32_t bins = units < 32 ? region.bins_used >> units << units : 0;
	for (; bins; bins &= bins - 1) {
		struct chunk *c = region.bins[__builtin_ctz(bins)];
		for (int i = 0; c && i < SCAN; i++, c = c->next) {
			if (c->huge && !dense)
				continue;
			uint32_t starts = run_starts(c->free & c->dirty, units) & aligned;
			if (!starts && (c->huge || !choosy))
				starts = run_starts(c->free, units) & aligned;
			if (starts) {
				*at = (unsigned)__builtin_ctz(starts);
				return c;
			}
		}
	}
	*at = 0;
	return region.spans_used ? region.spans[__builtin_ctzll(region.spans_used)] : NULL;
}

/* The first of `chunks` wholly free chunks in a row, best fit. */
static struct chunk *find_span(size_t chunks)
{
	uint64_t bins = region.spans_used >> span_bin(chunks) << span_bin(chunks);
	if (!bins)
		return NULL;
	unsigned b = (unsigned)__builtin_ctzll(bins);
	if (b < ASH_CHUNK_UNITS)
		return region.spans[b];
	struct chunk *best = NULL;
	for (struct chunk *c = region.spans[b]; c; c = c->next)
		if (c->span >= chunks && (!best || c->span < best->span))
			best = c;
	return best;
}

/* A row of `chunks` wholly free chunks, the next one having at least its `tail` low units free:
 * the place a block of this size left behind. */
static struct chunk *find_span_with_tail(size_t chunks, size_t tail)
{
	struct chunk *c = region.spans[span_bin(chunks)];
	for (int i = 0; c && i < SCAN; i++, c = c->next) {
		struct chunk *last = chunk_at(c->base + chunks * ASH_CHUNK);
		if (c->span == chunks && last && !(low_bits(tail) & ~last->free))
			return c;
	}
	return NULL;
}

static struct chunk *find_large(size_t units)
{
	size_t chunks = (units + 31) / 32, tail = units - (chunks - 1) * 32;
	struct chunk *c = tail < 32 ? find_span_with_tail(chunks - 1, tail) : NULL;
	return c ? c : find_span(chunks);
}

/* Changes what a chunk asks for. Lock held, so that the kernel hears it in order. */
static void set_huge(struct chunk *c, bool on)
{
	if (c->huge == on)
		return;
	c->huge = on;
	ash_os_advise_huge((void *)c->base, ASH_CHUNK, on);
}

/* ---- purging */

/* Free units leave for a system call outside the lock; NULL: too many threads do so already. */
static struct away *leave(struct chunk *c, uint32_t units)
{
	for (struct away *a = region.away; a < region.away + AWAY; a++) {
		if (a->chunk)
			continue;
		c->split |= c->huge;
		set_huge(c, false);
		chunk_take(c, units);
		*a = (struct away){c, units, ash_lock_id()};
		return a;
	}
	return NULL;
}

/* Returns the dirty units of the oldest chunk on a list; false if there is none, or the system refuses
 * (then they count as freed just now). Lock held, released meanwhile. */
static bool purge_oldest(const struct dirty_list *l)
{
	struct chunk *c = l->oldest;
	/* Of a huge page, what is clean by our books is backed as well. */
	uint32_t m = c ? c->huge ? c->free : c->dirty : 0;
	struct away *a = c ? leave(c, m) : NULL;
	if (!a)
		return false;
	ash_unlock(&region.lock);
	uint32_t left = each_row(c, m, ash_os_purge);
	uint32_t now = left ? ash_os_now_ms() : 0;
	ash_lock(&region.lock);
	a->chunk = NULL;
	chunk_give(c, m & ~left, false, now);
	chunk_give(c, left, true, now);
	region.purges++;
	region.purged += ash_bit_count(m & ~left);
	region.refused = left != 0;
	region.refused_at = now;
	return !left;
}

/* After a free: keep the dirty memory below its ceiling, and within its age. Lock held. */
static void settle(uint32_t now)
{
	ash_decay_sink(&region.decay, now);
	if (region.refused && now - region.refused_at < REFUSED_MS)
		return; /* locked memory (mlockall) stays */
	while (ash_decay_over_cap(&region.decay, region.ready.units)) {
		size_t before = region.purged;
		if (!purge_oldest(&region.ready))
			return;
		ash_decay_purged_for_cap(&region.decay, region.purged - before, now);
	}
	while (region.ready.oldest && ash_decay_is_old(&region.decay, region.ready.oldest->stamp, 1, now))
		if (!purge_oldest(&region.ready))
			return;
	while (region.kept.oldest &&
	       ash_decay_is_old(&region.decay, region.kept.oldest->stamp, KEPT_TIMES, now))
		if (!purge_oldest(&region.kept))
			return;
}

/* ---- the interface */

/* Takes the run of `units` that starts `at` units into c, and may go on into the chunks behind it.
 * dirty[i] receives the dirty units taken from the i-th chunk; returns whether there were none. */
static bool take_run(struct chunk *c, unsigned at, size_t units, uint32_t *dirty)
{
	bool clean = true;
	for (size_t left = units; left; c = chunk_at(c->base + ASH_CHUNK), at = 0) {
		size_t n = left < 32 - at ? left : 32 - at;
		*dirty = chunk_take(c, low_bits(n) << at);
		clean &= !*dirty++;
		left -= n;
		if (!left)
			break;
	}
	return clean;
}

static void zero_run(struct chunk *c, const uint32_t *dirty, size_t chunks)
{
	for (size_t i = 0; i < chunks; i++)
		each_row(chunk_at(c->base + i * ASH_CHUNK), dirty[i], zero_row);
}

bool ash_chunk_start(void)
{
	ash_lock(&region.lock);
	bool ok = region.mapped || grow_first();
	ash_unlock(&region.lock);
	return ok;
}

/* A chunk is about to be used from empty, and all of it will be written. Where a huge page was split, its
 * place takes no other before it is mapped anew. False: that failed halfway (memory is strictly accounted,
 * and another process was faster), the chunk is gone. */
static bool use_huge(struct chunk *c)
{
	bool renewed = c->split && ash_os_renew((void *)c->base, ASH_CHUNK);
	if (c->split && !renewed && !ash_os_is_mapped((void *)c->base)) {
		chunk_take(c, ALL);
		c->owned = 0;
		region.mapped -= ASH_CHUNK_UNITS;
		return false;
	}
	if (renewed) {
		chunk_take(c, ALL);
		chunk_give(c, ALL, false, 0);
		c->split = c->huge = false;
	}
	set_huge(c, true);
	return true;
}

/* The opposite. All of a huge page is there, also units of it that nobody has used. */
static void use_small(struct chunk *c)
{
	uint32_t clean = c->free & ~c->dirty;
	if (!c->huge)
		return;
	c->split = true;
	set_huge(c, false);
	chunk_take(c, clean);
	chunk_give(c, clean, true, ash_os_now_ms());
}

/* A run is about to be taken: chunks that it enters first are asked for the pages that suit it. Blocks of
 * whole chunks may be used in part, or never: they get huge pages in programs that free such blocks and
 * come again, unless they ask for zeroes; chunks with pages of the other kind keep them. False if a chunk
 * was lost: look for another place. */
static bool choose_pages(struct chunk *c, size_t units, bool dense, bool zero)
{
	bool written = !zero && region.churn >= CHURN;
	for (; units && c && c->free == ALL; c = chunk_at(c->base + ASH_CHUNK)) {
		size_t n = units < 32 ? units : 32;
		units -= n;
		if (dense || (n == 32 && written && !c->dirty)) {
			if (!use_huge(c))
				return false;
		} else if (n < 32 || !written) {
			use_small(c);
		}
	}
	return true;
}

static void *alloc(size_t units, size_t align_units, bool zero, bool dense, bool *clean)
{
	uint32_t dirty[ASH_RUN_MAX / 32 + 1] = {0};
	unsigned at = 0;
	struct chunk *c;
	ASSERT(units && units <= ASH_RUN_MAX && align_units <= 32);
	ash_lock(&region.lock);
	for (bool choice = true;;) {
		c = units <= 32 ? find_small(units, align_units, dense, choice, &at)
				: find_large(units);
		if (c && (region.mapped < HUGE_HEAP || choose_pages(c, units, dense, zero)))
			break;
		if (c || grow(units, align_units))
			continue;
		if (!choice) {
			ash_unlock(&region.lock);
			return NULL;
		}
		choice = false;
	}
	bool is_clean = take_run(c, at, units, dirty);
	if (is_clean && region.decay.regret)
		ash_decay_took_clean(&region.decay, units, ash_os_now_ms());
	ash_unlock(&region.lock);
	if (zero && !is_clean)
		zero_run(c, dirty, (at + units + 31) / 32);
	if (clean)
		*clean = is_clean;
	return (char *)c->base + at * ASH_UNIT;
}

void *ash_chunk_alloc(size_t units, size_t align_units, bool zero, bool *clean)
{
	return alloc(units, align_units, zero, false, clean);
}

void *ash_chunk_alloc_dense(bool *clean)
{
	return alloc(1, 1, false, true, clean);
}

bool ash_chunk_extend(void *p, size_t units, size_t new_units, bool zero)
{
	uint32_t dirty[ASH_RUN_MAX / 32 + 1] = {0};
	uintptr_t end = (uintptr_t)p + units * ASH_UNIT;
	size_t more = new_units - units;
	if (new_units > ASH_RUN_MAX)
		return false;
	ash_lock(&region.lock);
	struct chunk *first = chunk_at(end);
	unsigned at = (end >> ASH_UNIT_SHIFT) & 31;
	struct chunk *c = first;
	unsigned a = at;
	for (size_t left = more; left && c; a = 0) {
		size_t n = left < 32 - a ? left : 32 - a;
		if (low_bits(n) << a & ~c->free)
			break;
		left -= n;
		if (!left) {
			bool clean = take_run(first, at, more, dirty);
			ash_unlock(&region.lock);
			if (zero && !clean)
				zero_run(first, dirty, (at + more + 31) / 32);
			return true;
		}
		c = chunk_at(c->base + ASH_CHUNK);
	}
	ash_unlock(&region.lock);
	return false;
}

void ash_chunk_free(void *p, size_t units)
{
	uint32_t now = ash_os_now_ms();
	uintptr_t addr = (uintptr_t)p;
	ash_lock(&region.lock);
	region.churn += units >= 32 && region.churn < CHURN;
	while (units) {
		struct chunk *c = chunk_at(addr);
		unsigned at = (addr >> ASH_UNIT_SHIFT) & 31;
		size_t n = units < 32 - at ? units : 32 - at;
		chunk_give(c, low_bits(n) << at, true, now);
		units -= n;
		addr += n * ASH_UNIT;
	}
	settle(now);
	ash_unlock(&region.lock);
}

void *ash_chunk_map(size_t len, size_t align, bool zero)
{
	if (align < ASH_CHUNK)
		align = ASH_CHUNK;
	void *p = ash_os_map_aligned(len, align);
	if (!p)
		return NULL;
	ash_lock(&region.lock);
	struct chunk *c = chunk_ensure(align_down((uintptr_t)p, ASH_CHUNK), NULL);
	bool written = !zero && region.churn >= CHURN;
	ash_unlock(&region.lock);
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
	ash_lock(&region.lock);
	region.churn += region.churn < CHURN;
	ash_unlock(&region.lock);
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
	ash_lock(&region.lock);
	use_small(c);
	ash_unlock(&region.lock);
}

void ash_chunk_tick(void)
{
	ash_lock(&region.lock);
	settle(ash_os_now_ms());
	ash_unlock(&region.lock);
}

static void purge_list(const struct dirty_list *l)
{
	size_t chunks = 0; /* what the system refuses becomes the youngest: do not go round */
	for (struct chunk *c = l->oldest; c; c = c->younger)
		chunks++;
	while (chunks-- && l->oldest)
		purge_oldest(l);
}

size_t ash_chunk_trim(void)
{
	ash_lock(&region.lock);
	size_t before = region.purged;
	purge_list(&region.kept);
	purge_list(&region.ready);
	size_t purged = region.purged - before;
	ash_unlock(&region.lock);
	return purged * ASH_UNIT;
}

/* Some chunk that has free units, most of them first; NULL if none has. */
static struct chunk *any_free(void)
{
	if (region.spans_used)
		return region.spans[63 - __builtin_clzll(region.spans_used)];
	return region.bins_used ? region.bins[31 - __builtin_clz(region.bins_used)] : NULL;
}

size_t ash_chunk_release(void)
{
	size_t units = 0;
	struct chunk *c;
	struct away *a;
	uint32_t left = 0;
	ash_lock(&region.lock);
	while (!left && region.holes < HOLES_MAX && (c = any_free()) && (a = leave(c, c->free))) {
		uint32_t m = a->units;
		ash_unlock(&region.lock);
		left = each_row(c, m, ash_os_unmap);
		ash_lock(&region.lock);
		a->chunk = NULL;
		m &= ~left;
		region.holes += ash_bit_count(m & ~(m << 1));
		c->owned &= ~m;
		region.mapped -= ash_bit_count(m);
		units += ash_bit_count(m);
		chunk_give(c, left, true, 0);
	}
	ash_unlock(&region.lock);
	return units * ASH_UNIT;
}

enum ash_unit_state ash_chunk_state(uintptr_t addr)
{
	struct chunk *c = ash_pagemap_chunk(addr);
	uint32_t bit = 1u << ((addr >> ASH_UNIT_SHIFT) & 31);
	if (!c)
		return ASH_UNIT_FOREIGN;
	ash_lock(&region.lock);
	bool owned = c->owned & bit, free = c->free & bit;
	ash_unlock(&region.lock);
	return !owned ? ASH_UNIT_FOREIGN : free ? ASH_UNIT_FREE : ASH_UNIT_USED;
}

void ash_chunk_stats(struct ash_region_stats *s)
{
	ash_lock(&region.lock);
	*s = (struct ash_region_stats){
		.mapped = region.mapped * ASH_UNIT,
		.peak = region.peak * ASH_UNIT,
		.free = region.free * ASH_UNIT,
		.dirty = region.dirty * ASH_UNIT,
		.purges = region.purges,
		.purged_bytes = region.purged * ASH_UNIT,
		.maps = region.maps,
		.cap = region.decay.cap * ASH_UNIT,
	};
	ash_unlock(&region.lock);
}

void ash_chunk_set_decay(int32_t age_ms)
{
	region.decay.age_ms = age_ms;
}

void ash_chunk_fork_lock(void)
{
	ash_lock_fork(&region.lock);
}

void ash_chunk_fork_unlock(bool child)
{
	for (struct away *a = region.away; child && a < region.away + AWAY; a++) {
		/* What the forking thread itself has taken (a signal handler forks) it goes on with. */
		if (!a->chunk || a->thread == ash_lock_id() || region.lock.inherited)
			continue;
		chunk_give(a->chunk, a->units, true, 0);
		a->chunk = NULL;
	}
	ash_unlock_fork(&region.lock, child);
}
