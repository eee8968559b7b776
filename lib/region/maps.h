/* region/maps.h -- mappings of blocks that were freed a moment ago, kept for the next such block. For region/
 * alone; everything here wants the region lock.
 *
 * A program that fills blocks of 40 MiB one after the other would pay for all their pages each time. What is
 * kept counts as free dirty memory does: under the same ceiling, and to the same age. */
#ifndef ASH_REGION_MAPS_H
#define ASH_REGION_MAPS_H

#include "base/base.h"

#define ASH_MAPS 16

struct kept_map {
	char *at; /* NULL: none */
	size_t len;
	uint32_t stamp; /* ms, when it was freed */
};

/* False if there is no room. */
bool ash_maps_keep(struct kept_map map);

/* Takes out the smallest one that has len bytes, and not more than twice as many; .at is NULL if there is
 * none. A smaller one would have to grow by mremap, which only realloc may ask for: filters kill for it. */
struct kept_map ash_maps_take(size_t len, size_t align);

/* Takes out the oldest one. */
struct kept_map ash_maps_take_oldest(void);

/* Its stamp, or `none`. */
uint32_t ash_maps_oldest(uint32_t none);

#endif
