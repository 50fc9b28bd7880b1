// Records fanotify streams from the running kernel, and what they hold as a second, independent reader sees it.
//
//   cc -O2 -Wall -pthread -o record record.c && sudo ./record OUTDIR [--no-loop | NAME...]
//
// Each recording runs in a mount and a pid namespace of its own, on a tmpfs (or an ext4 image on a loop device)
// that goes away with them: no mark is ever set on a file system of the machine. For every NAME it writes
//   NAME.bin   what read(2) returned, all reads in a row
//   NAME.walk  the same events as this program's structures read them, one line an event or record
// and one line about it into manifest.ndjson.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

// Newer than this machine's headers.
#define REPORT_FD_ERROR 0x2000
#define REPORT_MNT 0x4000
#define MARK_MNTNS 0x110
#define MNT_ATTACH 0x01000000
#define MNT_DETACH_EVENT 0x02000000
#define PRE_ACCESS 0x00100000
#define INFO_ERROR 5
#define INFO_RANGE 6
#define INFO_MNT 7

struct record_header { uint8_t type, pad; uint16_t len; };
struct record_fid { struct record_header h; int32_t fsid[2]; uint32_t handle_bytes; int32_t handle_type; uint8_t f_handle[]; };
struct record_pidfd { struct record_header h; int32_t pidfd; };
struct record_error { struct record_header h; int32_t error; uint32_t error_count; };
struct record_range { struct record_header h; uint32_t pad; uint64_t offset, count; };
struct record_mnt { struct record_header h; uint64_t mnt_id; };

static FILE *bin, *walk;
static char reads[1 << 16];
static long total, events;
static int group = -1;

static void die(const char *what) { perror(what); exit(1); }

static void must(long result, const char *what) { if (result < 0) die(what); }

static void hex(const uint8_t *p, size_t n) { while (n--) fprintf(walk, "%02x", *p++); }

static void walk_record(const uint8_t *p) {
  const struct record_header *h = (const void *)p;
  fprintf(walk, "  info_type=%u len=%u", h->type, h->len);
  switch (h->type) {
  case 1: case 2: case 3: case 10: case 12: {
    const struct record_fid *r = (const void *)p;
    fprintf(walk, " fsid=%d,%d handle_bytes=%u handle_type=%d f_handle=", r->fsid[0], r->fsid[1], r->handle_bytes, r->handle_type);
    hex(r->f_handle, r->handle_bytes);
    if (h->type == 2 || h->type >= 10) {
      const char *name = (const char *)r->f_handle + r->handle_bytes;
      fprintf(walk, " name=");
      hex((const uint8_t *)name, strnlen(name, (const char *)p + h->len - name));
    }
    break;
  }
  case 4: fprintf(walk, " pidfd=%d", ((const struct record_pidfd *)p)->pidfd); break;
  case 5: fprintf(walk, " error=%d error_count=%u", ((const struct record_error *)p)->error, ((const struct record_error *)p)->error_count); break;
  case 6: fprintf(walk, " offset=%llu count=%llu", (unsigned long long)((const struct record_range *)p)->offset,
                  (unsigned long long)((const struct record_range *)p)->count); break;
  case 7: fprintf(walk, " mnt_id=%llu", (unsigned long long)((const struct record_mnt *)p)->mnt_id); break;
  default: fprintf(walk, " raw="); hex(p, h->len);
  }
  fputc('\n', walk);
}

static void walk_events(const uint8_t *p, size_t n, int answer) {
  for (const uint8_t *end = p + n; p < end;) {
    const struct fanotify_event_metadata *m = (const void *)p;
    events++;
    fprintf(walk, "event_len=%u vers=%u metadata_len=%u mask=0x%llx fd=%d pid=%d\n", m->event_len, m->vers, m->metadata_len,
            (unsigned long long)m->mask, m->fd, m->pid);
    for (const uint8_t *r = p + m->metadata_len; r < p + m->event_len; r += ((const struct record_header *)r)->len) {
      walk_record(r);
      if (*r == 4 && ((const struct record_pidfd *)r)->pidfd >= 0) close(((const struct record_pidfd *)r)->pidfd);
    }
    if (answer && m->fd >= 0) {
      struct fanotify_response response = { m->fd, answer };
      must(write(group, &response, sizeof response), "write response");
    }
    if (m->fd >= 0) close(m->fd);
    p += m->event_len;
  }
}

static uint8_t buffer[1 << 20];

