/*
 * The agent: runs programs of raw syscalls on the kernel it stands on and says what came back.
 *
 * One driver process reads whole programs from its channel. Every task of a program is a process that takes its calls
 * from shared memory, one at a time, so the driver alone decides the order. lab/wire.ts is the other end of the
 * protocol; docs/lab.md describes both.
 *
 *   agent --sandbox --cpu=N     on this machine: channel on fd 3 (a socket), a mount namespace of its own
 *   agent                       as pid 1 of a user-mode Linux: channel on /dev/ttyS0
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <dirent.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

enum {
  FIRST_OWN_FD = 3000,
  HELLO_FD = 3000,   /* a task announces itself here; the only descriptor of ours that tasks keep */
  CHANNEL_FD = 3001,
  ROSTER_FD = 3002,  /* the driver's end of HELLO_FD */
  UTS_FD = 3003,     /* the initial uts namespace, to come back from the id probe */
  PROC_FD = 3005,    /* /proc, wherever a program moves it */
  TERMINAL_FD = 3004, /* the other side of the terminal that tasks have on fds 0 to 2 */
  PAGE = 4096,
  FILL = 0xaa,
  MAX_TASKS = 384,
  TASK_STACK = 8192,
  SMALL_BUFFERS = 64,
  LARGE_BUFFERS = 6,
  LARGE_PAGES = 64,
  MAX_HELD = 24,      /* buffers that one call may have */
  MAX_SEQUENCE = 8,   /* calls in a timed sequence */
  ACK_EVERY = 1900,   /* a terminal that is sent more than 4095 unread bytes may never wake up again */
};

/* ---- raw syscalls: a task shares no libc state with anyone ---- */

static inline long raw6(long nr, long a, long b, long c, long d, long e, long f) {
  long ret;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(ret) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return ret;
}
#define raw0(nr) raw6(nr, 0, 0, 0, 0, 0, 0)
#define raw3(nr, a, b, c) raw6(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define raw4(nr, a, b, c, d) raw6(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

static long futex(volatile u32 *word, int op, u32 value, const struct timespec *timeout) {
  return raw4(SYS_futex, word, op, value, timeout);
}

/* ---- what driver and tasks share ---- */

enum { OP_CALL, OP_TIME };

struct timed_arg {
  u8 from_ret; /* value is the number of a call in the sequence, whose return is meant */
  u64 value;
};
struct timed_call {
  long nr; /* -1: fork a child that unshares a[0] and exits, and wait for it */
  struct timed_arg a[6];
};
struct timing {
  u32 ncalls, iterations, batches;
  struct timed_call call[MAX_SEQUENCE];
  u64 batch_ns[64];
  long ret[MAX_SEQUENCE];
};

struct task {
  volatile u32 handed; /* futex: number of the last call handed over */
  volatile u32 done;   /* number of the last call that came back */
  volatile u32 ready;
  u32 op;
  long nr, a[6];
  volatile long ret;
  struct task *child; /* where a task made by this call lives */
  /* the driver's own notes */
  int number, pid, tid;
  u8 dead, reaped, exiting, killed;
  u8 nested; /* in a pid namespace below ours */
  s64 local_pid; /* what clone3 returned */
} __attribute__((aligned(128)));

struct shared {
  volatile u32 bell, listening; /* a task rings when the driver listens */
  struct timing timing;
  struct task task[MAX_TASKS];
  char stack[MAX_TASKS][TASK_STACK] __attribute__((aligned(4096)));
};

static struct shared *shm;
static int in_sandbox, is_uml;
static char comm[16];
static pid_t reaper; /* adopts and reaps what a program orphans: pid 1, or on this machine a subreaper in its place */

/* ---- the task's side ---- */

static void task_loop(struct task *t) __attribute__((noreturn));

__attribute__((used, noreturn)) static void task_start(struct task *t) {
  int tid = (int)raw0(SYS_gettid);
  raw6(SYS_sendto, HELLO_FD, (long)&tid, sizeof tid, MSG_NOSIGNAL, 0, 0);
  t->ready = 1;
  task_loop(t);
}

/* clone3, clone, fork or vfork whose child goes on with a stack and a mailbox of its own */
static long spawn(long nr, const long *a, struct task *child) {
  long ret;
  char *stack = shm->stack[child - shm->task] + TASK_STACK;
  register long r10 __asm__("r10") = a[3];
  register long r8 __asm__("r8") = a[4];
  register char *r12 __asm__("r12") = stack;
  register struct task *r13 __asm__("r13") = child;
  __asm__ volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "mov %%r12, %%rsp\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %%r13, %%rdi\n\t"
      "call task_start\n\t"
      "ud2\n"
      "1:"
      : "=a"(ret)
      : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r12), "r"(r13)
      : "rcx", "r11", "memory");
  return ret;
}

static u64 now_ns(void) {
  struct timespec ts;
  raw3(SYS_clock_gettime, CLOCK_MONOTONIC, &ts, 0);
  return (u64)ts.tv_sec * 1000000000ull + (u64)ts.tv_nsec;
}

static long fork_unshare_exit_wait(long flags) {
  long pid = raw0(SYS_fork);
  if (pid == 0) {
    raw3(SYS_exit_group, raw3(SYS_unshare, flags, 0, 0) ? 1 : 0, 0, 0);
    __builtin_unreachable();
  }
  if (pid < 0) return pid;
  int status = 0;
  long ret = raw4(SYS_wait4, pid, &status, 0, 0);
  return ret < 0 ? ret : status == 0 ? 0 : -EPERM;
}

static void time_sequence(struct timing *t) {
  for (u32 b = 0; b < t->batches; b++) {
    u64 start = now_ns();
    for (u32 i = 0; i < t->iterations; i++) {
      for (u32 c = 0; c < t->ncalls; c++) {
        const struct timed_call *call = &t->call[c];
        long a[6];
        for (int k = 0; k < 6; k++) a[k] = call->a[k].from_ret ? t->ret[call->a[k].value] : (long)call->a[k].value;
        t->ret[c] = call->nr == -1 ? fork_unshare_exit_wait(a[0]) : raw6(call->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
      }
    }
    t->batch_ns[b] = now_ns() - start;
  }
}

static void task_loop(struct task *t) {
  u32 last = t->done;
  for (;;) {
    while (t->handed == last) futex(&t->handed, FUTEX_WAIT, last, NULL);
    last = t->handed;
    if (t->op == OP_TIME) {
      time_sequence(&shm->timing);
      t->ret = 0;
    } else if (t->child) {
      t->ret = spawn(t->nr, t->a, t->child);
    } else {
      t->ret = raw6(t->nr, t->a[0], t->a[1], t->a[2], t->a[3], t->a[4], t->a[5]);
    }
    __atomic_store_n(&t->done, last, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&shm->listening, __ATOMIC_SEQ_CST)) {
      __atomic_add_fetch(&shm->bell, 1, __ATOMIC_SEQ_CST);
      futex(&shm->bell, FUTEX_WAKE, 1, NULL);
    }
  }
}

