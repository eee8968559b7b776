#!/bin/sh
# What the library calls of libc is what we mean it to call, and nothing that a compiler put there:
# malloc must work before libc is ready, inside a sanitizer's start-up, in a sandbox.
. "$(dirname "$0")/env.sh"
need_shared
no_sanitizer

# Names of libc that the library uses, and why they may be. A tab ends the names.
cat >"$tmp/allowed" <<'E1'
__errno_location	errno
abort			the end of a fault report
__environ environ __libc_stack_end	options, at the start
getauxval		the kernel's facts, at the start
_r_debug dladdr1		which object a foreign pointer lies in, or is libc's
dlsym dl_iterate_phdr	the next operator new, when there is no memory: it will throw
__register_atfork	at the start
pthread_key_create pthread_setspecific pthread_getspecific	the end of a thread
fputs fwrite		malloc_info writes to the program's FILE
__cxa_finalize __gmon_start__ _ITM_deregisterTMCloneTable _ITM_registerTMCloneTable	crtbegin.o
__stack_chk_fail	-fstack-protector
E1
{
	sed 's/	.*//' "$tmp/allowed" | tr ' ' '\n' | sed '/^$/d'
	# the program's options, where it defines them
	printf '%s\n' "${ashlar_prefix}malloc_conf" "${ashlar_prefix}malloc_conf_2_conf_harder"
} | sort -u >"$tmp/names"

$NM -D --undefined-only "$lib" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u >"$tmp/imports"
grep -q '^__errno_location$' "$tmp/imports" || broken "the library imports no errno: was it read?"
extra=$(comm -13 "$tmp/names" "$tmp/imports")
[ -z "$extra" ] || fail "imported, and not on the list:" $extra
