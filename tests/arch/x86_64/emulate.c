/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The few AVX-512 instructions that copying and filling take, and MOVDIR64B, on
 * a CPU with AVX2. The lower halves of zmm registers are the program's own ymm
 * registers, so that all other instructions work as they are; the upper halves
 * are kept here. Instructions with a mask or of the registers above 15 are not
 * known, and end the program.
 */
#include "../emulate.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch/x86_64/cpu.h"
#include "frame.h"
#include "step.h"

#define TRAP_FLAG 0x100

/* The area that XSAVE fills: Intel SDM volume 1, sections 13.4 and 13.5. */
#define XSAVE_PRESENT_AT 512
#define XSAVE_UPPER_YMM_AT 576
#define XSAVE_XMM_AT 160
#define XSAVE_HAS_XMM ((uint64_t)1 << 1)
#define XSAVE_HAS_YMM ((uint64_t)1 << 2)

#define REGISTERS 16
#define WIDEST 64

#define EMULATED (PMEM2_CPU_avx512f | PMEM2_CPU_avx512vl | PMEM2_CPU_avx512bw | PMEM2_CPU_movdir64b)

struct operands {
	const ZydisDecodedOperand *to, *from;
};

static unsigned char upper_zmm[REGISTERS][32];
static void (*step_hook)(int signal, siginfo_t *info, void *context);

void emulate_then(void (*hook)(int signal, siginfo_t *info, void *context))
{
	step_hook = hook;
}

__attribute__((noreturn)) static void give_up(const char *why, const ZydisDecodedInstruction *in)
{
	fprintf(stderr, "emulating %s: %s\n", ZydisMnemonicGetString(in->mnemonic), why);
	abort();
}

/* The saved vector registers; what the CPU has left out because it is zero is filled in. */
static unsigned char *vectors(ucontext_t *context)
{
	unsigned char *area = (unsigned char *)context->uc_mcontext.fpregs;
	uint64_t present;

	memcpy(&present, area + XSAVE_PRESENT_AT, sizeof(present));
	if (!(present & XSAVE_HAS_XMM))
		memset(area + XSAVE_XMM_AT, 0, REGISTERS * 16);
	if (!(present & XSAVE_HAS_YMM))
		memset(area + XSAVE_UPPER_YMM_AT, 0, REGISTERS * 16);
	present |= XSAVE_HAS_XMM | XSAVE_HAS_YMM;
	memcpy(area + XSAVE_PRESENT_AT, &present, sizeof(present));
	return area;
}

static void read_vector(ucontext_t *context, unsigned index, unsigned char *value)
{
	const unsigned char *area = vectors(context);

	memcpy(value, area + XSAVE_XMM_AT + 16 * index, 16);
	memcpy(value + 16, area + XSAVE_UPPER_YMM_AT + 16 * index, 16);
	memcpy(value + 32, upper_zmm[index], 32);
}

/* The bytes of the register behind the operand's become zero. */
static void write_vector(ucontext_t *context, unsigned index, const unsigned char *value,
			 size_t width)
{
	unsigned char whole[WIDEST] = {0};
	unsigned char *area = vectors(context);

	memcpy(whole, value, width);
	memcpy(area + XSAVE_XMM_AT + 16 * index, whole, 16);
	memcpy(area + XSAVE_UPPER_YMM_AT + 16 * index, whole + 16, 16);
	memcpy(upper_zmm[index], whole + 32, 32);
}

/* The number of a vector register that this emulator knows, or REGISTERS. */
static unsigned vector_index(ZydisRegister reg)
{
	static const ZydisRegister first[] = {ZYDIS_REGISTER_XMM0, ZYDIS_REGISTER_YMM0,
					      ZYDIS_REGISTER_ZMM0};

	for (unsigned i = 0; i < 3; i++) {
		if (reg >= first[i] && reg < first[i] + REGISTERS)
			return (unsigned)(reg - first[i]);
	}
	return REGISTERS;
}

static int64_t register_value(const ucontext_t *context, ZydisRegister reg, size_t length)
{
	const greg_t *registers = context->uc_mcontext.gregs;
	int index = frame_register(reg);

	if (index == FRAME_NO_REGISTER)
		return 0;
	return index == FRAME_RIP ? registers[REG_RIP] + (int64_t)length : registers[index];
}

static void *address_of(const ucontext_t *context, const ZydisDecodedInstruction *in,
			const ZydisDecodedOperand *operand)
{
	int64_t address =
		register_value(context, operand->mem.base, in->length) +
		register_value(context, operand->mem.index, in->length) * operand->mem.scale +
		(operand->mem.disp.has_displacement ? operand->mem.disp.value : 0);

	return (void *)address;
}

static void read_operand(ucontext_t *context, const ZydisDecodedInstruction *in,
			 const ZydisDecodedOperand *from, unsigned char *value)
{
	unsigned index = vector_index(from->reg.value);
	int64_t word;

	if (from->type == ZYDIS_OPERAND_TYPE_MEMORY) {
		memcpy(value, address_of(context, in, from), from->size / 8);
	} else if (index < REGISTERS) {
		read_vector(context, index, value);
	} else if (frame_register(from->reg.value) >= 0) {
		word = register_value(context, from->reg.value, in->length);
		memcpy(value, &word, sizeof(word));
	} else {
		give_up("unknown source register", in);
	}
}

