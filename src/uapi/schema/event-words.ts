/** One getter of EventReader: which field of which struct, and which 32 bits of it. */
export interface EventWord {
  readonly name: string
  readonly doc: string
  /** The reader's property that the offset counts from. */
  readonly base: 'offset' | 'infoOffset'
  /** Struct and field; a second pair is a struct that begins at the first one's field. */
  readonly path: readonly (readonly [struct: string, field: string])[]
  /** Of a u64, its low or high word; of an array, the element. */
  readonly part?: 'low' | 'high' | number
}

const event = (name: string, field: string, doc: string, part?: EventWord['part']): EventWord => ({
  name,
  doc,
  base: 'offset',
  path: [['fanotify_event_metadata', field]],
  ...(part !== undefined && { part }),
})

const record = (name: string, struct: string, field: string, doc: string, part?: EventWord['part']): EventWord => ({
  name,
  doc,
  base: 'infoOffset',
  path: [[`fanotify_event_info_${struct}`, field]],
  ...(part !== undefined && { part }),
})

const handle = (name: string, field: string, doc: string): EventWord => ({
  name,
  doc,
  base: 'infoOffset',
  path: [
    ['fanotify_event_info_fid', 'handle'],
    ['file_handle', field],
  ],
})

const words = (name: string, struct: string, field: string, what: string): EventWord[] => [
  record(`${name}Lo`, struct, field, `Bits 0–31 of ${what}, unsigned.`, 'low'),
  record(`${name}Hi`, struct, field, `Bits 32–63 of ${what}, unsigned.`, 'high'),
]

/** The getters that read a fixed place of the current event or record. */
export const eventWords: readonly EventWord[] = [
  event('vers', 'vers', 'FANOTIFY_METADATA_VERSION.'),
  event('reserved', 'reserved', 'The reserved byte.'),
  event('metadataLen', 'metadata_len', 'Offset of the first record in the event.'),
  event('maskLo', 'mask', 'Bits 0–31 of the mask, unsigned.', 'low'),
  event('maskHi', 'mask', 'Bits 32–63 of the mask, unsigned.', 'high'),
  event('mask', 'mask', 'The whole mask; allocates.'),
  event('fd', 'fd', 'An open file, FAN_NOFD or -errno.'),
  event('pid', 'pid', 'Who caused the event.'),
  record('infoPad', 'header', 'pad', 'hdr.pad of the record.'),
  record('fsid0', 'fid', 'fsid', "First word of a FID record's fsid.", 0),
  record('fsid1', 'fid', 'fsid', "Second word of a FID record's fsid.", 1),
  handle('handleLength', 'handle_bytes', "Length of a FID record's f_handle in bytes."),
  handle('handleType', 'handle_type', "Type of a FID record's file handle."),
  record('pidfd', 'pidfd', 'pidfd', 'The pidfd of a PIDFD record; FAN_NOPIDFD, FAN_EPIDFD or -errno.'),
  record('fsError', 'error', 'error', 'The errno of an ERROR record.'),
  record('errorCount', 'error', 'error_count', 'Errors since the last event that was read, of an ERROR record.'),
  ...words('rangeOffset', 'range', 'offset', "a RANGE record's offset"),
  ...words('rangeCount', 'range', 'count', "a RANGE record's count"),
  ...words('mntId', 'mnt', 'mnt_id', "an MNT record's mnt_id"),
  ...words('selfNsid', 'ns', 'self_nsid', "an NS record's self_nsid"),
  ...words('ownerNsid', 'ns', 'owner_nsid', "an NS record's owner_nsid"),
]
