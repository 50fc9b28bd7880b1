import type { Boot } from '../src/transcript/index.js'

/** A kernel that has just started, with a task of its own for the program: what walks without a backend start from. */
export const PLAIN_BOOT: Boot = {
  task: { pid: 735, ppid: 733, uid: 0, gid: 0 },
  namespaces: {
    ipc: { id: 1, ino: 4026531839 },
    uts: { id: 2, ino: 4026531838 },
    user: { id: 3, ino: 4026531837 },
    pid: { id: 4, ino: 4026531836 },
    cgroup: { id: 5, ino: 4026531835 },
    time: { id: 6, ino: 4026531834 },
    net: { id: 7, ino: 4026531833 },
    mnt: { id: 8, ino: 4026531832 },
  },
  other: [{ type: 'mnt', id: 10, ino: 4026531860, owner: 3, nr_mounts: 2 }],
  config: { ipv6: true, fanotifyPermissions: false },
  next: { nsId: 13, mntIdUnique: 2147483676 },
  nr_mounts: 6,
  mountinfo: [
    '20 1 0:18 / / rw,relatime - hostfs /dev/root rw,/',
    '21 20 0:7 / /dev rw,relatime - devtmpfs devtmpfs rw,mode=755',
    '22 20 0:19 / /proc rw,relatime - proc proc rw',
    '23 20 0:20 / /sys rw,relatime - sysfs sys rw',
    '24 20 0:21 / /run rw,relatime - tmpfs tmp rw',
    '25 23 0:22 / /sys/fs/cgroup rw,relatime - cgroup2 none rw',
  ],
}
