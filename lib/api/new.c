/* api/new.c -- the C++ operators new and delete, in C: the forms of C++20 under their mangled names.
 *
 * They save a call into libstdc++, which would call malloc. As the standard has it, only four of them
 * do the work and the others call these by name: a program that replaces operator new(size_t) and
 * operator delete(void *) alone finds its own called by every form that it did not replace.
 *
 * Without memory new hands over to the C++ runtime the program has (new_shared.c). The forms of new that
 * return NULL instead of throwing must catch what a new_handler throws, which C cannot: see there. The
 * archives have operators of their own (new_static.c). */
#include "api/new.h"

static SLOW void *new_slow(size_t size, const void *caller)
{
	void *p = ash_hooks_on ? ash_hooks_malloc(size, caller) : ash_alloc(size, 16, false);
	return p ? p : ash_new_failed(size);
}

void *NEW()(size_t) ASH_NOPLT;
void *NEW(St11align_val_t)(size_t, size_t) ASH_NOPLT;
void DELETE()(void *) ASH_NOPLT;
void DELETE(St11align_val_t)(void *, size_t) ASH_NOPLT;

OPERATOR void *NEW()(size_t size)
{
	void *p = ash_cache_pop(size);
	return likely(p != NULL) ? p : new_slow(size, ASH_CALLER);
}

OPERATOR void *NEW(St11align_val_t)(size_t size, size_t align)
{
	void *p = likely(is_pow2(align)) ? ash_memalign(align, size, ASH_CALLER) : NULL;
	return likely(p != NULL) ? p : ash_new_aligned_failed(size, align);
}

OPERATOR void DELETE()(void *p)
{
	if (unlikely(!ash_cache_push(p)))
		ash_free_slow(p, ASH_CALLER);
}

OPERATOR void DELETE(St11align_val_t)(void *p, size_t align)
{
	(void)align;
	if (unlikely(!ash_cache_push(p)))
		ash_free_slow(p, ASH_CALLER);
}

/* ---- arrays */

void *NEW_ARRAY()(size_t);
void *NEW_ARRAY(St11align_val_t)(size_t, size_t);
void DELETE_ARRAY()(void *) ASH_NOPLT;
void DELETE_ARRAY(St11align_val_t)(void *, size_t) ASH_NOPLT;

OPERATOR void *NEW_ARRAY()(size_t size)
{
	return NEW()(size);
}

OPERATOR void *NEW_ARRAY(St11align_val_t)(size_t size, size_t align)
{
	return NEW(St11align_val_t)(size, align);
}

OPERATOR void DELETE_ARRAY()(void *p)
{
	DELETE()(p);
}

OPERATOR void DELETE_ARRAY(St11align_val_t)(void *p, size_t align)
{
	DELETE(St11align_val_t)(p, align);
}

/* ---- delete with a size, which the page map knows as well, and what the compiler calls when a
 * constructor throws after a new that does not */

#define DEFINE_DELETES(FORM)                                                           \
	void SIZED(FORM, )(void *, size_t);                                            \
	OPERATOR void SIZED(FORM, )(void *p, size_t size)                              \
	{                                                                              \
		(void)size;                                                            \
		FORM()(p);                                                             \
	}                                                                              \
	void SIZED(FORM, St11align_val_t)(void *, size_t, size_t);                     \
	OPERATOR void SIZED(FORM, St11align_val_t)(void *p, size_t size, size_t align) \
	{                                                                              \
		(void)size;                                                            \
		FORM(St11align_val_t)(p, align);                                       \
	}                                                                              \
	void FORM(RKSt9nothrow_t)(void *, const struct nothrow *);                     \
	OPERATOR void FORM(RKSt9nothrow_t)(void *p, const struct nothrow *tag)         \
	{                                                                              \
		(void)tag;                                                             \
		FORM()(p);                                                             \
	}                                                                              \
	void FORM(St11align_val_tRKSt9nothrow_t)(void *, size_t, const struct nothrow *); \
	OPERATOR void FORM(St11align_val_tRKSt9nothrow_t)(void *p, size_t align,       \
							  const struct nothrow *tag)   \
	{                                                                              \
		(void)tag;                                                             \
		FORM(St11align_val_t)(p, align);                                       \
	}

DEFINE_DELETES(DELETE)
DEFINE_DELETES(DELETE_ARRAY)

/* ---- for new_shared.c */

#define STRING2(x) #x
#define STRING(x) STRING2(x)
#define OWN(name) __attribute__((alias(STRING(name)), visibility("hidden")))

extern OWN(NEW()) plain_new ash_new_own;
extern OWN(NEW_ARRAY()) plain_new ash_new_array_own;
extern OWN(NEW(St11align_val_t)) aligned_new ash_new_aligned_own;
extern OWN(NEW_ARRAY(St11align_val_t)) aligned_new ash_new_array_aligned_own;