/* ---- the driver: growing output, input cursor, channel ---- */

static void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

static struct {
  u8 *at;
  size_t size, room;
} reply;

static u8 *grow(size_t n) {
  if (reply.size + n > reply.room) {
    reply.room = (reply.size + n) * 2 + 65536;
    reply.at = realloc(reply.at, reply.room);
    if (!reply.at) die("out of memory");
  }
  u8 *p = reply.at + reply.size;
  reply.size += n;
  return p;
}
static void put(const void *from, size_t n) { memcpy(grow(n), from, n); }
static void put8(u8 v) { put(&v, 1); }
static void put32(u32 v) { put(&v, 4); }
static void put64(u64 v) { put(&v, 8); }

static void channel_write(const u8 *p, size_t n) {
  while (n) {
    ssize_t w = write(CHANNEL_FD, p, n);
    if (w < 0 && errno == EINTR) continue;
    if (w <= 0) _exit(3);
    p += w;
    n -= (size_t)w;
  }
}

/* false when the other end has gone */
static int channel_read(u8 *p, size_t n) {
  static size_t unacknowledged;
  while (n) {
    size_t want = n;
    if (is_uml && want > ACK_EVERY - unacknowledged) want = ACK_EVERY - unacknowledged;
    ssize_t r = read(CHANNEL_FD, p, want);
    if (r < 0 && errno == EINTR) continue;
    if (r <= 0) return 0;
    p += r;
    n -= (size_t)r;
    unacknowledged += (size_t)r;
    if (is_uml && unacknowledged == ACK_EVERY) {
      static const u8 ack[5] = {0, 0, 0, 0, 'A'};
      channel_write(ack, sizeof ack);
      unacknowledged = 0;
    }
  }
  return 1;
}

static void frame_begin(u8 type) {
  reply.size = 0;
  put32(0);
  put8(type);
}
static void frame_send(void) {
  u32 n = (u32)(reply.size - 5);
  memcpy(reply.at, &n, 4);
  channel_write(reply.at, reply.size);
}

static void die(const char *format, ...) {
  char text[400];
  va_list list;
  va_start(list, format);
  int n = vsnprintf(text, sizeof text, format, list);
  va_end(list);
  u8 head[5] = {(u8)n, (u8)(n >> 8), 0, 0, 'E'};
  channel_write(head, 5);
  channel_write((u8 *)text, (size_t)n);
  _exit(2);
}

static const u8 *in_at, *in_end;
static const u8 *take(size_t n) {
  if ((size_t)(in_end - in_at) < n) die("a program ends early");
  const u8 *p = in_at;
  in_at += n;
  return p;
}
static u8 take8(void) { return *take(1); }
static u16 take16(void) {
  u16 v;
  memcpy(&v, take(2), 2);
  return v;
}
static u32 take32(void) {
  u32 v;
  memcpy(&v, take(4), 4);
  return v;
}
static u64 take64(void) {
  u64 v;
  memcpy(&v, take(8), 8);
  return v;
}

/* ---- buffers: each ends where an unmapped page begins, so a byte too many is a fault ---- */

struct buffer {
  u8 *end;
  u32 room;
  u8 used;
};
static struct buffer buffers[SMALL_BUFFERS + LARGE_BUFFERS];
static u8 *unmapped;

static void make_buffers(void) {
  size_t size = (size_t)PAGE + SMALL_BUFFERS * 2 * PAGE + (size_t)LARGE_BUFFERS * (LARGE_PAGES + 1) * PAGE;
  u8 *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) die("mmap: %s", strerror(errno));
  munmap(p, PAGE);
  unmapped = p;
  p += PAGE;
  for (int i = 0; i < SMALL_BUFFERS + LARGE_BUFFERS; i++) {
    u32 room = i < SMALL_BUFFERS ? PAGE : LARGE_PAGES * PAGE;
    p += room;
    buffers[i] = (struct buffer){.end = p, .room = room};
    munmap(p, PAGE);
    p += PAGE;
  }
}

/* ---- a program ---- */

enum { ARG_WORD, ARG_INT, ARG_IN, ARG_OUT, ARG_INOUT, ARG_STR, ARG_PID, ARG_RET, ARG_BAD, ARG_FROM };
enum { STEP_RET, STEP_BLOCKED, STEP_DROPPED, STEP_DIED, STEP_REFUSED };
enum { CALL_MAKES_TASK = 1, CALL_EXITS = 2, CALL_TIMED_WAIT = 4 };
enum { END_CLEAN, END_DIRTY };
enum outcome { DONE, SLEEPS, DEAD };

struct held {
  int buffer;
  u8 *at;
  u32 size;
  u8 out, trim;
};
struct call {
  enum outcome outcome;
  u32 step;
  struct task *task, *child;
  u32 number; /* of the call within its task */
  int nheld;
  struct held held[MAX_HELD];
};
struct step_note {
  s64 ret;
  size_t out; /* where its out buffers stand in the reply; 0: nowhere */
};

static struct call *pending[MAX_TASKS]; /* calls that sleep, in the order of their steps */
static struct step_note *notes;
static u32 notes_room;
static struct task *by_number[65536];
static int numbers[MAX_TASKS], nnumbers; /* those of by_number that are set */
static int ntasks;

static void release(struct call *c) {
  for (int i = 0; i < c->nheld; i++) buffers[c->held[i].buffer].used = 0;
  c->nheld = 0;
}

static u8 *hold(struct call *c, u32 size, u8 out, u8 trim) {
  if (c->nheld == MAX_HELD) die("a call with more than %d buffers", MAX_HELD);
  for (int i = size <= PAGE ? 0 : SMALL_BUFFERS; i < SMALL_BUFFERS + LARGE_BUFFERS; i++) {
    if (buffers[i].used || buffers[i].room < size) continue;
    buffers[i].used = 1;
    u8 *at = buffers[i].end - size;
    c->held[c->nheld++] = (struct held){i, at, size, out, trim};
    return at;
  }
  die("no buffer of %u bytes is free", size);
}

static s64 pid_of(u32 number) {
  struct task *t = number < 65536 ? by_number[number] : NULL;
  return t ? t->local_pid : 0x7ffffff;
}

static u64 take_arg(struct call *c);

