/* api/glibc.c -- glibc's ways to ask about the heap and to tune it, answered about this heap.
 * libc's own heap stays asleep: none of its functions is called. */
#include "api/api.h"

#include "base/fmt.h"
#include "obs/stats.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>

/* <malloc.h> is not included: older and other C libraries lack parts of it. The layouts and numbers
 * are the interface. */
struct mallinfo {
	int arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
struct mallinfo2 {
	size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
enum {
	M_MXFAST = 1,
	M_TRIM_THRESHOLD = -1,
	M_TOP_PAD = -2,
	M_MMAP_THRESHOLD = -3,
	M_MMAP_MAX = -4,
	M_CHECK_ACTION = -5,
	M_PERTURB = -6,
	M_ARENA_TEST = -7,
	M_ARENA_MAX = -8,
};
struct mallinfo API(mallinfo)(void);
struct mallinfo2 API(mallinfo2)(void);
int API(malloc_trim)(size_t pad);
int API(mallopt)(int param, int value);
void API(malloc_stats)(void);
int API(malloc_info)(int options, FILE *stream);

/* What glibc's figures speak of, of an arena or all. Bytes, counts. */
struct view {
	struct ash_arena_stats s;
	size_t system;  /* memory without mapped blocks, as far as it has not been returned to the system */
	size_t used;    /* of it, in the program's hands */
	size_t rest;    /* the others, but for blocks in caches */
	size_t ncached; /* blocks in caches */
	size_t nfree;   /* free blocks in slabs, and units of free memory */
};

/* Blocks of a class that are in slabs, at least so many. */
static size_t free_in_slabs(const struct ash_arena_stats *s, unsigned class)
{
	const struct ash_bin_stats *b = &s->heap.bin[class];
	size_t all = b->curslabs * (ASH_UNIT / ash_class_size[class]), out = b->curregs + b->cached;
	return all > out ? all - out : 0;
}

static size_t difference(size_t a, size_t b)
{
	return a > b ? a - b : 0; /* other threads may have been at work between two counters */
}

static SLOW bool look(uint32_t arena, struct view *v)
{
	bool any = ash_stats_arena(arena, &v->s);
	v->system = difference(v->s.mapped, v->s.base_mapped + v->s.huge_mapped);
	v->used = difference(v->s.small.allocated + v->s.large.allocated, v->s.huge_allocated);
	v->rest = difference(v->system, v->used + v->s.tcache_bytes);
	v->ncached = 0;
	v->nfree = v->s.dirty / ASH_UNIT;
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		v->ncached += v->s.heap.bin[c].cached;
		v->nfree += free_in_slabs(&v->s, c);
	}
	return any;
}

/* glibc: bytes and counts. arena: memory of the heap without mapped blocks, as far as it has not been
 * returned to the system; hblks, hblkhd: blocks with mappings of their own; uordblks: in the program's
 * hands; fordblks: the rest of arena, in ordblks free blocks; smblks, fsmblks: of these, blocks and bytes in
 * thread caches; keepcost: free memory that malloc_trim could return at once. usmblks is always 0, as there. */
static struct mallinfo2 info(void)
{
	struct view v;
	look(ASH_ARENAS_ALL, &v);
	return (struct mallinfo2){
		.arena = v.system,
		.ordblks = v.ncached + v.nfree,
		.smblks = v.ncached,
		.hblks = v.s.huge_blocks,
		.hblkhd = v.s.huge_mapped,
		.fsmblks = v.s.tcache_bytes,
		.uordblks = v.used,
		.fordblks = difference(v.system, v.used),
		.keepcost = v.s.dirty,
	};
}

ASHLAR_EXPORT struct mallinfo2 API(mallinfo2)(void)
{
	return info();
}

/* The same in ints; what does not fit wraps (glibc). */
ASHLAR_EXPORT struct mallinfo API(mallinfo)(void)
{
	struct mallinfo2 m = info();
	return (struct mallinfo){
		.arena = (int)m.arena,
		.ordblks = (int)m.ordblks,
		.smblks = (int)m.smblks,
		.hblks = (int)m.hblks,
		.hblkhd = (int)m.hblkhd,
		.fsmblks = (int)m.fsmblks,
		.uordblks = (int)m.uordblks,
		.fordblks = (int)m.fordblks,
		.keepcost = (int)m.keepcost,
	};
}

/* glibc: returns free memory to the system; 1 if any went, else 0. pad is accepted: memory is
 * returned page by page, there is no top of the heap to pad. */
ASHLAR_EXPORT int API(malloc_trim)(size_t pad)
{
	(void)pad;
	return ash_heap_trim(false) > 0;
}

/* glibc: 1 if the parameter is known and the value could be honoured or does no harm, else 0. */
ASHLAR_EXPORT int API(mallopt)(int param, int value)
{
	switch (param) {
	case M_MXFAST:
		return value >= 0 && (size_t)value <= 80 * sizeof(size_t) / 4;
	case M_TRIM_THRESHOLD: /* ours adapts */
	case M_TOP_PAD:
	case M_MMAP_THRESHOLD:
	case M_MMAP_MAX:
	case M_CHECK_ACTION: /* errors always stop the process */
		return 1;
	case M_PERTURB: /* 0: off */
		ash_fill_perturb((unsigned)value);
		return 1;
	case M_ARENA_MAX: /* those that there are stay */
		if (value > 0)
			ash_heap_limit_shards((unsigned)value);
		return value > 0;
	case M_ARENA_TEST: /* ours never exceed the CPUs */
		return value > 0;
	default:
		return 0;
	}
}

/* glibc: a few lines on standard error, in glibc's words, as scripts look for them. ashlar_stats_print has
 * more. */
ASHLAR_EXPORT void API(malloc_stats)(void)
{
	struct view v;
	struct ash_large_stats large;
	for (uint32_t i = 0; i < ash_stats_narenas(); i++) {
		if (!look(i, &v))
			continue;
		ash_fmt_line(2, "Arena %u:\n", i);
		ash_fmt_line(2, "system bytes     = %10zu\n", v.system);
		ash_fmt_line(2, "in use bytes     = %10zu\n", v.used);
	}
	look(ASH_ARENAS_ALL, &v);
	ash_large_stats(&large);
	ash_fmt_line(2, "Total (incl. mmap):\n");
	ash_fmt_line(2, "system bytes     = %10zu\n", v.system + v.s.huge_mapped);
	ash_fmt_line(2, "in use bytes     = %10zu\n", v.used + v.s.huge_allocated);
	ash_fmt_line(2, "max mmap regions = %10zu\n", large.huge_peak);
	ash_fmt_line(2, "max mmap bytes   = %10zu\n", large.huge_bytes_peak);
}

__attribute__((format(printf, 2, 3))) static void put(FILE *stream, const char *format, ...)
{
	char text[256];
	va_list args;
	va_start(args, format);
	ash_fmt_va(text, sizeof text, format, args);
	va_end(args);
	fputs(text, stream);
}

static SLOW void put_sizes(FILE *stream, const struct view *v)
{
	put(stream, "<sizes>\n");
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		size_t n = v->s.heap.bin[c].cached + free_in_slabs(&v->s, c), to = ash_class_size[c];
		if (n)
			put(stream, "  <size from=\"%zu\" to=\"%zu\" total=\"%zu\" count=\"%zu\"/>\n",
			    c ? ash_class_size[c - 1] + (size_t)1 : 1, to, n * to, n);
	}
	put(stream, "</sizes>\n");
}

