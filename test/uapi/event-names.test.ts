import { describe, expect, it } from 'vitest'
import * as uapi from '../../src/uapi/index.js'

const { eventBits, eventNames } = uapi

describe('eventNames', () => {
  it('names bits from the lowest', () => {
    expect(eventNames(0x40000020n)).toEqual(['FAN_OPEN', 'FAN_ONDIR'])
    expect(eventNames(0x4000)).toEqual(['FAN_Q_OVERFLOW'])
    expect(eventNames(0n)).toEqual([])
  })

  it('knows what a namespace watcher means by the same bits', () => {
    expect(eventNames(0x300n)).toEqual(['FAN_CREATE', 'FAN_DELETE'])
    expect(eventNames(0x300n, 'fs')).toEqual(['FAN_CREATE', 'FAN_DELETE'])
    expect(eventNames(0x300n, 'ns')).toEqual(['FAN_NS_CREATE', 'FAN_NS_DELETE'])
    expect(eventNames(0x3000000n, 'ns')).toEqual(['FAN_MNT_ATTACH', 'FAN_MNT_DETACH'])
    expect(eventNames(0x4000n, 'ns')).toEqual(['FAN_Q_OVERFLOW'])
  })

  it('gives a bit without a name as hex', () => {
    expect(eventNames(0x8000_0000_8000_2001n)).toEqual(['FAN_ACCESS', '0x2000', '0x80000000', '0x8000000000000000'])
  })
})

describe('eventBits', () => {
  it.each(['fs', 'ns'] as const)('%s: every name is a constant of one bit, and comes back', (group) => {
    const bits = eventBits(group)
    for (const [name, bit] of bits) {
      expect((uapi as unknown as Record<string, number>)[name], name).toBe(bit)
      expect(eventNames(bit, group)).toEqual([name])
    }
    expect(bits.size).toBe(24)
  })

  it('misses no event of the header', () => {
    const all = new Set([...eventBits('fs').keys(), ...eventBits('ns').keys()])
    const groups = ['FAN_CLOSE', 'FAN_MOVE', 'FAN_ALL_EVENTS', 'FAN_ALL_PERM_EVENTS', 'FAN_ALL_OUTGOING_EVENTS']
    const events = Object.keys(uapi).filter((name) =>
      /^FAN_(?!MARK|REPORT|CLASS|ALL|EVENT_INFO|RESPONSE|ERRNO|UNLIMITED)/.test(name),
    )
    for (const name of ['FAN_RENAME', 'FAN_PRE_ACCESS', 'FAN_FS_ERROR', 'FAN_NS_CREATE']) expect(events).toContain(name)
    for (const name of all) expect(groups).not.toContain(name)
    expect([...all].sort()).toEqual(events.filter((name) => !groups.includes(name) && !NOT_EVENTS.has(name)).sort())
  })
})

/** What else of the header starts with FAN_. */
const NOT_EVENTS = new Set([
  'FAN_CLOEXEC',
  'FAN_NONBLOCK',
  'FAN_ENABLE_AUDIT',
  'FAN_ALLOW',
  'FAN_DENY',
  'FAN_AUDIT',
  'FAN_INFO',
  'FAN_NOFD',
  'FAN_NOPIDFD',
  'FAN_EPIDFD',
  'FAN_EVENT_METADATA_LEN',
  'FAN_IOC_OPEN_QUEUE_FD',
])
