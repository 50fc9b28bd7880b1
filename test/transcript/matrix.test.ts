import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { TranscriptError } from '../../src/transcript/format.js'
import { type InitMatrix, type Matrix, parseMatrix, replayMatrix } from '../../src/transcript/matrix.js'

const load = (name: string): Matrix =>
  parseMatrix(gunzipSync(readFileSync(new URL(`../golden/matrix/${name}.json.gz`, import.meta.url))).toString())

describe('a recorded truth table replays', () => {
  it.each(['v7.2', 'v7.3', 'proposed-nsid'])('fanotify_init.%s', (profile) => {
    const result = replayMatrix(load(`fanotify_init.${profile}`), 'init')
    expect(result.firstDivergence).toBeNull()
    expect(result).toMatchObject({ steps: 405_216, matched: 405_216 })
  })
})

describe('a return that is not the recorded one', () => {
  const small: InitMatrix = {
    matrix: 'fanotify_init',
    profile: 'v7.3',
    kernel: '7.3.4',
    table: [
      {
        caller: 'unprivileged',
        event_f_flags: 0,
        flags: '0x1fe..0x201',
        ret_rle: [
          [-1, 0x200],
          [0, 2],
        ],
      },
      {
        caller: 'userns-root',
        samples: [
          [0, 0, -1],
          [0x200, 3, -22],
          [0x4000, 0, 0],
        ],
      },
    ],
  }

  it('is none in a table that is right', () => {
    expect(replayMatrix(small, 'small')).toEqual({
      name: 'small',
      profile: 'v7.3',
      steps: 0x202 + 3,
      matched: 0x202 + 3,
      firstDivergence: null,
    })
  })

  it('is named with its caller and call', () => {
    const wrong = structuredClone(small)
    wrong.table[1]!.samples![2] = [0x4000, 0, -22]
    expect(replayMatrix(wrong, 'small')).toMatchObject({
      matched: 0x202 + 2,
      firstDivergence: { caller: 'userns-root', call: 'fanotify_init(0x4000, 0x0)', want: -22, got: 0 },
    })
  })

  it('shows on a profile that answers otherwise', () => {
    const nsid: Matrix = { ...small, table: [{ caller: 'root', samples: [[0x8000, 0, -22]] }] }
    expect(replayMatrix(nsid, 'nsid').firstDivergence).toBeNull()
    expect(replayMatrix(nsid, 'nsid', { profile: 'proposed-nsid' }).firstDivergence).toMatchObject({ got: 0 })
  })
})

describe('parseMatrix', () => {
  it.each([
    ['{', /^line 1: not JSON/],
    ['[]', 'line 1: profile is not a string'],
    ['{"profile":"v7.3","matrix":"other"}', 'line 1: no matrix "other"'],
    ['{"profile":"v7.3","matrix":"fanotify_init"}', 'line 1: table is not a list'],
    ['{"profile":"v7.3","matrix":"fanotify_init","table":[{"caller":"me"}]}', 'line 1: no caller "me"'],
    [
      '{"profile":"v7.3","matrix":"fanotify_init","table":[{"caller":"root"}]}',
      'line 1: root: neither ret_rle nor samples',
    ],
    ['{"profile":"v7.3","matrix":"fanotify_mark"}', 'line 1: table.samples is not a list'],
    [
      '{"profile":"v7.3","matrix":"fanotify_mark","table":{"samples":[["0x0","0x1","0x1","dir"]],"results":{"root":{"rets":[]}}}}',
      'line 1: results.root.rets: not one for each sample',
    ],
  ])('refuses %s', (text, message) => {
    expect(() => parseMatrix(text)).toThrow(TranscriptError)
    expect(() => parseMatrix(text)).toThrow(message)
  })

  it('names a profile that there is not', () => {
    const matrix = parseMatrix('{"profile":"v5.0","matrix":"fanotify_init","kernel":"5.0","table":[]}')
    expect(() => replayMatrix(matrix, 'old')).toThrow(/no profile "v5.0": there are v6.18, /)
  })
})