static void take_patches(struct call *c, u8 *at, u32 size) {
  for (int n = take8(); n > 0; n--) {
    u32 offset = take32();
    u8 tag = *in_at;
    if (tag == ARG_FROM) {
      take8();
      u32 step = take32(), buffer = take16(), from = take32(), length = take32();
      if (offset + length > size) die("a patch ends past its buffer");
      memset(at + offset, 0, length);
      size_t p = notes[step].out;
      if (!p) continue;
      u8 count = reply.at[p++];
      for (u32 b = 0; b < count; b++) {
        u32 len;
        memcpy(&len, reply.at + p, 4);
        p += 4;
        if (b == buffer) {
          /* what was cut off a reply is what the kernel did not touch */
          memset(at + offset, FILL, length);
          if (from < len) memcpy(at + offset, reply.at + p + from, len - from < length ? len - from : length);
        }
        p += len;
      }
      continue;
    }
    u32 width = tag == ARG_PID || tag == ARG_RET ? 4 : 8;
    u64 v = take_arg(c);
    if (offset + width > size) die("a patch ends past its buffer");
    memcpy(at + offset, &v, width);
  }
}

static u64 take_arg(struct call *c) {
  u8 tag = take8();
  switch (tag) {
    case ARG_WORD:
      return take64();
    case ARG_INT:
      return (u64)(s64)(int32_t)take32();
    case ARG_IN:
    case ARG_INOUT: {
      u32 size = take32();
      const u8 *bytes = take(size);
      u8 *at = hold(c, size, tag == ARG_INOUT, 0);
      memcpy(at, bytes, size);
      take_patches(c, at, size);
      return (u64)at;
    }
    case ARG_OUT: {
      u32 size = take32();
      u8 *at = hold(c, size, 1, 1);
      memset(at, FILL, size);
      return (u64)at;
    }
    case ARG_STR: {
      char text[LARGE_PAGES * PAGE];
      u32 n = 0;
      for (int pieces = take8(); pieces > 0; pieces--) {
        if (take8()) {
          n += (u32)snprintf(text + n, 24, "%lld", (long long)pid_of(take16()));
        } else {
          u16 len = take16();
          memcpy(text + n, take(len), len);
          n += len;
        }
        if (n > sizeof text - 66000) die("a path too long");
      }
      text[n++] = 0;
      u8 *at = hold(c, n, 0, 0);
      memcpy(at, text, n);
      return (u64)at;
    }
    case ARG_PID:
      return (u64)pid_of(take16());
    case ARG_RET:
      return (u64)notes[take32()].ret;
    case ARG_BAD:
      return (u64)unmapped;
    default:
      die("unknown argument tag %d", tag);
  }
}

static void put_outs(struct call *c, struct step_note *note) {
  note->out = reply.size;
  size_t count_at = reply.size;
  put8(0);
  u8 count = 0;
  for (int i = 0; i < c->nheld; i++) {
    struct held *h = &c->held[i];
    if (!h->out) continue;
    u32 n = h->size;
    if (h->trim)
      while (n && h->at[n - 1] == FILL) n--;
    put32(n);
    put(h->at, n);
    count++;
  }
  reply.at[count_at] = count;
}

/* ---- what state is a task in ---- */

static int read_proc(const char *path, char *text, int room) {
  int fd = openat(PROC_FD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  ssize_t n = read(fd, text, (size_t)room - 1);
  int error = errno;
  close(fd);
  if (n < 0) return -error;
  text[n] = 0;
  return (int)n;
}

struct stat_line {
  char state;
  int ppid;
  u8 ours;
  u8 exits; /* on its way out, whatever sent it there */
};

enum { EXITING = 4 }; /* PF_EXITING */

/* state 0: there is no such task any more */
static struct stat_line stat_of(const struct task *t) {
  char path[64], text[512];
  struct stat_line s = {0};
  snprintf(path, sizeof path, "%d/task/%d/stat", t->pid, t->tid);
  if (t->pid == t->tid) snprintf(path, sizeof path, "%d/stat", t->pid);
  int n = read_proc(path, text, sizeof text);
  if (n == -ENOENT || n == -ESRCH) {
    return s;
  }
  if (n < 0) die("%s: %s", path, strerror(-n));
  char *close_paren = strrchr(text, ')'), *open_paren = strchr(text, '(');
  if (!close_paren || !open_paren) die("%s: %s", path, text);
  *close_paren = 0;
  s.ours = strcmp(open_paren + 1, comm) == 0;
  s.state = close_paren[2];
  unsigned flags = 0;
  sscanf(close_paren + 4, "%d %*d %*d %*d %*d %u", &s.ppid, &flags);
  s.exits = (flags & EXITING) != 0;
  return s;
}

static int is_one_of(const char *name, const char *const *names) {
  for (; *names; names++)
    if (!strncmp(name, *names, strlen(*names))) return 1;
  return 0;
}

/*
 * An uninterruptible sleep is a call that waits for someone only where the kernel waits for another task's doing. The
 * stack says where; wchan would be cheaper, but names the wrong function in a user-mode Linux.
 */
static int waits_in(const struct task *t, const char *const *places) {
  static const char *const machinery[] = {"__switch_to",         "__schedule", "schedule", "__wait_for_common",
                                          "wait_for_completion", "preempt_",   "io_schedule", NULL};
  char path[64], text[2048];
  snprintf(path, sizeof path, "%d/task/%d/stack", t->pid, t->tid);
  if (read_proc(path, text, sizeof text) > 0) {
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
      char *name = strstr(line, "] ");
      if (name && !is_one_of(name + 2, machinery)) return is_one_of(name + 2, places);
    }
    return 0;
  }
  snprintf(path, sizeof path, "%d/task/%d/wchan", t->pid, t->tid);
  return read_proc(path, text, sizeof text) > 0 && is_one_of(text, places);
}

static int waits_for_others(const struct task *t) {
  static const char *const places[] = {"fanotify_handle_event", "fanotify_get_response", "fsnotify_destroy_group",
                                       "fdget_pos", "kernel_clone", "wait_for_vfork_done", NULL};
  return waits_in(t, places);
}

/* Closing a group waits for those who wait for another: that no signal ends. */
static int waits_to_close(const struct task *t) {
  static const char *const places[] = {"fsnotify_destroy_group", NULL};
  return waits_in(t, places);
}

/* So does the position of a file, while another call that goes by it sleeps. */
static int waits_for_lock(const struct task *t) {
  static const char *const places[] = {"fdget_pos", NULL};
  return waits_in(t, places);
}

/*
 * Whether the task really sleeps in its call. "S" alone does not say so: one that is preempted between making up its
 * mind to sleep and doing so shows it too. Reading this file waits until the task is off the run queue, and says
 * "running" when it woke instead.
 */
