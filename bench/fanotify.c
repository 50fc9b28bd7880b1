/*
 * What this machine's own kernel takes for the fanotify calls that bench/fanotify.bench.ts makes of the emulator. Times itself.
 *
 *   fanotify CASE NUMBER MILLISECONDS
 *
 * prints nanoseconds per operation, or "unsupported: REASON". Everything happens in a mount namespace of this program's own.
 * CASE: mark-mntns, mark-inode (NUMBER is not used), read (NUMBER events in one call), mount (NUMBER groups watch).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
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
#define REPORT_MNT 0x4000
#define MARK_ADD 0x1
#define MARK_REMOVE 0x2
#define MARK_MNTNS 0x110
#define MNT_EVENTS 0x3000000ull
#define OPEN 0x20ull

#define PLACE "/run/kabinet-bench"
#define MAX_GROUPS 128
#define DRAIN_EVERY 1024
#define READ_EVENTS 4096

static long check(long result)
{
	if (result < 0) {
		printf("unsupported: %s\n", strerror(errno));
		exit(0);
	}
	return result;
}

/* CPU time: what others run does not count. */
static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int ns_fd;
static int groups[MAX_GROUPS];
static char buffer[1 << 20];

static int init(unsigned flags)
{
	return (int)check(syscall(SYS_fanotify_init, flags, 0));
}

static void mark(int fd, unsigned flags, uint64_t mask)
{
	check(syscall(SYS_fanotify_mark, fd, flags, mask, ns_fd, NULL));
}

static void mount_umount(void)
{
	check(mount("bench", PLACE, "tmpfs", 0, NULL));
	check(umount2(PLACE, MNT_DETACH));
}

static void drain(int fd)
{
	while (read(fd, buffer, sizeof buffer) > 0)
		;
}

int main(int argc, char **argv)
{
	uint64_t end, spent = 0, t;
	unsigned long count = 0;
	long number;
	const char *name;

	if (argc != 4) {
		fprintf(stderr, "usage: fanotify CASE NUMBER MILLISECONDS\n");
		return 2;
	}
	name = argv[1];
	number = atol(argv[2]);
	check(unshare(CLONE_NEWNS));
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	check(mount("bench", "/run", "tmpfs", 0, NULL));
	check(mkdir(PLACE, 0755));
	ns_fd = (int)check(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
	end = now() + strtoull(argv[3], NULL, 10) * 1000000u;

	if (!strcmp(name, "mark-mntns") || !strcmp(name, "mark-inode")) {
		int mnt = !strcmp(name, "mark-mntns");
		int fd = init(NONBLOCK | (mnt ? REPORT_MNT : 0));
		unsigned type = mnt ? MARK_MNTNS : 0;
		uint64_t mask = mnt ? MNT_EVENTS : OPEN;

		do {
			t = now();
			for (int i = 0; i < 64; i++) {
				mark(fd, MARK_ADD | type, mask);
				mark(fd, MARK_REMOVE | type, mask);
			}
			spent += now() - t;
			count += 64;
		} while (now() < end);
	} else if (!strcmp(name, "read")) {
		int fd = init(NONBLOCK | REPORT_MNT);

		mark(fd, MARK_ADD | MARK_MNTNS, number == 1 ? 0x1000000ull : MNT_EVENTS);
		long reads = (READ_EVENTS + number - 1) / number;

		do {
			for (long i = 0; i < (number == 1 ? reads : (reads * number + 1) / 2); i++)
				mount_umount();
			t = now();
			for (long i = 0; i < reads; i++)
				check(read(fd, buffer, (size_t)number * 40));
			spent += now() - t;
			count += (unsigned long)reads;
			drain(fd);
		} while (now() < end);
	} else if (!strcmp(name, "mount") && number <= MAX_GROUPS) {
		for (long i = 0; i < number; i++) {
			groups[i] = init(NONBLOCK | REPORT_MNT);
			mark(groups[i], MARK_ADD | MARK_MNTNS, MNT_EVENTS);
		}
		do {
			t = now();
			for (int i = 0; i < DRAIN_EVERY; i++)
				mount_umount();
			spent += now() - t;
			count += DRAIN_EVERY;
			for (long i = 0; i < number; i++)
				drain(groups[i]);
		} while (now() < end);
	} else {
		fprintf(stderr, "fanotify: no case %s %ld\n", name, number);
		return 2;
	}
	printf("%.2f\n", (double)spent / (double)count);
	return 0;
}