static long take(size_t size, int answer) {
  long n = read(group, buffer, size);
  if (n < 0 && errno == EAGAIN) return 0;
  must(n, "read");
  fwrite(buffer, 1, n, bin);
  sprintf(reads + strlen(reads), "%s%ld", *reads ? "," : "", n);
  total += n;
  walk_events(buffer, n, answer);
  return n;
}

static void take_all(void) { while (take(4096, 0) > 0) {} }

static void init(unsigned flags, unsigned event_f_flags) {
  group = fanotify_init(flags | FAN_CLOEXEC | FAN_NONBLOCK, event_f_flags);
  must(group, "fanotify_init");
}

static void mark(unsigned flags, uint64_t mask, const char *path) {
  must(fanotify_mark(group, FAN_MARK_ADD | flags, mask, AT_FDCWD, path), path);
}

static void put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT, 0644);
  must(fd, path);
  must(write(fd, text, strlen(text)), path);
  close(fd);
}

static void get(const char *path) {
  char text[64];
  int fd = open(path, O_RDONLY);
  must(fd, path);
  must(read(fd, text, sizeof text), path);
  close(fd);
}

static void in_child(void (*act)(void)) {
  pid_t pid = fork();
  must(pid, "fork");
  if (pid == 0) { act(); _exit(0); }
  waitpid(pid, NULL, 0);
}

#define FILE_EVENTS (FAN_ACCESS | FAN_MODIFY | FAN_ATTRIB | FAN_CLOSE | FAN_OPEN | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_CREATE | \
                     FAN_DELETE | FAN_DELETE_SELF | FAN_MOVE_SELF | FAN_OPEN_EXEC | FAN_ONDIR)

static int to_reader[2] = { -1, -1 }, from_reader[2];

// Lets the reader take what is queued, so that the next step is not merged into it.
static void step(void) {
  char byte = 0;
  if (to_reader[1] < 0) return;
  must(write(to_reader[1], &byte, 1), "step");
  must(read(from_reader[0], &byte, 1), "step");
}

static void in_child_by_step(void (*act)(void)) {
  must(pipe(to_reader), "pipe"), must(pipe(from_reader), "pipe");
  pid_t pid = fork();
  must(pid, "fork");
  if (pid == 0) { close(to_reader[0]), close(from_reader[1]), act(); _exit(0); }
  close(to_reader[1]), to_reader[1] = -1;
  for (char byte; read(to_reader[0], &byte, 1) == 1;) {
    take_all();
    must(write(from_reader[1], &byte, 1), "ack");
  }
  waitpid(pid, NULL, 0);
  take_all();
}

static void use_files(void) {
  put("report.txt", "first\n"), step();
  get("report.txt"), step();
  must(chmod("report.txt", 0600), "chmod"), step();
  must(mkdir("archive", 0755), "mkdir"), step();
  must(rename("report.txt", "archive/report-2025.txt"), "rename"), step();
  must(link("archive/report-2025.txt", "second link"), "link"), step();
  must(symlink("archive", "latest"), "symlink"), step();
  must(truncate("second link", 1), "truncate"), step();
  must(rename("second link", "archive/report-2025.txt.old"), "rename"), step();
  must(unlink("archive/report-2025.txt.old"), "unlink"), step();
  must(unlink("archive/report-2025.txt"), "unlink"), step();
  must(unlink("latest"), "unlink"), step();
  must(rmdir("archive"), "rmdir");
}

static void fid(void) { init(FAN_REPORT_FID, 0); mark(FAN_MARK_FILESYSTEM, FILE_EVENTS, "."); in_child(use_files); take_all(); }
static void dfid(void) { init(FAN_REPORT_DIR_FID, 0); mark(FAN_MARK_FILESYSTEM, FILE_EVENTS, "."); in_child(use_files); take_all(); }
static void dfid_name(void) {
  init(FAN_REPORT_DFID_NAME, 0);
  mark(FAN_MARK_FILESYSTEM, FILE_EVENTS | FAN_RENAME, ".");
  in_child(use_files);
  take_all();
}
static void dfid_name_unmerged(void) {
  init(FAN_REPORT_DFID_NAME, 0);
  mark(FAN_MARK_FILESYSTEM, FILE_EVENTS | FAN_RENAME, ".");
  in_child_by_step(use_files);
}
static void dfid_name_fid(void) {
  init(FAN_REPORT_DFID_NAME | FAN_REPORT_FID, 0);
  mark(FAN_MARK_FILESYSTEM, FILE_EVENTS | FAN_RENAME, ".");
  in_child(use_files);
  take_all();
}
static void dfid_name_target(void) {
  init(FAN_REPORT_DFID_NAME_TARGET, 0);
  mark(FAN_MARK_FILESYSTEM, FILE_EVENTS | FAN_RENAME, ".");
  in_child(use_files);
  take_all();
}

