/* base/mem.h -- our own memory functions. libc's are IFUNCs, may be interposed by a sanitizer,
 * and cannot be called before the library is relocated; these can, at any time.
 * Regions are the allocator's own, so sizes and alignments are known to be friendly. */
#ifndef ASH_BASE_MEM_H
#define ASH_BASE_MEM_H

#include "base/base.h"

/* 16 bytes as one register, for any object underneath. */
typedef long ash_vec __attribute__((vector_size(16), may_alias, aligned(8)));

void ash_mem_zero_large(void *dst, size_t bytes);

/* Zeroes bytes rounded up to 16 at a 16-byte aligned dst (a block, whose class size is a multiple
 * of 16). */
static inline void ash_mem_zero(void *dst, size_t bytes)
{
	if (bytes > 256) {
		ash_mem_zero_large(dst, bytes);
		return;
	}
	char *p = dst;
	char *end = p + bytes;
	while (p < end) {
		*(ash_vec *)p = (ash_vec){0, 0};
		__asm__("" : "+r"(p)); /* or the compiler makes it a call of memset */
		p += 16;
	}
}

/* As memcpy; dst and src 8-byte aligned or not, no overlap. */
void ash_mem_copy(void *dst, const void *src, size_t bytes);

/* Moves n pointers towards lower addresses (dst <= src, may overlap). */
static inline void ash_mem_slide(void **dst, void **src, size_t n)
{
	typedef long loose_vec __attribute__((vector_size(16), may_alias, aligned(8)));
	const size_t step = sizeof(loose_vec) / sizeof(void *);
	for (; n >= step; n -= step, dst += step, src += step) {
		*(loose_vec *)dst = *(const loose_vec *)src;
		__asm__("" : "+r"(dst));
	}
	for (; n; n--)
		*dst++ = *src++;
}

bool ash_str_eq(const char *a, const char *b);
size_t ash_str_len(const char *s);

#endif