static void write_operand(ucontext_t *context, const ZydisDecodedInstruction *in,
			  const ZydisDecodedOperand *to, const unsigned char *value)
{
	unsigned index = vector_index(to->reg.value);
	bool aligned =
		in->mnemonic == ZYDIS_MNEMONIC_VMOVNTDQ || in->mnemonic == ZYDIS_MNEMONIC_MOVDIR64B;
	void *address;

	if (to->type != ZYDIS_OPERAND_TYPE_MEMORY) {
		if (index == REGISTERS)
			give_up("unknown destination register", in);
		write_vector(context, index, value, to->size / 8);
		return;
	}
	address = address_of(context, in, to);
	if (aligned && (uintptr_t)address % (to->size / 8) != 0)
		give_up("destination is not aligned", in);
	memcpy(address, value, to->size / 8);
}

/* The memory that MOVDIR64B writes is an operand that the assembler does not show. */
static struct operands find_operands(const ZydisDecodedInstruction *in,
				     const ZydisDecodedOperand *operands)
{
	struct operands found = {NULL, NULL};

	for (unsigned i = 0; i < in->operand_count; i++) {
		const ZydisDecodedOperand *operand = &operands[i];
		bool mask = operand->type == ZYDIS_OPERAND_TYPE_REGISTER &&
			    operand->reg.value == ZYDIS_REGISTER_K0;

		if (operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
			found.to = operand;
		else if (!mask)
			found.from = operand;
	}
	if (found.to == NULL || found.from == NULL)
		give_up("operands are missing", in);
	return found;
}

static void carry_out(ucontext_t *context, const ZydisDecodedInstruction *in,
		      const ZydisDecodedOperand *operands)
{
	const struct operands o = find_operands(in, operands);
	unsigned char value[WIDEST];

	read_operand(context, in, o.from, value);
	switch (in->mnemonic) {
	case ZYDIS_MNEMONIC_VPBROADCASTQ:
		for (size_t i = 8; i < WIDEST; i++)
			value[i] = value[i - 8];
		break;
	case ZYDIS_MNEMONIC_VMOVDQU8:
	case ZYDIS_MNEMONIC_VMOVDQU64:
	case ZYDIS_MNEMONIC_VMOVUPS:
	case ZYDIS_MNEMONIC_VMOVNTDQ:
	case ZYDIS_MNEMONIC_MOVDIR64B:
		break;
	default:
		give_up("instruction is not known", in);
	}
	write_operand(context, in, o.to, value);
}

static void on_illegal(int signal, siginfo_t *info, void *data)
{
	ucontext_t *context = data;
	greg_t *registers = context->uc_mcontext.gregs;
	ZydisDecoder decoder;
	ZydisDecodedInstruction in;
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];

	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, (const void *)registers[REG_RIP],
						 ZYDIS_MAX_INSTRUCTION_LENGTH, &in, operands)))
		abort();
	if (in.avx.mask.reg != ZYDIS_REGISTER_NONE && in.avx.mask.reg != ZYDIS_REGISTER_K0)
		give_up("it has a mask", &in);
	carry_out(context, &in, operands);
	registers[REG_RIP] += in.length;
	/* The next instruction executes before the trap flag acts again. */
	if ((registers[REG_EFL] & TRAP_FLAG) && step_hook != NULL)
		step_hook(signal, info, data);
}

static void install(void)
{
	const struct sigaction action = {.sa_sigaction = on_illegal,
					 .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

	sigaction(SIGILL, &action, NULL);
}

static bool copies_by_register(void)
{
	static unsigned char from[3 * WIDEST] __attribute__((aligned(WIDEST)));
	static unsigned char to[3 * WIDEST] __attribute__((aligned(WIDEST)));

	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (unsigned char)(3 * i + 1);
	__asm__ volatile("vmovdqu64 1(%0), %%zmm1\n\t"
			 "vmovdqu64 %%zmm1, 1(%1)\n\t"
			 "vpbroadcastq %2, %%zmm2\n\t"
			 "vmovntdq %%zmm2, 128(%1)\n\t"
			 "vzeroupper"
			 :
			 : "r"(from), "r"(to), "r"(UINT64_C(0x0101010101010101))
			 : "memory", "xmm1", "xmm2");
	return memcmp(to + 1, from + 1, WIDEST) == 0 && to[0] == 0 && to[1 + WIDEST] == 0 &&
	       to[128] == 1 && to[191] == 1;
}

/*
 * In a child: checkers of memory have frames of their own, or die of SIGILL. An emulator of
 * CPUs may well run this one, but slowly, and is there to see what it announces.
 */
static bool works(void)
{
	pid_t child = getenv("PMEM2_TEST_SAMPLE") == NULL ? fork() : -1;
	int status = -1;

	if (child == 0) {
		install();
		_exit(copies_by_register() ? 0 : 1);
	}
	return child >= 0 && waitpid(child, &status, 0) == child && status == 0;
}

bool emulate_row_runs(const struct pmem2_arch_row *row)
{
	static atomic_int working = -1;
	unsigned missing = row->needs & ~pmem2_cpu_features();

	if (missing == 0)
		return true;
	if ((missing & ~EMULATED) != 0)
		return false;
	if (working < 0) {
		working = works();
		if (working)
			install();
	}
	return working;
}
