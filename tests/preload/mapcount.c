/* Many blocks, of which every other one, at random, is freed; and how many mappings there are then.
 *
 *	mapcount blocks BLOCKS LEAST MOST TOUCH		sizes are even in LEAST to MOST
 *	mapcount doublings BLOCKS LEAST MOST TOUCH	each doubling of the size half as likely
 *		TOUCH: the first byte is written. Freed ones come again, twice. Fails with 100 mappings more
 *		than at the start, at any time.
 *	mapcount dump		KiB that a core dump has, of a program with 100 kB in use
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCKS_MAX 200000
#define MAPPINGS   100

static char *block[BLOCKS_MAX], text[1 << 16];
static int at_start, most;
static unsigned long seed = 1;

static unsigned long draw(unsigned long n)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (seed >> 33) % n;
}

/* Without malloc. */
static int count_mappings(void)
{
	int fd = open("/proc/self/maps", O_RDONLY), n = 0;
	for (ssize_t got; (got = read(fd, text, sizeof text)) > 0;)
		for (ssize_t i = 0; i < got; i++)
			n += text[i] == '\n';
	close(fd);
	return n;
}

static void look(void)
{
	int n = count_mappings();
	if (n > most)
		most = n;
}

static void allocate(char **p, int doublings, size_t least, size_t max, int touch)
{
	size_t size = least + draw(max - least);
	if (doublings)
		for (size = least + draw(least); size < max && draw(2); size *= 2)
			;
	*p = malloc(size);
	if (!*p)
		exit((puts("no memory"), 1));
	if (touch)
		**p = 1;
}

static int blocks(int doublings, char **arg)
{
	int n = atoi(arg[0]), touch = atoi(arg[3]);
	size_t least = strtoul(arg[1], NULL, 10), max = strtoul(arg[2], NULL, 10);
	most = at_start = count_mappings();
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < n; i++) {
			if (!block[i])
				allocate(&block[i], doublings, least, max, touch);
			if (i % 10000 == 0)
				look();
		}
		for (int i = 0; i < n; i++) {
			if (draw(2)) {
				free(block[i]);
				block[i] = NULL;
			}
			if (i % 10000 == 0)
				look();
		}
		look();
	}
	printf("%d mappings at the start, up to %d then\n", at_start, most);
	return most - at_start >= MAPPINGS;
}

/* What the kernel dumps by default of anonymous memory: private, written, readable or not. To be on the safe side
 * all that is readable is counted here, as debuggers do that write the file themselves. */
static int dump(void)
{
	char line[512], mode[8], name[256];
	unsigned long start, end, total = 0;
	for (int i = 0; i < 100; i++)
		memset(malloc(1000), 1, 1000);
	FILE *f = fopen("/proc/self/maps", "r");
	while (f && fgets(line, sizeof line, f)) {
		*name = '\0';
		if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255s", &start, &end, mode,
			    name) < 3)
			return 1;
		if (mode[0] == 'r' && mode[3] == 'p' &&
			(!*name || !strcmp(name, "[heap]")))
			total += end - start;
	}
	printf("%lu\n", total / 1024);
	return !f;
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "blocks"))
		return blocks(0, argv + 2);
	if (argc == 6 && !strcmp(argv[1], "doublings"))
		return blocks(1, argv + 2);
	return argc == 2 && !strcmp(argv[1], "dump") ? dump() : 2;
}