static SLOW void put_totals(FILE *stream, const struct view *v, bool all, size_t peak)
{
	put(stream, "<total type=\"fast\" count=\"%zu\" size=\"%zu\"/>\n", v->ncached, v->s.tcache_bytes);
	put(stream, "<total type=\"rest\" count=\"%zu\" size=\"%zu\"/>\n", v->nfree, v->rest);
	if (all)
		put(stream, "<total type=\"mmap\" count=\"%zu\" size=\"%zu\"/>\n", v->s.huge_blocks,
		    v->s.huge_mapped);
	size_t space = v->system + v->s.retained;
	put(stream, "<system type=\"current\" size=\"%zu\"/>\n", v->system);
	put(stream, "<system type=\"max\" size=\"%zu\"/>\n", peak > v->system ? peak : v->system);
	put(stream, "<aspace type=\"total\" size=\"%zu\"/>\n", space);
	put(stream, "<aspace type=\"mprotect\" size=\"%zu\"/>\n", space); /* all of it may be written */
}

/* glibc: the heap as XML on a stream; returns EINVAL (glibc; not -1) unless options is 0. The elements are
 * glibc's; "fast" are blocks in thread caches, "rest" the other free memory. Of arena 0, which has what all
 * share, the most that the system gave is known for the process only. */
ASHLAR_EXPORT int API(malloc_info)(int options, FILE *stream)
{
	struct view v;
	struct ash_region_stats region;
	if (options != 0)
		return EINVAL;
	ash_chunk_stats(&region);
	put(stream, "<malloc version=\"1\">\n");
	for (uint32_t i = 0; i < ash_stats_narenas(); i++) {
		if (!look(i, &v))
			continue;
		put(stream, "<heap nr=\"%u\">\n", i);
		put_sizes(stream, &v);
		put_totals(stream, &v, false, i ? v.s.heap.slabs_peak * ASH_UNIT : region.peak);
		put(stream, "</heap>\n");
	}
	look(ASH_ARENAS_ALL, &v);
	put_totals(stream, &v, true, region.peak);
	put(stream, "</malloc>\n");
	return 0;
}

#ifndef ASHLAR_PREFIX
/* glibc's second names of the two. */
#define ALIAS(of) __attribute__((alias(#of), visibility("default")))
ALIAS(mallinfo) struct mallinfo __libc_mallinfo(void);
ALIAS(mallopt) int __libc_mallopt(int param, int value);

/* gperftools' (tc.c). */
ALIAS(mallinfo) __attribute__((weak)) struct mallinfo tc_mallinfo(void);
ALIAS(mallinfo2) __attribute__((weak)) struct mallinfo2 tc_mallinfo2(void);
ALIAS(malloc_stats) __attribute__((weak)) void tc_malloc_stats(void);
ALIAS(mallopt) __attribute__((weak)) int tc_mallopt(int param, int value);
#endif