static int sleeps_in_call(const struct task *t) {
  char path[64], text[256];
  snprintf(path, sizeof path, "%d/task/%d/syscall", t->pid, t->tid);
  if (read_proc(path, text, sizeof text) < 0) return 0;
  char *end;
  long nr = strtol(text, &end, 10);
  return end != text && nr == t->nr;
}

/* The same for one that may sleep in anything, on its way out. */
static int is_off_cpu(const struct task *t) {
  char path[64], text[256];
  snprintf(path, sizeof path, "%d/task/%d/syscall", t->pid, t->tid);
  return read_proc(path, text, sizeof text) > 0 && strncmp(text, "running", 7) != 0;
}

static int npending;

static void listen_for(struct task *t, u32 number, long ns) {
  __atomic_store_n(&shm->listening, 1, __ATOMIC_SEQ_CST);
  u32 bell = __atomic_load_n(&shm->bell, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&t->done, __ATOMIC_SEQ_CST) != number) {
    struct timespec ts = {0, ns};
    futex(&shm->bell, FUTEX_WAIT, bell, &ts);
  }
  shm->listening = 0;
}

/* How a call stands: it came back, its task sleeps in it, or its task is no more. Never an opinion from waiting. */
static enum outcome await(struct task *t, u32 number) {
  u64 stuck = 0;
  for (int naps = 0;; naps++) {
    if (__atomic_load_n(&t->done, __ATOMIC_SEQ_CST) == number) return DONE;
    sched_yield();
    if (__atomic_load_n(&t->done, __ATOMIC_SEQ_CST) == number) return DONE;
    struct stat_line s = stat_of(t);
    int asleep = 0;
    switch (s.state) {
      case 0:
      case 'Z':
      case 'X':
        return __atomic_load_n(&t->done, __ATOMIC_SEQ_CST) == number ? DONE : DEAD;
      case 'S':
        asleep = sleeps_in_call(t);
        break;
      case 'D':
        if (s.exits && waits_to_close(t)) return DEAD; /* by its own hand, and not at its end yet */
        asleep = waits_for_others(t) && sleeps_in_call(t);
        if (!stuck) stuck = now_ns();
        /* else it waits for a lock: for one that a sleeping task of the program holds, if it takes so long */
        if (npending && now_ns() - stuck > 300000000ull) asleep = 1;
        break;
      default:
        stuck = 0;
    }
    if (__atomic_load_n(&t->done, __ATOMIC_SEQ_CST) == number) return DONE;
    if (asleep) return SLEEPS;
    listen_for(t, number, naps < 8 ? 100000 : 1000000);
    if (naps > 20000) die("task %d hangs in call %ld, state %c", t->number, t->nr, s.state);
  }
}

static u32 hand_over(struct task *t) {
  u32 number = t->handed + 1;
  __atomic_store_n(&t->handed, number, __ATOMIC_SEQ_CST);
  futex(&t->handed, FUTEX_WAKE, 1, NULL);
  return number;
}

/* ---- tasks ---- */

static struct task *new_task(int number) {
  if (ntasks == MAX_TASKS) die("more than %d tasks in a program", MAX_TASKS);
  struct task *t = &shm->task[ntasks++];
  memset(t, 0, sizeof *t);
  t->number = number;
  return t;
}

static void set_number(struct task *t) {
  if (!by_number[t->number]) numbers[nnumbers++] = t->number;
  by_number[t->number] = t;
}

