/* region/decay.h -- how much freed memory to keep: policy only, no memory touched, no lock.
 *
 * Returning a page and faulting it in again costs a thousand fast paths, keeping it costs memory.
 * Two rules, both needed:
 *   age   free memory nobody took back within the decay time is returned when a clock ticks.
 *   cap   but a program that frees a burst and then only pairs malloc with free reaches no clock:
 *         so free dirty memory has a ceiling, enforced when memory is freed. The ceiling starts
 *         low, rises when a purge proves premature (clean memory is asked for shortly after it)
 *         and sinks again while it does not.
 * All units are 64 KiB units; times are ash_os_now_ms(). */
#ifndef ASH_REGION_DECAY_H
#define ASH_REGION_DECAY_H

#include "base/base.h"

struct decay {
	int32_t age_ms;        /* option: 0 purge at once, -1 never */
	size_t cap;            /* dirty units tolerated */
	size_t cap_min, cap_max; /* it starts and sinks to the one, rises to the other. Const after init */
	size_t regret;         /* units purged for the cap at `purged_at`, not yet asked back */
	uint32_t purged_at;
	uint32_t sunk_at;      /* when the cap last sank */
};

#define ASH_DECAY_INIT {.age_ms = ASH_DECAY_AGE_MS, .cap = ASH_DECAY_CAP_MIN, .cap_min = ASH_DECAY_CAP_MIN, .cap_max = ASH_DECAY_CAP_MAX}
#define ASH_DECAY_AGE_MS 200
#define ASH_DECAY_CAP_MIN 256         /* 16 MiB */
#define ASH_DECAY_CAP_MAX (64u << 10) /* 4 GiB */
#define ASH_DECAY_REGRET_MS 200

/* Clean memory of n units was taken: was it purged too early? */
static inline void ash_decay_took_clean(struct decay *d, size_t n, uint32_t now)
{
	if (!d->regret)
		return;
	if (now - d->purged_at > ASH_DECAY_REGRET_MS) {
		d->regret = 0;
		return;
	}
	if (n > d->regret)
		n = d->regret;
	d->regret -= n;
	d->cap += 2 * n;
	if (d->cap > d->cap_max)
		d->cap = d->cap_max;
	d->sunk_at = now;
}

static inline void ash_decay_purged_for_cap(struct decay *d, size_t n, uint32_t now)
{
	d->regret += n;
	d->purged_at = now;
}

/* The ceiling sinks by an eighth of its excess a second. */
static inline void ash_decay_sink(struct decay *d, uint32_t now)
{
	if ((int32_t)(now - d->sunk_at) < 1000) /* signed: clocks of several threads */
		return;
	d->sunk_at = now;
	d->cap -= (d->cap - d->cap_min + 7) / 8;
}

/* Never more than n units. */
static inline void ash_decay_bound(struct decay *d, size_t n)
{
	d->cap_max = d->cap_max < n ? d->cap_max : n;
	d->cap_min = d->cap_min < n ? d->cap_min : n;
	d->cap = d->cap_min;
}

static inline bool ash_decay_over_cap(const struct decay *d, size_t dirty)
{
	return dirty > d->cap && d->age_ms >= 0;
}

/* Whether memory freed at `stamp` has been free for so many decay times. */
static inline bool ash_decay_is_old(const struct decay *d, uint32_t stamp, int times, uint32_t now)
{
	return d->age_ms >= 0 && (int32_t)(now - stamp) / times >= d->age_ms;
}

#endif
