/* region/pages.h -- the pages behind the units: huge or small ones, and their way back to the
 * system. For region/ alone; everything here wants the region lock. */
#ifndef ASH_REGION_PAGES_H
#define ASH_REGION_PAGES_H

#include "region/units.h"

/* A run is about to be taken: chunks that it enters first are asked for the pages that suit it. Blocks of
 * whole chunks may be used in part, or never: they get huge pages in programs that free such blocks and
 * come again, unless they ask for zeroes; chunks with pages of the other kind keep them. False if a chunk
 * was lost: look for another place. */
bool ash_pages_choose(struct chunk *c, size_t units, bool dense, bool zero);

/* Where a dense unit is about to open chunk c, or none was found. Each chunk that asks for huge pages between
 * others that do not is two mappings more, of which a process has 65530: so dense units take a row of chunks
 * at a time, a quarter of what they have. Its chunks are clean; they count as taken until they are used. */
struct chunk *ash_pages_row(struct chunk *c);

/* Gives up the chunks set aside; false if there are none. */
bool ash_pages_leave_row(void);

/* Whether a chunk is set aside. */
bool ash_pages_in_row(const struct chunk *c);

/* Part of a chunk is about to be returned, or it may stay unwritten: no huge pages any more. */
void ash_pages_small(struct chunk *c);

/* A block of a chunk or more was freed; whether so many were that the next ones get huge pages. */
void ash_pages_freed_large(void);
bool ash_pages_huge_for_large(void);

/* Free units leave for a system call outside the lock. After it the caller clears the entry's chunk and gives
 * back what stays. NULL: too many threads do so already. */
struct away *ash_pages_leave(struct chunk *c, uint32_t units);

/* After a free, or when a clock ticks: keep the dirty memory below its ceiling, and within its age.
 * The lock is released meanwhile. */
void ash_pages_settle(uint32_t now);

/* Unmaps what is kept of mappings, the oldest first, until so many units went. The lock is released
 * meanwhile. */
void ash_pages_unmap(size_t units);

/* Returns the oldest of what is free and backed: a mapping, or a chunk's dirty units. False if there is none,
 * or the system refuses. The lock is released meanwhile. */
bool ash_pages_give_back_one(void);

/* Lets other threads go on with that for a moment; false if none is at it. The lock is released meanwhile. */
bool ash_pages_wait(void);

/* Purges a whole list. The lock is released meanwhile. */
void ash_pages_purge_all(const struct dirty_list *l);

#endif