/* The number that we have for the thread of `pid` that calls itself `inner` in a pid namespace below ours. */
static int outer_tid(int pid, int inner) {
  char path[64], text[2048];
  snprintf(path, sizeof path, "%d/task", pid);
  int fd = openat(PROC_FD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (!dir) die("%s: %s", path, strerror(errno));
  int found = 0;
  for (struct dirent *entry; !found && (entry = readdir(dir));) {
    int tid = atoi(entry->d_name);
    snprintf(path, sizeof path, "%d/task/%d/status", pid, tid);
    if (tid == 0 || read_proc(path, text, sizeof text) < 0) continue;
    char *line = strstr(text, "\nNSpid:"), *end = line ? strchr(line + 1, '\n') : NULL;
    if (!end) continue;
    *end = 0;
    if (atoi(strrchr(line, '\t') + 1) == inner) found = tid;
  }
  closedir(dir);
  if (!found) die("no thread of %d calls itself %d", pid, inner);
  return found;
}

/* A task that started has said hello: the socket's credentials hold its pid in our pid namespace. */
static int meet(struct task *t) {
  for (int i = 0; !t->ready; i++) {
    if (i > 100000) die("task %d does not start", t->number);
    if (i < 4) sched_yield();
    else usleep(50);
  }
  char control[128];
  int tid;
  struct iovec iov = {&tid, sizeof tid};
  struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(ROSTER_FD, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0) return 0;
  struct cmsghdr *cm = CMSG_FIRSTHDR(&m);
  if (!cm || cm->cmsg_type != SCM_CREDENTIALS) die("no credentials from task %d", t->number);
  struct ucred cred;
  memcpy(&cred, CMSG_DATA(cm), sizeof cred);
  t->pid = t->tid = cred.pid;
  t->nested = tid != cred.pid;
  for (int i = 0; i < ntasks; i++)
    if (&shm->task[i] != t && shm->task[i].pid == cred.pid && !shm->task[i].reaped) {
      t->nested = shm->task[i].nested;
      t->tid = t->nested ? outer_tid(t->pid, tid) : tid;
    }
  return 1;
}

static void clean_fds(void) {
  syscall(SYS_close_range, FIRST_OWN_FD + 1, ~0u, 0);
  syscall(SYS_close_range, 3, FIRST_OWN_FD - 1, 0);
}

static struct task *first_task(void) {
  struct task *t = new_task(1);
  set_number(t);
  pid_t pid = fork();
  if (pid < 0) die("fork: %s", strerror(errno));
  if (pid == 0) {
    clean_fds();
    /*
     * What a program's tasks can do they have done when the driver runs again. Not by a real-time policy: the pid 1 of a
     * pid namespace may spin in its exit until another task had its turn.
     */
    setpriority(PRIO_PROCESS, 0, -20);
    char *stack = shm->stack[0] + TASK_STACK;
    __asm__ volatile(
        "mov %0, %%rsp\n\t"
        "xor %%ebp, %%ebp\n\t"
        "call task_start\n\t"
        "ud2"
        :
        : "r"(stack), "D"(t)
        : "memory");
    __builtin_unreachable();
  }
  t->local_pid = pid;
  if (!meet(t)) die("the first task did not say hello");
  return t;
}

static int nexiting; /* tasks that were told to exit and sleep on the way, as pid 1 of a pid namespace may */

/* A fatal signal is on its way: whichever it was, the kernel keeps it as a pending SIGKILL of each thread. */
static int is_killed(const struct task *t) {
  char path[64], text[2048];
  snprintf(path, sizeof path, "%d/task/%d/status", t->pid, t->tid);
  if (read_proc(path, text, sizeof text) < 0) return 0;
  const char *line = strstr(text, "\nSigPnd:");
  return line && (strtoull(line + 8, NULL, 16) & 1ull << (SIGKILL - 1)) != 0;
}

static int sends_signals(long nr) {
  return nr == SYS_kill || nr == SYS_tkill || nr == SYS_tgkill || nr == SYS_pidfd_send_signal;
}

/*
 * Waits until exits have come as far as they can: a task whose parent has gone is reaped by the reaper at once, and one
 * that sleeps in its exit goes on when another is reaped.
 */
static int is_busy(const struct task *t);

static void settle_once(void) {
  for (int changed = 1; changed;) {
    changed = 0;
    for (int i = 0; i < ntasks; i++) {
      struct task *t = &shm->task[i];
      if (!t->pid || t->reaped) continue;
      for (int n = 0;; n++) {
        struct stat_line s = stat_of(t);
        int gone = !s.state, zombie = s.state == 'Z';
        if (gone) {
          t->reaped = 1;
          usleep(30); /* it has left /proc, and is about to give its number back */
        }
        if (gone || zombie) {
          t->dead = 1;
          if (t->exiting) {
            t->exiting = 0;
            nexiting--;
            changed = 1;
          }
        }
        if (gone || (zombie && s.ppid != reaper)) break;
        if (!zombie && s.state != 'X') {
          int on_its_way = is_killed(t);
          if ((on_its_way || s.exits) && !t->exiting) {
            t->exiting = t->killed = 1;
            nexiting++;
          }
          /* one that runs is on its way out or back to its mailbox */
          if (!t->exiting && s.state != 'R' && (s.state != 'D' || is_busy(t))) break;
          /* pid 1 of a pid namespace waits for zombies whose parents live outside */
          int waits = s.state == 'S' || (s.state == 'D' && waits_for_others(t));
          if (t->killed ? s.state == 'S' && !on_its_way && is_off_cpu(t) : waits && sleeps_in_call(t)) break;
          if (s.state == 'D' && (waits_to_close(t) || (is_busy(t) && !s.exits && waits_for_lock(t)))) break;
        }
        if (n > 20000) die("task %d does not come to its end, state %c", t->number, s.state);
        if (n < 4) sched_yield();
        else usleep(50);
      }
    }
  }
}

/* Who has left /proc may have yet to give its number back, which a pid 1 that sleeps in its exit waits for. */
static void settle(void) {
  settle_once();
  for (int n = 0; n < 4 && nexiting > 0; n++) {
    int before = nexiting;
    usleep(60);
    settle_once();
    if (nexiting != before) n = -1;
  }
}

static void exit_task(struct task *t) {
  t->exiting = t->dead = 1;
  nexiting++;
  /* its other threads go too, and may be beyond their SIGKILL when they are looked at */
  for (int i = 0; i < ntasks; i++) {
    struct task *other = &shm->task[i];
    if (other->pid != t->pid || other->reaped || other->exiting) continue;
    other->exiting = other->killed = 1;
    nexiting++;
  }
  hand_over(t);
  settle();
}

static void drop_dead_pending(void) {
  int kept = 0;
  for (int i = 0; i < npending; i++) {
    struct call *c = pending[i];
    if (c->task->dead) {
      release(c);
      free(c);
    } else {
      pending[kept++] = c;
    }
  }
  npending = kept;
}

/* Kills all that is left of a program and waits until nothing of it is there. */
static int terminal_flags;

static void end_program(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (int i = 0; i < ntasks; i++) {
    struct task *t = &shm->task[i];
    if (!t->pid || t->reaped || t->pid != t->tid) continue;
    struct stat_line s = stat_of(t);
    if (s.state && s.ours) kill(t->pid, SIGKILL);
    else t->reaped = 1;
  }
  while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR) continue;
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  for (int i = 0; i < ntasks; i++) {
    struct task *t = &shm->task[i];
    if (!t->pid || t->reaped) continue;
    for (int n = 0;; n++) {
      struct stat_line s = stat_of(t);
      if (!s.state || !s.ours) break;
      if (n > 40000) die("task %d cannot be killed, state %c", t->number, s.state);
      if (n < 4) sched_yield();
      else usleep(100);
    }
  }
  for (int i = 0; i < npending; i++) {
    release(pending[i]);
    free(pending[i]);
  }
  npending = 0;
  for (int i = 0; i < nnumbers; i++) by_number[numbers[i]] = NULL;
  nnumbers = ntasks = nexiting = 0;
  fcntl(0, F_SETFL, terminal_flags); /* one open file for all programs */
  char sink[8];
  char typed[4096];
  while (!is_uml && read(TERMINAL_FD, typed, sizeof typed) > 0) continue;
  while (recv(ROSTER_FD, sink, sizeof sink, MSG_DONTWAIT) >= 0) continue;
}

/* ---- mounts: what a program left behind goes away, or the agent says that it cannot ---- */

static char *base_mounts;
static struct stat base_root;
static int owns_root; /* nothing of this machine is reached from it: in a sandbox, or contained */

static char *read_mounts(void) {
  size_t room = 65536, n = 0;
  char *text = malloc(room);
  int fd = openat(PROC_FD, "self/mountinfo", O_RDONLY | O_CLOEXEC);
  if (fd < 0 || !text) die("mountinfo: %s", strerror(errno));
  for (;;) {
    ssize_t r = read(fd, text + n, room - n - 1);
    if (r < 0) die("mountinfo: %s", strerror(errno));
    if (r == 0) break;
    n += (size_t)r;
    if (n > room - 4096 && !(text = realloc(text, room *= 2))) die("out of memory");
  }
  close(fd);
  text[n] = 0;
  return text;
}

static int empty_directory(int fd) {
  DIR *d = fdopendir(fd);
  if (!d) return -1;
  struct dirent *e;
  int failed = 0;
  while ((e = readdir(d))) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    if (unlinkat(dirfd(d), e->d_name, 0) == 0) continue;
    int sub = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (sub >= 0) failed |= empty_directory(sub);
    failed |= unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
  }
  closedir(d);
  return failed;
}