// A rename where only one of the two directories is watched: only that side's record is there.
static void rename_one_side(void) {
  mkdir("watched", 0755), mkdir("other", 0755);
  put("watched/leaves", "x"), put("other/comes", "x"), put("watched/stays", "x");
  init(FAN_REPORT_DFID_NAME_TARGET, 0);
  mark(0, FAN_RENAME | FAN_ONDIR, "watched");
  rename("watched/leaves", "other/left");
  rename("other/comes", "watched/came");
  rename("watched/stays", "watched/stayed");
  take_all();
}

static void names(void) {
  static const char *const list[] = { "a", "ab", "abc", "abcd", "abcde", "abcdefg", "caf\xc3\xa9", "latin-\xe9", "\xff\xfe", "half \xe2\x82",
                                      "line\nbreak", "tab\tand \x1b[31mescape", "\xf0\x9f\x97\x84", "quote\"back\\slash", " " };
  char longest[256];
  memset(longest, 'n', 255);
  longest[255] = 0;
  init(FAN_REPORT_DFID_NAME, 0);
  mark(FAN_MARK_FILESYSTEM, FAN_CREATE | FAN_OPEN | FAN_ONDIR, ".");
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) must(mknod(list[i], S_IFREG | 0644, 0), "mknod");
  must(mknod(longest, S_IFREG | 0644, 0), "mknod");
  close(open(".", O_RDONLY | O_DIRECTORY)); // the name of a directory itself is "."
  take_all();
}

static void plain_fd(void) {
  put("data", "0123456789");
  must(symlink("/bin/true", "elsewhere"), "symlink");
  init(0, O_RDONLY);
  mark(FAN_MARK_MOUNT, FAN_ACCESS | FAN_MODIFY | FAN_CLOSE | FAN_OPEN | FAN_OPEN_EXEC | FAN_ONDIR, ".");
  get("data");
  put("data", "abc");
  close(open(".", O_RDONLY | O_DIRECTORY));
  must(system("cp /bin/true run && ./run"), "system");
  take_all();
}

static void touch_and_go(void) { close(open("data", O_RDONLY)); }

static void pidfd(void) {
  put("data", "x");
  init(FAN_REPORT_PIDFD | FAN_REPORT_DFID_NAME | FAN_REPORT_FID, 0);
  mark(FAN_MARK_FILESYSTEM, FAN_OPEN | FAN_CLOSE | FAN_CREATE, ".");
  touch_and_go(); // alive: a pidfd
  take_all();
  in_child(touch_and_go); // gone and reaped: FAN_NOPIDFD
  take_all();
  touch_and_go(); // no fd left for it: FAN_EPIDFD
  struct rlimit full = { 0, 4096 }, old;
  getrlimit(RLIMIT_NOFILE, &old);
  setrlimit(RLIMIT_NOFILE, &full);
  take_all();
  setrlimit(RLIMIT_NOFILE, &old);
}

static void pidfd_fd(void) {
  put("data", "x");
  init(FAN_REPORT_PIDFD, O_RDONLY);
  mark(FAN_MARK_MOUNT, FAN_OPEN | FAN_CLOSE, ".");
  touch_and_go();
  take_all();
  in_child(touch_and_go);
  take_all();
}

static void fd_error(void) {
  put("data", "x");
  init(REPORT_FD_ERROR | FAN_REPORT_PIDFD, O_RDWR);
  mark(FAN_MARK_MOUNT, FAN_OPEN | FAN_OPEN_EXEC | FAN_ONDIR, ".");
  touch_and_go(); // both are opened
  close(open(".", O_RDONLY | O_DIRECTORY)); // a directory cannot be opened for writing: -EISDIR
  in_child(touch_and_go); // the task is gone: pidfd is -ESRCH
  take_all();
  pid_t pid = fork();
  must(pid, "fork");
  if (pid == 0) { must(system("cp /bin/sleep run"), "cp"); execl("./run", "run", "1", NULL); _exit(1); }
  usleep(300000);
  take_all(); // while it runs it cannot be opened for writing: -ETXTBSY
  waitpid(pid, NULL, 0);
  touch_and_go(); // no fd left for either: -EMFILE
  struct rlimit full = { 0, 4096 }, old;
  getrlimit(RLIMIT_NOFILE, &old);
  setrlimit(RLIMIT_NOFILE, &full);
  take_all();
  setrlimit(RLIMIT_NOFILE, &old);
}

