/* region/supply.h -- memory that a program provides for one of its arenas, through hooks that are jemalloc's extent
 * hooks. What comes through them never mixes with common memory: it lies in extents of whole chunks, whose records
 * name the supply, and goes back through the hooks, an extent at a time, when nothing in it is used (one of a single
 * chunk is kept, until a purge). Extents are never split, merged, or had without memory behind them: the hooks for
 * that are not called. Nor are pages inside an extent returned but by the hooks for it, and only by a purge: it may be
 * memory of any kind.
 *
 * Hooks run without a lock held, in any thread that allocates or frees. Meanwhile the thread has no cache, and what
 * it allocates is common memory: a hook may call malloc, whatever its thread was about to do. Nor is a hook called inside another, which may
 * have locks of its own, for what a limit, a trim or a free would give back there: that waits for the next free
 * or purge outside. (A hook that destroys an arena has all of it given back.) A child of fork loses what other threads'
 * hooks were at work on.
 *
 * Lock, inside: the supply's (rank SUPPLY); the region's for the records. */
#ifndef ASH_REGION_SUPPLY_H
#define ASH_REGION_SUPPLY_H

#include "os/lock.h"
#include "region/chunk.h"

/* jemalloc's extent_hooks_t (include/ashlar/extent_hooks.h). Those that return bool return true if they did not do it.
 * Any but alloc may be NULL, which is as if it returned true. */
struct ash_extent_hooks {
	void *(*alloc)(struct ash_extent_hooks *h, void *new_addr, size_t size, size_t align, bool *zero, bool *commit,
		       unsigned arena);
	bool (*dalloc)(struct ash_extent_hooks *h, void *addr, size_t size, bool committed, unsigned arena);
	void (*destroy)(struct ash_extent_hooks *h, void *addr, size_t size, bool committed, unsigned arena);
	bool (*commit)(struct ash_extent_hooks *h, void *addr, size_t size, size_t offset, size_t len, unsigned arena);
	bool (*decommit)(struct ash_extent_hooks *h, void *addr, size_t size, size_t offset, size_t len,
			 unsigned arena);
	bool (*purge_lazy)(struct ash_extent_hooks *h, void *addr, size_t size, size_t offset, size_t len,
			   unsigned arena);
	bool (*purge_forced)(struct ash_extent_hooks *h, void *addr, size_t size, size_t offset, size_t len,
			     unsigned arena);
	bool (*split)(struct ash_extent_hooks *h, void *addr, size_t size, size_t size_a, size_t size_b, bool committed,
		      unsigned arena);
	bool (*merge)(struct ash_extent_hooks *h, void *a, size_t size_a, void *b, size_t size_b, bool committed,
		      unsigned arena);
};

struct supply {
	struct ash_lock lock;   /* guards what has no other word, and what chunks have for it */
	_Atomic(struct ash_extent_hooks *) hooks;
	struct chunk *chunks;   /* list: those with vacant units, or some away */
	struct chunk *spare;    /* an extent that is kept though nothing in it is used; NULL */
	_Atomic uint32_t refs;  /* the arena, each extent, and whoever holds it; the top bit: the arena is no more */
	_Atomic uint32_t tried; /* ms, when the arena was last trimmed because the hooks had no memory (api/slow.c) */
	uint32_t arena;         /* const */
	bool lossy;             /* in a child of fork: some may never come back. Const */
};

/* Hooks that do with the system what the library does without hooks. Registry lock held. */
struct ash_extent_hooks *ash_supply_default(void);

struct supply *ash_supply_create(uint32_t arena, struct ash_extent_hooks *hooks);

/* Gives all of it back or, what the hooks do not take, up. Nobody allocates from it any more; what other threads have
 * in their hands (a trim of everything) is waited for: no hook is called when this has returned. */
void ash_supply_destroy(struct supply *sp);

/* As long as it is held it is there. Holding wants a lock under which it still has an arena. */
void ash_supply_hold(struct supply *sp);
void ash_supply_release(struct supply *sp);

/* The supply that the calling thread is to allocate from. */
static inline struct supply *ash_supply_now(struct supply *sp)
{
	return unlikely(sp != NULL) && ash_tls_flags() & ASH_TLS_PROVIDING ? NULL : sp;
}

/* A run of units, any number, at a multiple of align bytes. zero: its content reads as zero. NULL without memory. */
void *ash_supply_alloc(struct supply *sp, size_t units, size_t align, bool zero);

/* Of runs in chunks that have a supply, for region/chunk.c: extends one in place, false if what follows is taken;
 * frees one, or part of it. */
bool ash_supply_extend(void *p, size_t units, size_t new_units, bool zero);
void ash_supply_free(void *p, size_t units);

/* Returns what is free: whole extents, and pages. Bytes that went. */
size_t ash_supply_purge(struct supply *sp);

#endif
