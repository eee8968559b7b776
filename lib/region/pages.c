/* region/pages.c -- see pages.h. Reading order: kinds of pages, purging. */
#include "region/pages.h"
#include "base/bits.h"
#include "os/os.h"

#define ALL UINT32_MAX
#define CHURN \
	8 /* frees of a chunk or more, after which such blocks get huge pages as well */
#define KEPT_TIMES 5    /* decay times after which a chunk on the kept list is purged */
#define REFUSED_MS 1000 /* no purge for so long after the system refused one */

/* ---- kinds of pages */

/* Changes what a chunk asks for. Lock held, so that the kernel hears it in order. */
static void set_huge(struct chunk *c, bool on)
{
	if (c->huge == on)
		return;
	c->huge = on;
	ash_os_advise_huge((void *)c->base, ASH_CHUNK, on);
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
		ash_region.mapped -= ASH_CHUNK_UNITS;
		return false;
	}
	if (renewed) {
		ash_units_take(c, ALL);
		ash_units_give(c, ALL, false, 0);
		c->split = c->huge = false;
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

void ash_pages_freed_large(void)
{
	ash_region.churn += ash_region.churn < CHURN;
}

bool ash_pages_huge_for_large(void)
{
	return ash_region.churn >= CHURN;
}

bool ash_pages_choose(struct chunk *c, size_t units, bool dense, bool zero)
{
	bool written = !zero && ash_pages_huge_for_large();
	for (; units && c && c->free == ALL; c = ash_pagemap_chunk(c->base + ASH_CHUNK)) {
		size_t n = units < 32 ? units : 32;
		units -= n;
		if (dense || (n == 32 && written && !c->dirty)) {
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
	ash_region.purged += ash_bit_count(m & ~left);
	ash_region.refused = left != 0;
	ash_region.refused_at = now;
	return !left;
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
	if (ash_region.refused && now - ash_region.refused_at < REFUSED_MS)
		return; /* locked memory (mlockall) stays */
	while (ash_decay_over_cap(&ash_region.decay, ash_region.ready.units)) {
		size_t before = ash_region.purged;
		if (!purge_oldest(&ash_region.ready))
			return;
		ash_decay_purged_for_cap(&ash_region.decay, ash_region.purged - before, now);
	}
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
