/* slab/sizeclass.c -- the tables of sizeclass.h. */
#include "slab/sizeclass.h"

#define STEPS8(X, d)                                                                        \
	X((d) + (d) / 8), X((d) + (d) / 8 * 2), X((d) + (d) / 8 * 3), X((d) + (d) / 8 * 4), \
		X((d) + (d) / 8 * 5), X((d) + (d) / 8 * 6), X((d) + (d) / 8 * 7), X((d) * 2)
#define ALL_CLASSES(X)                                                               \
	X(16), X(32), X(48), X(64), X(80), X(96), X(112), X(128),                    \
		STEPS8(X, 128),  /* 144 ... 256: class 15 */                         \
		STEPS8(X, 256),  /* 288 ... 512 */                                   \
		STEPS8(X, 512),  /* 576 ... 1024: class 31 */                        \
		STEPS8(X, 1024), /* 1152 ... 2048 */                                 \
		STEPS8(X, 2048), /* 2304 ... 4096: class 47 */                       \
		STEPS8(X, 4096), STEPS8(X, 8192), STEPS8(X, 16384) /* ... 32768: class 71 */

#define SIZE(s) (s)
const uint16_t ash_class_size[ASH_CLASSES] = {ALL_CLASSES(SIZE)};

#define RECIP(s) (UINT32_MAX / (s) + 1)
const uint32_t ash_class_recip[ASH_CLASSES] = {ALL_CLASSES(RECIP)};

/* Sizes above `from` bytes, up to the class's own, are the class's. */
static void assign(unsigned class, size_t from)
{
	for (size_t i = from / 16; i < ash_class_size[class] / 16u; i++)
		__atomic_store_n(&ash_anchor.class_of[i], (uint8_t)class, __ATOMIC_RELAXED);
}

void ash_sizeclass_init(void)
{
	size_t from = 0;
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		if (!ash_class_group(c))
			continue;
		assign(c, from);
		from = ash_class_size[c];
	}
}

void ash_sizeclass_open(unsigned largest)
{
	unsigned c = largest - ash_class_group(largest) + 1;
	for (; c < largest; c++)
		assign(c, ash_class_size[c - 1]);
}
