/* base/bits.h -- one operation that compilers do not find. */
#ifndef ASH_BASE_BITS_H
#define ASH_BASE_BITS_H

#include "base/base.h"

/* Sets bit i modulo 64 of *word; returns whether it was set before. */
static inline bool ash_bit_set(uint64_t *word, uint64_t i)
{
	uint64_t w = *word;
	bool before;
#if defined(__x86_64__) && defined(__GCC_ASM_FLAG_OUTPUTS__)
	__asm__("btsq %2, %0" : "+r"(w), "=@ccc"(before) : "r"(i));
#else
	uint64_t bit = (uint64_t)1 << (i & 63);
	before = w & bit;
	w |= bit;
#endif
	*word = w;
	return before;
}

#endif
