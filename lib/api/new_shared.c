/* api/new_shared.c -- the C++ operators of the shared library that do the work. They save a call into
 * libstdc++, which would call malloc.
 *
 * Without memory they hand over to the next operator new in the search order, which is the C++ runtime's:
 * it calls the new_handler and throws. Where a module brought the runtime that is in no search order of
 * ours (dlopen with RTLD_LOCAL); then it is looked for among all objects.
 *
 * The forms that do not throw catch what a new_handler, or the program's own operator new, throws; in C
 * that cannot be written, so where it may happen the runtime's own form is called. */
#include "api/new.h"

#include "os/elf.h"
#include "os/fault.h"

#include <dlfcn.h>
#include <stdlib.h>

#define NEXT(type, name) ((type *)next(STRING(name)))

/* An operator of the runtime's; NULL: the process has none. */
static void *next(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);
	return f ? f : ash_elf_function_elsewhere(name);
}

/* Not kept: what a module brought that may be closed again. */
SLOW void *ash_new_next(void *_Atomic *slot, const char *name)
{
	if (!*slot)
		*slot = dlsym(RTLD_NEXT, name);
	return *slot ? *slot : ash_elf_function_elsewhere(name);
}

static SLOW void *new_failed(size_t size)
{
	plain_new *runtime = NEXT(plain_new, NEW());
	if (!runtime)
		ash_fault("operator new", (void *)size, ASH_FAULT_NO_RUNTIME);
	return runtime(size);
}

static SLOW void *new_aligned_failed(size_t size, size_t align)
{
	/* Some runtimes' aligned forms overflow when they round such a size up, and succeed. */
	aligned_new *runtime = size <= PTRDIFF_MAX ? NEXT(aligned_new, NEW(St11align_val_t)) : NULL;
	return runtime ? runtime(size, align) : new_failed(size);
}

static SLOW void *new_slow(size_t size, const void *caller)
{
	plain_new *f = ash_standing_down ? NEXT_ONE(plain_new, NEW()) : NULL;
	if (f)
		return f(size);
	void *p = ash_standing_down ? malloc(size)
		: ash_hooks_on      ? ash_hooks_malloc(size, caller)
				    : ash_alloc(size, 16, false);
	return p ? p : new_failed(size);
}

OPERATOR void *NEW()(size_t size)
{
	void *p = ash_cache_pop(size);
	return likely(p != NULL) ? p : new_slow(size, ASH_CALLER);
}

OPERATOR void *NEW(St11align_val_t)(size_t size, size_t align)
{
	aligned_new *f = STANDING_DOWN ? NEXT_ONE(aligned_new, NEW(St11align_val_t)) : NULL;
	if (f)
		return f(size, align);
	void *p = NULL;
	if (likely(is_pow2(align)))
		p = STANDING_DOWN ? aligned_alloc(align, size) : ash_memalign(align, size, ASH_CALLER);
	return likely(p != NULL) ? p : new_aligned_failed(size, align);
}

static SLOW void delete_slow(void *p, const void *caller)
{
	if (!ash_standing_down || ash_is_ours(p)) {
		ash_free_slow(p, caller);
		return;
	}
	plain_delete *f = NEXT_ONE(plain_delete, DELETE());
	if (f)
		f(p);
	else
		free(p);
}

static SLOW void delete_aligned_slow(void *p, size_t align, const void *caller)
{
	aligned_delete *f = NULL;
	if (ash_standing_down && !ash_is_ours(p))
		f = NEXT_ONE(aligned_delete, DELETE(St11align_val_t));
	if (f)
		f(p, align);
	else
		delete_slow(p, caller);
}

OPERATOR void DELETE()(void *p)
{
	if (unlikely(!ash_cache_push(p)))
		delete_slow(p, ASH_CALLER);
}

OPERATOR void DELETE(St11align_val_t)(void *p, size_t align)
{
	if (unlikely(!ash_cache_push(p)))
		delete_aligned_slow(p, align, ASH_CALLER);
}

extern OWN(NEW()) plain_new ash_new_own;
extern OWN(NEW(St11align_val_t)) aligned_new ash_new_aligned_own;

/* ---- the forms that do not throw */

/* Whether the program has no such operator of its own. */
static bool ours(const void *resolved, const void *own)
{
	__asm__("" : "+r"(resolved)); /* the compiler believes that they are the same */
	return resolved == own;
}
#define ALL_OURS(suffix, kind)                                           \
	(ours(&NEW(suffix), &ash_new##kind##own) && \
	 ours(&NEW_ARRAY(suffix), &ash_new_array##kind##own))

static SLOW void *plain_failed(size_t size, const struct nothrow *tag, nothrow_new *runtime)
{
	return runtime ? runtime(size, tag) : NULL;
}

static SLOW void *aligned_failed(size_t size, size_t align, const struct nothrow *tag,
				 aligned_nothrow_new *runtime)
{
	return runtime ? runtime(size, align, tag) : NULL;
}

static void *plain_quietly(size_t size, const void *caller)
{
	void *p;
	if (!ALL_OURS(, _))
		return NULL;
	p = ash_cache_pop(size);
	return likely(p != NULL) ? p : ash_standing_down ? NULL : ash_malloc_slow(size, caller);
}

static void *aligned_quietly(size_t size, size_t align, const void *caller)
{
	return ALL_OURS(St11align_val_t, _aligned_) && is_pow2(align) && !ash_standing_down
		? ash_memalign(align, size, caller) : NULL;
}

#define DEFINE_NOTHROW(FORM)                                                                    \
	nothrow_new FORM(RKSt9nothrow_t);                                                       \
	OPERATOR void *FORM(RKSt9nothrow_t)(size_t size, const struct nothrow *tag)             \
	{                                                                                       \
		void *p = plain_quietly(size, ASH_CALLER);                                      \
		return likely(p != NULL)                                                        \
			? p : plain_failed(size, tag, NEXT(nothrow_new, FORM(RKSt9nothrow_t))); \
	}                                                                                       \
	aligned_nothrow_new FORM(St11align_val_tRKSt9nothrow_t);                                \
	OPERATOR void *FORM(St11align_val_tRKSt9nothrow_t)(size_t size, size_t align,           \
							   const struct nothrow *tag)           \
	{                                                                                       \
		void *p = aligned_quietly(size, align, ASH_CALLER);                             \
		return likely(p != NULL)                                                        \
			? p : aligned_failed(size, align, tag,                                  \
					     NEXT(aligned_nothrow_new,                          \
						  FORM(St11align_val_tRKSt9nothrow_t)));        \
	}

DEFINE_NOTHROW(NEW)
DEFINE_NOTHROW(NEW_ARRAY)

DEFINE_TC_NEW
TC(NEW(RKSt9nothrow_t)) nothrow_new tc_new_nothrow, tc_newarray_nothrow;
TC(NEW(St11align_val_tRKSt9nothrow_t)) aligned_nothrow_new tc_new_aligned_nothrow, tc_newarray_aligned_nothrow;
