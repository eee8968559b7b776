/* os/fault.c -- see fault.h. */
#include "os/fault.h"
#include "base/fmt.h"
#include "os/lock.h"
#include "os/os.h"

_Noreturn SLOW void ash_fault(const char *call, const void *ptr, const char *cause)
{
	ash_lock_fork_begin(); /* this thread passes all locks from now on */
	ash_fmt_line(2, "ashlar: %s(%p): %s\n", call, ptr, cause);
	ash_os_abort();
}
