/* SPDX-License-Identifier: BSD-3-Clause */
#include "trace.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"
#include "step.h"

#define TRAP_FLAG 0x100
#define ACCESSES_MAX 3

/* One access of an instruction, its address still in terms of registers. */
struct access {
	enum event_kind kind;
	size_t width;
	int base, index;
	int64_t scale, displacement;
};

struct instruction {
	uintptr_t at;
	size_t length;
	bool valid;
	bool fences;
	enum event_kind fence;
	unsigned count;
	struct access accesses[ACCESSES_MAX];
};

static struct instruction cache[4096];
static ZydisDecoder decoder;
static struct trace *current;
static uintptr_t entry_stack;

static bool bypasses_cache(ZydisMnemonic mnemonic)
{
	switch (mnemonic) {
	case ZYDIS_MNEMONIC_MOVNTI:
	case ZYDIS_MNEMONIC_MOVNTDQ:
	case ZYDIS_MNEMONIC_MOVNTPS:
	case ZYDIS_MNEMONIC_MOVNTPD:
	case ZYDIS_MNEMONIC_VMOVNTDQ:
	case ZYDIS_MNEMONIC_VMOVNTPS:
	case ZYDIS_MNEMONIC_VMOVNTPD:
	case ZYDIS_MNEMONIC_MOVDIRI:
	case ZYDIS_MNEMONIC_MOVDIR64B:
		return true;
	default:
		return false;
	}
}

static bool fetches(ZydisMnemonic mnemonic)
{
	return mnemonic == ZYDIS_MNEMONIC_PREFETCHW || mnemonic == ZYDIS_MNEMONIC_PREFETCHT0;
}

static bool writes_back(ZydisMnemonic mnemonic, enum event_kind *kind)
{
	switch (mnemonic) {
	case ZYDIS_MNEMONIC_CLFLUSH:
		*kind = EVENT_CLFLUSH;
		return true;
	case ZYDIS_MNEMONIC_CLFLUSHOPT:
		*kind = EVENT_CLFLUSHOPT;
		return true;
	case ZYDIS_MNEMONIC_CLWB:
		*kind = EVENT_CLWB;
		return true;
	default:
		return false;
	}
}

static void note_fence(struct instruction *in, const ZydisDecodedInstruction *decoded)
{
	in->fences = true;
	if (decoded->mnemonic == ZYDIS_MNEMONIC_SFENCE)
		in->fence = EVENT_FENCE;
	else if (decoded->mnemonic == ZYDIS_MNEMONIC_MFENCE ||
		 decoded->mnemonic == ZYDIS_MNEMONIC_LFENCE ||
		 decoded->mnemonic == ZYDIS_MNEMONIC_CPUID ||
		 (decoded->attributes & ZYDIS_ATTRIB_HAS_LOCK))
		in->fence = EVENT_OTHER_FENCE;
	else
		in->fences = false;
}

static void note_access(struct instruction *in, enum event_kind kind,
			const ZydisDecodedOperand *operand)
{
	struct access *access = &in->accesses[in->count];

	if (in->count == ACCESSES_MAX) {
		in->valid = false;
		return;
	}
	in->count++;
	access->kind = kind;
	access->width = operand->size / 8;
	access->base = frame_register(operand->mem.base);
	access->index = frame_register(operand->mem.index);
	access->scale = operand->mem.scale;
	access->displacement = operand->mem.disp.has_displacement ? operand->mem.disp.value : 0;
}

static void note_operand(struct instruction *in, ZydisMnemonic mnemonic,
			 const ZydisDecodedOperand *operand)
{
	enum event_kind kind;

	if (operand->type != ZYDIS_OPERAND_TYPE_MEMORY ||
	    operand->mem.type == ZYDIS_MEMOP_TYPE_AGEN)
		return;
	if (writes_back(mnemonic, &kind)) {
		note_access(in, kind, operand);
		return;
	}
	if (fetches(mnemonic)) {
		note_access(in, EVENT_FETCH, operand);
		return;
	}
	if (operand->actions & ZYDIS_OPERAND_ACTION_MASK_READ)
		note_access(in, EVENT_LOAD, operand);
	if (operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
		note_access(in, bypasses_cache(mnemonic) ? EVENT_STREAM : EVENT_STORE, operand);
}

static void decode(struct instruction *in, uintptr_t at)
{
	ZydisDecodedInstruction decoded;
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];

	memset(in, 0, sizeof(*in));
	in->at = at;
	in->valid = ZYAN_SUCCESS(ZydisDecoderDecodeFull(
		&decoder, (const void *)at, ZYDIS_MAX_INSTRUCTION_LENGTH, &decoded, operands));
	if (!in->valid)
		return;
	in->length = decoded.length;
	note_fence(in, &decoded);
	if (decoded.mnemonic == ZYDIS_MNEMONIC_NOP)
		return;
	for (unsigned i = 0; i < decoded.operand_count; i++)
		note_operand(in, decoded.mnemonic, &operands[i]);
}

