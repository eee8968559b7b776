/* slab/nursery.c -- see nursery.h. */
#include "slab/nursery.h"
#include "base/bits.h"
#include "os/fault.h"
#include "os/lock.h"
#include "os/os.h"
#include "region/limit.h"

#define GRAIN 16u
#define GRAINS (ASH_NURSERY / GRAIN)
#define SIZE_MAX_HERE 4096u  /* bytes; stdio's buffers are so large */
#define ALIGN_MAX_HERE 64u
#define ALLOCS_MAX 1000      /* requests, some 50 us; a small program makes two or three hundred */

_Atomic bool ash_nursery_closed;
char *ash_nursery_base;

static struct ash_lock lock = {.rank = ASH_RANK_NURSERY}; /* guards all below */
static struct {
	uint64_t taken[GRAINS / 64];
	uint64_t first[GRAINS / 64]; /* of a live block */
	uint32_t allocs;
	uint32_t high;               /* grains below it have been used */
} nursery;

/* The first grain from `at` on, before `end`, whose bit is `set`; else end. */
static unsigned seek(const uint64_t *bits, unsigned at, unsigned end, bool set)
{
	while (at < end) {
		uint64_t word = (set ? bits[at / 64] : ~bits[at / 64]) >> at % 64;
		if (word) {
			at += (unsigned)__builtin_ctzll(word);
			break;
		}
		at = (at / 64 + 1) * 64;
	}
	return at < end ? at : end;
}

static void mark(unsigned at, unsigned n, bool set)
{
	for (unsigned i = at; i < at + n; i++) {
		uint64_t bit = (uint64_t)1 << i % 64;
		nursery.taken[i / 64] = set ? nursery.taken[i / 64] | bit : nursery.taken[i / 64] & ~bit;
	}
	nursery.first[at / 64] ^= (uint64_t)1 << at % 64;
}

/* Grains of the block that begins at `at`: up to a free one, or another block's first. */
static unsigned length(unsigned at)
{
	unsigned end = seek(nursery.taken, at, GRAINS, false);
	return seek(nursery.first, at + 1, end, true) - at;
}

static void *first_fit(unsigned n, unsigned step)
{
	for (unsigned at = 0; at + n <= GRAINS;) {
		unsigned in_the_way = seek(nursery.taken, at, at + n, true);
		if (in_the_way == at + n) {
			mark(at, n, true);
			if (nursery.high < at + n)
				nursery.high = at + n;
			return ash_nursery_base + at * GRAIN;
		}
		at = (unsigned)align_up(seek(nursery.taken, in_the_way, GRAINS, false), step);
	}
	return NULL;
}

static void *alloc(size_t size, size_t align)
{
	if (!ash_nursery_base) {
		__atomic_store_n(&ash_nursery_base, ash_os_map(ASH_NURSERY), __ATOMIC_RELAXED);
		atomic_fetch_add_explicit(&ash_limits.elsewhere, ash_nursery_base ? ASH_NURSERY : 0,
					  memory_order_relaxed);
	}
	return ash_nursery_base ? first_fit((unsigned)(size + GRAIN - 1) / GRAIN,
					    align > GRAIN ? (unsigned)align / GRAIN : 1)
				: NULL;
}

void *ash_nursery_alloc(size_t size, size_t align)
{
	void *p = NULL;
	bool fits = size <= SIZE_MAX_HERE && align <= ALIGN_MAX_HERE;
	ash_lock(&lock);
	/* What is too large counts as well: as long as this is open the fast paths are not. */
	bool open = !ash_nursery_closed && nursery.allocs++ < ALLOCS_MAX;
	if (open && fits)
		p = alloc(size, align);
	if (!open || (fits && !p))
		atomic_store_explicit(&ash_nursery_closed, true, memory_order_release);
	ash_unlock(&lock);
	return p;
}

void *ash_nursery_last_resort(size_t size, size_t align)
{
	void *p = NULL;
	ash_lock(&lock);
	if (ash_nursery_base && size <= SIZE_MAX_HERE && align <= ALIGN_MAX_HERE)
		p = alloc(size, align);
	ash_unlock(&lock);
	return p;
}

/* The grain at which p, a live block, begins. Lock held; also by a report, which is the last that a
 * process does. */
static unsigned grain_of(void *p, const char *call)
{
	uintptr_t offset = (uintptr_t)p - (uintptr_t)ash_nursery_base;
	unsigned at = (unsigned)(offset / GRAIN);
	bool first = nursery.first[at / 64] >> at % 64 & 1, taken = nursery.taken[at / 64] >> at % 64 & 1;
	if (unlikely(!first || offset % GRAIN))
		ash_fault(call, p, taken ? ASH_FAULT_INTERIOR : ASH_FAULT_FREED);
	return at;
}

size_t ash_nursery_size(void *p, const char *call)
{
	ash_lock(&lock);
	size_t size = length(grain_of(p, call)) * GRAIN;
	ash_unlock(&lock);
	return size;
}

void ash_nursery_free(void *p, const char *call)
{
	ash_lock(&lock);
	unsigned at = grain_of(p, call);
	mark(at, length(at), false);
	ash_unlock(&lock);
}

void ash_nursery_stats(struct ash_nursery_stats *s)
{
	*s = (struct ash_nursery_stats){0};
	ash_lock(&lock);
	for (unsigned i = 0; i < GRAINS / 64; i++) {
		s->blocks += (size_t)__builtin_popcountll(nursery.first[i]);
		s->bytes += (size_t)__builtin_popcountll(nursery.taken[i]) * GRAIN;
	}
	s->held = nursery.high * GRAIN;
	s->mapped = ash_nursery_base ? ASH_NURSERY : 0;
	ash_unlock(&lock);
}

void ash_nursery_fork_lock(void)
{
	ash_lock_fork(&lock);
}

void ash_nursery_fork_unlock(bool child)
{
	ash_unlock_fork(&lock, child);
}
