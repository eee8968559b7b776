/* os/fault.h -- the program broke the rules of malloc: say so in one line and stop. */
#ifndef ASH_OS_FAULT_H
#define ASH_OS_FAULT_H

#include "base/base.h"

/* The causes, in the words the user reads (ashlar(3), ERRORS). */
#define ASH_FAULT_DOUBLE_FREE "double free"
#define ASH_FAULT_INTERIOR "invalid pointer (inside a block, not its start)"
#define ASH_FAULT_FREED "invalid pointer or double free (no live block there)"
#define ASH_FAULT_NOT_HEAP "invalid pointer (not from any heap)"
#define ASH_FAULT_NOT_OURS "invalid pointer (not from this allocator)"
#define ASH_FAULT_NO_RUNTIME "out of memory, and no C++ runtime to tell"

/* Prints "ashlar: CALL(PTR): CAUSE" and sends SIGABRT. May be called with locks held: a handler
 * of SIGABRT that allocates passes through them. */
_Noreturn void ash_fault(const char *call, const void *ptr, const char *cause);

#endif
