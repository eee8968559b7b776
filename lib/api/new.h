/* api/new.h -- the mangled names of the C++ operators, and who answers when there is no memory. */
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

/* Four of the operators as this library defines them, whatever their names resolve to. */
typedef void *plain_new(size_t);
typedef void *aligned_new(size_t, size_t);
extern ASH_HIDDEN plain_new ash_new_own, ash_new_array_own;
extern ASH_HIDDEN aligned_new ash_new_aligned_own, ash_new_array_aligned_own;

/* new without memory: calls the new_handler as long as there is one and tries again, then throws
 * std::bad_alloc, all of it the program's own C++ runtime's doing. */
void *ash_new_failed(size_t size);
void *ash_new_aligned_failed(size_t size, size_t align);

#endif
