import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { describe, expect, it } from 'vitest'
import { structs } from '../../src/uapi/schema/tables.js'
import { parseBtf } from './btf.js'
import { structNamed } from './struct-named.js'

const path = '/sys/kernel/btf/vmlinux'

/** Fields that were spare in the headers of older kernels, by the name they had there. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  'mnt_id_req.mnt_ns_fd': 'spare',
  'pidfd_info.coredump_signal': '__spare1',
}

describe.skipIf(!existsSync(path) || process.arch !== 'x64')(`the running kernel, Linux ${release()}`, () => {
  const btf = parseBtf(readFileSync(path))

  it.each([...structs.keys()])('%s', (name) => {
    const kernel = btf.get(name)
    if (!kernel) {
      console.warn(`Linux ${release()} has no struct ${name}: not compared`)
      return
    }
    const ours = structNamed(name)
    const where = new Map(kernel.members.map((member) => [member.name, member.offset]))
    const compared = Object.entries(ours.offset).filter(([field, offset]) => {
      const theirs = where.get(field) ?? where.get(FORMER_NAMES[`${name}.${field}`] ?? '')
      if (theirs === undefined) return false
      expect(offset, `${name}.${field}`).toBe(theirs)
      return true
    })
    // extensible structs grow at the end: what an older kernel lacks must lie behind what it has
    const behind = Object.entries(ours.offset).filter((entry) => !compared.some(([field]) => field === entry[0]))
    for (const [field, offset] of behind) expect(offset, `${name}.${field}`).toBeGreaterThanOrEqual(kernel.size)
    if (behind.length === 0) expect(ours.size).toBe(kernel.size)
    else console.warn(`Linux ${release()}: struct ${name} ends before ${behind.map(([field]) => field).join(', ')}`)
    // and nothing the kernel has may be missing here, save for spare room and names that changed
    const unknown = kernel.members.filter((member) => !(member.name in ours.offset) && !/spare/.test(member.name))
    expect(unknown).toEqual([])
  })
})