static void *touch_in_thread(void *unused) { touch_and_go(); return unused; }

static void tid(void) {
  put("data", "x");
  init(FAN_REPORT_TID | FAN_REPORT_FID, 0);
  mark(FAN_MARK_FILESYSTEM, FAN_OPEN | FAN_CLOSE, ".");
  touch_and_go();
  pthread_t thread;
  pthread_create(&thread, NULL, touch_in_thread, NULL);
  pthread_join(thread, NULL);
  in_child(touch_and_go);
  take_all();
}

// An unprivileged listener sees the pid of its own process only.
static void unprivileged(void) {
  put("data", "x");
  must(chmod(".", 0755), "chmod"), must(chmod("data", 0666), "chmod");
  must(setresgid(65534, 65534, 65534), "setresgid"), must(setresuid(65534, 65534, 65534), "setresuid");
  init(FAN_REPORT_DFID_NAME | FAN_REPORT_FID, 0);
  mark(0, FAN_OPEN | FAN_CLOSE | FAN_ATTRIB | FAN_EVENT_ON_CHILD, ".");
  touch_and_go();
  in_child(touch_and_go);
  take_all();
}

static void open_read_run(void) {
  get("data");
  must(system("./run"), "run");
}

static void permission_loop(void (*act)(void), int answer) {
  pid_t pid = fork();
  must(pid, "fork");
  if (pid == 0) { act(); _exit(0); }
  struct pollfd p = { group, POLLIN, 0 };
  for (;;) {
    if (poll(&p, 1, 100) > 0) take(4096, answer);
    else if (waitpid(pid, NULL, WNOHANG) == pid) break;
  }
}

static void permission(void) {
  put("data", "0123456789");
  must(system("cp /bin/true run"), "cp");
  init(FAN_CLASS_CONTENT, O_RDONLY);
  mark(FAN_MARK_MOUNT, FAN_OPEN_PERM | FAN_ACCESS_PERM | FAN_OPEN_EXEC_PERM, ".");
  permission_loop(open_read_run, FAN_ALLOW);
}

static void open_denied(void) {
  if (open("data", O_RDONLY) >= 0 || errno != EPERM) die("open was not denied");
}

static void permission_denied(void) {
  put("data", "0123456789");
  init(FAN_CLASS_PRE_CONTENT | FAN_REPORT_PIDFD, O_RDONLY);
  mark(0, FAN_OPEN_PERM | FAN_OPEN | FAN_CLOSE, "data");
  permission_loop(open_denied, FAN_DENY);
}

static void mounts(void) {
  must(mkdir("a", 0755), "mkdir"), must(mkdir("b", 0755), "mkdir"), must(mkdir("c", 0755), "mkdir");
  init(REPORT_MNT, 0);
  mark(MARK_MNTNS, MNT_ATTACH | MNT_DETACH_EVENT, "/proc/self/ns/mnt");
  must(mount("one", "a", "tmpfs", 0, NULL), "mount");
  must(mount("a", "b", NULL, MS_BIND, NULL), "bind");
  must(mount("b", "c", NULL, MS_MOVE, NULL), "move");
  take_all();
  must(mount(NULL, "a", NULL, MS_SHARED, NULL), "shared");
  must(mount("a", "b", NULL, MS_BIND, NULL), "bind");
  must(mkdir("a/sub", 0755), "mkdir");
  must(mount("two", "a/sub", "tmpfs", 0, NULL), "mount"); // comes to both peers
  take_all();
  must(umount2("a/sub", MNT_DETACH), "umount");
  must(umount2("b", MNT_DETACH), "umount");
  must(umount2("c", MNT_DETACH), "umount");
  must(umount2("a", MNT_DETACH), "umount");
  take_all();
}

