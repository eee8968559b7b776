/* slab/slab.c -- see slab.h. */
#include "slab/slab.h"
#include "os/os.h"
#include "region/meta.h"

#define DENSE_MAX 16384 /* bytes: such blocks leave few pages unwritten (doc/decisions/0004) */

static inline size_t words(size_t capacity)
{
	return (capacity + 63) / 64;
}

static inline bool is_dense(size_t capacity)
{
	return capacity >= ASH_UNIT / DENSE_MAX;
}

struct slab *ash_slab_create(uint32_t entry, struct supply *sp)
{
	unsigned class = ASH_ENTRY_CLASS(entry);
	size_t size = ash_class_size[class], capacity = ASH_UNIT / size, n = words(capacity);
	bool clean = false, huge = true, dense = is_dense(capacity);
	uint64_t *bits = NULL;
	if (n > 1 && !(bits = ash_meta_alloc(n * sizeof *bits)))
		return NULL;
	char *base = unlikely(sp) ? ash_supply_alloc(sp, 1, ASH_UNIT, false)
		     : dense      ? ash_chunk_alloc_dense(&clean, &huge)
				  : ash_chunk_alloc(1, 1, false, &clean);
	if (!base) {
		if (bits)
			ash_meta_free(bits, n * sizeof *bits);
		return NULL;
	}
	struct slab *s = ash_slab_at((uintptr_t)base);
	*s = (struct slab){
		.bits = bits ? bits : &s->inline_bits,
		.unit = (uint32_t)((uintptr_t)base >> ASH_UNIT_SHIFT),
		.capacity = (uint16_t)capacity,
		.level = ASH_LEVEL_NEVER,
		.countdown = (uint32_t)(ASH_LEVEL_NEVER - capacity),
		.purged = clean ? 0xffff : 0,
		.class = (uint8_t)class,
		.state = SLAB_HELD,
		.kind = UNIT_SLAB,
		.in_rows = dense && !huge,
	};
	for (size_t i = 0; i < n; i++)
		s->bits[i] = UINT64_MAX;
	ash_pagemap_set((uintptr_t)base, entry);
	return s;
}

void ash_slab_destroy(struct slab *s)
{
	ASSERT(ash_slab_nfree(s) == s->capacity);
	char *base = ash_slab_base(s);
	ash_pagemap_set((uintptr_t)base, 0);
	if (s->capacity > 64)
		ash_meta_free(s->bits, words(s->capacity) * sizeof *s->bits);
	bool partial = s->purged != 0;
	s->kind = UNIT_NONE;
	s->class = ASH_CLASSES; /* a block freed twice may still be on its way here */
	if (is_dense(s->capacity))
		ash_chunk_free_dense(base, partial);
	else
		ash_chunk_free_partial(base, 1, partial);
}

void ash_slab_discard(struct slab *s)
{
	s->countdown = (uint32_t)(s->level - s->capacity);
	s->first = 0;
	for (size_t i = 0; i < words(s->capacity); i++)
		s->bits[i] = UINT64_MAX;
}

/* Pages of the block at offset, as a mask. */
static inline uint32_t pages_of(size_t offset, size_t size)
{
	unsigned first = (unsigned)(offset >> ash_os.page_shift);
	unsigned last = (unsigned)((offset + size - 1) >> ash_os.page_shift);
	return (uint32_t)((2ull << last) - (1ull << first));
}

/* The pages with a block that is not free. */
static uint32_t busy_pages(const struct slab *s)
{
	size_t size = ash_class_size[s->class];
	uint32_t busy = 0;
	for (size_t w = 0; w < words(s->capacity); w++) {
		uint64_t live = ~s->bits[w]; /* bits beyond the capacity are set: not live */
		for (; live; live &= live - 1)
			busy |= pages_of((w * 64 + (size_t)__builtin_ctzll(live)) * size, size);
	}
	return busy;
}

/* Blocks were taken from `pages`: marks the purged ones of these as used, and some behind them. */
static void use_purged(struct slab *s, uint32_t pages, unsigned ahead, struct page_row *absent)
{
	uint32_t row = s->purged & pages;
	if (!row)
		return;
	unsigned at = (unsigned)__builtin_ctz(row);
	s->purged &= (uint16_t)~pages;
	if (!s->in_rows)
		return;
	row = (row | s->purged) >> at & ((pages >> at) | ((1u << ahead) - 1));
	unsigned n = (unsigned)__builtin_ctz(~row);
	s->purged &= (uint16_t)~(((1u << n) - 1) << at);
	absent->at = ash_slab_base(s) + ((size_t)at << ash_os.page_shift);
	absent->len = (size_t)n << ash_os.page_shift;
}