static int clean_mounts(void) {
  char *now = read_mounts();
  int clean = strcmp(now, base_mounts) == 0;
  if (!clean) {
    char *lines[4096];
    int n = 0;
    for (char *line = strtok(now, "\n"); line && n < 4096; line = strtok(NULL, "\n")) lines[n++] = line;
    while (n-- > 0) {
      if (strstr(base_mounts, lines[n])) continue;
      char target[4096];
      if (sscanf(lines[n], "%*d %*d %*s %*s %4095s", target) == 1) umount2(target, MNT_DETACH);
    }
    free(now);
    now = read_mounts();
    clean = strcmp(now, base_mounts) == 0;
  }
  free(now);
  static const char *const scratch[] = {"/run", "/tmp"};
  for (int i = 0; i < (owns_root ? 2 : 1); i++) {
    int fd = open(scratch[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || empty_directory(fd)) clean = 0;
  }
  struct stat root;
  if (!owns_root) return clean;
  if (stat("/", &root) || memcmp(&root.st_mtim, &base_root.st_mtim, sizeof root.st_mtim)) clean = 0;
  return clean;
}

/* ---- ids: what the next namespace and the next mount get ---- */

#ifndef NS_GET_ID
#define NS_GET_ID _IOR(0xb7, 13, u64)
#endif

static void probe_next(u64 *ns_id, u64 *mount_id) {
  *ns_id = *mount_id = 0;
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, "/run", 1 /* OPEN_TREE_CLONE */ | O_CLOEXEC);
  if (tree >= 0) {
    u8 stx[256];
    if (syscall(SYS_statx, tree, "", AT_EMPTY_PATH, 0x4000 /* STATX_MNT_ID_UNIQUE */, stx) == 0) {
      memcpy(mount_id, stx + 144, 8);
      ++*mount_id;
    }
    close(tree);
  }
  if (unshare(CLONE_NEWUTS) == 0) {
    int fd = openat(PROC_FD, "self/ns/uts", O_RDONLY | O_CLOEXEC);
    u64 id;
    if (fd >= 0 && ioctl(fd, NS_GET_ID, &id) == 0) *ns_id = id + 1;
    close(fd);
    if (setns(UTS_FD, CLONE_NEWUTS)) die("cannot go back to the initial uts namespace: %s", strerror(errno));
  }
}

/* ---- the sandbox's edge: a task must not reach this machine's own mounts ---- */

static ino_t host_mnt_ns;

static int escaped(const struct task *t) {
  if (!in_sandbox) return 0;
  char path[64];
  struct stat st;
  snprintf(path, sizeof path, "%d/task/%d/ns/mnt", t->pid, t->tid);
  return fstatat(PROC_FD, path, &st, 0) == 0 && st.st_ino == host_mnt_ns;
}

static int is_program_pid(long pid) {
  for (int i = 0; i < ntasks; i++)
    if (shm->task[i].local_pid == pid) return 1;
  return 0;
}

/* Calls that would reach another process or a device of this machine, or stop it; a pid namespace contains its tasks. */
static int refused(const struct task *t, long nr, const long *a) {
  if (nr == SYS_reboot) return 1;
  if (!in_sandbox) return 0;
  long signal = 1, pid = a[0], mode = 0;
  switch (nr) {
    case SYS_kexec_load:
    case SYS_kexec_file_load:
    case SYS_init_module:
    case SYS_finit_module:
    case SYS_delete_module:
    case SYS_swapon:
    case SYS_swapoff:
    case SYS_settimeofday:
    case SYS_clock_settime:
    case SYS_adjtimex:
    case SYS_clock_adjtime:
    case SYS_ptrace:
    case SYS_process_vm_readv:
    case SYS_process_vm_writev:
    case SYS_bpf:
    case SYS_ioperm:
    case SYS_iopl:
      return 1;
    case SYS_mknod:
      mode = a[1];
      return S_ISBLK(mode) || S_ISCHR(mode);
    case SYS_mknodat:
      mode = a[2];
      return S_ISBLK(mode) || S_ISCHR(mode);
    case SYS_prlimit64:
    case SYS_sched_setaffinity:
    case SYS_sched_setscheduler:
    case SYS_sched_setparam:
    case SYS_sched_setattr:
      return pid != 0 && !is_program_pid(pid);
    case SYS_setpriority:
    case SYS_ioprio_set:
      return a[1] != 0 && !is_program_pid(a[1]);
    case SYS_tgkill:
      signal = a[2];
      break;
    case SYS_kill:
    case SYS_tkill:
      signal = a[1];
      break;
    case SYS_pidfd_open:
      break;
    default:
      return 0;
  }
  if (t->nested || signal == 0 || is_program_pid(pid)) return 0;
  if (nr == SYS_pidfd_open && pid <= 0) return 0;
  if (nr != SYS_pidfd_open && pid <= 0) return 1;
  return kill((pid_t)pid, 0) == 0 || errno != ESRCH;
}

/* ---- running ---- */

/*
 * Waits until every task of the program sleeps or is done with its call. One may wake another, which wakes the first:
 * so it is asked again until nothing changes.
 */
static void quiesce(struct call *current) {
  for (int changed = 1; changed;) {
    changed = 0;
    for (int i = -1; i < npending; i++) {
      struct call *c = i < 0 ? current : pending[i];
      if (!c || c->outcome != SLEEPS) continue;
      c->outcome = await(c->task, c->number);
      if (c->outcome != SLEEPS && (current || npending > 1)) changed = 1;
    }
  }
}

static void emit_completions(void) {
  size_t count_at = reply.size;
  put8(0);
  u8 count = 0;
  int kept = 0;
  for (int i = 0; i < npending; i++) {
    struct call *c = pending[i];
    if (c->outcome == SLEEPS) {
      pending[kept++] = c;
      continue;
    }
    if (c->outcome == DONE) {
      struct step_note *note = &notes[c->step];
      note->ret = c->task->ret;
      if (c->child && note->ret > 0) c->child->local_pid = note->ret;
      put32(c->step);
      put64((u64)c->task->ret);
      put_outs(c, note);
      count++;
    } else {
      c->task->dead = 1;
    }
    release(c);
    free(c);
  }
  npending = kept;
  reply.at[count_at] = count;
}

static int is_busy(const struct task *t) {
  for (int i = 0; i < npending; i++)
    if (pending[i]->task == t) return 1;
  return 0;
}

/* the child of a call that made a task, or of one that sleeps until its child lets go (vfork) */
static void adopt_child(struct task *t, s64 ret) {
  struct task *child = t->child;
  t->child = NULL;
  if (ret > 0) child->local_pid = ret;
  if (meet(child)) {
    set_number(child);
    if (child->local_pid == 0) child->local_pid = child->pid;
  }
}

static void put_status(u8 status, s64 ret) {
  put8(status);
  put64((u64)ret);
}

