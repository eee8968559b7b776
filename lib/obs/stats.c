/* obs/stats.c -- see stats.h. */
#include "obs/stats.h"
#include "base/fmt.h"
#include "os/os.h"
#include "region/meta.h"

void ash_stats_read(struct ash_stats *s)
{
	*s = (struct ash_stats){0};
	ash_heap_stats(&s->heap);
	ash_large_stats(&s->large);
	ash_chunk_stats(&s->region);
	for (unsigned c = 0; c < ASH_CLASSES; c++) {
		s->small_blocks += s->heap.allocated[c];
		s->small_allocated += s->heap.allocated[c] * ash_class_size[c];
		s->cached_blocks += s->heap.cached[c];
		s->cached += s->heap.cached[c] * ash_class_size[c];
		s->slab_bytes += s->heap.slabs[c] * ASH_UNIT;
	}
	ash_nursery_stats(&s->nursery);
	s->small_blocks += s->nursery.blocks;
	s->small_allocated += s->nursery.bytes;
	size_t large = s->large.live_bytes + s->large.huge_bytes;
	s->allocated = s->small_allocated + large;
	s->active = s->slab_bytes + s->nursery.held + large;
	s->metadata = ash_meta_bytes();
	s->mapped = s->region.mapped + s->nursery.mapped + s->large.huge_bytes;
	s->held = s->region.mapped - s->region.free + s->region.dirty + s->nursery.held;
}

struct sink {
	void (*write)(void *arg, const char *text);
	void *arg;
};

static void line(const struct sink *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void line(const struct sink *out, const char *format, ...)
{
	char text[256];
	va_list args;
	va_start(args, format);
	ash_fmt_va(text, sizeof text, format, args);
	va_end(args);
	out->write(out->arg, text);
}

void ash_stats_print(void (*write)(void *arg, const char *text), void *arg)
{
	const struct sink out = {write, arg};
	struct ash_stats s;
	ash_stats_read(&s);
	line(&out, "ashlar heap\n");
	line(&out, "  allocated %14zu bytes in the program's hands\n", s.allocated);
	line(&out, "  active    %14zu bytes of pages in use for it\n", s.active);
	line(&out, "  cached    %14zu bytes in %zu blocks, in thread caches\n", s.cached,
	     s.cached_blocks);
	line(&out, "  dirty     %14zu bytes free, kept for reuse (ceiling %zu)\n", s.region.dirty,
	     s.region.cap);
	line(&out, "  mapped    %14zu bytes of address space in %zu steps\n", s.mapped,
	     s.region.maps);
	line(&out, "  metadata  %14zu bytes\n", s.metadata);
	line(&out, "  purged    %14zu bytes of free runs in %zu purges, %zu inside slabs\n",
	     s.region.purged_bytes, s.region.purges, s.heap.purged_bytes);
	line(&out, "  large     %14zu blocks, %zu bytes; huge %zu blocks, %zu bytes\n", s.large.live,
	     s.large.live_bytes, s.large.huge, s.large.huge_bytes);
	line(&out, "  nursery   %14zu blocks, %zu bytes of %zu\n", s.nursery.blocks, s.nursery.bytes,
	     s.nursery.mapped);
	line(&out, "  arenas    %14zu, threads %zu, locked %llu times, not at once %llu\n", s.heap.shards,
	     s.heap.threads, (unsigned long long)s.heap.locks, (unsigned long long)s.heap.lock_waits);
	line(&out, "  %7s %10s %10s %8s %12s %12s %10s %10s\n", "size", "allocated", "cached", "slabs",
	     "nmalloc", "ndalloc", "fills", "flushes");
	for (unsigned c = 0; c < ASH_CLASSES; c++)
		if (s.heap.nmalloc[c])
			line(&out, "  %7u %10zu %10zu %8zu %12llu %12llu %10llu %10llu\n",
			     (unsigned)ash_class_size[c], s.heap.allocated[c], s.heap.cached[c],
			     s.heap.slabs[c], (unsigned long long)s.heap.nmalloc[c],
			     (unsigned long long)s.heap.ndalloc[c],
			     (unsigned long long)s.heap.fills[c],
			     (unsigned long long)s.heap.flushes[c]);
}
