/* obs/epoch.c -- see epoch.h. */
#include "obs/epoch.h"
#include "os/os.h"

#include <errno.h>

/* Those of an arena, in a mapping of their own: few programs ask for them. */
struct taken {
	uint64_t epoch; /* 0: none yet */
	bool there;     /* the arena was in use */
	bool watched;   /* the program knows where this is: its pactive. Written at each epoch, atomically: */
	size_t pactive;
	struct ash_arena_stats s;
};

static struct ash_lock lock = {.rank = ASH_RANK_CTL}; /* guards all below, which is large: no initial values */
static struct {
	struct ash_epoch e;         /* number 0: no figures yet */
	struct ash_arena_stats all;
	struct ash_arena_stats now; /* for an answer beside the epoch's */
	size_t pactive;             /* as those of arenas */
	bool watched;               /* any of them is */
	struct taken *of[ASH_SHARDS_MAX];
} figures;

static void take(struct taken *t, size_t i)
{
	t->there = ash_stats_arena((uint32_t)i, &t->s);
	t->epoch = figures.e.number;
	__atomic_store_n(&t->pactive, t->s.pactive, __ATOMIC_RELAXED);
}

static void begin(void)
{
	ash_stats_arena(ASH_ARENAS_ALL, &figures.all);
	ash_stats_sum(&figures.all, &figures.e.sum);
	figures.e.lock = (struct ash_lock_stats){0};
	ash_lock_add_stats(&lock, &figures.e.lock);
	figures.e.number++;
	__atomic_store_n(&figures.pactive, figures.all.pactive, __ATOMIC_RELAXED);
	for (size_t i = 0; figures.watched && i < ash_stats_narenas(); i++)
		if (figures.of[i] && figures.of[i]->watched)
			take(figures.of[i], i);
}

const struct ash_epoch *ash_epoch_lock(void)
{
	ash_lock(&lock);
	if (!figures.e.number)
		begin();
	return &figures.e;
}

void ash_epoch_unlock(void)
{
	ash_unlock(&lock);
}

void ash_epoch_renew(void)
{
	ash_lock(&lock);
	begin();
	ash_unlock(&lock);
}

int ash_epoch_arena(size_t i, const struct ash_arena_stats **s)
{
	*s = &figures.all;
	if (i == ASH_ARENAS_ALL)
		return 0;
	struct taken *t = figures.of[i];
	if (!t)
		t = figures.of[i] = ash_os_map(align_up(sizeof *t, ash_os.page_size));
	if (!t)
		return EAGAIN;
	if (t->epoch != figures.e.number)
		take(t, i);
	*s = &t->s;
	return t->there ? 0 : ENOENT;
}

const size_t *ash_epoch_watch(size_t i)
{
	if (i == ASH_ARENAS_ALL)
		return &figures.pactive;
	figures.watched = figures.of[i]->watched = true;
	return &figures.of[i]->pactive;
}

size_t ash_epoch_active_now(void)
{
	ash_stats_arena(ASH_ARENAS_ALL, &figures.now);
	return figures.now.active;
}

void ash_epoch_fork_lock(void)
{
	ash_lock_fork(&lock);
}

void ash_epoch_fork_unlock(bool child)
{
	ash_unlock_fork(&lock, child);
}
