import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { FanotifyFeatures } from '../../src/kernel/fanotify/features.js'

/** The recorded truth tables, as ../golden/matrix holds them. */
export interface InitMatrix {
  profile: string
  table: {
    caller: Caller
    event_f_flags?: number
    ret_rle?: [number, number][]
    samples?: [flags: number, eventFFlags: number, ret: number][]
  }[]
}

export type Caller = 'root' | 'unprivileged' | 'userns-root'

export interface MarkMatrix {
  profile: string
  table: {
    samples: [group: string, flags: string, mask: string, object: string][]
    results: Record<Caller, { groups: Record<string, number>; rets: (number | null)[] }>
  }
}

export const MATRIX_PROFILES = ['v7.2', 'v7.3', 'proposed-nsid'] as const

export const loadMatrix = <T extends InitMatrix | MarkMatrix>(name: string): T =>
  JSON.parse(gunzipSync(readFileSync(new URL(`../golden/matrix/${name}.json.gz`, import.meta.url))).toString()) as T

export const features = (profile: string): FanotifyFeatures => ({
  nsid: profile === 'proposed-nsid',
  restartableEvents: 0,
  pidfdWithTid: true,
  pidfdOfReaped: true,
  fdinfoNsId: profile === 'proposed-nsid',
  fionreadRecords: true,
})
