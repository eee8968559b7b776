/* api/tc.c -- gperftools' C functions, by their names and with their meaning: malloc_extension_c.h here, tcmalloc.h
 * as second names of functions that we have anyway, beside those. They are for programs that are linked with
 * libtcmalloc.so.4 and run with this library preloaded: what tc_malloc() gives goes to free(), and who asks how
 * large the heap is means ours.
 *
 * What is left out, and why, is in doc/decisions/0011-gperftools.md: tc_version above all, by which programs
 * tell the allocators apart. Nothing of this is in a library with a prefix. */
#include "api/api.h"

#ifndef ASHLAR_PREFIX

#include "ashlar/ashlar.h"
#include "ashlar/tcmalloc.h"
#include "base/mem.h"
#include "heap/arena.h"
#include "obs/report.h"
#include "obs/stats.h"
#include "os/conf.h"
#include "os/elf.h"
#include "os/os.h"

#include <limits.h>

/* Weak: see malloc.c. */
#define EXPORT ASHLAR_EXPORT __attribute__((weak))
#define COLD EXPORT __attribute__((cold))

/* ---- tc_malloc */

/* libtcmalloc sets its heap up when its constructor calls tc_malloc. That call comes here now; and what else the
 * library has (the C++ class MallocExtension) would read a heap that is not there. So the first call is passed on as
 * well. Two threads may both do it. */
static _Atomic bool passed_on;

static SLOW void pass_on(void)
{
	void *(*other)(size_t) = (void *(*)(size_t))ash_elf_function_elsewhere("tc_malloc");
	passed_on = true;
	if (other)
		other(1);
}

/* gperftools: malloc. */
EXPORT void *tc_malloc(size_t size)
{
	if (unlikely(!passed_on))
		pass_on();
	void *p = ash_cache_pop(size);
	return likely(p != NULL) ? p : ash_malloc_slow(size, ASH_CALLER);
}

/* ---- figures */

static size_t difference(size_t a, size_t b)
{
	return a > b ? a - b : 0; /* other threads may have been at work between two counters */
}

/* Bytes of address space of the heap: what gperftools calls so has no metadata in it. */
static size_t heap_size(const struct ash_arena_stats *s)
{
	return difference(s->mapped, s->base_mapped) + s->retained;
}

/* Of it, bytes that have pages. */
static size_t committed(const struct ash_arena_stats *s)
{
	return s->active + s->dirty + s->idle;
}

/* In this order. */
enum property {
	ALLOCATED,
	HEAP_SIZE,
	PHYSICAL,
	PAGEHEAP_FREE,
	PAGEHEAP_UNMAPPED,
	SLACK,
	CURRENT_CACHES,
	THREAD_CACHES,
	CENTRAL_CACHE,
	TRANSFER_CACHE,
	COMMITTED,
	DECOMMITTED,
	DECOMMITS,
	SCAVENGES,
	CACHES,
	SAMPLE_PARAMETER,
	AGGRESSIVE_DECOMMIT,
	PROPERTIES
};
static const char properties[] = "generic.current_allocated_bytes\0"
				 "generic.heap_size\0"
				 "generic.total_physical_bytes\0"
				 "tcmalloc.pageheap_free_bytes\0"
				 "tcmalloc.pageheap_unmapped_bytes\0"
				 "tcmalloc.slack_bytes\0"
				 "tcmalloc.current_total_thread_cache_bytes\0"
				 "tcmalloc.thread_cache_free_bytes\0"
				 "tcmalloc.central_cache_free_bytes\0"
				 "tcmalloc.transfer_cache_free_bytes\0"
				 "tcmalloc.pageheap_committed_bytes\0"
				 "tcmalloc.pageheap_total_decommit_bytes\0"
				 "tcmalloc.pageheap_decommit_count\0"
				 "tcmalloc.pageheap_scavenge_count\0"
				 "tcmalloc.impl.thread_cache_count\0"
				 "tcmalloc.sample_parameter\0"
				 "tcmalloc.aggressive_memory_decommit\0";