static void run_step(u32 index) {
  u16 nr = take16();
  u8 nargs = take8(), flags = take8();
  u16 number = take16(), child = take16();
  struct call *c = calloc(1, sizeof *c);
  if (!c) die("out of memory");
  c->step = index;
  struct step_note *note = &notes[index];
  *note = (struct step_note){-1, 0};
  long a[6] = {0};
  for (int i = 0; i < nargs; i++) a[i] = (long)take_arg(c);

  struct task *t = by_number[number];
  c->task = t;
  u8 status = STEP_RET;
  if (!t || t->dead || is_busy(t)) status = STEP_DROPPED;
  else if (refused(t, nr, a)) status = STEP_REFUSED;
  if (t && t->dead && flags & CALL_EXITS) status = STEP_DIED; /* as a recorder leaves it there */
  if (status != STEP_RET) {
    put_status(status, 0);
    put8(0);
    release(c);
    free(c);
    put8(0);
    return;
  }

  t->op = OP_CALL;
  t->nr = nr;
  memcpy(t->a, a, sizeof a);
  t->child = flags & CALL_MAKES_TASK ? new_task(child) : NULL;
  if (flags & CALL_EXITS) {
    exit_task(t);
    put_status(STEP_DIED, 0);
    put8(0);
    release(c);
    free(c);
    drop_dead_pending();
    quiesce(NULL);
    settle(); /* it may have waited for them with the closing of a group */
    emit_completions();
    return;
  }
  c->child = t->child;
  c->number = hand_over(t);
  while ((c->outcome = await(t, c->number)) == SLEEPS && flags & CALL_TIMED_WAIT) usleep(1000);
  quiesce(c);
  enum outcome o = c->outcome;
  if (t->child && (o == SLEEPS || (o == DONE && t->ret > 0))) adopt_child(t, o == DONE ? t->ret : 0);
  else if (t->child) ntasks--;

  switch (o) {
    case DONE:
      if (nr == SYS_setns && t->ret == 0 && escaped(t)) die("task %d left the sandbox with setns", t->number);
      note->ret = t->ret;
      put_status(STEP_RET, t->ret);
      put_outs(c, note);
      release(c);
      free(c);
      break;
    case SLEEPS:
      put_status(STEP_BLOCKED, 0);
      put8(0);
      break;
    case DEAD:
      t->dead = 1;
      /* it had been killed before, or did so itself: then the call was made and never came back */
      put_status(sends_signals(nr) ? STEP_DIED : STEP_DROPPED, 0);
      put8(0);
      release(c);
      free(c);
      break;
  }
  if (sends_signals(nr) || o == DEAD || nexiting) {
    settle();
    drop_dead_pending();
    quiesce(NULL);
    settle();
  }
  emit_completions();
  if (o == SLEEPS) pending[npending++] = c;
}

static void run_program(void) {
  u32 id = take32();
  u32 nsteps = take32();
  u8 want_ids = take8();
  if (nsteps > notes_room) {
    notes_room = nsteps * 2;
    notes = realloc(notes, notes_room * sizeof *notes);
    if (!notes) die("out of memory");
  }
  u64 ns_id = 0, mount_id = 0;
  if (want_ids) probe_next(&ns_id, &mount_id);
  frame_begin('R');
  put32(id);
  struct task *t = first_task();
  put32((u32)t->pid);
  put32((u32)getpid());
  put64(ns_id);
  put64(mount_id);
  for (u32 i = 0; i < nsteps; i++) run_step(i);
  end_program();
  put8(clean_mounts() ? END_CLEAN : END_DIRTY);
  frame_send();
}

/* A program first, which sets the scene; then its task 1 makes the sequence again and again. */
static void run_timing(void) {
  u32 id = take32();
  u32 nsteps = take32();
  if (nsteps > notes_room) {
    notes_room = nsteps * 2;
    notes = realloc(notes, notes_room * sizeof *notes);
    if (!notes) die("out of memory");
  }
  frame_begin('M');
  put32(id);
  struct task *t = first_task();
  for (u32 i = 0; i < nsteps; i++) run_step(i);
  reply.size = 9;

  struct timing *m = &shm->timing;
  memset(m, 0, sizeof *m);
  m->iterations = take32();
  m->batches = take8();
  m->ncalls = take8();
  if (m->batches > 64 || m->ncalls > MAX_SEQUENCE) die("a sequence too long");
  struct call *c = calloc(1, sizeof *c);
  if (!c) die("out of memory");
  for (u32 i = 0; i < m->ncalls; i++) {
    m->call[i].nr = (int16_t)take16();
    for (int n = take8(), k = 0; k < n; k++) {
      u8 earlier = take8();
      m->call[i].a[k].from_ret = earlier;
      m->call[i].a[k].value = earlier ? take8() : take_arg(c);
    }
  }
  t->op = OP_TIME;
  t->child = NULL;
  hand_over(t);
  for (int n = 0; t->done != t->handed; n++) {
    usleep(200);
    if (n > 300000) die("a timing takes over a minute");
  }
  put8((u8)m->batches);
  for (u32 i = 0; i < m->batches; i++) put64(m->batch_ns[i]);
  put8((u8)m->ncalls);
  for (u32 i = 0; i < m->ncalls; i++) put64((u64)m->ret[i]);
  release(c);
  free(c);
  end_program();
  put8(clean_mounts() ? END_CLEAN : END_DIRTY);
  frame_send();
}

/* ---- start ---- */

static void mount_at(const char *source, const char *target, const char *type, const char *data) {
  mkdir(target, 0755);
  if (mount(source, target, type, 0, data)) die("mount %s on %s: %s", type, target, strerror(errno));
}

/* A root of its own, laid out like the one of the user-mode Linux, so that programs find the same paths. */
static void build_sandbox(void) {
  struct stat st;
  if (stat("/proc/self/ns/mnt", &st)) die("/proc/self/ns/mnt: %s", strerror(errno));
  host_mnt_ns = st.st_ino;
  if (unshare(CLONE_NEWNS)) die("unshare: %s", strerror(errno));
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) die("make / private: %s", strerror(errno));
  mount_at("kabinet", "/tmp", "tmpfs", "mode=755");
  if (chdir("/tmp")) die("chdir: %s", strerror(errno));
  mkdir("old", 0700);
  if (syscall(SYS_pivot_root, ".", "old")) die("pivot_root: %s", strerror(errno));
  if (chdir("/")) die("chdir: %s", strerror(errno));
  mount_at("dev", "/dev", "tmpfs", "mode=755");
  static const struct {
    const char *path;
    int minor;
  } nodes[] = {{"/dev/null", 3}, {"/dev/zero", 5}, {"/dev/full", 7}};
  for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
    mode_t old = umask(0);
    if (mknod(nodes[i].path, S_IFCHR | 0666, makedev(1, (unsigned)nodes[i].minor)))
      die("mknod %s: %s", nodes[i].path, strerror(errno));
    umask(old);
  }
  mount_at("proc", "/proc", "proc", NULL);
  mount_at("sys", "/sys", "sysfs", NULL);
  mount_at("tmp", "/run", "tmpfs", "mode=755");
  mount_at("none", "/sys/fs/cgroup", "cgroup2", NULL);
  if (umount2("/old", MNT_DETACH)) die("umount /old: %s", strerror(errno));
  rmdir("/old");
  mkdir("/tmp", 0755);
}

