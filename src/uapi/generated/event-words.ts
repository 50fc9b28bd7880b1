// Written by `npm run generate` from src/uapi/schema. Edit that.

import type { Machine } from '../machine.js'

/**
 * The getters of EventReader that read a fixed place. Offsets are numbers here, since V8 inlines a getter's bytecode
 * whatever the size of the loop that calls it only while it is 27 bytes or less, and a named constant makes it longer.
 */
export abstract class EventWords {
  /** @internal */
  abstract readonly view: DataView
  /** The current event's offset. */
  abstract readonly offset: number
  /** Offset of the current record. */
  abstract readonly infoOffset: number

  /** FANOTIFY_METADATA_VERSION. */
  get vers(): number {
    return this.view.getUint8(this.offset + 4)
  }

  /** The reserved byte. */
  get reserved(): number {
    return this.view.getUint8(this.offset + 5)
  }

  /** Offset of the first record in the event. */
  get metadataLen(): number {
    return this.view.getUint16(this.offset + 6, true)
  }

  /** Bits 0–31 of the mask, unsigned. */
  get maskLo(): number {
    return this.view.getUint32(this.offset + 8, true)
  }

  /** Bits 32–63 of the mask, unsigned. */
  get maskHi(): number {
    return this.view.getUint32(this.offset + 12, true)
  }

  /** The whole mask; allocates. */
  get mask(): bigint {
    return this.view.getBigUint64(this.offset + 8, true)
  }

  /** An open file, FAN_NOFD or -errno. */
  get fd(): number {
    return this.view.getInt32(this.offset + 16, true)
  }

  /** Who caused the event. */
  get pid(): number {
    return this.view.getInt32(this.offset + 20, true)
  }

  /** hdr.pad of the record. */
  get infoPad(): number {
    return this.view.getUint8(this.infoOffset + 1)
  }

  /** First word of a FID record's fsid. */
  get fsid0(): number {
    return this.view.getInt32(this.infoOffset + 4, true)
  }

  /** Second word of a FID record's fsid. */
  get fsid1(): number {
    return this.view.getInt32(this.infoOffset + 8, true)
  }

  /** Length of a FID record's f_handle in bytes. */
  get handleLength(): number {
    return this.view.getUint32(this.infoOffset + 12, true)
  }

  /** Type of a FID record's file handle. */
  get handleType(): number {
    return this.view.getInt32(this.infoOffset + 16, true)
  }

  /** The pidfd of a PIDFD record; FAN_NOPIDFD, FAN_EPIDFD or -errno. */
  get pidfd(): number {
    return this.view.getInt32(this.infoOffset + 4, true)
  }

  /** The errno of an ERROR record. */
  get fsError(): number {
    return this.view.getInt32(this.infoOffset + 4, true)
  }

  /** Errors since the last event that was read, of an ERROR record. */
  get errorCount(): number {
    return this.view.getUint32(this.infoOffset + 8, true)
  }

  /** Bits 0–31 of a RANGE record's offset, unsigned. */
  get rangeOffsetLo(): number {
    return this.view.getUint32(this.infoOffset + 8, true)
  }

  /** Bits 32–63 of a RANGE record's offset, unsigned. */
  get rangeOffsetHi(): number {
    return this.view.getUint32(this.infoOffset + 12, true)
  }

  /** Bits 0–31 of a RANGE record's count, unsigned. */
  get rangeCountLo(): number {
    return this.view.getUint32(this.infoOffset + 16, true)
  }

  /** Bits 32–63 of a RANGE record's count, unsigned. */
  get rangeCountHi(): number {
    return this.view.getUint32(this.infoOffset + 20, true)
  }

  /** Bits 0–31 of an MNT record's mnt_id, unsigned. */
  get mntIdLo(): number {
    return this.view.getUint32(this.infoOffset + 8, true)
  }

  /** Bits 32–63 of an MNT record's mnt_id, unsigned. */
  get mntIdHi(): number {
    return this.view.getUint32(this.infoOffset + 12, true)
  }

  /** Bits 0–31 of an NS record's self_nsid, unsigned. */
  get selfNsidLo(): number {
    return this.view.getUint32(this.infoOffset + 8, true)
  }

  /** Bits 32–63 of an NS record's self_nsid, unsigned. */
  get selfNsidHi(): number {
    return this.view.getUint32(this.infoOffset + 12, true)
  }

  /** Bits 0–31 of an NS record's owner_nsid, unsigned. */
  get ownerNsidLo(): number {
    return this.view.getUint32(this.infoOffset + 16, true)
  }

  /** Bits 32–63 of an NS record's owner_nsid, unsigned. */
  get ownerNsidHi(): number {
    return this.view.getUint32(this.infoOffset + 20, true)
  }
}

/** The properties that take the place of those getters in a reader of another machine's bytes than x86_64. */
export const eventWordsOn: Readonly<Record<Machine, PropertyDescriptorMap & ThisType<EventWords>>> = {
  x86_64: {},
  i386: {
    mntIdLo: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 4, true)
      },
    },
    mntIdHi: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 8, true)
      },
    },
    selfNsidLo: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 4, true)
      },
    },
    selfNsidHi: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 8, true)
      },
    },
    ownerNsidLo: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 12, true)
      },
    },
    ownerNsidHi: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 16, true)
      },
    },
  },
  s390x: {
    maskLo: {
      get(): number {
        return this.view.getUint32(this.offset + 12, true)
      },
    },
    maskHi: {
      get(): number {
        return this.view.getUint32(this.offset + 8, true)
      },
    },
    rangeOffsetLo: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 12, true)
      },
    },
    rangeOffsetHi: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 8, true)
      },
    },
    rangeCountLo: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 20, true)
      },
    },
    rangeCountHi: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 16, true)
      },
    },
    mntIdLo: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 12, true)
      },
    },
    mntIdHi: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 8, true)
      },
    },
    selfNsidLo: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 12, true)
      },
    },
    selfNsidHi: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 8, true)
      },
    },
    ownerNsidLo: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 20, true)
      },
    },
    ownerNsidHi: {
      get(): number {
        return this.view.getUint32(this.infoOffset + 16, true)
      },
    },
  },
}