/* PROPERTIES: none. */
static SLOW enum property property_of(const char *name)
{
	unsigned i = 0;
	for (const char *at = properties; i < PROPERTIES && name && !ash_str_eq(at, name); i++)
		at += ash_str_len(at) + 1;
	return name ? (enum property)i : PROPERTIES;
}

static SLOW size_t value_of(enum property which)
{
	struct ash_arena_stats s;
	ash_stats_arena(ASH_ARENAS_ALL, &s);
	size_t allocated = s.small.allocated + s.large.allocated;
	switch (which) {
	case ALLOCATED:
		return allocated;
	case HEAP_SIZE:
		return heap_size(&s);
	case PHYSICAL:
		return s.resident;
	case PAGEHEAP_FREE:
		return s.dirty + s.idle;
	case PAGEHEAP_UNMAPPED:
		return difference(heap_size(&s), committed(&s));
	case SLACK:
		return difference(heap_size(&s), s.active);
	case CURRENT_CACHES:
	case THREAD_CACHES:
		return s.tcache_bytes;
	case CENTRAL_CACHE:
		return difference(s.active, allocated + s.tcache_bytes);
	case COMMITTED:
		return committed(&s);
	case DECOMMITTED:
		return s.dirty_purged << ash_os.page_shift;
	case DECOMMITS:
		return s.dirty_nmadvise;
	case SCAVENGES:
		return s.dirty_npurge;
	case CACHES:
		return s.heap.threads;
	case AGGRESSIVE_DECOMMIT:
		return ash_chunk_decay() == 0;
	default: /* there is none: TRANSFER_CACHE, SAMPLE_PARAMETER */
		return 0;
	}
}

/* gperftools: a figure by name, in bytes unless the name says otherwise; 1, or 0 and *value is as it was if there
 * is none of that name. While we stand down there is none of any. Any thread; not async-signal-safe. */
COLD int MallocExtension_GetNumericProperty(const char *property, size_t *value)
{
	enum property which = property_of(property);
	if (which == PROPERTIES || !value || ash_standing_down)
		return 0;
	*value = value_of(which);
	return 1;
}

/* gperftools: sets what can be set; 1, or 0 if it cannot. */
COLD int MallocExtension_SetNumericProperty(const char *property, size_t value)
{
	if (property_of(property) != AGGRESSIVE_DECOMMIT || ash_standing_down)
		return 0;
	if (!value && ash_chunk_decay())
		return 1;
	if (!value && !ash_conf.dirty_decay_ms) /* nothing to go back to */
		return 0;
	ash_chunk_set_decay(value ? 0 : ash_conf.dirty_decay_ms);
	return 1;
}

static unsigned log2_of(size_t n)
{
	return (unsigned)(sizeof(long) * CHAR_BIT - 1) - (unsigned)__builtin_clzl(n | 1);
}

static int clamped(size_t n)
{
	return n < INT_MAX ? (int)n : INT_MAX;
}

/* gperftools: live blocks: how many, their bytes, and how many of 2^i bytes and more in histogram[i]. Of large ones
 * the group counts; those of the first 32 KiB of the process are not in the histogram. Always 1. */
COLD int MallocExtension_MallocMemoryStats(int *blocks, size_t *total, int histogram[kMallocExtensionHistogramSize])
{
	struct ash_arena_stats s;
	struct ash_nursery_stats nursery;
	size_t n[kMallocExtensionHistogramSize] = {0}, all;
	ash_stats_arena(ASH_ARENAS_ALL, &s);
	ash_nursery_stats(&nursery);
	all = nursery.blocks;
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		n[log2_of(ash_class_size[c])] += s.heap.bin[c].curregs;
		all += s.heap.bin[c].curregs;
	}
	for (unsigned g = 0; g < ASH_LARGE_GROUPS; g++) {
		size_t live = difference(s.lextent[g].nmalloc, s.lextent[g].ndalloc);
		n[log2_of(ash_large_group_bytes(g))] += live;
		all += live;
	}
	*blocks = clamped(all);
	*total = s.small.allocated + s.large.allocated;
	for (unsigned i = 0; i < kMallocExtensionHistogramSize; i++)
		histogram[i] = clamped(n[i]);
	return 1;
}