static volatile pid_t driver_pid;

static void on_term(int signal) {
  (void)signal;
  if (driver_pid > 0) kill(driver_pid, SIGKILL);
}

/* What a program left of itself when the driver died comes to the reaper as children. */
static void kill_children(void) {
  DIR *d = opendir("/proc");
  struct dirent *e;
  while (d && (e = readdir(d))) {
    char path[300], text[512];
    snprintf(path, sizeof path, "/proc/%s/stat", e->d_name);
    FILE *f = e->d_name[0] >= '0' && e->d_name[0] <= '9' ? fopen(path, "r") : NULL;
    if (!f) continue;
    char *end = fgets(text, sizeof text, f) ? strrchr(text, ')') : NULL;
    fclose(f);
    if (end && atoi(end + 4) == reaper) kill(atoi(e->d_name), SIGKILL);
  }
  if (d) closedir(d);
}

/* The reaper stays in here; the driver goes on. SIGTERM, also from its parent's death, ends it and all of a program. */
static void fork_driver(void) {
  if (is_uml) {
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sys", "/sys", "sysfs", 0, NULL);
    mount("tmp", "/run", "tmpfs", 0, NULL);
    mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL);
  } else {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  snprintf(comm, sizeof comm, "kab-%d", getpid());
  reaper = getpid();
  pid_t parent = getppid();
  driver_pid = fork();
  if (driver_pid == 0) {
    if (!is_uml) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      setsid();
    }
    return;
  }
  if (!is_uml) {
    struct sigaction action = {.sa_handler = on_term};
    sigaction(SIGTERM, &action, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) kill(driver_pid, SIGKILL);
  }
  for (;;) {
    pid_t pid = waitpid(-1, NULL, __WALL);
    if (pid == driver_pid || (pid < 0 && errno == ECHILD)) break;
  }
  if (is_uml) reboot(RB_POWER_OFF);
  do kill_children();
  while (waitpid(-1, NULL, __WALL) > 0 || errno != ECHILD);
  _exit(0);
}

static void open_channel(void) {
  int fd = 3;
  if (is_uml) {
    fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
      perror("/dev/ttyS0");
      _exit(1);
    }
    struct termios t;
    tcgetattr(fd, &t);
    cfmakeraw(&t);
    tcsetattr(fd, TCSANOW, &t);
  }
  if (dup3(fd, CHANNEL_FD, O_CLOEXEC) < 0) _exit(1);
  if (fd > 2) close(fd);
}

/* Tasks have a terminal on fds 0 to 2: the console that the kernel opened for init, here a pseudo-terminal. */
static void open_standard_fds(void) {
  if (is_uml) return;
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (master < 0 || grantpt(master) || unlockpt(master)) die("/dev/ptmx: %s", strerror(errno));
  int terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY); /* no O_LARGEFILE, as the kernel's console has none */
  if (terminal < 0) die("%s: %s", ptsname(master), strerror(errno));
  struct termios t;
  tcgetattr(terminal, &t);
  cfmakeraw(&t);
  tcsetattr(terminal, TCSANOW, &t);
  dup3(master, TERMINAL_FD, O_CLOEXEC);
  for (int i = 0; i < 3; i++)
    if (terminal != i) dup2(terminal, i);
  if (terminal > 2) close(terminal);
  close(master);
}

static void clean_low_fds(void) {
  syscall(SYS_close_range, 3, FIRST_OWN_FD - 1, 0);
}

static void say_hello(void) {
  struct utsname u;
  uname(&u);
  frame_begin('H');
  char text[600];
  int n = snprintf(text, sizeof text, "%s\n%s\n%d", u.release, u.machine, getpid());
  put(text, (size_t)n);
  frame_send();
}

int main(int argc, char **argv) {
  int cpu = -1;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--sandbox")) in_sandbox = 1;
    else if (!strncmp(argv[i], "--cpu=", 6)) cpu = atoi(argv[i] + 6);
  }
  is_uml = getpid() == 1;
  owns_root = in_sandbox || getenv("kabinet_contained") != NULL;
  struct rlimit files = {4096, 4096};
  setrlimit(RLIMIT_NOFILE, &files);
  if (cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set)) _exit(4);
  }
  fork_driver();
  open_channel();
  umask(022);
  signal(SIGPIPE, SIG_IGN);
  open_standard_fds();
  if (in_sandbox) build_sandbox();
  if (chdir("/")) die("chdir: %s", strerror(errno));
  clean_low_fds();
  int pair[2], on = 1;
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) die("socketpair: %s", strerror(errno));
  if (dup2(pair[0], HELLO_FD) < 0 || dup2(pair[1], ROSTER_FD) < 0) die("dup2: %s", strerror(errno));
  close(pair[0]);
  close(pair[1]);
  setsockopt(ROSTER_FD, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  int proc = open("/proc", O_PATH | O_DIRECTORY);
  if (proc < 0 || dup2(proc, PROC_FD) < 0) die("/proc: %s", strerror(errno));
  close(proc);
  int uts = open("/proc/self/ns/uts", O_RDONLY);
  if (uts < 0 || dup2(uts, UTS_FD) < 0) die("/proc/self/ns/uts: %s", strerror(errno));
  close(uts);
  prctl(PR_SET_NAME, comm);
  prctl(PR_SET_TIMERSLACK, 1); /* its naps are short, and meant to be */
  shm = mmap(NULL, sizeof *shm, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (shm == MAP_FAILED) die("mmap: %s", strerror(errno));
  make_buffers();
  base_mounts = read_mounts();
  if (stat("/", &base_root)) die("/: %s", strerror(errno));
  terminal_flags = fcntl(0, F_GETFL);
  say_hello();

  static u8 *frame;
  static size_t frame_room;
  for (;;) {
    u8 head[5];
    if (!channel_read(head, 5)) break;
    u32 n;
    memcpy(&n, head, 4);
    if (n > frame_room) {
      frame_room = n * 2;
      frame = realloc(frame, frame_room);
      if (!frame) die("out of memory");
    }
    if (!channel_read(frame, n)) break;
    in_at = frame;
    in_end = frame + n;
    if (head[4] == 'P') run_program();
    else if (head[4] == 'T') run_timing();
    else if (head[4] == 'Q') break;
    else die("unknown frame %d", head[4]);
  }
  return 0;
}
