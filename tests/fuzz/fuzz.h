/* What the fuzzing targets have in common: how they say that something is wrong. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#define need(cond)                                       \
	do {                                             \
		if (!(cond))                             \
			fail(__FILE__, __LINE__, #cond); \
	} while (0)

static inline _Noreturn void fail(const char *file, int line, const char *cond)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, cond);
	abort();
}

#endif
