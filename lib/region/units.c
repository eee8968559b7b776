/* region/units.c -- see units.h. Reading order: masks, lists, take and give, finding. */
#include "region/units.h"
#include "base/bits.h"

#define ALL UINT32_MAX
#define KEPT_BELOW 24 /* free units, of 32: so long a chunk of huge pages is kept from the ceiling */
#define SCAN 64 /* chunks looked at in one list */

struct region ash_region = {.lock.rank = ASH_RANK_REGION, .decay = ASH_DECAY_INIT};

/* ---- masks */

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

uint32_t ash_each_row(struct chunk *c, uint32_t mask, bool (*f)(void *, size_t))
{
	while (mask) {
		unsigned at = (unsigned)__builtin_ctz(mask);
		uint32_t rest = ~(mask >> at);
		unsigned n = rest ? (unsigned)__builtin_ctz(rest) : 32 - at;
		if (!f((char *)c->base + at * ASH_UNIT, n * ASH_UNIT))
			break;
		mask &= ~(ash_low_bits(n) << at);
	}
	return mask;
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
	ash_pagemap_chunk(head->base + (n - 1) * ASH_CHUNK)->span = (uint32_t)n;
	list_push(&ash_region.spans[span_bin(n)], head);
	ash_region.spans_used |= 1ull << span_bin(n);
}

static void span_remove(struct chunk *head)
{
	size_t b = span_bin(head->span);
	list_remove(&ash_region.spans[b], head);
	if (!ash_region.spans[b])
		ash_region.spans_used &= ~(1ull << b);
}

/* Lists a chunk by its free mask; it is on no list. */
static void chunk_link(struct chunk *c)
{
	if (!c->free)
		return;
	if (c->free != ALL) {
		list_push(&ash_region.bins[ash_bit_count(c->free)], c);
		ash_region.bins_used |= 1u << ash_bit_count(c->free);
		return;
	}
	size_t n = 1;
	struct chunk *right = ash_pagemap_chunk(c->base + ASH_CHUNK);
	if (right && right->free == ALL) {
		span_remove(right);
		n += right->span;
	}
	struct chunk *left = ash_pagemap_chunk(c->base - ASH_CHUNK);
	if (left && left->free == ALL) {
		c = ash_pagemap_chunk(left->base - (left->span - 1) * ASH_CHUNK);
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
		list_remove(&ash_region.bins[b], c);
		if (!ash_region.bins[b])
			ash_region.bins_used &= ~(1u << b);
		return;
	}
	struct chunk *head = c, *left;
	while ((left = ash_pagemap_chunk(head->base - ASH_CHUNK)) && left->free == ALL)
		head = left;
	size_t before = (c->base - head->base) >> ASH_CHUNK_SHIFT;
	size_t n = head->span;
	span_remove(head);
	if (before)
		span_insert(head, before);
	if (n - before - 1)
		span_insert(ash_pagemap_chunk(c->base + ASH_CHUNK), n - before - 1);
}

static struct dirty_list *dirty_list(const struct chunk *c)
{
	return c->kept ? &ash_region.kept : &ash_region.ready;
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
	ash_region.dirty -= ash_bit_count(c->dirty);
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
	ash_region.dirty += ash_bit_count(c->dirty);
}

/* After a change of what is free, or of the pages: the list it is on may be another one. */
static void dirty_settle(struct chunk *c)
{
	if (c->kept == to_be_kept(c))
		return;
	dirty_remove(c);
	dirty_append(c, c->stamp);
}

/* ---- take and give */

void ash_units_add_backed(const struct chunk *c, size_t sign)
{
	ash_region.backed += sign * ash_bit_count(c->free & ~c->dirty);
}

uint32_t ash_units_take(struct chunk *c, uint32_t m)
{
	if (!m)
		return 0;
	ASSERT((c->free & m) == m);
	ash_units_uncount(c);
	chunk_unlink(c);
	uint32_t dirty = c->dirty & m;
	c->free &= ~m;
	c->partial &= ~m;
	if (dirty == c->dirty) {
		dirty_remove(c);
		c->dirty = 0;
	} else if (dirty) {
		c->dirty &= ~m;
		dirty_list(c)->units -= ash_bit_count(dirty);
		ash_region.dirty -= ash_bit_count(dirty);
	}
	dirty_settle(c);
	chunk_link(c);
	ash_units_count(c);
	ash_region.free -= ash_bit_count(m);
	size_t touched = ash_region.mapped - ash_region.free + ash_region.dirty;
	size_t aside = ash_region.row_chunks * ASH_CHUNK_UNITS;
	if (touched > ash_region.peak + aside)
		ash_region.peak = touched - aside;
	return dirty;
}

