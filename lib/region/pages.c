/* region/pages.c -- see pages.h. Reading order: kinds of pages, purging. */
#include "region/pages.h"
#include "base/bits.h"
#include "os/os.h"
#include "region/limit.h"

#define ALL UINT32_MAX
#define CHURN 2         /* frees of a chunk or more, after which such blocks get huge pages as well */
#define ROW_MAX 32      /* chunks: what a step of growth has at most */
#define KEPT_TIMES 5    /* decay times after which a chunk on the kept list is purged */
#define REFUSED_MS 1000 /* no purge for so long after the system refused one */
#define WAITS_SHORT 20    /* for another thread's purge, first ... */
#define WAIT_PAUSES 1000  /* ... of some 10 microseconds, then ... */
#define WAITS_MAX 1000    /* ... of a millisecond each, and no more than these in all if none ends */

/* ---- kinds of pages */

/* Of dense units at least one page was written at once, and the huge page was there. */
static bool has_what_it_asked_for(const struct chunk *c)
{
	return c && c->asks && c->dense && c->free != ALL && !ash_pages_in_row(c);
}

/* Stops asking for huge pages, and so do neighbours that have theirs already: one of another kind among them
 * would cost two mappings. */
static void stop_asking(struct chunk *c)
{
	struct chunk *first = c, *last = c, *next;
	if (!c->asks)
		return;
	while ((next = ash_pagemap_chunk(first->base - ASH_CHUNK)), has_what_it_asked_for(next))
		(first = next)->asks = false;
	while ((next = ash_pagemap_chunk(last->base + ASH_CHUNK)), has_what_it_asked_for(next))
		(last = next)->asks = false;
	c->asks = false;
	ash_os_advise_huge((void *)first->base, last->base - first->base + ASH_CHUNK, false);
}

/* Changes what is behind a chunk. Lock held, so that the kernel hears it in order. */
static void set_huge(struct chunk *c, bool on)
{
	if (c->huge == on)
		return;
	ash_units_uncount(c);
	c->huge = on;
	ash_units_count(c);
	ash_region.huge += on ? 1 : (size_t)-1;
	if (!on)
		stop_asking(c);
	else
		ash_os_advise_huge((void *)c->base, ASH_CHUNK, c->asks = true);
}

/* Its mapping is another one now, or gone. */
static void forget_pages(struct chunk *c)
{
	ASSERT(!(c->free & ~c->dirty) || !ash_units_are_backed(c));
	ash_region.huge -= c->huge;
	c->huge = c->asks = c->split = false;
}

/* A chunk is about to be used from empty, and all of it will be written. Where a huge page was split, its
 * place takes no other before it is mapped anew. False: that failed halfway (memory is strictly accounted,
 * and another process was faster), the chunk is gone. */
static bool use_huge(struct chunk *c)
{
	bool renewed = c->split && ash_os_renew((void *)c->base, ASH_CHUNK);
	if (c->split && !renewed && !ash_os_is_mapped((void *)c->base)) {
		ash_units_take(c, ALL);
		c->owned = 0;
		forget_pages(c);
		ash_region.mapped -= ASH_CHUNK_UNITS;
		return false;
	}
	if (renewed) {
		ash_units_take(c, ALL);
		ash_units_give(c, ALL, false, 0);
		forget_pages(c);
	}
	set_huge(c, true);
	return true;
}

/* All of a huge page is there, also units of it that nobody has used. */
void ash_pages_small(struct chunk *c)
{
	uint32_t clean = c->free & ~c->dirty;
	if (!c->huge)
		return;
	c->split = true;
	set_huge(c, false);
	ash_units_take(c, clean);
	ash_units_give(c, clean, true, ash_os_now_ms());
}

/* Nobody has used it, and it never had huge pages. */
static bool is_plain(const struct chunk *c)
{
	return c && c->free == ALL && !c->dirty && !c->huge && !c->split;
}

