/* api/new_static.c -- new without memory in an archive: the program is linked with its C++ runtime,
 * which has the handler and the exception.
 *
 * The forms that do not throw are left to the runtime: they call ours, and catch. */
#include "api/new.h"

#include "os/fault.h"

extern void (*_ZSt15get_new_handlerv(void))(void) __attribute__((weak));
extern void _ZSt17__throw_bad_allocv(void) __attribute__((weak));

SLOW void *ash_new_failed(size_t size, size_t align)
{
	void *p;
	do {
		void (*handler)(void) = _ZSt15get_new_handlerv ? _ZSt15get_new_handlerv() : NULL;
		if (handler)
			handler();
		else if (_ZSt17__throw_bad_allocv)
			_ZSt17__throw_bad_allocv();
		else
			ash_fault("operator new", NULL, ASH_FAULT_NO_RUNTIME);
		p = ash_alloc(size, align ? align : 16, false);
	} while (!p);
	return p;
}
