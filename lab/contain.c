/*
 * Runs a program where it can write to nothing of this machine:
 *
 *   contain [--read PATH]... -- PROGRAM ARGUMENT...
 *
 * The program becomes pid 1 of a pid namespace, in a mount namespace whose root is an empty tmpfs with the usual top
 * directories. Of the machine it sees the PATHs, read-only, and the devices that are nobody's. It ends when its starter
 * does, and its tmpfs goes with it. Without root a user namespace makes that possible.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_PATHS = 32 };

static const char *const DEVICES[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
enum { NDEVICES = sizeof DEVICES / sizeof *DEVICES };

static void die(const char *format, ...) {
  va_list list;
  va_start(list, format);
  fprintf(stderr, "contain: ");
  vfprintf(stderr, format, list);
  fprintf(stderr, ": %s\n", strerror(errno));
  va_end(list);
  _exit(120);
}

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) die("%s", path);
  close(fd);
}

/* Without root: root in a user namespace, which this user's own ids are all of. */
static void become_root(void) {
  char map[64];
  unsigned uid = geteuid(), gid = getegid();
  if (unshare(CLONE_NEWUSER)) die("this user may not make user namespaces");
  write_file("/proc/self/setgroups", "deny");
  snprintf(map, sizeof map, "0 %u 1", uid);
  write_file("/proc/self/uid_map", map);
  snprintf(map, sizeof map, "0 %u 1", gid);
  write_file("/proc/self/gid_map", map);
}

/* A copy of the mount that `path` is in, from there on, which is in no tree yet. */
static int copy_of(const char *path) {
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (tree < 0) die("%s", path);
  return tree;
}

static void make_read_only(int tree, const char *path) {
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
  if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr)) die("%s read-only", path);
}

/* Makes `path` below the working directory, with all that it is in. */
static void make_place(const char *path, int is_directory) {
  char at[4096];
  snprintf(at, sizeof at, "%s", path);
  for (char *slash = at; (slash = strchr(slash, '/')); slash++) {
    *slash = 0;
    mkdir(at, 0755);
    *slash = '/';
  }
  if (is_directory) {
    mkdir(at, 0755);
  } else {
    int fd = open(at, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0) die("%s", at);
    close(fd);
  }
}

static void place(int tree, const char *path) {
  struct stat st;
  if (fstat(tree, &st)) die("%s", path);
  make_place(path + 1, S_ISDIR(st.st_mode));
  if (syscall(SYS_move_mount, tree, "", AT_FDCWD, path + 1, MOVE_MOUNT_F_EMPTY_PATH)) die("%s", path);
  close(tree);
}

static void build_root(const char *const *paths, int npaths) {
  int trees[MAX_PATHS], devices[NDEVICES];
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) die("make / private");
  for (int i = 0; i < npaths; i++) {
    trees[i] = copy_of(paths[i]);
    make_read_only(trees[i], paths[i]);
  }
  for (int i = 0; i < NDEVICES; i++) devices[i] = copy_of(DEVICES[i]);
  /* any directory will do that is there */
  if (mount("kabinet", "/proc", "tmpfs", MS_NOSUID, "mode=755,size=1g")) die("a tmpfs");
  if (chdir("/proc")) die("the tmpfs");
  umask(0);
  static const char *const top[] = {"proc", "dev", "sys", "run"};
  for (size_t i = 0; i < sizeof top / sizeof *top; i++) mkdir(top[i], 0755);
  mkdir("tmp", 01777);
  mkdir("dev/shm", 01777);
  umask(022);
  if (mount("proc", "proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)) die("/proc");
  for (int i = 0; i < NDEVICES; i++) place(devices[i], DEVICES[i]);
  for (int i = 0; i < npaths; i++) place(trees[i], paths[i]);
  if (syscall(SYS_pivot_root, ".", ".")) die("pivot_root");
  if (umount2(".", MNT_DETACH)) die("the old root");
  if (chdir("/")) die("/");
}

static volatile pid_t contained;

/* All of the pid namespace ends with its pid 1, and is reaped before this process ends. */
static void on_term(int signal) {
  (void)signal;
  if (contained > 0) kill(contained, SIGKILL);
}

int main(int argc, char **argv) {
  const char *paths[MAX_PATHS];
  int npaths = 0, at = 1;
  for (; at + 1 < argc && !strcmp(argv[at], "--read") && npaths < MAX_PATHS; at += 2) paths[npaths++] = argv[at + 1];
  if (at >= argc || strcmp(argv[at], "--") || !argv[at + 1]) {
    fprintf(stderr, "contain [--read PATH]... -- PROGRAM ARGUMENT...\n");
    return 2;
  }
  char **program = argv + at + 1;
  if (geteuid() != 0) become_root();
  if (unshare(CLONE_NEWNS | CLONE_NEWPID)) die("unshare");
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    build_root(paths, npaths);
    setenv("TMPDIR", "/dev/shm", 1);
    execv(program[0], program);
    die("%s", program[0]);
  }
  contained = pid;
  struct sigaction action = {.sa_handler = on_term};
  sigaction(SIGTERM, &action, NULL);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  int status;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
