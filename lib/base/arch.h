/* base/arch.h -- all that is known about processors, each of them with something portable for those that
 * nobody has thought of: a machine that is not named here gets a library that is as right, and a little
 * slower. doc/platforms.md tells where the tests have passed.
 *
 *   hints       to the compiler's choice of registers
 *   ash_pause() while spinning
 *   ash_thread_pointer(), if ASH_ARCH_THREAD_POINTER
 *   ash_syscall6(), if ASH_ARCH_SYSCALL; base/syscall.h has another
 *   ASH_ARCH_STRING, ASH_ARCH_BIT_SET: instructions worth their assembler
 *   ASH_ARCH_MMAP_BY_ADDRESS, ASH_ARCH_NO_VDSO, ASH_ARCH_JUMP, ASH_ARCH_NO_JUMP: oddities */
#ifndef ASH_BASE_ARCH_H
#define ASH_BASE_ARCH_H

#include <stdbool.h>
#include <stdint.h>

/* With pointers of 32 bits (x32) it has another system call table and another thread block. */
#if defined(__x86_64__) && defined(__LP64__)
#define ASH_ARCH_X86_64
#endif

/* ---- hints: without them the code is as right and two instructions longer.
 *   ASH_RESULT         the value is made where a function returns it
 *   ASH_BESIDE_RESULT  and this one elsewhere
 *   ASH_READ_AGAIN     what was read at this index is read anew: one instruction that counts in memory */
#ifdef ASH_ARCH_X86_64
#define ASH_RESULT(p) __asm__("" : "+a"(p))
#define ASH_BESIDE_RESULT(p) __asm__("" : "+d"(p))
#define ASH_READ_AGAIN(index) __asm__("" : "+r"(index))
#else
#define ASH_RESULT(p) ((void)0)
#define ASH_BESIDE_RESULT(p) ((void)0)
#define ASH_READ_AGAIN(index) ((void)0)
#endif

/* ---- spinning */
static inline void ash_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb");
#elif defined(__ARM_ARCH) && __ARM_ARCH >= 7
	__asm__ volatile("yield");
#elif defined(__riscv)
	__asm__ volatile(".4byte 0x0100000f"); /* pause, where the assembler may not know it */
#elif defined(__powerpc__)
	__asm__ volatile("or 27, 27, 27"); /* yield */
#endif
}

/* ---- the thread pointer. Where the ABI says that it is stored at itself (x86), at that place and no other: what
 * follows is the C library's own. */
#define ASH_ARCH_THREAD_POINTER 1
static inline uintptr_t ash_thread_pointer(void)
{
	uintptr_t self;
#if defined(__x86_64__)
	__asm__("mov %%fs:0, %0" : "=r"(self));
#elif defined(__i386__)
	__asm__("mov %%gs:0, %0" : "=r"(self));
#elif defined(__aarch64__)
	__asm__("mrs %0, tpidr_el0" : "=r"(self));
#elif defined(__riscv)
	__asm__("mv %0, tp" : "=r"(self));
#elif defined(__powerpc64__)
	__asm__("mr %0, 13" : "=r"(self));
#elif defined(__powerpc__)
	__asm__("mr %0, 2" : "=r"(self));
#elif defined(__arm__) || defined(__s390__)
	self = (uintptr_t)__builtin_thread_pointer();
#else
#undef ASH_ARCH_THREAD_POINTER
	self = 0;
#endif
	return self;
}

/* ---- system calls: the raw result, -1 to -4095 being -errno */
#define ASH_ARCH_SYSCALL 1

#if defined(ASH_ARCH_X86_64)

static inline long ash_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#elif defined(__i386__)

/* The sixth is in ebp, which the compiler may need to find the others. */
static inline long ash_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	long ret;
	__asm__ volatile("pushl %7\n\tpushl %%ebp\n\tmovl 4(%%esp), %%ebp\n\tint $0x80\n\t"
			 "popl %%ebp\n\taddl $4, %%esp"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), "g"(f)
			 : "cc", "memory");
	return ret;
}

#elif defined(__aarch64__)

static inline long ash_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#elif defined(__ARM_EABI__) && (!defined(__thumb__) || defined(__thumb2__))

/* The number is in r7, which may be the frame pointer: it is put back. */
static inline long ash_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r0 __asm__("r0") = a;
	register long r1 __asm__("r1") = b;
	register long r2 __asm__("r2") = c;
	register long r3 __asm__("r3") = d;
	register long r4 __asm__("r4") = e;
	register long r5 __asm__("r5") = f;
	long r7;
	__asm__ volatile("mov %1, r7\n\tmov r7, %2\n\tsvc 0\n\tmov r7, %1"
			 : "+r"(r0), "=&r"(r7)
			 : "r"(nr), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
			 : "memory");
	return r0;
}

#elif defined(__riscv)

