/* obs/epoch.h -- figures as an epoch found them: what the control tree answers from, so that those that a program
 * reads one after the other belong together. Those of all arenas are taken when an epoch begins, those of one when
 * somebody asks for the first of them: each walks the whole heap.
 *
 * Lock: rank CTL, held from ash_epoch_lock() to ash_epoch_unlock(). */
#ifndef ASH_OBS_EPOCH_H
#define ASH_OBS_EPOCH_H

#include "obs/stats.h"

/* All arenas together. */
struct ash_epoch {
	uint64_t number; /* of epochs so far */
	struct ash_stats sum;
	struct ash_lock_stats lock; /* of the lock here */
};

/* Locks, and begins the first epoch if there was none. */
const struct ash_epoch *ash_epoch_lock(void);
void ash_epoch_unlock(void);

/* Begins the next one. Takes the lock. */
void ash_epoch_renew(void);

/* ---- with the lock held; i: an arena that there may be, or ASH_ARENAS_ALL */

/* 0; ENOENT: there is no such arena; EAGAIN: there is no memory. */
int ash_epoch_arena(size_t i, const struct ash_arena_stats **s);

/* Where the pactive of an arena is, whose figures were got: from now on it is kept up, atomically, at each epoch. */
const size_t *ash_epoch_watch(size_t i);

/* Bytes in active pages at this moment, beside the epoch's. */
size_t ash_epoch_active_now(void);

void ash_epoch_fork_lock(void);
void ash_epoch_fork_unlock(bool child);

#endif
