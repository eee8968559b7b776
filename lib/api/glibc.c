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

/* glibc: bytes and counts. arena: memory of the heap without mapped blocks, as far as it has not been
 * returned to the system; hblks, hblkhd: blocks with mappings of their own; uordblks: in the program's
 * hands; fordblks: the rest of arena; smblks, fsmblks: blocks and bytes in thread caches; keepcost:
 * what malloc_trim could return at once. */
static struct mallinfo2 info(void)
{
	struct ash_stats s;
	ash_stats_read(&s);
	size_t used = s.small_allocated + s.large.live_bytes;
	return (struct mallinfo2){
		.arena = s.held,
		.ordblks = s.cached_blocks + s.region.dirty / ASH_UNIT,
		.smblks = s.cached_blocks,
		.hblks = s.large.huge,
		.hblkhd = s.large.huge_bytes,
		.fsmblks = s.cached,
		.uordblks = used,
		.fordblks = s.held > used ? s.held - used : 0,
		.keepcost = s.region.dirty,
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

/* glibc: a few lines on standard error, in glibc's words, as scripts look for them. All arenas are
 * one heap here. ashlar_stats_print has more. */
ASHLAR_EXPORT void API(malloc_stats)(void)
{
	struct ash_stats s;
	ash_stats_read(&s);
	size_t used = s.small_allocated + s.large.live_bytes;
	ash_fmt_line(2, "Arena 0:\n");
	ash_fmt_line(2, "system bytes     = %10zu\n", s.held);
	ash_fmt_line(2, "in use bytes     = %10zu\n", used);
	ash_fmt_line(2, "Total (incl. mmap):\n");
	ash_fmt_line(2, "system bytes     = %10zu\n", s.held + s.large.huge_bytes);
	ash_fmt_line(2, "in use bytes     = %10zu\n", s.allocated);
	ash_fmt_line(2, "max mmap regions = %10zu\n", s.large.huge_peak);
	ash_fmt_line(2, "max mmap bytes   = %10zu\n", s.large.huge_bytes_peak);
}

/* glibc: the heap as XML on a stream; returns EINVAL (glibc; not -1) unless options is 0. The elements are glibc's;
 * "fast" are blocks in thread caches, "rest" the other free memory. */
ASHLAR_EXPORT int API(malloc_info)(int options, FILE *stream)
{
	if (options != 0)
		return EINVAL;
	struct ash_stats s;
	ash_stats_read(&s);
	fputs("<malloc version=\"1\">\n<heap nr=\"0\">\n<sizes>\n", stream);
	char text[256];
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		if (!s.heap.cached[c])
			continue;
		size_t from = c ? ash_class_size[c - 1] + 1u : 1, to = ash_class_size[c];
		ash_fmt(text, sizeof text,
			"  <size from=\"%zu\" to=\"%zu\" total=\"%zu\" count=\"%zu\"/>\n", from, to,
			s.heap.cached[c] * to, s.heap.cached[c]);
		fputs(text, stream);
	}
	fputs("</sizes>\n", stream);
	size_t used = s.small_allocated + s.large.live_bytes;
	size_t rest = s.held > used + s.cached ? s.held - used - s.cached : 0;
	for (int i = 0; i < 2; i++) { /* the only heap, then the sum over all heaps */
		ash_fmt(text, sizeof text,
			"<total type=\"fast\" count=\"%zu\" size=\"%zu\"/>\n"
			"<total type=\"rest\" count=\"%zu\" size=\"%zu\"/>\n",
			s.cached_blocks, s.cached, s.region.dirty / ASH_UNIT, rest);
		fputs(text, stream);
		if (i == 1) {
			ash_fmt(text, sizeof text, "<total type=\"mmap\" count=\"%zu\" size=\"%zu\"/>\n",
				s.large.huge, s.large.huge_bytes);
			fputs(text, stream);
		}
		ash_fmt(text, sizeof text,
			"<system type=\"current\" size=\"%zu\"/>\n"
			"<system type=\"max\" size=\"%zu\"/>\n"
			"<aspace type=\"total\" size=\"%zu\"/>\n"
			"<aspace type=\"mprotect\" size=\"%zu\"/>\n",
			s.held, s.region.peak + s.nursery.held, s.region.mapped + s.nursery.mapped,
			s.region.mapped + s.nursery.mapped);
		fputs(text, stream);
		fputs(i == 0 ? "</heap>\n" : "</malloc>\n", stream);
	}
	return 0;
}

#ifndef ASHLAR_PREFIX
/* glibc's second names of the two. */
#define ALIAS(of) __attribute__((alias(#of), visibility("default")))
ALIAS(mallinfo) struct mallinfo __libc_mallinfo(void);
ALIAS(mallopt) int __libc_mallopt(int param, int value);
#endif
