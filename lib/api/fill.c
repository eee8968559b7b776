/* api/fill.c -- options that want to see each block: junk, zero and perturb fill it, stats_interval counts
 * its bytes.
 *
 * Nothing of it is on the fast paths: they are closed while one of these is on (base/anchor.h), and all
 * calls come to slow.c, which calls this. Threads keep their caches. */
#include "api/api.h"

#include "obs/stats.h"
#include "os/conf.h"

_Atomic bool ash_fill_on;

enum { JUNK_NEW = 0xa5, JUNK_FREED = 0x5a }; /* jemalloc's */

static _Atomic unsigned perturb; /* glibc's byte; 0: none */
static _Atomic size_t counted;   /* bytes since the last report, at most the interval as a rule */

static bool wanted(void)
{
	return perturb || ash_conf.junk || ash_conf.zero || ash_conf.stats_interval >= 0;
}

void ash_fill_init(void)
{
	perturb = ash_conf.perturb;
	ash_fill_on = wanted();
}

void ash_fill_perturb(unsigned byte)
{
	perturb = byte;
	ash_fill_on = wanted();
	ash_hooks_update();
}

static void fill(void *p, size_t from, size_t to, uint8_t byte)
{
	typedef uint64_t word __attribute__((may_alias, aligned(1)));
	char *at = (char *)p + from, *end = (char *)p + to;
	for (; end - at >= 8; at += 8) {
		*(word *)at = byte * UINT64_C(0x0101010101010101);
		__asm__("" : "+r"(at)); /* or the compiler makes it a call of memset */
	}
	for (; at < end; at++) {
		*at = (char)byte;
		__asm__("" : "+r"(at));
	}
}

/* Fills what has no content yet. */
static void fill_new(void *p, size_t from, size_t to)
{
	if (ash_conf.zero)
		fill(p, from, to, 0);
	else if (perturb)
		fill(p, from, to, (uint8_t)~perturb);
	else if (ash_conf.junk & ASH_JUNK_ALLOC)
		fill(p, from, to, JUNK_NEW);
}

static void count(size_t bytes)
{
	size_t interval = (size_t)ash_conf.stats_interval;
	uint32_t flags = ash_tls_flags();
	/* What the program's malloc_message allocates counts for nothing: it would be called from inside itself. */
	if (ash_conf.stats_interval >= 0 && !(flags & ASH_TLS_REPORTING) &&
	    atomic_fetch_add(&counted, bytes) + bytes >= interval &&
	    atomic_exchange(&counted, 0) >= interval) { /* else another thread does it */
		ash_tls_set_flags(flags | ASH_TLS_REPORTING);
		API(malloc_stats_print)(NULL, NULL, ash_conf.stats_interval_opts);
		ash_tls_set_flags(ash_tls_flags() & ~(uint32_t)ASH_TLS_REPORTING);
	}
}

/* All of a block, not only what was asked for: it may be used. */
SLOW void ash_fill_new(void *p, size_t size, bool zeroed)
{
	size_t usable = ash_usable(p, "malloc");
	if (!zeroed)
		fill_new(p, 0, usable);
	else if (ash_conf.zero)
		fill_new(p, size, usable);
	count(size);
}

SLOW void ash_fill_grown(void *p, size_t before)
{
	size_t usable = ash_usable(p, "realloc");
	if (usable > before)
		fill_new(p, before, usable);
}

SLOW void ash_fill_freed(void *p)
{
	unsigned byte = perturb ? perturb : ash_conf.junk & ASH_JUNK_FREE ? JUNK_FREED : 0;
	if (byte && ash_is_ours(p))
		fill(p, 0, ash_usable(p, "free"), (uint8_t)byte);
}
