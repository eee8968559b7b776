/* heap/usage.h -- how full the slab around a block is, and its bin: for programs that move their blocks out of
 * sparse slabs. Takes the lock of the block's shard, inside. */
#ifndef ASH_HEAP_USAGE_H
#define ASH_HEAP_USAGE_H

#include "heap/shard.h"

/* In the layout of jemalloc's experimental.utilization.query. Blocks in caches are not free here. */
struct ash_usage {
	void *held;      /* the slab that the bin refills from; NULL: none, or a large block */
	size_t nfree;    /* blocks of the slab that are free; large: 0 */
	size_t nregs;    /* blocks of the slab; large: 1 */
	size_t size;     /* bytes of the slab, or of the large block */
	size_t bin_nfree, bin_nregs; /* the same of all slabs of the class in its shard; large: 0 */
};

/* p: any address. All zero where there is no block of ours. */
void ash_usage_of(const void *p, struct ash_usage *u);

/* Whether the program would do well to copy the block at p elsewhere and free this one: its slab is neither
 * the one that new blocks come from nor nearly full, and no fuller (an eighth allowed) than the average of the
 * class's slabs in its shard. p: any address. */
bool ash_usage_is_sparse(const void *p);

#endif
