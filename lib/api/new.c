/* api/new.c -- the C++ operators new and delete, in C, under their mangled names: the forms of C++20 but
 * for the four that do the work (new_shared.c, new_static.c) and the four that do not throw.
 *
 * As the standard has it, these call the others by name: a program that replaces operator new(size_t)
 * and operator delete(void *) alone finds its own called by every form that it did not replace. */
#include "api/new.h"

/* ---- arrays */

DEFINE_NEW(plain_new, NEW_ARRAY(), (size_t size), (size), NEW()(size))
DEFINE_NEW(aligned_new, NEW_ARRAY(St11align_val_t), (size_t size, size_t align), (size, align),
	   NEW(St11align_val_t)(size, align))
DEFINE_DELETE(plain_delete, DELETE_ARRAY(), (void *p), (p), DELETE()(p))
DEFINE_DELETE(aligned_delete, DELETE_ARRAY(St11align_val_t), (void *p, size_t align), (p, align),
	      DELETE(St11align_val_t)(p, align))

/* ---- delete with a size, which the page map knows as well, and what the compiler calls when a
 * constructor throws after a new that does not */

#define DEFINE_DELETES(FORM)                                                                      \
	DEFINE_DELETE(sized_delete, SIZED(FORM, ), (void *p, size_t size),                        \
		      (p, size), ((void)size, FORM()(p)))                                         \
	DEFINE_DELETE(sized_aligned_delete, SIZED(FORM, St11align_val_t),                         \
		      (void *p, size_t size, size_t align), (p, size, align),                     \
		      ((void)size, FORM(St11align_val_t)(p, align)))                              \
	DEFINE_DELETE(nothrow_delete, FORM(RKSt9nothrow_t),                                       \
		      (void *p, const struct nothrow *tag), (p, tag), ((void)tag, FORM()(p)))     \
	DEFINE_DELETE(aligned_nothrow_delete, FORM(St11align_val_tRKSt9nothrow_t),                \
		      (void *p, size_t align, const struct nothrow *tag), (p, align, tag),        \
		      ((void)tag, FORM(St11align_val_t)(p, align)))

DEFINE_DELETES(DELETE)
DEFINE_DELETES(DELETE_ARRAY)

/* ---- for new_shared.c */

extern OWN(NEW_ARRAY()) plain_new ash_new_array_own;
extern OWN(NEW_ARRAY(St11align_val_t)) aligned_new ash_new_array_aligned_own;