static void set_row_aside(void)
{
	size_t max = ash_region.huge / 4 < ROW_MAX ? ash_region.huge / 4 : ROW_MAX, n = 0;
	struct chunk *first = max > 1 ? ash_units_find_row(&max) : NULL;
	for (struct chunk *c = first; n < max && is_plain(c); n++)
		c = ash_pagemap_chunk(c->base + ASH_CHUNK);
	if (!first || n < 2)
		return;
	ash_os_advise_huge((void *)first->base, n * ASH_CHUNK, true);
	ash_region.row = first;
	ash_region.huge += n;
	for (; n--; first = ash_pagemap_chunk(first->base + ASH_CHUNK)) {
		first->huge = first->asks = true;
		ash_region.row_chunks++;
		ash_units_take(first, ALL);
	}
}

static struct chunk *leave_one(void)
{
	struct chunk *c = ash_region.row;
	ash_region.row = --ash_region.row_chunks ? ash_pagemap_chunk(c->base + ASH_CHUNK) : NULL;
	ash_units_give(c, ALL, false, 0);
	return c;
}

struct chunk *ash_pages_row(struct chunk *c)
{
	if (c && !is_plain(c))
		return c;
	if (!ash_region.row)
		set_row_aside();
	return ash_region.row ? leave_one() : c;
}

bool ash_pages_leave_row(void)
{
	bool any = ash_region.row_chunks;
	while (ash_region.row_chunks)
		set_huge(leave_one(), false);
	return any;
}

bool ash_pages_in_row(const struct chunk *c)
{
	return ash_region.row &&
	       c->base - ash_region.row->base < ash_region.row_chunks * ASH_CHUNK;
}

void ash_pages_freed_large(void)
{
	ash_region.churn += ash_region.churn < CHURN;
}

bool ash_pages_huge_for_large(void)
{
	return ash_conf.thp == ASH_THP_DEFAULT ? ash_region.churn >= CHURN
					       : ash_conf.thp == ASH_THP_ALWAYS;
}

bool ash_pages_choose(struct chunk *c, size_t units, bool dense, bool zero)
{
	bool written = !zero && ash_pages_huge_for_large();
	bool pays = ash_region.dense >= ash_units_huge_heap();
	for (; units && c && c->free == ALL; c = ash_pagemap_chunk(c->base + ASH_CHUNK)) {
		size_t n = units < 32 ? units : 32;
		units -= n;
		c->dense = dense;
		if ((dense && pays) || (n == 32 && written && !c->dirty)) {
			if (!use_huge(c))
				return false;
		} else if (n < 32 || !written) {
			ash_pages_small(c);
		}
	}
	return true;
}

/* ---- purging */

struct away *ash_pages_leave(struct chunk *c, uint32_t units)
{
	for (struct away *a = ash_region.away; a < ash_region.away + ASH_AWAY; a++) {
		if (a->chunk)
			continue;
		c->split |= c->huge;
		set_huge(c, false);
		ash_units_take(c, units);
		*a = (struct away){c, units, ash_lock_id()};
		return a;
	}
	return NULL;
}

/* Returns the dirty units of the oldest chunk on a list; false if there is none, or the system refuses
 * (then they count as freed just now). The lock is released meanwhile. */
static bool purge_oldest(const struct dirty_list *l)
{
	struct chunk *c = l->oldest;
	/* Of a huge page, what is clean by our books is backed as well. */
	uint32_t m = c ? c->huge ? c->free : c->dirty : 0;
	struct away *a = c ? ash_pages_leave(c, m) : NULL;
	if (!a)
		return false;
	ash_unlock(&ash_region.lock);
	uint32_t left = ash_each_row(c, m, ash_os_purge);
	uint32_t now = left ? ash_os_now_ms() : 0;
	ash_lock(&ash_region.lock);
	a->chunk = NULL;
	ash_units_give(c, m & ~left, false, now);
	ash_units_give(c, left, true, now);
	ash_region.purges++;
	ash_region.advises += ash_bit_count(m & ~(m << 1));
	ash_region.purged += ash_bit_count(m & ~left);
	ash_region.refused = left != 0;
	ash_region.refused_at = now;
	ash_region.waits = 0;
	return !left;
}

