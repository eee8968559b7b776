/* api/new_static.c -- the C++ operators of the archives that do the work. With new.c they are a member of
 * their own beside the one with all the rest, so that C programs do without, and a C++ program that calls
 * new or delete, and malloc in no other way, gets ashlar by it. (libstdc++ comes later in the link, and
 * would find the C library's malloc.)
 *
 * The forms that do not throw are the runtime's: they call these, and catch. */
#include "api/new.h"

#include <malloc.h>
#include <stdlib.h>

/* The C++ ABI's, the same in every runtime. */
extern void *_ZTVSt9bad_alloc[]; /* vtable for std::bad_alloc */
extern const char _ZTISt9bad_alloc[]; /* its typeinfo */
void _ZNSt9bad_allocD1Ev(void *bad_alloc); /* its destructor */
void *__cxa_allocate_exception(size_t size);
_Noreturn void __cxa_throw(void *exception, const void *type, void (*destroy)(void *));
void (*_ZSt15get_new_handlerv(void))(void); /* std::get_new_handler() */

_Noreturn static void throw_bad_alloc(void)
{
	void **exception = __cxa_allocate_exception(sizeof(void *));
	*exception = &_ZTVSt9bad_alloc[2]; /* as its constructor does */
	__cxa_throw(exception, _ZTISt9bad_alloc, _ZNSt9bad_allocD1Ev);
}

/* Until there is memory, or nobody who could help. */
static SLOW void *try_again(size_t size, size_t align)
{
	void *p;
	do {
		void (*handler)(void) = _ZSt15get_new_handlerv();
		if (!handler || !is_pow2(align))
			throw_bad_alloc();
		handler();
		p = memalign(align, size);
	} while (!p);
	return p;
}

OPERATOR void *NEW()(size_t size)
{
	void *p = malloc(size);
	return likely(p != NULL) ? p : try_again(size, 16);
}

OPERATOR void *NEW(St11align_val_t)(size_t size, size_t align)
{
	void *p = likely(is_pow2(align)) ? memalign(align, size) : NULL;
	return likely(p != NULL) ? p : try_again(size, align);
}

OPERATOR void DELETE()(void *p)
{
	free(p);
}

OPERATOR void DELETE(St11align_val_t)(void *p, size_t align)
{
	(void)align;
	free(p);
}

DEFINE_TC_NEW

/* The runtime's. */
nothrow_new NEW(RKSt9nothrow_t);
aligned_nothrow_new NEW(St11align_val_tRKSt9nothrow_t);

nothrow_new tc_new_nothrow;
OPERATOR void *tc_new_nothrow(size_t size, const struct nothrow *tag)
{
	return NEW(RKSt9nothrow_t)(size, tag);
}

aligned_nothrow_new tc_new_aligned_nothrow;
OPERATOR void *tc_new_aligned_nothrow(size_t size, size_t align, const struct nothrow *tag)
{
	return NEW(St11align_val_tRKSt9nothrow_t)(size, align, tag);
}

TC(tc_new_nothrow) nothrow_new tc_newarray_nothrow;
TC(tc_new_aligned_nothrow) aligned_nothrow_new tc_newarray_aligned_nothrow;
