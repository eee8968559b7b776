/* region/limit.c -- see limit.h. */
#include "region/limit.h"
#include "os/lock.h"
#include "region/meta.h"
#include "region/pages.h"

struct ash_limits ash_limits = {.bytes = {ASH_NO_LIMIT, ASH_NO_LIMIT}};

static size_t relaxed(_Atomic size_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static SLOW size_t physical(void)
{
	const struct region *r = &ash_region;
	size_t units = r->mapped - r->free - r->row_chunks * ASH_CHUNK_UNITS + r->dirty + r->backed +
		       r->kept_units + r->own_units;
	size_t bytes = units * ASH_UNIT + ash_meta_bytes() + relaxed(&ash_limits.elsewhere);
	size_t absent = relaxed(&ash_limits.absent); /* of another moment than the rest */
	return bytes > absent ? bytes - absent : 0;
}

SLOW bool ash_limit_exceeds(size_t bytes)
{
	size_t hard = ash_limits.bytes[ASH_LIMIT_HARD];
	return bytes > hard || physical() > hard - bytes;
}

SLOW bool ash_limit_make_room(size_t bytes)
{
	return bytes <= ash_limits.bytes[ASH_LIMIT_HARD] && (ash_pages_give_back_one() || ash_pages_wait());
}

SLOW bool ash_limit_admit(size_t bytes)
{
	while (ash_limit_exceeds(bytes))
		if (!ash_limit_make_room(bytes))
			return false;
	return true;
}

static SLOW void note(size_t now)
{
	size_t soft = ash_limits.bytes[ASH_LIMIT_SOFT];
	atomic_store_explicit(&ash_limits.over, now > soft, memory_order_relaxed);
	if (now < soft - soft / 8)
		ash_limits.told = false;
}

SLOW void ash_limit_heed(void)
{
	while (physical() > ash_limits.bytes[ASH_LIMIT_SOFT] && ash_pages_give_back_one())
		;
	note(physical());
}

SLOW bool ash_limit_allows(size_t bytes)
{
	ash_lock(&ash_region.lock);
	bool fits = !ash_limit_exceeds(bytes);
	ash_unlock(&ash_region.lock);
	return fits;
}

SLOW bool ash_limit_claim(size_t bytes)
{
	ash_lock(&ash_region.lock);
	bool fits = !ash_limit_exceeds(bytes);
	if (fits)
		atomic_fetch_sub_explicit(&ash_limits.absent, bytes, memory_order_relaxed);
	note(physical());
	ash_unlock(&ash_region.lock);
	return fits;
}

SLOW bool ash_limit_relieve(void)
{
	ash_lock(&ash_region.lock);
	ash_limit_heed();
	bool over = ash_limits.over;
	ash_unlock(&ash_region.lock);
	return over;
}

SLOW size_t ash_limit_physical(void)
{
	ash_lock(&ash_region.lock);
	size_t bytes = physical();
	ash_unlock(&ash_region.lock);
	return bytes;
}

SLOW void ash_limit_set(enum ash_limit which, size_t bytes)
{
	ash_lock(&ash_region.lock);
	ash_limits.bytes[which] = bytes;
	ash_limits.on = ash_limits.bytes[ASH_LIMIT_SOFT] != ASH_NO_LIMIT ||
			ash_limits.bytes[ASH_LIMIT_HARD] != ASH_NO_LIMIT;
	if (which == ASH_LIMIT_SOFT)
		ash_limits.told = false;
	ash_limit_heed();
	ash_unlock(&ash_region.lock);
}

SLOW size_t ash_limit_get(enum ash_limit which)
{
	ash_lock(&ash_region.lock);
	size_t bytes = ash_limits.bytes[which];
	ash_unlock(&ash_region.lock);
	return bytes == ASH_NO_LIMIT ? 0 : bytes;
}

SLOW void ash_limit_set_callback(ash_limit_fn *callback, void *arg)
{
	ash_lock(&ash_region.lock);
	ash_limits.callback = callback;
	ash_limits.arg = arg;
	ash_unlock(&ash_region.lock);
}

SLOW bool ash_limit_tell(struct ash_limit_news *news)
{
	ash_lock(&ash_region.lock);
	*news = (struct ash_limit_news){
		ash_limits.callback, ash_limits.arg, physical(), ash_limits.bytes[ASH_LIMIT_SOFT]};
	bool tell = news->callback && !ash_limits.told && !ash_limits.telling && news->bytes > news->limit;
	if (tell) {
		ash_limits.told = true;
		ash_limits.telling = ash_lock_id();
	}
	ash_unlock(&ash_region.lock);
	return tell;
}

SLOW void ash_limit_told(void)
{
	ash_lock(&ash_region.lock);
	ash_limits.telling = 0;
	ash_unlock(&ash_region.lock);
}

/* Another thread was telling: the child has not got it. */
SLOW void ash_limit_fork_child(void)
{
	if (ash_limits.telling != ash_lock_id())
		ash_limits.telling = 0;
}