static const struct instruction *instruction_at(uintptr_t at)
{
	struct instruction *in = &cache[at % (sizeof(cache) / sizeof(cache[0]))];

	if (in->at != at)
		decode(in, at);
	return in;
}

static int64_t register_value(const struct instruction *in, const greg_t *registers, int index)
{
	if (index == FRAME_NO_REGISTER)
		return 0;
	return index == FRAME_RIP ? (int64_t)(in->at + in->length) : registers[index];
}

static bool on_stack(uintptr_t address)
{
	return address >= entry_stack - 65536 && address < entry_stack + 65536;
}

static void record(enum event_kind kind, uintptr_t address, size_t width)
{
	struct trace *trace = current;

	if (trace->count == TRACE_MAX)
		trace->overflow = true;
	else
		trace->events[trace->count++] = (struct event){kind, address, width};
}

static bool is_windowed(void)
{
	return current->windows[0].end != 0 || current->windows[1].end != 0;
}

static bool is_of_interest(uintptr_t address, size_t width)
{
	bool inside = !is_windowed();

	for (unsigned i = 0; i < TRACE_WINDOWS; i++) {
		const struct window *window = &current->windows[i];

		inside |= address < window->end && address + width > window->start;
	}
	return inside && !on_stack(address);
}

static void record_accesses(const struct instruction *in, const greg_t *registers)
{
	for (unsigned i = 0; i < in->count; i++) {
		const struct access *access = &in->accesses[i];
		int64_t address = register_value(in, registers, access->base) +
				  register_value(in, registers, access->index) * access->scale +
				  access->displacement;

		if (is_of_interest((uintptr_t)address, access->width))
			record(access->kind, (uintptr_t)address, access->width);
	}
	if (in->fences && !(in->fence == EVENT_OTHER_FENCE && is_windowed()))
		record(in->fence, 0, 0);
}

/* Runs before each instruction of the traced function. */
static void on_trap(int signal, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	uintptr_t at = (uintptr_t)registers[REG_RIP];
	uintptr_t stack = (uintptr_t)registers[REG_RSP];
	const struct instruction *in;

	if (entry_stack == 0)
		entry_stack = stack;
	if (stack > entry_stack) {
		registers[REG_EFL] &= ~TRAP_FLAG;
		return;
	}
	if (entry_stack - stack + sizeof(void *) > current->stack)
		current->stack = entry_stack - stack + sizeof(void *);
	if (at == (uintptr_t)current->watched)
		current->reached = true;
	in = instruction_at(at);
	current->instructions++;
	if (!in->valid)
		current->undecoded = true;
	record_accesses(in, registers);
}

/* The trap flag, once set, first traps after the call. */
static uintptr_t call_trapped(void (*function)(void), uintptr_t a, uintptr_t b, uintptr_t c,
			      uintptr_t d)
{
	uintptr_t ret = (uintptr_t)function;

	__asm__ volatile("mov %%rsp, %%rbx\n\t"
			 "sub $256, %%rsp\n\t"
			 "and $-64, %%rsp\n\t"
			 "pushfq\n\t"
			 "orq %[trap_flag], (%%rsp)\n\t"
			 "popfq\n\t"
			 "call *%%rax\n\t"
			 "mov %%rbx, %%rsp"
			 : "+a"(ret), "+D"(a), "+S"(b), "+d"(c), "+c"(d)
			 : [trap_flag] "i"(TRAP_FLAG)
			 : "rbx", "r8", "r9", "r10", "r11", "r12", "cc", "memory", "xmm0", "xmm1",
			   "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
			   "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	return ret;
}

uintptr_t trace_call(struct trace *trace, void (*function)(void), uintptr_t a, uintptr_t b,
		     uintptr_t c, uintptr_t d)
{
	static char handler_stack[65536] __attribute__((aligned(64)));
	const stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof(handler_stack)};
	struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct sigaction earlier;
	stack_t earlier_stack;
	uintptr_t ret;

	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	trace->count = trace->instructions = trace->stack = 0;
	trace->overflow = trace->undecoded = trace->reached = false;
	current = trace;
	entry_stack = 0;
	emulate_then(on_trap);
	sigaltstack(&stack, &earlier_stack);
	sigaction(SIGTRAP, &action, &earlier);
	ret = call_trapped(function, a, b, c, d);
	sigaction(SIGTRAP, &earlier, NULL);
	sigaltstack(&earlier_stack, NULL);
	return ret;
}

static void store_one_byte(void)
{
	static char byte;

	*(volatile char *)&byte = 1;
}

/* In a child, because emulators that ignore or mistake the flag crash or never return. */
bool trace_works(void)
{
	static struct trace trace;
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		alarm(10);
		trace_call(&trace, store_one_byte, 0, 0, 0, 0);
		_exit(trace.count > 0 && !trace.undecoded ? 0 : 1);
	}
	return waitpid(child, &status, 0) == child && status == 0;
}
