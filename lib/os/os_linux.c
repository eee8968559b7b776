/* os/os_linux.c -- the contract of os.h on Linux. */
#include "os/os.h"
#include "base/anchor.h"
#include "base/syscall.h"
#include "os/conf.h"
#include "os/elf.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>

/* The largest page size: a page of ours is then whole pages of the system's, whatever they are. */
struct ash_os_facts ash_os = {
	.page_size = 65536,
	.page_shift = 16,
	.cpus = 1,
	.secure = true,
	.last = ((uintptr_t)ASH_ROOTS << ASH_LEAF_SHIFT) - 1, /* with 32 bits: the very last */
};

/* <linux/futex.h> is not where every C library's compiler looks. */
#define FUTEX_WAIT_PRIVATE (0 | 128)
#define FUTEX_WAKE_PRIVATE (1 | 128)

/* The newest 32-bit machines have but the calls with 64 bits of time. We use none of it: no futex of ours
 * times out, save the one that does so at once. */
#if !defined(SYS_futex) && defined(SYS_futex_time64)
#define SYS_futex SYS_futex_time64
#endif

/* The kernel's own timespec, which libc's is not on 32-bit machines with a 64-bit time_t. */
struct kernel_time {
	long sec, nsec;
};
typedef int clock_fn(clockid_t, struct kernel_time *);
static bool started;                   /* const after ash_os_init() */
static uintptr_t vdso;                 /* the same; 0: none */
static _Atomic(clock_fn *) kept_clock; /* found at the first use */

/* Time stands still until the library has started. */
static int no_clock(clockid_t id, struct kernel_time *t)
{
	(void)id;
	*t = (struct kernel_time){0};
	return 0;
}

/* Where there is no vDSO, or one that we cannot read. */
static int ask_kernel(clockid_t id, struct kernel_time *t)
{
#if defined(SYS_clock_gettime)
	return ash_syscall3(SYS_clock_gettime, id, (long)t, 0) != 0;
#elif defined(SYS_clock_gettime32) /* musl's name for the one whose time is a long */
	return ash_syscall3(SYS_clock_gettime32, id, (long)t, 0) != 0;
#else
	int64_t now[2] = {0, 0};
	long ret = ash_syscall3(SYS_clock_gettime64, id, (long)now, 0);
	*t = (struct kernel_time){(long)now[0], (long)now[1]};
	return ret != 0;
#endif
}

/* The vDSO's clock_gettime, found by hand: libc's may be interposed by a sanitizer. It has one of two names. */
static clock_fn *vdso_clock(void)
{
	void *f = NULL;
#ifndef ASH_ARCH_NO_VDSO
	f = ash_elf_image_function(vdso, "__vdso_clock_gettime");
	if (!f)
		f = ash_elf_image_function(vdso, "__kernel_clock_gettime");
#endif
	return (clock_fn *)f;
}

static clock_fn *find_clock(void)
{
	struct kernel_time t;
	if (!started)
		return no_clock;
	clock_fn *clock = vdso_clock();
	if (!clock || clock(CLOCK_MONOTONIC_COARSE, &t) != 0)
		clock = ask_kernel;
	kept_clock = clock;
	return clock;
}

static unsigned count_cpus(void)
{
	unsigned long mask[8192 / (8 * sizeof(long))]; /* the kernel's largest NR_CPUS */
	long got = ash_syscall3(SYS_sched_getaffinity, 0, sizeof mask, (long)mask);
	unsigned n = 0;
	if (!ash_syscall_failed(got))
		for (size_t i = 0; i < (size_t)got / sizeof(long); i++)
			n += (unsigned)__builtin_popcountl(mask[i]);
	return n ? n : 1;
}

void ash_os_init(void)
{
	size_t page = getauxval(AT_PAGESZ);
	if (is_pow2(page)) {
		ash_os.page_size = page;
		ash_os.page_shift = (unsigned)__builtin_ctzl(page);
	}
	ash_os.secure = getauxval(AT_SECURE) != 0;
	ash_os.cpus = count_cpus();
	vdso = getauxval(AT_SYSINFO_EHDR);
	started = true;
}

static void *map(void *at, size_t len, int prot, int flags)
{
	flags |= MAP_PRIVATE | MAP_ANONYMOUS;
#if defined(ASH_ARCH_MMAP_BY_ADDRESS)
	long args[] = {(long)at, (long)len, prot, flags, -1, 0};
	long ret = ash_syscall3(SYS_mmap, (long)args, 0, 0);
#elif defined(SYS_mmap2)
	long ret = ash_syscall6(SYS_mmap2, (long)at, (long)len, prot, flags, -1, 0);
#else
	long ret = ash_syscall6(SYS_mmap, (long)at, (long)len, prot, flags, -1, 0);
#endif
	return ash_syscall_failed(ret) ? NULL : (void *)ret;
}

/* The kernel gave us an address that the page map does not know: riscv64 with five levels of tables (Linux
 * 5.18 to 6.5), sparc64. If it is asked for a lower one it gives that, where it is free. */
static SLOW void *map_lower(size_t len)
{
	static _Atomic uintptr_t next; /* what is above is free, it may be */
	const uintptr_t step = (ash_os.last >> 10) + 1;
	for (uintptr_t tries = 0; len < ash_os.last && tries < 1024; tries++) {
		uintptr_t at = next;
		if (at < step || at > ash_os.last - len)
			at = step;
		char *p = map((void *)at, len, PROT_READ | PROT_WRITE, 0);
		if (!p)
			return NULL;
		if ((uintptr_t)p <= ash_os.last - len) {
			next = (uintptr_t)p + len;
			return p;
		}
		ash_os_unmap(p, len);
		next = align_down(at, step) + step;
	}
	return NULL;
}

