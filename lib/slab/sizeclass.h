/* slab/sizeclass.h -- the size classes.
 *
 * 16-byte steps up to 128, then eight steps to each doubling up to 32 KiB: a block wastes at most
 * a ninth of itself (a sixteenth on average), and sizes that are multiples of a power of two are
 * classes of their own, which gives aligned_alloc its blocks: a slab starts at a multiple of
 * 64 KiB, so every block of a class is aligned as its size is.
 *
 * Above 128 bytes only every fourth class is open at first. A class costs a page at least, and what
 * is freed in one cannot serve another: a process with a few blocks of each size is better off
 * with few classes. Where 32 KiB of a class are out, the three below it are opened, for good
 * (heap/shard.c).
 *
 * Eight steps instead of four took 6 % off sqlite's peak RSS and left nine other programs within
 * 1 % (design measurements); the smallest class is 16 bytes as max_align_t asks for. */
#ifndef ASH_SLAB_SIZECLASS_H
#define ASH_SLAB_SIZECLASS_H

#include "base/anchor.h"
#include "base/mem.h"

#define ASH_STEPS8(X, d)                                                            \
	X((d) + (d) / 8), X((d) + (d) / 8 * 2), X((d) + (d) / 8 * 3), X((d) + (d) / 8 * 4), \
		X((d) + (d) / 8 * 5), X((d) + (d) / 8 * 6), X((d) + (d) / 8 * 7), X((d) * 2)
#define ASH_ALL_CLASSES(X)                                                                 \
	X(16), X(32), X(48), X(64), X(80), X(96), X(112), X(128),                          \
		ASH_STEPS8(X, 128),  /* 144 ... 256: class 15 */                           \
		ASH_STEPS8(X, 256),  /* 288 ... 512 */                                     \
		ASH_STEPS8(X, 512),  /* 576 ... 1024: class 31 */                          \
		ASH_STEPS8(X, 1024), /* 1152 ... 2048 */                                   \
		ASH_STEPS8(X, 2048), ASH_STEPS8(X, 4096), ASH_STEPS8(X, 8192),             \
		ASH_STEPS8(X, 16384) /* 18432 ... 32768: class 71 */

#define ASH_CLASS_SIZE(s) (s)
static const uint16_t ash_class_size[] = {ASH_ALL_CLASSES(ASH_CLASS_SIZE)};
_Static_assert(sizeof ash_class_size == ASH_CLASSES * sizeof(uint16_t), "ASH_CLASSES");

/* Division by a class size, for offsets below 64 KiB: with q = offset * ash_class_recip[c],
 * q >> 32 is the quotient, and the low half is below the reciprocal exactly if nothing remains.
 * (Exhaustively tested in tests/unit/test_sizeclass.c.) */
#define ASH_CLASS_RECIP(s) (UINT32_MAX / (s) + 1)
static const uint32_t ash_class_recip[] = {ASH_ALL_CLASSES(ASH_CLASS_RECIP)};

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

#define ASH_GROUP 4 /* classes that are opened together: the last one is open from the start */

static inline bool ash_class_leads(unsigned c)
{
	return c >= 8 && (c - 8) % ASH_GROUP == ASH_GROUP - 1;
}

/* Opens the classes below a leading one. Any thread: all of them write the same bytes. */
static inline void ash_sizeclass_open(unsigned leader)
{
	for (unsigned c = leader - (ASH_GROUP - 1); c < leader; c++)
		for (unsigned i = ash_class_size[c - 1] / 16u; i < ash_class_size[c] / 16u; i++)
			__atomic_store_n(&ash_anchor.class_of[i], (uint8_t)c, __ATOMIC_RELAXED);
}

static inline bool ash_sizeclass_is_open(unsigned c)
{
	return ash_class_of(ash_class_size[c]) == c;
}

/* The smallest class for size, from the smallest open one on, whose blocks are multiples of align (a power of two);
 * ASH_CLASSES if there is none. */
static inline unsigned ash_class_aligned(size_t size, size_t align)
{
	if (size > ASH_SMALL_MAX)
		return ASH_CLASSES;
	unsigned c = ash_class_of(size ? size : 1);
	while (c < ASH_CLASSES && (ash_class_size[c] & (align - 1)))
		c++;
	return c;
}

/* Fills the anchor's size -> class table. */
static inline void ash_sizeclass_init(void)
{
	uint8_t *at = ash_anchor.class_of;
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		if (c < 8 || ash_class_leads(c))
			at = ash_mem_fill(at, (uint8_t)c, ash_anchor.class_of + ash_class_size[c] / 16);
}

#endif
