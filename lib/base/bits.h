/* base/bits.h -- operations that compilers turn into something slower. */
#ifndef ASH_BASE_BITS_H
#define ASH_BASE_BITS_H

#include "base/base.h"

/* Sets bit i modulo 64 of *word; returns whether it was set before. */
static inline bool ash_bit_set(uint64_t *word, uint64_t i)
{
#ifdef ASH_ARCH_BIT_SET
	return ash_arch_bit_set(word, i);
#else
	uint64_t w = *word, bit = (uint64_t)1 << (i & 63);
	*word = w | bit;
	return w & bit;
#endif
}

/* Set bits. Without an instruction for it the compiler's builtin is a call into libgcc. */
static inline unsigned ash_bit_count(uint32_t m)
{
	m -= m >> 1 & 0x55555555;
	m = (m & 0x33333333) + (m >> 2 & 0x33333333);
	m = (m + (m >> 4)) & 0x0f0f0f0f;
	return m * 0x01010101 >> 24;
}

#endif