static inline long ash_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long a7 __asm__("a7") = nr;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;
	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
			 : "memory");
	return a0;
}

#elif defined(__powerpc__)

/* An error is positive, and a bit of the condition register is set. */
static inline long ash_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r0 __asm__("r0") = nr;
	register long r3 __asm__("r3") = a;
	register long r4 __asm__("r4") = b;
	register long r5 __asm__("r5") = c;
	register long r6 __asm__("r6") = d;
	register long r7 __asm__("r7") = e;
	register long r8 __asm__("r8") = f;
	__asm__ volatile("sc\n\tbns+ 1f\n\tneg %1, %1\n1:"
			 : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(r8)
			 :
			 : "r9", "r10", "r11", "r12", "cr0", "ctr", "memory");
	return r3;
}

#elif defined(__s390x__)

static inline long ash_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r1 __asm__("r1") = nr;
	register long r2 __asm__("r2") = a;
	register long r3 __asm__("r3") = b;
	register long r4 __asm__("r4") = c;
	register long r5 __asm__("r5") = d;
	register long r6 __asm__("r6") = e;
	register long r7 __asm__("r7") = f;
	__asm__ volatile("svc 0"
			 : "+r"(r2)
			 : "r"(r1), "r"(r3), "r"(r4), "r"(r5), "r"(r6), "r"(r7)
			 : "memory");
	return r2;
}

#else
#undef ASH_ARCH_SYSCALL
#endif

/* Its mmap wants the address of its six arguments. */
#ifdef __s390__
#define ASH_ARCH_MMAP_BY_ADDRESS
#endif

/* ---- the vDSO: code addresses, where a function pointer is the address of three words */
#if defined(__powerpc64__) && (!defined(_CALL_ELF) || _CALL_ELF != 2)
#define ASH_ARCH_NO_VDSO
#endif

/* ---- the jumps of api/dl.c. For powerpc64 no compiler makes one through a pointer: who is called so has another
 * table of contents (r2), which the caller's caller would be left with. It may be: it called another object
 * and puts its own back. So in assembler: asks `where`, with the same arguments (three at most), for the
 * function to go to, and goes there, or returns NULL. With descriptors (ELFv1) we do without. */
#if defined(__powerpc64__) && defined(_CALL_ELF) && _CALL_ELF == 2
#define ASH_ARCH_JUMP(name, where)                                                             \
	__asm__("\t.text\n\t.p2align 4\n\t.globl " name "\n\t.type " name ", @function\n" name ":\n"    \
		"\t.cfi_startproc\n0:\taddis 2, 12, .TOC.-0b@ha\n\taddi 2, 2, .TOC.-0b@l\n"          \
		"\t.localentry " name ", .-" name "\n"                                           \
		"\tmflr 0\n\tstd 0, 16(1)\n\tstdu 1, -64(1)\n"                                  \
		"\t.cfi_def_cfa_offset 64\n\t.cfi_offset 65, 16\n"                              \
		"\tstd 3, 32(1)\n\tstd 4, 40(1)\n\tstd 5, 48(1)\n\tbl " where "\n\tnop\n"       \
		"\tmr 12, 3\n\tld 3, 32(1)\n\tld 4, 40(1)\n\tld 5, 48(1)\n\taddi 1, 1, 64\n"    \
		"\tld 0, 16(1)\n\tmtlr 0\n\t.cfi_def_cfa_offset 0\n\t.cfi_restore 65\n"        \
		"\tcmpdi 12, 0\n\tbeq 1f\n\tmtctr 12\n\tbctr\n1:\tli 3, 0\n\tblr\n"            \
		"\t.cfi_endproc\n\t.size " name ", .-" name)
#elif defined(__powerpc64__)
#define ASH_ARCH_NO_JUMP
#endif

/* ---- instructions */

#if defined(ASH_ARCH_X86_64) && defined(__GCC_ASM_FLAG_OUTPUTS__)
#define ASH_ARCH_BIT_SET
/* Sets bit i modulo 64 of *word; returns whether it was set before. */
static inline bool ash_arch_bit_set(uint64_t *word, uint64_t i)
{
	bool before;
	__asm__("btsq %2, %0" : "+r"(*word), "=@ccc"(before) : "r"(i));
	return before;
}
#endif

/* Fill with zeroes, and copy upwards, by one instruction; worth it from so many bytes on. */
#ifdef ASH_ARCH_X86_64
#define ASH_ARCH_STRING 1024
static inline void ash_arch_zero(void *dst, uintptr_t bytes)
{
	__asm__ volatile("rep stosb" : "+D"(dst), "+c"(bytes) : "a"(0) : "memory");
}

static inline void ash_arch_copy(void *dst, const void *src, uintptr_t bytes)
{
	__asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(bytes) : : "memory");
}
#endif

#endif