static bool advise(void *addr, size_t len, int advice)
{
	return ash_conf.madvise &&
	       !ash_syscall_failed(ash_syscall3(SYS_madvise, (long)addr, (long)len, advice));
}

/* With thp:never new memory gets no huge pages either where the system gives them unasked. */
static void *without_huge(void *p, size_t len)
{
	if (unlikely(ash_conf.thp == ASH_THP_NEVER) && p)
		advise(p, len, MADV_NOHUGEPAGE);
	return p;
}

void *ash_os_map(size_t len)
{
	char *p = map(NULL, len, PROT_READ | PROT_WRITE, 0);
	if (unlikely(p && (uintptr_t)p + (len - 1) > ash_os.last)) {
		ash_os_unmap(p, len);
		p = map_lower(len);
	}
	return without_huge(p, len);
}

void *ash_os_map_aligned(size_t len, size_t align)
{
	char *p = ash_os_map(len); /* often aligned already: the kernel packs mappings */
	if (!p || !((uintptr_t)p & (align - 1)))
		return p;
	ash_os_unmap(p, len);
	size_t slack = align - 4096; /* the smallest page size: before the start the true one is unknown */
	if (len + slack < len)
		return NULL;
	p = ash_os_map(len + slack);
	if (!p)
		return NULL;
	char *start = (char *)align_up((uintptr_t)p, align);
	if (start > p)
		ash_os_unmap(p, (size_t)(start - p));
	char *end = start + len;
	if (p + len + slack > end)
		ash_os_unmap(end, (size_t)(p + len + slack - end));
	return start;
}

bool ash_os_unmap(void *addr, size_t len)
{
	/* ENOMEM: the hole would need one mapping more than the process may have. */
	if (!ash_syscall_failed(ash_syscall3(SYS_munmap, (long)addr, (long)len, 0)))
		return true;
	ash_os_purge(addr, len);
	return false;
}

bool ash_os_purge(void *addr, size_t len)
{
	return advise(addr, len, MADV_DONTNEED);
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

void ash_os_populate(void *addr, size_t len)
{
	static _Atomic bool refused; /* a kernel before 5.14, or a sandbox: do not insist */
	if (!refused && !advise(addr, len, MADV_POPULATE_WRITE))
		refused = true;
}

bool ash_os_renew(void *addr, size_t len)
{
	return without_huge(map(addr, len, PROT_READ | PROT_WRITE, MAP_FIXED), len) != NULL;
}

void ash_os_advise_huge(void *addr, size_t len, bool on)
{
	static _Atomic bool refused; /* no such kernel, or a sandbox: do not insist */
	if (ash_conf.thp == ASH_THP_NEVER)
		return;
	if (!refused && !advise(addr, len, on ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
		refused = true;
}

bool ash_os_is_mapped(const void *addr)
{
	/* A futex wait that does not wait: it reads the word, and every sandbox knows it. */
	static const int64_t at_once[2]; /* of either width */
	uintptr_t word = align_down((uintptr_t)addr, 4);
	return ash_syscall6(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, 0, (long)at_once, 0, 0) !=
	       -EFAULT;
}

int ash_os_grow(void *addr, size_t len, size_t new_len)
{
#ifdef SYS_mremap
	long ret = ash_syscall6(SYS_mremap, (long)addr, (long)len, (long)new_len, 0, 0, 0);
	return ash_syscall_failed(ret) ? (int)ret : 0;
#else
	return -ENOSYS;
#endif
}

int ash_os_move(void *addr, size_t len, void *target, size_t new_len)
{
#ifdef SYS_mremap
	long ret = ash_syscall6(SYS_mremap, (long)addr, (long)len, (long)new_len,
				MREMAP_MAYMOVE | MREMAP_FIXED, (long)target, 0);
	return ash_syscall_failed(ret) ? (int)ret : 0;
#else
	return -ENOSYS;
#endif
}

static struct kernel_time now(clockid_t id)
{
	struct kernel_time t;
	clock_fn *clock = kept_clock;
	if (unlikely(!clock))
		clock = find_clock();
	if (clock(id, &t) != 0)
		t = (struct kernel_time){0};
	return t;
}

uint32_t ash_os_now_ms(void)
{
	struct kernel_time t = now(CLOCK_MONOTONIC_COARSE);
	return (uint32_t)t.sec * 1000u + (uint32_t)(t.nsec / 1000000);
}

static uint64_t ns(struct kernel_time t)
{
	return (uint64_t)t.sec * 1000000000u + (uint64_t)t.nsec;
}

uint64_t ash_os_now_ns(void)
{
	return ns(now(CLOCK_MONOTONIC_COARSE));
}

SLOW uint64_t ash_os_precise_ns(void)
{
	return ns(now(CLOCK_MONOTONIC));
}

void ash_os_wait(_Atomic uint32_t *word, uint32_t expected)
{
	ash_syscall6(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, (long)expected, 0, 0, 0);
}

SLOW void ash_os_wait_ms(unsigned ms)
{
	const long time[] = {(long)(ms / 1000), (long)(ms % 1000) * 1000000}; /* the kernel's timespec */
	_Atomic uint32_t word = 0;
	ash_syscall6(SYS_futex, (long)&word, FUTEX_WAIT_PRIVATE, 0, (long)time, 0, 0);
}

void ash_os_wake_one(_Atomic uint32_t *word)
{
	ash_syscall6(SYS_futex, (long)word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
}

_Noreturn void ash_os_abort(void)
{
	abort(); /* libc's: unblocks the signal, runs the handler once, then dies for certain */
}
