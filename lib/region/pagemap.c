/* region/pagemap.c -- see pagemap.h. */
#include "region/pagemap.h"
#include "os/os.h"

_Static_assert(sizeof(struct ash_leaf) % 4096 == 0, "a leaf is mapped whole");

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
	__atomic_store_n(&ash_anchor.root[addr >> ASH_LEAF_SHIFT],
			 distance / (intptr_t)sizeof(uint32_t), __ATOMIC_RELEASE);
	return leaf;
}