// The queue is filled without reading. Of its 16384 events the first and last four are kept, the overflow event with them.
static void fill_queue(unsigned flags) {
  init(flags, 0);
  mark(FAN_MARK_FILESYSTEM, FAN_CREATE, ".");
  char name[16];
  for (int i = 0; i < 16400; i++) {
    sprintf(name, "%05d", i);
    must(mknod(name, S_IFREG, 0), "mknod");
  }
  size_t event = 24 + 20 + 12 + 8; // metadata, DFID_NAME record with tmpfs's handle of 12 bytes, padded name
  take(4 * event, 0);
  int left = 16384 - 8;
  while (left > 0) {
    long n = read(group, buffer, event * (left < 1024 ? left : 1024));
    must(n, "read");
    left -= n / event;
  }
  take_all();
  must(mknod("after", S_IFREG, 0), "mknod");
  take_all();
}
static void overflow(void) { fill_queue(FAN_REPORT_DFID_NAME); }
static void overflow_fd_error(void) { fill_queue(FAN_REPORT_DFID_NAME | REPORT_FD_ERROR); }

static void need_ext4(void) {
  must(mkdir("disk", 0755), "mkdir");
  if (system("truncate -s 16M image && mkfs.ext4 -q -U 6b616269-6e65-7400-8000-000000000001 image && mount -o loop image disk")) die("ext4");
  must(chdir("disk"), "chdir");
}
static void leave_ext4(void) {
  must(chdir(".."), "chdir");
  close(group);
  must(umount2("disk", 0), "umount ext4");
}

static void ext4(void) {
  need_ext4();
  init(FAN_REPORT_DFID_NAME_TARGET, 0);
  mark(FAN_MARK_FILESYSTEM, FILE_EVENTS | FAN_RENAME, ".");
  in_child(use_files);
  take_all();
  leave_ext4();
}

static void fs_error(void) {
  need_ext4();
  init(FAN_REPORT_FID, 0);
  mark(FAN_MARK_FILESYSTEM, FAN_FS_ERROR, ".");
  struct stat st;
  must(stat(".", &st), "stat");
  char command[256];
  // Twice, unread: the second error is counted in the first one's event.
  sprintf(command, "d=$(basename $(readlink -f /sys/dev/block/%u:%u)); echo 1 >/sys/fs/ext4/$d/trigger_fs_error; echo 1 >/sys/fs/ext4/$d/trigger_fs_error",
          (unsigned)(st.st_dev >> 8), (unsigned)(st.st_dev & 255));
  if (system(command)) die("trigger_fs_error");
  take_all();
  leave_ext4();
}

static void read_ranges(void) {
  char text[5000];
  int fd = open("data", O_RDWR);
  must(fd, "data");
  must(pread(fd, text, 10, 0), "pread");
  must(pread(fd, text, sizeof text, 4096), "pread");
  must(pwrite(fd, text, 3, 7), "pwrite");
  close(fd);
}

static void pre_access(void) {
  need_ext4();
  put("data", "0123456789");
  must(truncate("data", 20000), "truncate");
  init(FAN_CLASS_PRE_CONTENT, O_RDONLY);
  mark(FAN_MARK_MOUNT, PRE_ACCESS | FAN_OPEN_PERM, ".");
  permission_loop(read_ranges, FAN_ALLOW);
  leave_ext4();
}

