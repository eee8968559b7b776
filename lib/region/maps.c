/* region/maps.c -- see maps.h. */
#include "region/maps.h"
#include "region/units.h"

bool ash_maps_keep(struct kept_map map)
{
	for (struct kept_map *m = ash_region.maps_kept; m < ash_region.maps_kept + ASH_MAPS; m++) {
		if (m->at)
			continue;
		*m = map;
		ash_region.kept_units += map.len / ASH_UNIT;
		return true;
	}
	return false;
}

static struct kept_map take(struct kept_map *m)
{
	struct kept_map taken = {NULL, 0, 0};
	if (m) {
		taken = *m;
		m->at = NULL;
		ash_region.kept_units -= taken.len / ASH_UNIT;
	}
	return taken;
}

struct kept_map ash_maps_take(size_t len, size_t align)
{
	struct kept_map *best = NULL;
	for (struct kept_map *m = ash_region.maps_kept; m < ash_region.maps_kept + ASH_MAPS; m++) {
		if (!m->at || (uintptr_t)m->at & (align - 1) || m->len < len || m->len / 2 > len)
			continue;
		if (!best || m->len < best->len)
			best = m;
	}
	return take(best);
}

static struct kept_map *oldest(void)
{
	struct kept_map *old = NULL;
	for (struct kept_map *m = ash_region.maps_kept; m < ash_region.maps_kept + ASH_MAPS; m++)
		if (m->at && (!old || (int32_t)(m->stamp - old->stamp) < 0))
			old = m;
	return old;
}

struct kept_map ash_maps_take_oldest(void)
{
	return take(oldest());
}

uint32_t ash_maps_oldest(uint32_t none)
{
	const struct kept_map *m = oldest();
	return m ? m->stamp : none;
}
