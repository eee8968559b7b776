/* base/syscall.h -- system calls without libc: no errno, no cancellation point, no PLT. The raw
 * result comes back: 0 or more is success, -1 to -4095 is -errno.
 *
 * One inline function of six arguments, in base/arch.h; an architecture that is not there goes through
 * syscall(2) with errno saved, which is correct but needs libc to be relocated. */
#ifndef ASH_BASE_SYSCALL_H
#define ASH_BASE_SYSCALL_H

#include "base/base.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef ASH_ARCH_SYSCALL

static inline long ash_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	int saved = errno;
	long ret = syscall(nr, a, b, c, d, e, f);
	if (ret == -1) {
		ret = -errno;
		errno = saved;
	}
	return ret;
}

#endif

static inline long ash_syscall3(long nr, long a, long b, long c)
{
	return ash_syscall6(nr, a, b, c, 0, 0, 0);
}

static inline bool ash_syscall_failed(long ret)
{
	return (unsigned long)ret > -4096UL;
}

#endif
