/* slab/sizeclass.h -- the size classes.
 *
 * 16-byte steps up to 128, then eight steps to each doubling up to 32 KiB: a block wastes at most
 * a ninth of itself (a sixteenth on average), and sizes that are multiples of a power of two are
 * classes of their own, which gives aligned_alloc its blocks: a slab starts at a multiple of
 * 64 KiB, so every block of a class is aligned as its size is.
 *
 * Not all of them are open at first: a class costs a page at least, and what is freed in one cannot
 * serve another, so a process with a few blocks of each size is better off with few classes. Up to 4 KiB
 * two to a doubling are open, above one (there, what a block does not use are whole pages, which cost
 * nothing). Where enough blocks of a class are out, the closed ones below it are opened, for good
 * (heap/shard.c).
 *
 * Eight steps instead of four took 6 % off sqlite's peak RSS and left nine other programs within
 * 1 % (design measurements); the smallest class is 16 bytes as max_align_t asks for. */
#ifndef ASH_SLAB_SIZECLASS_H
#define ASH_SLAB_SIZECLASS_H

#include "base/anchor.h"

extern ASH_HIDDEN const uint16_t ash_class_size[ASH_CLASSES]; /* bytes */

/* Division by a class size, for offsets below 64 KiB: with q = offset * ash_class_recip[c],
 * q >> 32 is the quotient, and the low half is below the reciprocal exactly if nothing remains.
 * (Exhaustively tested in tests/unit/test_sizeclass.c.) */
extern ASH_HIDDEN const uint32_t ash_class_recip[ASH_CLASSES];

/* Whether an address in a slab of the class is on its grid of blocks. */
static inline bool ash_class_on_grid(uintptr_t addr, unsigned c)
{
	return (uint32_t)(addr & (ASH_UNIT - 1)) * ash_class_recip[c] < ash_class_recip[c];
}

/* The smallest open class for a size from 1 to ASH_SMALL_MAX. Needs ash_sizeclass_init(). */
static inline unsigned ash_class_of(size_t size)
{
	return __atomic_load_n(&ash_anchor.class_of[(size - 1) / 16], __ATOMIC_RELAXED);
}

/* How many classes are opened together with c, itself included, if it is the largest of them, which is
 * open from the start; else 0. */
static inline unsigned ash_class_group(unsigned c)
{
	if (c < 4) /* 16 to 64 bytes */
		return 1;
	if (c < 8) /* to 128 */
		return c % 2 == 1 ? 2 : 0;
	if (c < 48) /* to 4 KiB */
		return c % 4 == 3 ? 4 : 0;
	return c % 8 == 7 ? 8 : 0;
}

/* Bytes of such a class that must be out before the others pay for themselves. */
static inline size_t ash_class_open_bytes(unsigned c)
{
	return c < 8 ? 4096 : c < 48 ? 65536 : 16u * ash_class_size[c];
}

/* Fills the anchor's size -> class table, and opens the group of a class. The latter by any thread,
 * while others read: all of them write the same bytes. */
void ash_sizeclass_init(void);
void ash_sizeclass_open(unsigned largest);

static inline bool ash_sizeclass_is_open(unsigned c)
{
	return ash_class_of(ash_class_size[c]) == c;
}

/* The smallest class for size, from the smallest open one on, whose blocks are multiples of align (a
 * power of two); ASH_CLASSES if there is none. */
static inline unsigned ash_class_aligned(size_t size, size_t align)
{
	if (size > ASH_SMALL_MAX)
		return ASH_CLASSES;
	unsigned c = ash_class_of(size ? size : 1);
	while (c < ASH_CLASSES && (ash_class_size[c] & (align - 1)))
		c++;
	return c;
}

#endif
