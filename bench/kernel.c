/*
 * What this machine's own kernel takes for the calls that bench/kernel.bench.ts makes of the emulator. Times itself.
 *
 *   kernel CALL MILLISECONDS
 *
 * prints nanoseconds per call, or "unsupported: REASON" where this kernel cannot do it. CALL is one of calls[] below.
 * Everything happens in a namespace or on a file descriptor of this program's own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_GET_NSTYPE _IO(0xb7, 0x3)
#define NS_GET_USERNS _IO(0xb7, 0x1)
#define SYS_LISTNS 470
#define SYS_PIDFD_OPEN 434

/* Older libc headers lack some of these. */
#ifndef FAN_REPORT_DFID_NAME
#define FAN_REPORT_DFID_NAME 0xc00
#endif

struct ns_id_req {
	uint32_t size, spare;
	uint64_t ns_id;
	uint32_t ns_type, spare2;
	uint64_t user_ns_id;
};

static int ns_fd;

static long check(long result)
{
	if (result < 0) {
		printf("unsupported: %s\n", strerror(errno));
		exit(0);
	}
	return result;
}

static void getppid_call(void) { syscall(SYS_getppid); }
static void dup_close(void) { close((int)check(dup(ns_fd))); }
static void open_close(void) { close((int)check(open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC))); }
static void readlink_call(void) { char text[64]; check(readlink("/proc/self/ns/uts", text, sizeof text)); }
static void fstat_call(void) { struct stat st; check(fstat(ns_fd, &st)); }
static void nstype(void) { check(ioctl(ns_fd, NS_GET_NSTYPE)); }
static void userns(void) { close((int)check(ioctl(ns_fd, NS_GET_USERNS))); }
static void setns_call(void) { check(setns(ns_fd, CLONE_NEWUTS)); }
static void unshare_call(void) { check(unshare(CLONE_NEWUTS)); }
static void pidfd_open_close(void) { close((int)check(syscall(SYS_PIDFD_OPEN, getpid(), 0))); }
static void pipe_close(void) { int fds[2]; check(pipe(fds)); close(fds[0]); close(fds[1]); }

static void fork_exit_wait(void)
{
	long pid = check(syscall(SYS_fork));

	if (pid == 0)
		_exit(0);
	check(waitpid((pid_t)pid, NULL, 0));
}

static void fork_unshare_exit_wait(void)
{
	long pid = check(syscall(SYS_fork));

	if (pid == 0)
		_exit(unshare(CLONE_NEWUTS) ? 1 : 0);
	check(waitpid((pid_t)pid, NULL, 0));
}

static void listns_page(void)
{
	static uint64_t ids[256];
	struct ns_id_req req = { .size = sizeof req };

	check(syscall(SYS_LISTNS, &req, ids, 256UL, 0));
}

static void fanotify_init_close(void)
{
	close((int)check(syscall(SYS_fanotify_init, FAN_REPORT_DFID_NAME | FAN_CLOEXEC, O_RDONLY)));
}

static const struct {
	const char *name;
	void (*run)(void);
} calls[] = {
	{ "getppid", getppid_call },
	{ "dup-close", dup_close },
	{ "open-close", open_close },
	{ "readlink", readlink_call },
	{ "fstat", fstat_call },
	{ "ns-get-nstype", nstype },
	{ "ns-get-userns-close", userns },
	{ "setns", setns_call },
	{ "unshare", unshare_call },
	{ "pidfd-open-close", pidfd_open_close },
	{ "pipe-close", pipe_close },
	{ "fork-exit-wait", fork_exit_wait },
	{ "fork-unshare-exit-wait", fork_unshare_exit_wait },
	{ "listns-page", listns_page },
	{ "fanotify-init-close", fanotify_init_close },
};

static uint64_t wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static uint64_t nanoseconds(struct timeval tv) { return (uint64_t)tv.tv_sec * 1000000000u + (uint64_t)tv.tv_usec * 1000u; }

/* CPU time, the children's too: what others run does not count. */
static uint64_t cpu(void)
{
	struct rusage self, children;

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	return nanoseconds(self.ru_utime) + nanoseconds(self.ru_stime) + nanoseconds(children.ru_utime) +
	       nanoseconds(children.ru_stime);
}

int main(int argc, char **argv)
{
	uint64_t start, until, wanted, spent;
	unsigned long count = 0;
	size_t i;

	if (argc != 3) {
		fprintf(stderr, "usage: kernel CALL MILLISECONDS\n");
		return 2;
	}
	for (i = 0; i < sizeof calls / sizeof *calls; i++)
		if (!strcmp(calls[i].name, argv[1]))
			break;
	if (i == sizeof calls / sizeof *calls) {
		fprintf(stderr, "kernel: no call %s\n", argv[1]);
		return 2;
	}
	check(unshare(CLONE_NEWUTS));
	ns_fd = (int)check(open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC));
	for (int warm = 0; warm < 16; warm++)
		calls[i].run();
	wanted = strtoull(argv[2], NULL, 10) * 1000000u;
	start = cpu();
	spent = 0;
	do {
		/* The wall clock is cheap to ask, and CPU time does not pass faster. */
		until = wall() + wanted - spent;
		do {
			for (int batch = 0; batch < 16; batch++)
				calls[i].run();
			count += 16;
		} while (wall() < until);
		spent = cpu() - start;
	} while (spent < wanted);
	printf("%.2f\n", (double)spent / (double)count);
	return 0;
}
