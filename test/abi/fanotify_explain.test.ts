import { describe, expect, it } from 'vitest'
import { explainMark, type MarkDescription } from '../../src/abi/fanotify_explain.js'
import { filesystemTraits } from '../../src/kernel/fanotify/filesystem.js'
import { features } from './matrix.js'

/** A root's call on a regular file of a filesystem, with a FAN_CLASS_PRE_CONTENT group. */
const call = (
  flags: number,
  mask: number,
  filesystem: string,
  type: 'file' | 'dir' | 'fifo' = 'file',
  part: Partial<MarkDescription> = {},
): number => {
  const { refusal } = explainMark({
    flags,
    maskLo: mask,
    maskHi: 0,
    features: features('v7.3'),
    permissionEvents: true,
    groupError: 0,
    groupFlags: 8,
    groupAdmin: true,
    pathError: 0,
    object: {
      ...filesystemTraits(filesystem),
      isDirectory: type === 'dir',
      isRegular: type === 'file',
      internalMount: filesystem === 'pipefs',
      readable: true,
      hasFsid: true,
      superblockAdmin: true,
      namespaceMark: 0,
      namespaceAdmin: true,
    },
    mark: null,
    ...part,
  })
  return refusal === null ? 0 : -(refusal.errno ?? Number.NaN)
}

const marked = (mask: number, flags = 0): Partial<MarkDescription> => ({
  mark: {
    mask,
    isEvictable: (flags & 0x200) !== 0,
    hasIgnoreFlags: (flags & 0x400) !== 0,
    survivesModify: (flags & 0x40) !== 0,
  },
})

const PRE_ACCESS = 0x100000
const OPEN_PERM = 0x10000
const ONDIR_OPEN = 0x40000020
const FID = { groupFlags: 0x602 }

// Each row was asked of Linux 6.18: the matrices have no ext4 and no second mark on one object.
describe('what the matrices do not hold', () => {
  it.each([
    ['PRE_ACCESS on an ext4 file', call(1, PRE_ACCESS, 'ext4'), 0],
    ['PRE_ACCESS on an ext4 directory', call(1, PRE_ACCESS, 'ext4', 'dir'), 0],
    ['PRE_ACCESS on an ext4 fifo', call(1, PRE_ACCESS, 'ext4', 'fifo'), -22],
    ['PRE_ACCESS on a mount through an ext4 fifo', call(0x11, PRE_ACCESS, 'ext4', 'fifo'), -22],
    ['PRE_ACCESS on ext4, by a file', call(0x101, PRE_ACCESS, 'ext4'), 0],
    ['PRE_ACCESS on tmpfs', call(1, PRE_ACCESS, 'tmpfs'), -95],
    ['PRE_ACCESS on a pipe', call(1, PRE_ACCESS, 'pipefs', 'fifo'), -95],
    ['PRE_ACCESS on procfs', call(1, PRE_ACCESS, 'proc'), -95],
    ['OPEN_PERM on procfs', call(1, OPEN_PERM, 'proc'), -22],
    ['both on procfs', call(1, PRE_ACCESS | OPEN_PERM, 'proc'), -95],
    ['OPEN_PERM on nsfs', call(0x101, OPEN_PERM, 'nsfs'), 0],
    ['PRE_ACCESS with ONDIR', call(1, PRE_ACCESS | ONDIR_OPEN, 'ext4'), -22],
    ['ONDIR where PRE_ACCESS is', call(1, ONDIR_OPEN, 'ext4', 'dir', marked(PRE_ACCESS)), -17],
    ['ONDIR to be ignored where PRE_ACCESS is', call(0x441, ONDIR_OPEN, 'ext4', 'dir', marked(PRE_ACCESS)), -17],
    ['PRE_ACCESS where ONDIR is', call(1, PRE_ACCESS, 'ext4', 'dir', marked(ONDIR_OPEN)), -17],
    ['PRE_ACCESS to be ignored where ONDIR is', call(0x21, PRE_ACCESS, 'ext4', 'dir', marked(ONDIR_OPEN)), -17],
    ['PRE_ACCESS where only the ignore mask has ONDIR', call(1, PRE_ACCESS, 'ext4', 'dir', marked(0, 0x440)), 0],
    ['evictable where it is not', call(0x201, 0x20, 'tmpfs', 'file', marked(0x20)), -17],
    ['not evictable where it is', call(1, 0x20, 'tmpfs', 'file', marked(0x20, 0x200)), 0],
    ['IGNORED_MASK where IGNORE was used', call(0x21, 0x20, 'tmpfs', 'file', marked(0, 0x440)), -17],
    ['IGNORE where IGNORED_MASK was used', call(0x441, 0x20, 'tmpfs', 'file', marked(0)), 0],
    ['IGNORE without SURV_MODIFY where that is', call(0x401, 0x20, 'tmpfs', 'file', marked(0, 0x40)), -17],
    ['IGNORED_MASK without SURV_MODIFY where that is', call(0x21, 0x20, 'tmpfs', 'file', marked(0, 0x40)), 0],
    ['a mount mark on a pipe', call(0x11, 0x20, 'pipefs', 'fifo'), -22],
    ['an inode mark on a pipe', call(1, 0x20, 'pipefs', 'fifo'), 0],
    ['removing a mount mark from a pipe', call(0x12, 0x20, 'pipefs', 'fifo'), -2],
    ['removing it with a FID group', call(0x12, 0x20, 'pipefs', 'fifo', FID), -95],
    ['a filesystem mark on sysfs with a FID group', call(0x101, 0x20, 'sysfs', 'dir', FID), -95],
    ['a filesystem mark on cgroup2 with a FID group', call(0x101, 0x20, 'cgroup2', 'dir', FID), 0],
    ['a filesystem mark on nsfs with a FID group', call(0x101, 0x20, 'nsfs', 'file', FID), 0],
  ])('%s', (_, got, want) => {
    expect(got).toBe(want)
  })

  it('FAN_MARK_FLUSH looks at no object', () => {
    expect(call(0x80, 0, 'tmpfs', 'file', { pathError: 2 })).toBe(0)
    expect(call(0x90, 0, 'pipefs', 'fifo')).toBe(0)
  })
})
