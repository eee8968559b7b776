/* base/mem.h -- our own memory functions. libc's are IFUNCs, may be interposed by a sanitizer,
 * and cannot be called before the library is relocated; these can, at any time.
 * Regions are the allocator's own, so sizes and alignments are known to be friendly. */
#ifndef ASH_BASE_MEM_H
#define ASH_BASE_MEM_H

#include "base/base.h"

/* 16 bytes as one register, for any object underneath, at any multiple of 8. */
typedef long ash_vec __attribute__((vector_size(16), may_alias, aligned(8)));

/* As ash_mem_zero(), for more than 32 bytes. */
void *ash_mem_zero_more(void *dst, size_t bytes);

/* Zeroes bytes (at least one) rounded up to 16 at a 16-byte aligned dst (a block, whose class size is a
 * multiple of 16). Returns dst. */
static inline void *ash_mem_zero(void *dst, size_t bytes)
{
	if (bytes > 32)
		return ash_mem_zero_more(dst, bytes);
	char *last = (char *)dst + ((bytes - 1) & 16);
	*(ash_vec *)dst = (ash_vec){0, 0};
	*(ash_vec *)last = (ash_vec){0, 0};
	return dst;
}

/* As memcpy; dst and src 8-byte aligned or not, no overlap. */
void ash_mem_copy(void *dst, const void *src, size_t bytes);

/* Moves n pointers towards lower addresses (dst <= src, may overlap). */
static inline void ash_mem_slide(void **dst, void **src, size_t n)
{
	typedef long some __attribute__((vector_size(16), may_alias, aligned(sizeof(void *))));
	const size_t step = 2 * sizeof(some) / sizeof(void *);
	for (; n >= step; n -= step, dst += step, src += step) {
		some low = ((const some *)src)[0], high = ((const some *)src)[1];
		((some *)dst)[0] = low;
		((some *)dst)[1] = high;
		__asm__("" : "+r"(dst)); /* or the compiler makes it a call of memmove */
	}
	for (; n; n--)
		*dst++ = *src++;
}

bool ash_str_eq(const char *a, const char *b);
size_t ash_str_len(const char *s);

#endif
