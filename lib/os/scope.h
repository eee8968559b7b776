/* os/scope.h -- the global scope: where glibc's dynamic linker looks names up, and how to make it find
 * ours in libc as well. Nothing is found where the C library is not glibc or the program is static; of several namespaces
 * (dlmopen) the first one is meant. */
#ifndef ASH_OS_SCOPE_H
#define ASH_OS_SCOPE_H

#include "os/elf.h"

/* libc's object; NULL if there is none. */
struct link_map *ash_scope_libc(void);

/* The function of this name that a program would find if our object were not there. NULL if there is none. */
void *ash_scope_next_function(const char *name);

/* Whether our definition of a name is the first in the global scope. (Comparing addresses would not tell:
 * that of a function may be a place in the program, which jumps to it.) */
bool ash_scope_finds_ours(const char *name);

/* Whether another object than libc defines a name before ours does; false if ours is in no scope. */
bool ash_scope_others_come_first(const char *name);

/* Whether any other object defines one of n names. */
bool ash_scope_others_define(const char *const *names, size_t n);

/* Whether a name is defined by our object and by libc as well. */
bool ash_scope_has_two(const char *name);

/* Makes every later lookup in libc, in whatever scope, find our definitions of the names that both have.
 * For good, and once, also if several threads or a child of fork come in the middle. No effect where the
 * dynamic linker's records are not as we know them, or without memory. errno is not touched. */
void ash_scope_override_libc(void);

#endif
