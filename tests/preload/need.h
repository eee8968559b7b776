/* Read by the programs of the preload tests. */
#ifndef NEED_H
#define NEED_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Ends the process at once if it does not hold, whatever state the heap and the threads are in. */
#define need(condition)                                                              \
	do {                                                                         \
		if (!(condition)) {                                                  \
			dprintf(2, "line %d: %s is not so\n", __LINE__, #condition); \
			_exit(1);                                                    \
		}                                                                    \
	} while (0)

enum { VSZ, RSS };
/* kB of address space, or of memory, that this process has. Allocates nothing. */
static inline long memory_kb(int which)
{
	char text[100] = "", *end = text;
	long value = 0;
	int fd = open("/proc/self/statm", O_RDONLY);

	need(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	for (int i = 0; i <= which; i++)
		value = strtol(end, &end, 10);
	return value * (sysconf(_SC_PAGESIZE) / 1024);
}

#endif
