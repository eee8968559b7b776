/* region/pagemap.c -- see pagemap.h. */
#include "region/pagemap.h"
#include "os/os.h"

#include <stdatomic.h>

_Static_assert(sizeof(struct ash_leaf) % 4096 == 0, "a leaf is mapped whole");

/* Roots that have leaves are among these; so many they are. Written under the region lock, with each leaf */
static _Atomic uint32_t roots_first, roots_end;
static _Atomic uint32_t leaves;

struct ash_leaf *ash_pagemap_ensure(uintptr_t addr, void **space)
{
	struct ash_leaf *leaf = ash_pagemap_leaf(addr);
	if (leaf || addr >> ASH_LEAF_SHIFT >= ASH_ROOTS)
		return leaf;
	if (space && *space) {
		leaf = *space;
		*space = NULL;
	} else {
		leaf = ash_os_map(align_up(sizeof *leaf, ash_os.page_size));
	}
	if (!leaf)
		return NULL;
	intptr_t distance = (intptr_t)leaf->entry - (intptr_t)ash_anchor.zero_leaf;
	ASSERT(distance % (intptr_t)sizeof(uint32_t) == 0);
	leaves++;
	if (!roots_end || addr >> ASH_LEAF_SHIFT < roots_first)
		roots_first = (uint32_t)(addr >> ASH_LEAF_SHIFT);
	if (addr >> ASH_LEAF_SHIFT >= roots_end)
		roots_end = (uint32_t)(addr >> ASH_LEAF_SHIFT) + 1;
	__atomic_store_n(&ash_anchor.root[addr >> ASH_LEAF_SHIFT],
			 distance / (intptr_t)sizeof(uint32_t), __ATOMIC_RELEASE);
	return leaf;
}

struct chunk *ash_pagemap_next_chunk(uintptr_t *at)
{
	uintptr_t first = (uintptr_t)roots_first << ASH_LEAF_SHIFT;
	if (*at < first)
		*at = first;
	while (*at >> ASH_LEAF_SHIFT < roots_end) {
		uintptr_t root = *at >> ASH_LEAF_SHIFT;
		const struct ash_leaf *leaf = ash_pagemap_leaf(*at);
		for (; leaf && *at >> ASH_LEAF_SHIFT == root;) {
			struct chunk *c = ash_pagemap_chunk(*at);
			*at += ASH_CHUNK;
			if (c)
				return c;
		}
		if (!leaf)
			*at = (root + 1) << ASH_LEAF_SHIFT;
		if (!*at)
			break; /* the end of 32 bits of address space */
	}
	return NULL;
}

void ash_pagemap_leaf_bytes(size_t *mapped, size_t *used)
{
	const uintptr_t page_span = ash_os.page_size / sizeof(uint32_t) * ASH_UNIT; /* that a page of entries serves */
	uintptr_t at = 0, last = UINTPTR_MAX;
	*mapped = leaves * sizeof(struct ash_leaf);
	*used = leaves * ash_os.page_size; /* of pointers to chunks */
	while (ash_pagemap_next_chunk(&at)) {
		uintptr_t page = (at - 1) / page_span;
		*used += page != last ? ash_os.page_size : 0;
		last = page;
	}
}
