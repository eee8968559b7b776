/* region/meta.h -- memory for the allocator's own records, all of it outside user blocks. Never
 * returned to the system; freed records are kept by size and used again.
 * Lock: rank META, taken inside. */
#ifndef ASH_REGION_META_H
#define ASH_REGION_META_H

#include "os/lock.h"

#define ASH_META_MAX 8192 /* bytes: the largest record */

/* Zeroed record of at least `bytes`, in cache lines of its own. NULL when the system has no
 * memory. */
void *ash_meta_alloc(size_t bytes);

/* bytes as at its allocation. */
void ash_meta_free(void *record, size_t bytes);

/* Hands over zeroed memory nobody else wants (the unaligned ends of a mapping). */
void ash_meta_give(void *addr, size_t bytes);

/* Bytes taken from the system for records so far; of these, those handed out at some time: the rest has
 * never been written. */
size_t ash_meta_bytes(void);
size_t ash_meta_used(void);

/* The lock's figures. */
void ash_meta_lock_stats(struct ash_lock_stats *s);

void ash_meta_fork_lock(void);
void ash_meta_fork_unlock(bool child);

#endif