void ash_units_give(struct chunk *c, uint32_t m, bool dirty, uint32_t now)
{
	if (!m)
		return;
	ASSERT((c->free & m) == 0 && (c->owned & m) == m);
	ash_units_uncount(c);
	chunk_unlink(c);
	c->free |= m;
	if (dirty) {
		dirty_remove(c);
		c->dirty |= m;
		dirty_append(c, now);
	}
	dirty_settle(c);
	chunk_link(c);
	ash_units_count(c);
	ash_region.free += ash_bit_count(m);
}

/* ---- finding */

/* How well a chunk of such pages goes with the one at base: they share a mapping, there is none, or not. */
static int affinity(uintptr_t base, bool huge)
{
	struct chunk *c = ash_pagemap_chunk(base);
	return !c ? 0 : c->huge == huge ? 1 : -1;
}

/* The first of n chunks at that end of a span whose neighbour has pages of the same kind: both kinds grow
 * towards each other, so that their mappings are few. */
static struct chunk *end_of_span(struct chunk *head, size_t n, bool huge)
{
	uintptr_t end = head->base + head->span * ASH_CHUNK;
	if (affinity(end, huge) <= affinity(head->base - ASH_CHUNK, huge))
		return head;
	return ash_pagemap_chunk(end - n * ASH_CHUNK);
}

struct chunk *ash_units_find(size_t units, size_t align_units, bool dense, bool choice, unsigned *at)
{
	uint32_t aligned = aligned_starts(align_units);
	bool choosy = dense && choice && ash_region.dense >= ash_units_huge_heap();
	uint32_t bins = units < 32 ? ash_region.bins_used >> units << units : 0;
	for (; bins; bins &= bins - 1) {
		struct chunk *c = ash_region.bins[__builtin_ctz(bins)];
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
	if (!ash_region.spans_used)
		return NULL;
	return end_of_span(ash_region.spans[__builtin_ctzll(ash_region.spans_used)], 1, dense);
}

/* The first of `chunks` wholly free chunks in a row, best fit. */
static struct chunk *find_span(size_t chunks)
{
	uint64_t bins = ash_region.spans_used >> span_bin(chunks) << span_bin(chunks);
	if (!bins)
		return NULL;
	unsigned b = (unsigned)__builtin_ctzll(bins);
	if (b < ASH_CHUNK_UNITS)
		return ash_region.spans[b];
	struct chunk *best = NULL;
	for (struct chunk *c = ash_region.spans[b]; c; c = c->next)
		if (c->span >= chunks && (!best || c->span < best->span))
			best = c;
	return best;
}

/* A row of `chunks` wholly free chunks, the next one having at least its `tail` low units free:
 * the place a block of this size left behind. */
static struct chunk *find_span_with_tail(size_t chunks, size_t tail)
{
	struct chunk *c = ash_region.spans[span_bin(chunks)];
	for (int i = 0; c && i < SCAN; i++, c = c->next) {
		struct chunk *last = ash_pagemap_chunk(c->base + chunks * ASH_CHUNK);
		if (c->span == chunks && last && !(ash_low_bits(tail) & ~last->free))
			return c;
	}
	return NULL;
}

struct chunk *ash_units_find_long(size_t units)
{
	size_t chunks = (units + 31) / 32, tail = units - (chunks - 1) * 32;
	struct chunk *c = tail < 32 ? find_span_with_tail(chunks - 1, tail) : NULL;
	return c ? c : find_span(chunks);
}

struct chunk *ash_units_find_row(size_t *chunks)
{
	struct chunk *c = find_span(*chunks);
	if (!c && ash_region.spans_used)
		c = ash_region.spans[63 - __builtin_clzll(ash_region.spans_used)];
	if (!c)
		return NULL;
	if (*chunks > c->span)
		*chunks = c->span;
	return end_of_span(c, *chunks, true);
}

struct chunk *ash_units_find_any(void)
{
	if (ash_region.spans_used)
		return ash_region.spans[63 - __builtin_clzll(ash_region.spans_used)];
	return ash_region.bins_used
		       ? ash_region.bins[31 - __builtin_clz(ash_region.bins_used)]
		       : NULL;
}
