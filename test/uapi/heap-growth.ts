// Prints how much the heap grew while a million events were read through one cursor, records and names included.
import { EventReader, encodeEvents, type FanotifyEventInit } from '../../src/uapi/index.js'

const fid = { fsid: [1, 2] as [number, number], handle: { handle_type: 1, f_handle: new Uint8Array(12) } }
const mixed: FanotifyEventInit[] = [
  { mask: 0x20n, fd: 7, pid: 1 },
  { mask: 0x1000000n, info: [{ info_type: 7, mnt_id: 0x8000_0001n }] },
  { mask: 0x100n, info: [{ info_type: 8, self_nsid: 0xffff_ffffn, owner_nsid: 3n }] },
  { mask: 0x4000_0100n, info: [{ info_type: 2, ...fid, name: new TextEncoder().encode('name') }] },
]
const PER_READ = 1000
const READS = 1000
const buffer = encodeEvents(Array.from({ length: PER_READ }, (_, i) => mixed[i % mixed.length]!))
const reader = new EventReader(buffer)

/** One read's worth of events. */
function walk(): number {
  let sum = 0
  reader.reset(buffer)
  while (reader.next()) {
    sum = (sum + (reader.maskLo ^ reader.maskHi ^ reader.fd ^ reader.pid)) | 0
    while (reader.nextInfo()) {
      if (reader.infoType === 7) sum = (sum + reader.mntIdLo + reader.mntIdHi) | 0
      else if (reader.infoType === 8) sum = (sum + reader.selfNsidLo + reader.ownerNsidHi) | 0
      else if (reader.infoType === 2) sum = (sum + reader.fsid0 + reader.handleLength + reader.nameLength) | 0
    }
  }
  return sum
}

// the compiler allocates too: let it finish first
let sum = 0
for (let i = 0; i < 3000; i++) sum = (sum + walk()) | 0
const collect = (globalThis as { gc?: () => void }).gc!
collect()
const before = process.memoryUsage().heapUsed
for (let i = 0; i < READS; i++) sum = (sum + walk()) | 0
const bytes = process.memoryUsage().heapUsed - before
console.log(JSON.stringify({ events: PER_READ * READS, bytes, sum }))