static const struct recording { const char *name, *init, *what; void (*run)(void); int needs_loop; } recordings[] = {
  { "fid", "FAN_REPORT_FID", "a small life of files on a filesystem mark, objects by file handle", fid, 0 },
  { "dfid", "FAN_REPORT_DIR_FID", "the same, directories by file handle", dfid, 0 },
  { "dfid_name", "FAN_REPORT_DFID_NAME", "the same with names; FAN_RENAME with old and new record", dfid_name, 0 },
  { "dfid_name_unmerged", "FAN_REPORT_DFID_NAME", "the same, read after every step so that nothing is merged", dfid_name_unmerged, 0 },
  { "dfid_name_fid", "FAN_REPORT_DFID_NAME | FAN_REPORT_FID", "the same with the object's own handle after it", dfid_name_fid, 0 },
  { "dfid_name_target", "FAN_REPORT_DFID_NAME_TARGET", "the same with the target's handle on directory entry events", dfid_name_target, 0 },
  { "rename_one_side", "FAN_REPORT_DFID_NAME_TARGET", "FAN_RENAME out of, into and within one watched directory", rename_one_side, 0 },
  { "names", "FAN_REPORT_DFID_NAME", "names of many lengths, not UTF-8, with control characters, 255 bytes long", names, 0 },
  { "fd", "FAN_CLASS_NOTIF", "an event fd in every event, on a mount mark", plain_fd, 0 },
  { "pidfd", "FAN_REPORT_PIDFD | FAN_REPORT_DFID_NAME | FAN_REPORT_FID", "a pidfd of a live task, FAN_NOPIDFD of a dead one, FAN_EPIDFD with no fd left", pidfd, 0 },
  { "pidfd_fd", "FAN_REPORT_PIDFD", "an event fd and a pidfd in the same event", pidfd_fd, 0 },
  { "fd_error", "FAN_REPORT_FD_ERROR | FAN_REPORT_PIDFD", "errnos in the fd and pidfd slots: EISDIR, ESRCH, ETXTBSY, EMFILE", fd_error, 0 },
  { "tid", "FAN_REPORT_TID | FAN_REPORT_FID", "thread ids", tid, 0 },
  { "unprivileged", "FAN_REPORT_DFID_NAME | FAN_REPORT_FID", "a listener without CAP_SYS_ADMIN: pid 0 for the tasks of others", unprivileged, 0 },
  { "permission", "FAN_CLASS_CONTENT", "OPEN_PERM, ACCESS_PERM and OPEN_EXEC_PERM, all allowed", permission, 0 },
  { "permission_denied", "FAN_CLASS_PRE_CONTENT | FAN_REPORT_PIDFD", "OPEN_PERM, denied", permission_denied, 0 },
  { "mounts", "FAN_REPORT_MNT", "mounts attached, moved, propagated and detached in a mount namespace", mounts, 0 },
  { "overflow", "FAN_REPORT_DFID_NAME", "a full queue: its first and last events and FAN_Q_OVERFLOW", overflow, 0 },
  { "overflow_fd_error", "FAN_REPORT_DFID_NAME | FAN_REPORT_FD_ERROR", "the same: the overflow event's fd is -EBADF", overflow_fd_error, 0 },
  { "ext4", "FAN_REPORT_DFID_NAME_TARGET", "the life of files on ext4, whose file handles are 8 bytes", ext4, 1 },
  { "fs_error", "FAN_REPORT_FID", "FAN_FS_ERROR: two errors of an ext4 in one event", fs_error, 1 },
  { "pre_access", "FAN_CLASS_PRE_CONTENT", "FAN_PRE_ACCESS with the range that is read or written, on ext4", pre_access, 1 },
};

static int run(const struct recording *r, const char *out) {
  char path[4096], dir[] = "/tmp/kabinet-record.XXXXXX";
  snprintf(path, sizeof path, "%s/%s.bin", out, r->name);
  if (!(bin = fopen(path, "we"))) die(path);
  snprintf(path, sizeof path, "%s/%s.walk", out, r->name);
  if (!(walk = fopen(path, "we"))) die(path);
  snprintf(path, sizeof path, "%s/manifest.ndjson", out);
  FILE *manifest = fopen(path, "ae");
  if (!manifest) die(path);
  if (!mkdtemp(dir)) die(dir);
  pid_t pid = fork();
  must(pid, "fork");
  if (pid == 0) {
    must(unshare(CLONE_NEWNS | CLONE_NEWPID), "unshare");
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
    must(mount("kabinet", dir, "tmpfs", 0, NULL), "tmpfs");
    must(chdir(dir), "chdir");
    pid_t inner = fork();
    must(inner, "fork");
    if (inner == 0) {
      alarm(30); // an unanswered permission event ends with this process
      must(mount("proc", "/proc", "proc", 0, NULL), "proc");
      r->run();
      struct utsname u;
      uname(&u);
      int release = strcspn(u.release, "-");
      fprintf(manifest, "{\"name\":\"%s\",\"init\":\"%s\",\"what\":\"%s\",\"kernel\":\"%.*s\",\"machine\":\"%s\",\"bytes\":%ld,\"events\":%ld,\"reads\":[%s]}\n",
              r->name, r->init, r->what, release, u.release, u.machine, total, events, reads);
      exit(0);
    }
    int status;
    waitpid(inner, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  }
  int status;
  waitpid(pid, &status, 0);
  fclose(bin), fclose(walk), fclose(manifest);
  rmdir(dir);
  if (status) fprintf(stderr, "%s: failed\n", r->name);
  return status != 0;
}

int main(int argc, char **argv) {
  if (argc < 2) { fprintf(stderr, "usage: record OUTDIR [--no-loop | NAME...]\n"); return 2; }
  int failed = 0;
  for (size_t i = 0; i < sizeof recordings / sizeof *recordings; i++) {
    int wanted = argc == 2 || (!strcmp(argv[2], "--no-loop") && !recordings[i].needs_loop);
    for (int a = 2; a < argc; a++) wanted |= strcmp(argv[a], recordings[i].name) == 0;
    if (wanted) failed |= run(&recordings[i], argv[1]);
  }
  return failed;
}
