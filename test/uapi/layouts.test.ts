import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Machine, StructLayout } from '../../src/uapi/index.js'
import { dataModels } from '../../src/uapi/schema/data-model.js'
import { structs } from '../../src/uapi/schema/tables.js'
import { layoutOf } from '../../src/uapi/schema/typed-struct.js'
import { structNamed } from './struct-named.js'

interface Fact {
  size: number
  align: number
  fields: Record<string, [offset: number, size: number]>
}

function factsOf(machine: Machine): Record<string, Fact> {
  return JSON.parse(readFileSync(new URL(`../golden/facts/layouts.${machine}.json`, import.meta.url), 'utf8'))
}

describe.each(['x86_64', 'i386'] as const)('%s, as gcc measured it', (machine) => {
  it.each(Object.entries(factsOf(machine)))('%s', (name, fact) => {
    const layout: StructLayout<unknown, never, string> = structNamed(name).on[machine]
    expect({ size: layout.size, align: layout.align }).toEqual({ size: fact.size, align: fact.align })
    const offsets = Object.fromEntries(Object.entries(fact.fields).map(([field, [offset]]) => [field, offset]))
    expect(layout.offset).toMatchObject(offsets)
    // a field of ours that gcc did not measure is of the newer ones or spare
    const unmeasured = Object.keys(layout.offset).filter((field) => !(field in fact.fields))
    expect(unmeasured.every((field) => structs.get(name)!.fields.find((f) => f.name === field)?.presence)).toBe(true)
  })
})

describe('s390x', () => {
  it.each([...structs.keys()])('%s lies as on x86-64', (name) => {
    const { on } = structNamed(name)
    expect(on.s390x.size).toBe(on.x86_64.size)
    expect(on.s390x.align).toBe(on.x86_64.align)
    expect(on.s390x.offset).toEqual(on.x86_64.offset)
  })
})

describe.each(dataModels)('$machine, as typed-struct lays it out', (model) => {
  it.each([...structs.values()])('$name', (table) => {
    const layout = structNamed(table.name).on[model.machine]
    const { size, offsets, typed } = layoutOf(table, model)
    expect(layout.size).toBe(size)
    expect(typed.baseSize).toBe(size)
    expect(new Map(Object.entries(layout.offset))).toEqual(new Map(offsets))
  })
})

it('the sizes that extensible structs are known by are those of the headers', async () => {
  const uapi = await import('../../src/uapi/index.js')
  expect(uapi.NS_ID_REQ_SIZE_VER0).toBe(uapi.ns_id_req.size)
  expect(uapi.MNT_NS_INFO_SIZE_VER0).toBe(uapi.mnt_ns_info.size)
  expect(uapi.NSFS_FILE_HANDLE_SIZE_LATEST).toBe(uapi.nsfs_file_handle.size)
  expect(uapi.MNT_ID_REQ_SIZE_VER1).toBe(uapi.mnt_id_req.size)
  expect(uapi.MNT_ID_REQ_SIZE_VER0).toBe(uapi.mnt_id_req.offset.mnt_ns_id)
  expect(uapi.CLONE_ARGS_SIZE_VER0).toBe(uapi.clone_args.offset.set_tid)
  expect(uapi.CLONE_ARGS_SIZE_VER1).toBe(uapi.clone_args.offset.cgroup)
  expect(uapi.CLONE_ARGS_SIZE_VER2).toBe(uapi.clone_args.size)
  expect(uapi.MOUNT_ATTR_SIZE_VER0).toBe(uapi.mount_attr.size)
  expect(uapi.PIDFD_INFO_SIZE_VER0).toBe(uapi.pidfd_info.offset.coredump_mask)
  expect(uapi.PIDFD_INFO_SIZE_VER1).toBe(uapi.pidfd_info.offset.supported_mask)
  expect(uapi.PIDFD_INFO_SIZE_VER2).toBe(uapi.pidfd_info.offset.coredump_code)
  expect(uapi.PIDFD_INFO_SIZE_VER3).toBe(uapi.pidfd_info.size)
  expect(uapi.FAN_EVENT_METADATA_LEN).toBe(uapi.fanotify_event_metadata.size)
})