/* Where a report goes that must not be longer than that. */
struct room {
	char *at;
	size_t left;
};

static void put_into(void *arg, const char *text)
{
	struct room *r = arg;
	size_t len = ash_str_len(text);
	len = len < r->left ? len : r->left;
	ash_mem_copy(r->at, text, len);
	r->at += len;
	r->left -= len;
}

/* gperftools: a report for people into buffer, cut to length - 1 bytes. */
COLD void MallocExtension_GetStats(char *buffer, int length)
{
	if (length <= 0)
		return;
	struct room r = {buffer, (size_t)length - 1};
	ash_report(put_into, &r, r.left < 10000 ? "abl" : NULL);
	*r.at = '\0';
}

/* ---- what a program may do */

/* gperftools: the calling thread will do nothing for a while: its cache is emptied ... */
COLD void MallocExtension_MarkThreadIdle(void)
{
	ash_thread_flush();
}

/* ... and is there again for the next call. */
COLD void MallocExtension_MarkThreadBusy(void)
{
	ash_thread_cache();
}

/* gperftools: returns at least so many bytes of free memory to the system, if there are; it may be more. */
COLD void MallocExtension_ReleaseToSystem(size_t bytes)
{
	if (bytes && ash_chunk_trim() < bytes)
		ash_heap_trim(false);
}

/* gperftools: returns all free memory that can be. */
COLD void MallocExtension_ReleaseFreeMemory(void)
{
	ash_heap_trim(false);
}

/* gperftools: looks for damage. Here: what the calling thread has freed goes back to its slabs, where a block that
 * was freed twice or is none is found, and ends the process. Always 1. */
COLD int MallocExtension_VerifyAllMemory(void)
{
	ash_thread_flush();
	return 1;
}

/* gperftools: whether p is fine. If it is no live block of ours, and not NULL, the process ends. Always 1. */
COLD int MallocExtension_VerifyMallocMemory(const void *p)
{
	if (p)
		ash_usable((void *)p, "MallocExtension_VerifyMallocMemory");
	return 1;
}

/* ---- what a program may ask of a block or a thread */

/* gperftools: bytes that a block of malloc(size) has; 0: it cannot be had. */
COLD size_t MallocExtension_GetEstimatedAllocatedSize(size_t size)
{
	return ashlar_nallocx(size ? size : 1, 0);
}

/* gperftools: whose the block at p is, which need not be one. While we stand down we cannot tell of others. */
COLD MallocExtension_Ownership MallocExtension_GetOwnership(const void *p)
{
	if (ash_is_ours(p))
		return MallocExtension_kOwned;
	return ash_standing_down ? MallocExtension_kUnknownOwnership : MallocExtension_kNotOwned;
}

static void add_bytes(void *sum, unsigned class, size_t blocks)
{
	*(size_t *)sum += blocks * ash_class_size[class];
}

/* gperftools: bytes in the calling thread's cache. */
COLD size_t MallocExtension_GetThreadCacheSize(void)
{
	size_t sum = 0;
	const struct cache *t = ash_thread_cache_or_null();
	if (t)
		ash_cache_count(t, ASH_SHARDS_MAX, add_bytes, &sum);
	return sum;
}

/* Second names of the same. */
#define ALIAS(of) __attribute__((alias(#of), visibility("default"), weak, cold))
ALIAS(MallocExtension_MarkThreadIdle) void MallocExtension_MarkThreadTemporarilyIdle(void);
ALIAS(MallocExtension_VerifyMallocMemory) int MallocExtension_VerifyNewMemory(const void *p);
ALIAS(MallocExtension_VerifyMallocMemory) int MallocExtension_VerifyArrayNewMemory(const void *p);

#endif
