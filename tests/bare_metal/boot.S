/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From what a multiboot loader leaves, 32-bit mode without paging, to bare_main in
 * 64-bit mode, with every vector register enabled that the CPU has. There is no interrupt
 * table: an instruction that the CPU refuses ends the machine.
 */
#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_HAS_ADDRESSES 0x10000

#define CR0_MP (1 << 1)
#define CR0_EM (1 << 2)
#define CR0_PG (1 << 31)
#define CR4_PAE (1 << 5)
#define CR4_OSFXSR (1 << 9)
#define CR4_OSXMMEXCPT (1 << 10)
#define CR4_OSXSAVE (1 << 18)
#define MSR_EFER 0xc0000080
#define EFER_LME (1 << 8)
#define XCR0_VECTORS 0xe7

#define PAGE_TABLE 0x03 /* present and writable */
#define PAGE_2M 0x83
#define CODE_SEGMENT 0x08
#define DATA_SEGMENT 0x10

	.section .boot, "awx"
	.code32
	.balign 8
header:
	.long MULTIBOOT_MAGIC, MULTIBOOT_HAS_ADDRESSES
	.long -(MULTIBOOT_MAGIC + MULTIBOOT_HAS_ADDRESSES)
	.long header, image_start, image_end, bss_end, start

start:
	cli
	cld
	/* The first gibibyte, mapped where it is. */
	movl $(page_directory_pointers + PAGE_TABLE), page_map
	movl $(page_directory + PAGE_TABLE), page_directory_pointers
	movl $page_directory, %edi
	movl $PAGE_2M, %eax
	movl $512, %ecx
1:	movl %eax, (%edi)
	addl $0x200000, %eax
	addl $8, %edi
	loop 1b

	movl $(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE), %eax
	movl %eax, %cr4
	movl $page_map, %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	rdmsr
	orl $EFER_LME, %eax
	wrmsr
	movl %cr0, %eax
	andl $~CR0_EM, %eax
	orl $(CR0_PG | CR0_MP), %eax
	movl %eax, %cr0
	lgdt segments_pointer
	ljmp $CODE_SEGMENT, $start64

	.code64
start64:
	movl $DATA_SEGMENT, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movq $stack_end, %rsp
	movl $0xd, %eax
	xorl %ecx, %ecx
	cpuid
	andl $XCR0_VECTORS, %eax
	xorl %ecx, %ecx
	xorl %edx, %edx
	xsetbv
	call bare_main
1:	hlt
	jmp 1b

	.balign 8
segments:
	.quad 0
	.quad 0x00209b0000000000 /* 64-bit code */
	.quad 0x00cf93000000ffff
segments_pointer:
	.word . - segments - 1
	.long segments

	.bss
	.balign 4096
page_map:
	.skip 4096
page_directory_pointers:
	.skip 4096
page_directory:
	.skip 4096
	.skip 65536
stack_end:

	.section .note.GNU-stack, "", @progbits
