/** What fanotify_mark asks of a kind of filesystem. */
export interface FilesystemTraits {
  /** Serves FAN_PRE_ACCESS. */
  readonly preContent: boolean
  /** Takes no permission events. */
  readonly noPermissionEvents: boolean
  /** Its file handles can be decoded, so that they may be reported. */
  readonly decodesHandles: boolean
}

const PLAIN: FilesystemTraits = { preContent: false, noPermissionEvents: false, decodesHandles: false }

const TRAITS: Readonly<Record<string, FilesystemTraits>> = {
  ext4: { ...PLAIN, preContent: true, decodesHandles: true },
  btrfs: { ...PLAIN, preContent: true, decodesHandles: true },
  xfs: { ...PLAIN, preContent: true, decodesHandles: true },
  nsfs: { ...PLAIN, decodesHandles: true },
  proc: { ...PLAIN, noPermissionEvents: true },
  tmpfs: { ...PLAIN, decodesHandles: true },
  devtmpfs: { ...PLAIN, decodesHandles: true },
  cgroup2: { ...PLAIN, decodesHandles: true },
}

/** The traits of a filesystem by the name of its type. Those without a row (hostfs, sysfs, ramfs, pipefs) have none. */
export function filesystemTraits(type: string): FilesystemTraits {
  return TRAITS[type] ?? PLAIN
}
