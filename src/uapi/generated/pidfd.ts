// Written by `npm run generate` from src/uapi/schema. Edit that.

import { type StructType, structType, structView } from '../struct-layout.js'

/** `struct pidfd_info` of `linux/pidfd.h`: What PIDFD_GET_INFO tells. Extensible. */
export interface pidfd_info {
  /** PIDFD_INFO_*: wanted, and what was filled in. */
  mask: bigint
  /** Id of the cgroup. */
  cgroupid: bigint
  /** Thread id. */
  pid: number
  /** Thread group id. */
  tgid: number
  /** The parent's thread group id. */
  ppid: number
  /** Real uid. */
  ruid: number
  /** Real gid. */
  rgid: number
  /** Effective uid. */
  euid: number
  /** Effective gid. */
  egid: number
  /** Saved uid. */
  suid: number
  /** Saved gid. */
  sgid: number
  /** Filesystem uid. */
  fsuid: number
  /** Filesystem gid. */
  fsgid: number
  /** Wait status of the process that ended. */
  exit_code: number
  /** PIDFD_COREDUMP*. */
  coredump_mask: number
  /** Signal of the coredump. Named `__spare1` in older headers. */
  coredump_signal: number
  /** PIDFD_INFO_* that the kernel knows. */
  supported_mask: bigint
  /** si_code of that signal. */
  coredump_code: number
  /** Reserved; 0 when left out. */
  coredump_pad: number
}

/** What `pidfd_info.write` takes: {@link pidfd_info}, reserved fields optional. */
export interface pidfd_info_init {
  /** PIDFD_INFO_*: wanted, and what was filled in. */
  mask: bigint
  /** Id of the cgroup. */
  cgroupid: bigint
  /** Thread id. */
  pid: number
  /** Thread group id. */
  tgid: number
  /** The parent's thread group id. */
  ppid: number
  /** Real uid. */
  ruid: number
  /** Real gid. */
  rgid: number
  /** Effective uid. */
  euid: number
  /** Effective gid. */
  egid: number
  /** Saved uid. */
  suid: number
  /** Saved gid. */
  sgid: number
  /** Filesystem uid. */
  fsuid: number
  /** Filesystem gid. */
  fsgid: number
  /** Wait status of the process that ended. */
  exit_code: number
  /** PIDFD_COREDUMP*. */
  coredump_mask: number
  /** Signal of the coredump. Named `__spare1` in older headers. */
  coredump_signal: number
  /** PIDFD_INFO_* that the kernel knows. */
  supported_mask: bigint
  /** si_code of that signal. */
  coredump_code: number
  /** Reserved; 0 when left out. */
  coredump_pad?: number | undefined
}

