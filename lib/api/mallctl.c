/* api/mallctl.c -- the control tree (obs/ctl.h) under the names that programs call. */
#include "api/api.h"

#include "ashlar/ashlar.h"
#include "heap/usage.h"
#include "obs/ctl.h"
#include "region/supply.h"

_Static_assert(sizeof(extent_hooks_t) == sizeof(struct ash_extent_hooks), "one table under two names");

ASHLAR_EXPORT int ashlar_mallctl(const char *name, void *oldp, size_t *oldlenp, void *newp, size_t newlen)
{
	return ash_ctl_by_name(name, oldp, oldlenp, newp, newlen);
}

ASHLAR_EXPORT int ashlar_mallctlnametomib(const char *name, size_t *mibp, size_t *miblenp)
{
	return ash_ctl_name_to_mib(name, mibp, miblenp);
}

ASHLAR_EXPORT int ashlar_mallctlbymib(const size_t *mib, size_t miblen, void *oldp, size_t *oldlenp, void *newp,
				      size_t newlen)
{
	return ash_ctl_by_mib(mib, miblen, oldp, oldlenp, newp, newlen);
}

ASHLAR_EXPORT int ashlar_get_defrag_hint(void *ptr)
{
	return ash_usage_is_sparse(ptr);
}

/* jemalloc's names of the three, and redis's of the fourth. */
#define ALIAS(of) __attribute__((alias(#of), visibility("default")))
ALIAS(ashlar_mallctl)
int API(mallctl)(const char *name, void *oldp, size_t *oldlenp, void *newp, size_t newlen);
ALIAS(ashlar_mallctlnametomib) int API(mallctlnametomib)(const char *name, size_t *mibp, size_t *miblenp);
ALIAS(ashlar_mallctlbymib)
int API(mallctlbymib)(const size_t *mib, size_t miblen, void *oldp, size_t *oldlenp, void *newp, size_t newlen);
#ifndef ASHLAR_PREFIX
ALIAS(ashlar_get_defrag_hint) int je_get_defrag_hint(void *ptr);
#endif