/* The same of the mappings that are kept. */
static void unmap_oldest(void)
{
	struct kept_map m = ash_maps_take_oldest();
	ash_region.own_units += m.len / ASH_UNIT; /* until it is gone */
	ash_region.unmapping++;
	ash_unlock(&ash_region.lock);
	ash_os_unmap(m.at, m.len);
	ash_lock(&ash_region.lock);
	ash_region.own_units -= m.len / ASH_UNIT;
	ash_region.unmapping--;
	ash_region.waits = 0;
	ash_region.purges++;
	ash_region.advises++;
	ash_region.purged += m.len / ASH_UNIT;
}

void ash_pages_unmap(size_t units)
{
	size_t before = ash_region.purged;
	while (ash_region.kept_units && ash_region.purged - before < units)
		unmap_oldest();
}

static bool refused_lately(uint32_t now)
{
	return ash_region.refused && now - ash_region.refused_at < REFUSED_MS;
}

SLOW bool ash_pages_give_back_one(void)
{
	if (ash_region.kept_units) {
		unmap_oldest();
		return true;
	}
	if (ash_region.refused && refused_lately(ash_os_now_ms()))
		return false;
	return purge_oldest(&ash_region.ready) || purge_oldest(&ash_region.kept);
}

SLOW bool ash_pages_wait(void)
{
	const struct away *a = ash_region.away;
	while (a < ash_region.away + ASH_AWAY && !(a->chunk && a->units && a->thread != ash_lock_id()))
		a++;
	bool any = a < ash_region.away + ASH_AWAY || ash_region.unmapping;
	if (!any || ash_region.waits >= WAITS_MAX)
		return false;
	bool is_short = ash_region.waits++ < WAITS_SHORT;
	ash_unlock(&ash_region.lock);
	for (int i = 0; is_short && i < WAIT_PAUSES; i++)
		ash_pause();
	if (!is_short)
		ash_os_wait_ms(1);
	ash_lock(&ash_region.lock);
	return true;
}

static void purge_older(const struct dirty_list *l, int decay_times, uint32_t now)
{
	while (l->oldest && ash_decay_is_old(&ash_region.decay, l->oldest->stamp, decay_times, now))
		if (!purge_oldest(l))
			return;
}

void ash_pages_settle(uint32_t now)
{
	ash_decay_sink(&ash_region.decay, now);
	if (ash_limits_on())
		ash_limit_heed();
	if (refused_lately(now))
		return; /* locked memory (mlockall) stays */
	while (ash_decay_over_cap(&ash_region.decay, ash_region.ready.units + ash_region.kept_units)) {
		const struct chunk *c = ash_region.ready.oldest;
		size_t before = ash_region.purged;
		if (ash_region.kept_units && (!c || (int32_t)(ash_maps_oldest(now) - c->stamp) < 0))
			unmap_oldest();
		else if (!purge_oldest(&ash_region.ready))
			return;
		ash_decay_purged_for_cap(&ash_region.decay, ash_region.purged - before, now);
	}
	while (ash_region.kept_units && ash_decay_is_old(&ash_region.decay, ash_maps_oldest(now), 1, now))
		unmap_oldest();
	purge_older(&ash_region.ready, 1, now);
	purge_older(&ash_region.kept, KEPT_TIMES, now);
}

void ash_pages_purge_all(const struct dirty_list *l)
{
	size_t chunks =
		0; /* what the system refuses becomes the youngest: do not go round */
	for (struct chunk *c = l->oldest; c; c = c->younger)
		chunks++;
	while (chunks-- && l->oldest)
		purge_oldest(l);
}
