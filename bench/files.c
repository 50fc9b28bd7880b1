/*
 * What this machine's own kernel takes for the file calls that bench/fanotify-files.bench.ts makes of the emulator. Times itself.
 *
 *   files CASE GROUPS MILLISECONDS
 *
 * prints nanoseconds per operation, or "unsupported: REASON". Everything happens on a tmpfs in a mount namespace of this
 * program's own. CASE: create-unlink, open-close, write, rename (watched by GROUPS groups, on the directory), merge
 * (100,000 writes that become one event), permission (an open that waits for an answer; GROUPS is not used).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* fanotify.h of older libcs lacks these. */
#define NONBLOCK 0x2
#define CLASS_CONTENT 0x4
#define UNLIMITED_QUEUE 0x10
#define REPORT_DFID_NAME 0xc00
#define MARK_ADD 0x1
#define MODIFY 0x2ull
#define CLOSE 0x18ull
#define OPEN 0x20ull
#define CREATE 0x100ull
#define DELETE 0x200ull
#define OPEN_PERM 0x10000ull
#define ON_CHILD 0x8000000ull
#define RENAME 0x10000000ull
#define ALLOW 1

#define PLACE "/run/kabinet-bench"
#define MAX_GROUPS 16
#define NAMES 1024
#define MERGED 100000

static long check(long result)
{
	if (result < 0) {
		printf("unsupported: %s\n", strerror(errno));
		exit(0);
	}
	return result;
}

/* CPU time of all threads: what others run does not count. */
static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static char names[NAMES][sizeof PLACE + 8];
static int groups[MAX_GROUPS];
static int file;
static char buffer[1 << 20];

static void create_unlink(long i)
{
	close((int)check(open(names[i], O_CREAT | O_WRONLY, 0644)));
	check(unlink(names[i]));
}

static void open_close(long i)
{
	(void)i;
	close((int)check(open(PLACE "/file", O_RDONLY)));
}

static void write_call(long i)
{
	(void)i;
	check(pwrite(file, "kabinet", 7, 0));
}

static void rename_call(long i)
{
	check(i & 1 ? rename(PLACE "/other", PLACE "/file") : rename(PLACE "/file", PLACE "/other"));
}

static const struct {
	const char *name;
	uint64_t mask;
	long batch;
	void (*run)(long i);
} cases[] = {
	{ "create-unlink", CREATE | DELETE, NAMES, create_unlink },
	{ "open-close", OPEN | CLOSE | ON_CHILD, NAMES, open_close },
	{ "write", MODIFY | ON_CHILD, NAMES, write_call },
	{ "rename", RENAME, NAMES, rename_call },
	{ "merge", MODIFY | ON_CHILD, MERGED, write_call },
};

static void *opener(void *unused)
{
	for (;;)
		open_close(0);
	return unused;
}

struct event {
	uint32_t event_len;
	uint8_t vers, reserved;
	uint16_t metadata_len;
	uint64_t mask;
	int32_t fd, pid;
};

struct response {
	int32_t fd;
	uint32_t response;
};

static double permission(uint64_t ms)
{
	int fd = (int)check(syscall(SYS_fanotify_init, CLASS_CONTENT, O_RDONLY));
	uint64_t start, end;
	unsigned long count = 0;
	struct event event;
	pthread_t thread;

	check(syscall(SYS_fanotify_mark, fd, MARK_ADD, OPEN_PERM, AT_FDCWD, PLACE "/file"));
	check(-pthread_create(&thread, NULL, opener, NULL));
	start = now();
	end = start + ms * 1000000u;
	do {
		for (int i = 0; i < 64; i++) {
			struct response response;

			check(read(fd, &event, sizeof event));
			response = (struct response){ event.fd, ALLOW };
			check(write(fd, &response, sizeof response));
			close(event.fd);
		}
		count += 64;
	} while (now() < end);
	/* The opener's last question goes with the group. */
	return (double)(now() - start) / (double)count;
}

int main(int argc, char **argv)
{
	uint64_t end, spent = 0, t;
	unsigned long count = 0;
	long number;
	size_t c;

	if (argc != 4) {
		fprintf(stderr, "usage: files CASE GROUPS MILLISECONDS\n");
		return 2;
	}
	number = atol(argv[2]);
	check(unshare(CLONE_NEWNS));
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	check(mount("bench", "/run", "tmpfs", 0, NULL));
	check(mkdir(PLACE, 0755));
	file = (int)check(open(PLACE "/file", O_CREAT | O_RDWR, 0644));
	for (int i = 0; i < NAMES; i++)
		snprintf(names[i], sizeof names[i], PLACE "/f%d", i);
	if (!strcmp(argv[1], "permission")) {
		printf("%.2f\n", permission(strtoull(argv[3], NULL, 10)));
		fflush(stdout);
		_exit(0);
	}
	for (c = 0; c < sizeof cases / sizeof *cases; c++)
		if (!strcmp(cases[c].name, argv[1]))
			break;
	if (c == sizeof cases / sizeof *cases || number < 0 || number > MAX_GROUPS) {
		fprintf(stderr, "files: no case %s %ld\n", argv[1], number);
		return 2;
	}
	for (long i = 0; i < number; i++) {
		groups[i] = (int)check(syscall(SYS_fanotify_init, NONBLOCK | UNLIMITED_QUEUE | REPORT_DFID_NAME, 0));
		check(syscall(SYS_fanotify_mark, groups[i], MARK_ADD, cases[c].mask, AT_FDCWD, PLACE));
	}
	end = now() + strtoull(argv[3], NULL, 10) * 1000000u;
	do {
		t = now();
		for (long i = 0; i < cases[c].batch; i++)
			cases[c].run(i);
		spent += now() - t;
		count += (unsigned long)cases[c].batch;
		for (long i = 0; i < number; i++)
			while (read(groups[i], buffer, sizeof buffer) > 0)
				;
	} while (now() < end);
	printf("%.2f\n", (double)spent / (double)count);
	return 0;
}
