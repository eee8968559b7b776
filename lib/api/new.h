/* api/new.h -- the mangled names of the C++ operators. */
#ifndef ASH_API_NEW_H
#define ASH_API_NEW_H

#include "api/api.h"

struct nothrow; /* std::nothrow_t: only its address is passed */

/* size_t is mangled as what it is. */
#if UINTPTR_MAX > UINT32_MAX
#define NEW(suffix) _Znwm##suffix
#define NEW_ARRAY(suffix) _Znam##suffix
#define SIZED(FORM, suffix) FORM(m##suffix)
#else
#define NEW(suffix) _Znwj##suffix
#define NEW_ARRAY(suffix) _Znaj##suffix
#define SIZED(FORM, suffix) FORM(j##suffix)
#endif
#define DELETE(suffix) _ZdlPv##suffix
#define DELETE_ARRAY(suffix) _ZdaPv##suffix

/* Weak: in a static link the program's own take the place of ours, as they do in a dynamic one. Link-time
 * optimization of what was compiled with -fPIE would inline them nevertheless. */
#define OPERATOR __attribute__((visibility("default"), weak)) ASH_NOIPA

typedef void *plain_new(size_t);
typedef void *aligned_new(size_t, size_t);
typedef void plain_delete(void *);
typedef void aligned_delete(void *, size_t);
typedef void sized_delete(void *, size_t);
typedef void sized_aligned_delete(void *, size_t, size_t);
typedef void nothrow_delete(void *, const struct nothrow *);
typedef void aligned_nothrow_delete(void *, size_t, const struct nothrow *);
typedef void *nothrow_new(size_t, const struct nothrow *);
typedef void *aligned_nothrow_new(size_t, size_t, const struct nothrow *);

/* Those that others call by name: by one jump, to the program's own where it has them. */
plain_new NEW() ASH_NOPLT, NEW_ARRAY();
aligned_new NEW(St11align_val_t) ASH_NOPLT, NEW_ARRAY(St11align_val_t);
plain_delete DELETE() ASH_NOPLT, DELETE_ARRAY() ASH_NOPLT;
aligned_delete DELETE(St11align_val_t) ASH_NOPLT, DELETE_ARRAY(St11align_val_t) ASH_NOPLT;

/* While we stand down each form is what the next definition of it is: a sanitizer's runtime tells them
 * apart, and the C++ runtime's call malloc and free by name. In static programs nobody stands down. */
#ifdef ASHLAR_NEW_STATIC
#define STANDING_DOWN false
#define NEXT_ONE(type, name) ((type *)NULL)
#else
/* The fast paths are closed then: a limit that they read anyway is looked at first. */
#define STANDING_DOWN (unlikely(ASH_PEEK(ash_anchor.root_limit) == 0) && ash_standing_down)
#define NEXT_ONE(type, name) \
	__extension__({ static void *_Atomic slot; (type *)ash_new_next(&slot, STRING(name)); })
/* NULL: there is none. *slot: what was found before. */
void *ash_new_next(void *_Atomic *slot, const char *name);
#endif

/* An operator that does `otherwise` while malloc is ours; the rest is in a function of its own, so that this
 * is a test and a jump. PARAMS, ARGS: in parentheses. */
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define DEFINE_NEW(type, name, PARAMS, ARGS, otherwise)                    \
	type name;                                                         \
	static SLOW void *PASTE(next, name) PARAMS                         \
	{                                                                  \
		type *f = NEXT_ONE(type, name);                            \
		return f ? f ARGS : otherwise;                             \
	}                                                                  \
	OPERATOR void *name PARAMS                                         \
	{                                                                  \
		return STANDING_DOWN ? PASTE(next, name) ARGS : otherwise; \
	}
#define DEFINE_DELETE(type, name, PARAMS, ARGS, otherwise)                     \
	type name;                                                             \
	static SLOW void PASTE(next, name) PARAMS                              \
	{                                                                      \
		type *f = !STANDING_DOWN || ash_is_ours(p) ? NULL : NEXT_ONE(type, name); \
		if (f)                                                         \
			f ARGS;                                                \
		else                                                           \
			otherwise;                                             \
	}                                                                      \
	OPERATOR void name PARAMS                                              \
	{                                                                      \
		if (STANDING_DOWN)                                             \
			PASTE(next, name) ARGS;                                \
		else                                                           \
			otherwise;                                             \
	}

/* gperftools' names of the operators (tc.c): those of the forms that do the work, whatever these resolve to. A
 * further argument does no harm in any calling convention. Weak, as the rest of its functions are. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wattribute-alias"
#endif
#define TC(of) __attribute__((alias(STRING(of)), visibility("default"), weak))
#define DEFINE_TC_NEW                                                                                      \
	TC(NEW()) plain_new tc_new, tc_newarray;                                                           \
	TC(NEW(St11align_val_t)) aligned_new tc_new_aligned, tc_newarray_aligned;                          \
	TC(DELETE()) plain_delete tc_delete, tc_deletearray;                                               \
	TC(DELETE()) sized_delete tc_delete_sized, tc_deletearray_sized;                                   \
	TC(DELETE()) nothrow_delete tc_delete_nothrow, tc_deletearray_nothrow;                             \
	TC(DELETE(St11align_val_t)) aligned_delete tc_delete_aligned, tc_deletearray_aligned;              \
	TC(DELETE(St11align_val_t)) aligned_nothrow_delete tc_delete_aligned_nothrow,                      \
		tc_deletearray_aligned_nothrow;                                                            \
	TC(DELETE()) sized_aligned_delete tc_delete_sized_aligned, tc_deletearray_sized_aligned;


/* Four of the operators as this library defines them, whatever their names resolve to. */
#define STRING2(x) #x
#define STRING(x) STRING2(x)
#define OWN(name) __attribute__((alias(STRING(name)), visibility("hidden")))
extern ASH_HIDDEN plain_new ash_new_own, ash_new_array_own;
extern ASH_HIDDEN aligned_new ash_new_aligned_own, ash_new_array_aligned_own;

#endif
