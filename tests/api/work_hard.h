/* What the tests of system call filters do behind them. Who includes it has declared malloc and its kin, under
 * whatever names (names.h). */
#ifndef TESTS_WORK_HARD_H
#define TESTS_WORK_HARD_H

#include <stdint.h>
#include <string.h>

/* Everything an ordinary program makes an allocator do, with some 16 MiB in use. 0, or where it failed. */
static int work_hard(int rounds)
{
	enum { N = 4000 };
	static _Thread_local void *block[N];
	static _Thread_local size_t size[N];
	uint64_t state = 88172645463325252u;

	for (int round = 0; round < rounds; round++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		size_t i = state % N;

		if (block[i]) {
			if (((unsigned char *)block[i])[size[i] - 1] != (unsigned char)i)
				return 1;
			if (state & (1u << 20)) {
				free(block[i]);
				block[i] = NULL;
				continue;
			}
		}
		size[i] = 1 + (state >> 32) % ((state >> 24 & 63) ? 2000 : 200000);
		block[i] = block[i] ? realloc(block[i], size[i]) : malloc(size[i]);
		if (!block[i])
			return 2;
		memset(block[i], (int)i, size[i]);
	}
	for (size_t i = 0; i < N; i++)
		free(block[i]);

	/* Large ones, up to where glibc itself calls mremap, however its threshold has moved. */
	void *aligned = NULL, *zero = calloc(1000, 1000);
	if (posix_memalign(&aligned, 1 << 20, 300000) != 0 || !zero)
		return 3;
	free(aligned);
	free(zero);
	char *growing = malloc(1);
	for (size_t n = 1 << 20; growing && n <= 24 << 20; n += 4 << 20) {
		growing = realloc(growing, n);
		if (growing)
			growing[n - 1] = 1;
	}
	if (!growing)
		return 4;
	free(growing);
	malloc_trim(0);
	return 0;
}

#endif
