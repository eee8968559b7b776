/* base/mem.c -- see mem.h. Each loop hides its pointer from the optimiser, which would otherwise
 * recognise the pattern and call memset or memcpy in libc. */
#include "base/mem.h"

void *ash_mem_zero_more(void *dst, size_t bytes)
{
	char *p = dst;
	bytes = align_up(bytes, 16);
#ifdef ASH_ARCH_STRING
	if (bytes >= ASH_ARCH_STRING) {
		ash_arch_zero(dst, bytes);
		return dst;
	}
#endif
	char *tail = p + bytes - 32; /* what the steps before it leave, and perhaps some of these once more */
	for (; p < tail; p += 32) {
		((ash_vec *)p)[0] = ((ash_vec *)p)[1] = (ash_vec){0, 0};
		__asm__("" : "+r"(p));
	}
	((ash_vec *)tail)[0] = ((ash_vec *)tail)[1] = (ash_vec){0, 0};
	return dst;
}

/* 64 bytes a step, and the last ones, a multiple of 16 or not, once more from the end. */
void ash_mem_copy(void *dst, const void *src, size_t bytes)
{
	typedef long loose_vec __attribute__((vector_size(16), may_alias, aligned(1)));
	char *d = dst;
	const char *s = src;
#ifdef ASH_ARCH_STRING
	if (bytes >= ASH_ARCH_STRING) {
		ash_arch_copy(dst, src, bytes);
		return;
	}
#endif
	char *end = d + bytes;
	if (bytes >= 16) {
		loose_vec last = *(const loose_vec *)(s + bytes - 16);
		for (; end - d > 64; d += 64, s += 64) {
			const loose_vec *from = (const loose_vec *)s;
			loose_vec a = from[0], b = from[1], c = from[2], e = from[3];
			loose_vec *to = (loose_vec *)d;
			to[0] = a, to[1] = b, to[2] = c, to[3] = e;
			__asm__("" : "+r"(d), "+r"(s));
		}
		for (; end - d > 16; d += 16, s += 16) {
			*(loose_vec *)d = *(const loose_vec *)s;
			__asm__("" : "+r"(d), "+r"(s));
		}
		*(loose_vec *)(end - 16) = last;
		return;
	}
	while (d < end) {
		*d++ = *s++;
		__asm__("" : "+r"(d), "+r"(s));
	}
}

bool ash_str_eq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

size_t ash_str_len(const char *s)
{
	size_t n = 0;
	while (s[n]) {
		n++;
		__asm__("" : "+r"(s));
	}
	return n;
}

/* Compilers call these by themselves, for a structure that is zeroed or copied, whatever the flags.
 * Hidden, they keep such calls inside the library. */
#define OWN __attribute__((used, visibility("hidden")))

OWN void *memset(void *dst, int value, size_t bytes);
OWN void *memcpy(void *restrict dst, const void *restrict src, size_t bytes);
OWN void *memmove(void *dst, const void *src, size_t bytes);

void *memset(void *dst, int value, size_t bytes)
{
	unsigned char *p = dst;
	for (; bytes; bytes--) {
		*p++ = (unsigned char)value;
		__asm__("" : "+r"(p));
	}
	return dst;
}

void *memcpy(void *restrict dst, const void *restrict src, size_t bytes)
{
	ash_mem_copy(dst, src, bytes);
	return dst;
}

void *memmove(void *dst, const void *src, size_t bytes)
{
	unsigned char *d = dst;
	const unsigned char *s = src;
	if ((uintptr_t)dst - (uintptr_t)src >= bytes) {
		for (; bytes; bytes--) {
			*d++ = *s++;
			__asm__("" : "+r"(d), "+r"(s));
		}
	} else {
		for (; bytes; bytes--) {
			d[bytes - 1] = s[bytes - 1];
			__asm__("" : "+r"(d), "+r"(s));
		}
	}
	return dst;
}
