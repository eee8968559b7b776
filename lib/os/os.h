/* os/os.h -- all that the allocator asks of an operating system.
 *
 * Contract of every function here: addr and len are page aligned and non-zero; int results are 0
 * or -errno; errno is never touched; nothing is a cancellation point; nothing allocates. After the
 * constructor, which runs ash_os_init() once and, where an option asks for it, reads control groups
 * (os/cgroup.h), the only system calls made are mmap, munmap, madvise(MADV_DONTNEED) and futex: the
 * intersection of what sandboxes allow. Only heaps that grow
 * use more: mremap for blocks that glibc would mremap as well; madvise(MADV_POPULATE_WRITE) once a
 * size class has 128 KiB, (MADV_HUGEPAGE, MADV_NOHUGEPAGE) from 16 MiB on, both until it fails; and
 * reports use write. No madvise at all with the option madvise:false; with
 * thp:never MADV_NOHUGEPAGE for each mapping. The clock is the vDSO's; on a
 * machine without one, clock_gettime. */
#ifndef ASH_OS_OS_H
#define ASH_OS_OS_H

#include "base/base.h"

/* Facts about the process, read once. Before ash_os_init() they hold safe values. */
struct ash_os_facts {
	size_t page_size;  /* bytes. Const after init */
	unsigned page_shift;
	unsigned cpus;     /* CPUs the process may use, at least 1; by its cgroup's quota as well, if an option asks */
	bool secure;       /* AT_SECURE: the environment is an attacker's */
	uintptr_t last;    /* no mapping goes beyond this address: what the page map knows. Const but for tests */
};
extern ASH_HIDDEN struct ash_os_facts ash_os;

/* Reads page size, CPU affinity and auxiliary vector. Needs a relocated library. */
void ash_os_init(void);

/* Fresh zeroed read-write private memory, anywhere; NULL when there is none. */
void *ash_os_map(size_t len);

/* The same at a multiple of align (a power of two above the page size). */
void *ash_os_map_aligned(size_t len, size_t align);

/* False if the system refused, because the process may not have more mappings: the memory is then
 * purged instead, and still the caller's. */
bool ash_os_unmap(void *addr, size_t len);

/* Gives the pages back: they read as zero afterwards and cost no memory until then. Returns false
 * if the system refused (locked memory), or is not to be asked: the content is then unchanged. */
bool ash_os_purge(void *addr, size_t len);

/* Makes the pages there before they are touched, in one go. A hint: failures do not matter. */
void ash_os_populate(void *addr, size_t len);

/* Maps fresh memory over what is there, with fresh page tables. False if that failed: all is as before, or
 * nothing is mapped there any more. */
bool ash_os_renew(void *addr, size_t len);

/* Asks for huge pages there, or for none any more. A hint: failures do not matter. */
void ash_os_advise_huge(void *addr, size_t len, bool on);

/* Whether there is memory at addr, so that a read would not fault. True where the system will not
 * tell. */
bool ash_os_is_mapped(const void *addr);

/* Extends a mapping where it stands; -ENOMEM if something is in the way. */
int ash_os_grow(void *addr, size_t len, size_t new_len);

/* Moves a mapping's pages over another mapping of new_len >= len bytes, which disappears, as does
 * the old place. -ENOMEM: the target may be gone and its addresses somebody else's; after any other
 * error nothing has changed. */
int ash_os_move(void *addr, size_t len, void *target, size_t new_len);

/* Milliseconds of a coarse monotonic clock; wraps. */
uint32_t ash_os_now_ms(void);

/* The same clock in nanoseconds; 0 before ash_os_init(). */
uint64_t ash_os_now_ns(void);

/* Nanoseconds of a fine one: what it takes to read it is no matter. */
uint64_t ash_os_precise_ns(void);

/* Sleeps while *word == expected; may return early. */
void ash_os_wait(_Atomic uint32_t *word, uint32_t expected);
void ash_os_wait_ms(unsigned ms); /* or less */
void ash_os_wake_one(_Atomic uint32_t *word);

/* SIGABRT as abort() sends it, without libc's locks or stdio. */
_Noreturn void ash_os_abort(void);

#endif