/** Layouts, readers and writers of `struct pidfd_info` of `linux/pidfd.h`: What PIDFD_GET_INFO tells. Extensible. */
export const pidfd_info: StructType<pidfd_info, pidfd_info_init, 'mask' | 'cgroupid' | 'pid' | 'tgid' | 'ppid' | 'ruid' | 'rgid' | 'euid' | 'egid' | 'suid' | 'sgid' | 'fsuid' | 'fsgid' | 'exit_code' | 'coredump_mask' | 'coredump_signal' | 'supported_mask' | 'coredump_code' | 'coredump_pad'> = structType({
  x86_64: {
    size: 88,
    align: 8,
    offset: { mask: 0, cgroupid: 8, pid: 16, tgid: 20, ppid: 24, ruid: 28, rgid: 32, euid: 36, egid: 40, suid: 44, sgid: 48, fsuid: 52, fsgid: 56, exit_code: 60, coredump_mask: 64, coredump_signal: 68, supported_mask: 72, coredump_code: 80, coredump_pad: 84 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 88, 'pidfd_info')
      return {
        mask: v.getBigUint64(at, true),
        cgroupid: v.getBigUint64(at + 8, true),
        pid: v.getUint32(at + 16, true),
        tgid: v.getUint32(at + 20, true),
        ppid: v.getUint32(at + 24, true),
        ruid: v.getUint32(at + 28, true),
        rgid: v.getUint32(at + 32, true),
        euid: v.getUint32(at + 36, true),
        egid: v.getUint32(at + 40, true),
        suid: v.getUint32(at + 44, true),
        sgid: v.getUint32(at + 48, true),
        fsuid: v.getUint32(at + 52, true),
        fsgid: v.getUint32(at + 56, true),
        exit_code: v.getInt32(at + 60, true),
        coredump_mask: v.getUint32(at + 64, true),
        coredump_signal: v.getUint32(at + 68, true),
        supported_mask: v.getBigUint64(at + 72, true),
        coredump_code: v.getUint32(at + 80, true),
        coredump_pad: v.getUint32(at + 84, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: pidfd_info_init) {
      const v = structView(view, at, 88, 'pidfd_info')
      v.setBigUint64(at, value.mask, true)
      v.setBigUint64(at + 8, value.cgroupid, true)
      v.setUint32(at + 16, value.pid, true)
      v.setUint32(at + 20, value.tgid, true)
      v.setUint32(at + 24, value.ppid, true)
      v.setUint32(at + 28, value.ruid, true)
      v.setUint32(at + 32, value.rgid, true)
      v.setUint32(at + 36, value.euid, true)
      v.setUint32(at + 40, value.egid, true)
      v.setUint32(at + 44, value.suid, true)
      v.setUint32(at + 48, value.sgid, true)
      v.setUint32(at + 52, value.fsuid, true)
      v.setUint32(at + 56, value.fsgid, true)
      v.setInt32(at + 60, value.exit_code, true)
      v.setUint32(at + 64, value.coredump_mask, true)
      v.setUint32(at + 68, value.coredump_signal, true)
      v.setBigUint64(at + 72, value.supported_mask, true)
      v.setUint32(at + 80, value.coredump_code, true)
      v.setUint32(at + 84, value.coredump_pad ?? 0, true)
    },
  },
  i386: {
    size: 88,
    align: 4,
    offset: { mask: 0, cgroupid: 8, pid: 16, tgid: 20, ppid: 24, ruid: 28, rgid: 32, euid: 36, egid: 40, suid: 44, sgid: 48, fsuid: 52, fsgid: 56, exit_code: 60, coredump_mask: 64, coredump_signal: 68, supported_mask: 72, coredump_code: 80, coredump_pad: 84 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 88, 'pidfd_info')
      return {
        mask: v.getBigUint64(at, true),
        cgroupid: v.getBigUint64(at + 8, true),
        pid: v.getUint32(at + 16, true),
        tgid: v.getUint32(at + 20, true),
        ppid: v.getUint32(at + 24, true),
        ruid: v.getUint32(at + 28, true),
        rgid: v.getUint32(at + 32, true),
        euid: v.getUint32(at + 36, true),
        egid: v.getUint32(at + 40, true),
        suid: v.getUint32(at + 44, true),
        sgid: v.getUint32(at + 48, true),
        fsuid: v.getUint32(at + 52, true),
        fsgid: v.getUint32(at + 56, true),
        exit_code: v.getInt32(at + 60, true),
        coredump_mask: v.getUint32(at + 64, true),
        coredump_signal: v.getUint32(at + 68, true),
        supported_mask: v.getBigUint64(at + 72, true),
        coredump_code: v.getUint32(at + 80, true),
        coredump_pad: v.getUint32(at + 84, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: pidfd_info_init) {
      const v = structView(view, at, 88, 'pidfd_info')
      v.setBigUint64(at, value.mask, true)
      v.setBigUint64(at + 8, value.cgroupid, true)
      v.setUint32(at + 16, value.pid, true)
      v.setUint32(at + 20, value.tgid, true)
      v.setUint32(at + 24, value.ppid, true)
      v.setUint32(at + 28, value.ruid, true)
      v.setUint32(at + 32, value.rgid, true)
      v.setUint32(at + 36, value.euid, true)
      v.setUint32(at + 40, value.egid, true)
      v.setUint32(at + 44, value.suid, true)
      v.setUint32(at + 48, value.sgid, true)
      v.setUint32(at + 52, value.fsuid, true)
      v.setUint32(at + 56, value.fsgid, true)
      v.setInt32(at + 60, value.exit_code, true)
      v.setUint32(at + 64, value.coredump_mask, true)
      v.setUint32(at + 68, value.coredump_signal, true)
      v.setBigUint64(at + 72, value.supported_mask, true)
      v.setUint32(at + 80, value.coredump_code, true)
      v.setUint32(at + 84, value.coredump_pad ?? 0, true)
    },
  },
  s390x: {
    size: 88,
    align: 8,
    offset: { mask: 0, cgroupid: 8, pid: 16, tgid: 20, ppid: 24, ruid: 28, rgid: 32, euid: 36, egid: 40, suid: 44, sgid: 48, fsuid: 52, fsgid: 56, exit_code: 60, coredump_mask: 64, coredump_signal: 68, supported_mask: 72, coredump_code: 80, coredump_pad: 84 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 88, 'pidfd_info')
      return {
        mask: v.getBigUint64(at, false),
        cgroupid: v.getBigUint64(at + 8, false),
        pid: v.getUint32(at + 16, false),
        tgid: v.getUint32(at + 20, false),
        ppid: v.getUint32(at + 24, false),
        ruid: v.getUint32(at + 28, false),
        rgid: v.getUint32(at + 32, false),
        euid: v.getUint32(at + 36, false),
        egid: v.getUint32(at + 40, false),
        suid: v.getUint32(at + 44, false),
        sgid: v.getUint32(at + 48, false),
        fsuid: v.getUint32(at + 52, false),
        fsgid: v.getUint32(at + 56, false),
        exit_code: v.getInt32(at + 60, false),
        coredump_mask: v.getUint32(at + 64, false),
        coredump_signal: v.getUint32(at + 68, false),
        supported_mask: v.getBigUint64(at + 72, false),
        coredump_code: v.getUint32(at + 80, false),
        coredump_pad: v.getUint32(at + 84, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: pidfd_info_init) {
      const v = structView(view, at, 88, 'pidfd_info')
      v.setBigUint64(at, value.mask, false)
      v.setBigUint64(at + 8, value.cgroupid, false)
      v.setUint32(at + 16, value.pid, false)
      v.setUint32(at + 20, value.tgid, false)
      v.setUint32(at + 24, value.ppid, false)
      v.setUint32(at + 28, value.ruid, false)
      v.setUint32(at + 32, value.rgid, false)
      v.setUint32(at + 36, value.euid, false)
      v.setUint32(at + 40, value.egid, false)
      v.setUint32(at + 44, value.suid, false)
      v.setUint32(at + 48, value.sgid, false)
      v.setUint32(at + 52, value.fsuid, false)
      v.setUint32(at + 56, value.fsgid, false)
      v.setInt32(at + 60, value.exit_code, false)
      v.setUint32(at + 64, value.coredump_mask, false)
      v.setUint32(at + 68, value.coredump_signal, false)
      v.setBigUint64(at + 72, value.supported_mask, false)
      v.setUint32(at + 80, value.coredump_code, false)
      v.setUint32(at + 84, value.coredump_pad ?? 0, false)
    },
  },
})