/* If the free blocks of a word follow one another, and there are eight at least: how many; else 0. */
static inline size_t row_length(uint64_t w)
{
	uint64_t low = w >> __builtin_ctzll(w);
	if (low < 0xff || low & (low + 1))
		return 0;
	return low == UINT64_MAX ? 64 : (unsigned)__builtin_ctzll(low + 1);
}

/* Stores n blocks in a row downwards from end[-1], two at a time. */
static inline void **store_row(void **end, uintptr_t block, size_t size, size_t n)
{
	typedef uintptr_t two __attribute__((vector_size(2 * sizeof(uintptr_t)), may_alias, aligned(sizeof(uintptr_t))));
	void **last = end - n;
	if (n & 1) {
		*--end = (void *)block;
		block += size;
	}
	for (two at = {block + size, block}; end > last; at += 2 * size)
		*(two *)(end -= 2) = at;
	return end;
}

void ash_slab_take(struct slab *s, void **end, size_t n, unsigned ahead, struct page_row *absent)
{
	size_t size = ash_class_size[s->class];
	char *base = ash_slab_base(s);
	void **top = end - 1;
	uint64_t *word = s->bits + s->first;
	char *block = base + (size_t)s->first * 64 * size;
	ASSERT(n && n <= ash_slab_nfree(s));
	s->countdown += (uint32_t)n;
	for (;; word++, block += 64 * size) {
		uint64_t w = *word;
		size_t row = w ? row_length(w) : 0;
		if (row) {
			uintptr_t lowest = (uintptr_t)block + (unsigned)__builtin_ctzll(w) * size;
			w = row > n ? w << n & w : 0;
			row = row > n ? n : row;
			end = store_row(end, lowest, size, row);
			n -= row;
		} else {
			for (; w && n; n--, w &= w - 1)
				*--end = block + (unsigned)__builtin_ctzll(w) * size;
		}
		*word = w;
		if (!n)
			break;
	}
	s->first = (uint32_t)(word - s->bits);
	/* Pages between the lowest and the highest block: a few too many, if blocks were scattered,
	 * may be returned once more later. */
	if (s->purged) {
		char *highest = *end, *lowest = *top;
		use_purged(s, pages_of((size_t)(lowest - base), (size_t)(highest - lowest) + size), ahead,
			   absent);
	}
}

/* Of n bits from `first` on those in word w, which has some. */
static inline uint64_t row_mask(size_t w, size_t first, size_t n)
{
	size_t last = first + n - 1;
	uint64_t m = w == first / 64 ? UINT64_MAX << first % 64 : UINT64_MAX;
	return w == last / 64 ? m & UINT64_MAX >> (63 - last % 64) : m;
}

bool ash_slab_free_row(struct slab *s, size_t first, size_t n)
{
	size_t end = (first + n - 1) / 64 + 1;
	for (size_t w = first / 64; w < end; w++)
		if (s->bits[w] & row_mask(w, first, n))
			return false;
	for (size_t w = first / 64; w < end; w++)
		s->bits[w] |= row_mask(w, first, n);
	return true;
}

uint32_t ash_slab_idle_pages(const struct slab *s)
{
	unsigned pages = (unsigned)(ASH_UNIT >> ash_os.page_shift);
	if (unlikely(ash_pagemap_chunk((uintptr_t)ash_slab_base(s))->supply))
		return 0;
	return ~(busy_pages(s) | s->purged) & (uint32_t)((1ull << pages) - 1);
}

size_t ash_slab_purge(struct slab *s, uint32_t pages)
{
	size_t purged = 0;
	ash_chunk_purged_inside((uintptr_t)ash_slab_base(s));
	while (pages) {
		unsigned at = (unsigned)__builtin_ctz(pages);
		unsigned n = (unsigned)__builtin_ctz(~(pages >> at));
		uint32_t row = (uint32_t)(((1ull << n) - 1) << at);
		if (!ash_os_purge(ash_slab_base(s) + ((size_t)at << ash_os.page_shift),
				  (size_t)n << ash_os.page_shift))
			break;
		s->purged |= (uint16_t)row;
		purged += (size_t)n << ash_os.page_shift;
		pages &= ~row;
	}
	return purged;
}
