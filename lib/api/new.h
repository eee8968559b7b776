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

/* Weak: in a static link the program's own take the place of ours, as they do in a dynamic one. */
#define OPERATOR __attribute__((visibility("default"), weak))

typedef void *plain_new(size_t);
typedef void *aligned_new(size_t, size_t);
typedef void plain_delete(void *);
typedef void aligned_delete(void *, size_t);

/* Those that others call by name: by one jump, to the program's own where it has them. */
plain_new NEW() ASH_NOPLT, NEW_ARRAY();
aligned_new NEW(St11align_val_t) ASH_NOPLT, NEW_ARRAY(St11align_val_t);
plain_delete DELETE() ASH_NOPLT, DELETE_ARRAY() ASH_NOPLT;
aligned_delete DELETE(St11align_val_t) ASH_NOPLT, DELETE_ARRAY(St11align_val_t) ASH_NOPLT;

/* Four of the operators as this library defines them, whatever their names resolve to. */
#define STRING2(x) #x
#define STRING(x) STRING2(x)
#define OWN(name) __attribute__((alias(STRING(name)), visibility("hidden")))
extern ASH_HIDDEN plain_new ash_new_own, ash_new_array_own;
extern ASH_HIDDEN aligned_new ash_new_aligned_own, ash_new_array_aligned_own;

#endif
