/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints which requests the library makes to Valgrind while it maps a file, stores in it and
 * deletes the map: the program steps through itself and knows the code by which requests are
 * made, as Valgrind does. Arguments: the file, and "shared" or "private".
 */
#include <fcntl.h>
#include <libpmem2.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ucontext.h>
#include <unistd.h>

#define MOST 64
#define LENGTH 8192

/* rol of rdi by 3, 13, 61 and 51, which is nothing in all; then xchg of rbx with itself. */
static const uint8_t code[] = {0x48, 0xc1, 0xc7, 0x03, 0x48, 0xc1, 0xc7, 0x0d, 0x48, 0xc1,
			       0xc7, 0x3d, 0x48, 0xc1, 0xc7, 0x33, 0x48, 0x87, 0xdb};
#define CALL_SIZE 3 /* the xchg */

static const char *volatile doing;
static volatile size_t count;
static struct {
	const char *during;
	uint64_t words[5];
} requests[MOST];

static void look(int signal, siginfo_t *info, void *context)
{
	const greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	const uint8_t *next = (const uint8_t *)registers[REG_RIP];

	(void)signal;
	(void)info;
	if (memcmp(next, code + sizeof(code) - CALL_SIZE, CALL_SIZE) == 0 &&
	    memcmp(next - (sizeof(code) - CALL_SIZE), code, sizeof(code)) == 0 && count < MOST) {
		requests[count].during = doing;
		memcpy(requests[count].words, (const void *)registers[REG_RAX],
		       sizeof(requests[count].words));
		count++;
	}
}

static void step(void)
{
	__asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\t"
			 "lea 128(%%rsp), %%rsp" ::
				 : "cc", "memory");
}

static void run(void)
{
	__asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq\n\t"
			 "lea 128(%%rsp), %%rsp" ::
				 : "cc", "memory");
}

/* What was done, the letters of the tool, the number of the request, and its arguments. */
static void print(const char *map)
{
	for (size_t i = 0; i < count; i++) {
		const uint64_t *words = requests[i].words;
		printf("%s: %c%c %d", requests[i].during, (int)(words[0] >> 24 & 0xff),
		       (int)(words[0] >> 16 & 0xff), (int)(words[0] & 0xffff));
		for (int k = 1; k < 5; k++) {
			if (words[k] - (uintptr_t)map < LENGTH)
				printf(" map+%d", (int)(words[k] - (uintptr_t)map));
			else
				printf(" %d", (int)words[k]);
		}
		puts("");
	}
}

static int fail(const char *what)
{
	fprintf(stderr, "requests: %s: %s\n", what, pmem2_errormsg());
	return 1;
}

static void use(struct pmem2_map *map)
{
	char *memory = (char *)pmem2_map_get_address(map);

	doing = "persist";
	pmem2_get_persist_fn(map)(memory + 1, 100);
	doing = "flush";
	pmem2_get_flush_fn(map)(memory + 2, 200);
	doing = "drain";
	pmem2_get_drain_fn(map)();
	doing = "copy";
	pmem2_get_memcpy_fn(map)(memory + 3, "text", 4, 0);
	doing = "fill without drain";
	pmem2_get_memset_fn(map)(memory + 4, 1, 300, PMEM2_F_MEM_NODRAIN);
	doing = "copy without flush";
	pmem2_get_memcpy_fn(map)(memory + 5, "text", 4, PMEM2_F_MEM_NOFLUSH);
	doing = "deep flush";
	(void)pmem2_deep_flush(map, memory + 6, 500);
}

/* All of it in single steps. Where the map was; NULL when something failed. */
static const char *map_and_use(struct pmem2_config *cfg, struct pmem2_source *src)
{
	struct pmem2_map *map;
	const char *memory;
	int failed;

	step();
	doing = "map";
	failed = pmem2_map_new(&map, cfg, src);
	if (failed == 0) {
		memory = (const char *)pmem2_map_get_address(map);
		use(map);
		doing = "delete";
		failed = pmem2_map_delete(&map);
	}
	run();
	return failed == 0 ? memory : NULL;
}

int main(int argc, char *argv[])
{
	struct sigaction action = {.sa_sigaction = look, .sa_flags = SA_SIGINFO};
	struct pmem2_source *src;
	struct pmem2_config *cfg;
	const char *map;
	int fd = argc == 3 ? open(argv[1], O_RDWR) : -1;

	if (fd < 0 || sigaction(SIGTRAP, &action, NULL) != 0)
		return 2;
	if (pmem2_source_from_fd(&src, fd) != 0 || pmem2_config_new(&cfg) != 0 ||
	    pmem2_config_set_offset(cfg, 4096) != 0 || pmem2_config_set_length(cfg, LENGTH) != 0 ||
	    pmem2_config_set_sharing(cfg, strcmp(argv[2], "shared") == 0 ? PMEM2_SHARED
									 : PMEM2_PRIVATE) != 0 ||
	    pmem2_config_set_required_store_granularity(cfg, PMEM2_GRANULARITY_PAGE) != 0)
		return fail("preparing");
	map = map_and_use(cfg, src);
	if (map == NULL)
		return fail("mapping");
	print(map);
	return 0;
}
