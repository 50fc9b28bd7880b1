import { describe, expect, it } from 'vitest'
import {
  type Header,
  outBuffers,
  parseProgram,
  parseTranscript,
  type Step,
  serialiseTranscript,
  TranscriptError,
} from '../../src/transcript/format.js'

const header: Header = {
  transcript: 1,
  profile: 'v7.3',
  kernel: '7.3.4',
  machine: 'x86_64',
  name: 'here',
  boot: {
    task: { pid: 55, ppid: 53, uid: 0, gid: 0 },
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
    next: { nsId: 13, mntIdUnique: 2147483675 },
    nr_mounts: 1,
    mountinfo: ['19 1 0:17 / / rw,relatime - hostfs /dev/root rw,/'],
  },
}

const read: Step = { step: 0, task: 1, call: 'read', args: [3, { out: 8 }, 8], ret: 2, out: ['6869'] }

const text = (...steps: object[]): string => [header, ...steps].map((line) => `${JSON.stringify(line)}\n`).join('')

/** What a damaged text is refused with. */
function refusal(damaged: string, parse: (text: string) => unknown = parseTranscript): string {
  try {
    parse(damaged)
  } catch (error) {
    expect(error).toBeInstanceOf(TranscriptError)
    return (error as TranscriptError).message
  }
  throw new Error('it was taken')
}

describe('parseTranscript', () => {
  it('takes buffers in buffers, and refuses them without end', () => {
    const nested = (depth: number): object =>
      depth === 0 ? { in: '00' } : { in: '00'.repeat(8), at: { 0: nested(depth - 1) } }
    expect(parseTranscript(text({ ...read, args: [3, nested(16), 8], out: [] })).steps).toHaveLength(1)
    const deep = `${'{"in":"0000000000000000","at":{"0":'.repeat(20_000)}{"in":"00"}${'}}'.repeat(20_000)}`
    const damaged = text(read).replace('{"out":8}', () => deep)
    expect(refusal(damaged)).toBe('line 2: buffers are nested more than 16 deep')
  })

  it('gives header and steps, and serialiseTranscript the same text back', () => {
    const whole = text(
      { ...read, blocked: true, ret: undefined, out: undefined },
      { step: 4, task: 1, call: 'close', args: ['0x3'], ret: 0, completes: [{ step: 0, ret: 2, out: ['6869'] }] },
      { step: 5, task: 1, call: 'exit_group', args: [0], ret: null },
    )
    const transcript = parseTranscript(whole)
    expect(transcript.header).toEqual(header)
    expect(transcript.steps.map(({ step }) => step)).toEqual([0, 4, 5])
    expect(serialiseTranscript(transcript)).toBe(whole)
  })

  it('takes a text without a newline at its end', () => {
    expect(parseTranscript(text(read).trimEnd()).steps).toEqual([read])
  })

  it.each([
    ['', 'line 1: empty: there is no header'],
    ['{"step":0}\n', 'line 1: no header: the key "transcript" is missing'],
    [`${JSON.stringify({ ...header, transcript: 2 })}\n`, 'line 1: not version 1 of the format'],
    [`${JSON.stringify({ ...header, machine: 'arm' })}\n`, 'line 1: machine "arm" is not "x86_64"'],
    [`${JSON.stringify({ ...header, boot: undefined })}\n`, 'line 1: boot is not an object'],
    [
      `${JSON.stringify({ ...header, boot: { ...header.boot, namespaces: {} } })}\n`,
      'line 1: boot.namespaces.ipc is not an object',
    ],
    [text(read).slice(0, -20), /^line 2: not JSON: /],
    [text(read, []), 'line 3: the line is not an object'],
    [text(read, read), 'line 3: step 0 after step 0'],
    [text({ ...read, args: [3, { out: 8 }, 8, 0, 0, 0, 0] }), 'line 2: 7 arguments, more than six registers'],
    [text({ ...read, args: [3, { onto: 8 }, 8] }), 'line 2: args[1]: unknown kind "onto"'],
    [text({ ...read, args: [3, { out: 8, in: '00' }, 8] }), 'line 2: args[1] has 2 kinds: out, in'],
    [text({ ...read, args: [3, { in: '0' }, 8] }), 'line 2: args[1].in: an odd number of hex digits'],
    [text({ ...read, args: [3, { in: '0g' }, 8] }), 'line 2: args[1].in: no hex digit at character 1'],
    [text({ ...read, args: [3, { out: -1 }, 8] }), 'line 2: args[1].out is -1, less than 0'],
    [text({ ...read, args: [3.5, { out: 8 }, 8] }), 'line 2: args[0] is not an integer'],
    [text({ ...read, args: ['3', { out: 8 }, 8] }), 'line 2: args[0]: "3" is not "0x" and up to 16 hex digits'],
    [text({ ...read, args: [{ ret: 7 }, { out: 8 }, 8] }), 'line 2: args[0].ret: there is no step 7 before this one'],
    [
      text({ ...read, args: [3, { in: '00', at: { 0: { bad: 1 } } }, 8] }),
      "line 2: args[1].at.0: 8 bytes end past the buffer's 1",
    ],
    [text({ ...read, out: ['6869', ''] }), 'line 2: out: 2 buffers where the call has 1'],
    [text({ ...read, out: ['00'.repeat(9)] }), 'line 2: out[0]: 9 bytes in a buffer of 8'],
    [text({ ...read, answer: 1 }), 'line 2: unknown key "answer"'],
    [text({ ...read, ret: undefined }), 'line 2: no ret: the call was never made'],
    [text({ ...read, blocked: true }), 'line 2: a call that slept has neither ret nor out'],
    [text({ ...read, completes: [{ step: 0, ret: 0 }] }), 'line 2: completes[0]: step 0 is not one that sleeps'],
  ])('refuses %j', (damaged, message) => {
    expect(refusal(damaged)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
  })
})

describe('parseProgram', () => {
  it('takes a header that only names it, and calls that were not made', () => {
    const program =
      '{"transcript":1,"name":"p"}\n{"step":0,"task":1,"call":"dup","args":[0]}\n{"step":1,"task":1,"call":"close","args":[{"ret":0}]}\n'
    expect(serialiseTranscript(parseProgram(program))).toBe(program)
    expect(refusal(program)).toBe('line 1: profile is not a string')
  })
})

describe('outBuffers', () => {
  it('has buffers from left to right, those nested in one behind it by their offset', () => {
    const nested = { inout: '00'.repeat(24), at: { 16: { out: 3 }, 0: { in: '00'.repeat(8), at: { 0: { out: 2 } } } } }
    expect(outBuffers([1, nested, { out: 4 }, null, { str: '/' }])).toEqual([24, 2, 3, 4])
  })
})
