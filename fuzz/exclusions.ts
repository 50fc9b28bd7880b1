import type { Divergence } from '../src/transcript/index.js'

/** Something that a kernel decides by chance, by time or by what else runs, so that no two runs need agree. */
export interface Exclusion {
  name: string
  /** Where: every backend, or the machine's own kernel, which others use too. */
  backend: 'any' | 'host' | 'uml'
  reason: string
  /** Makers that are not used there at all. */
  makers?: readonly string[]
  /** Divergences that are not counted. */
  matches?: (divergence: Divergence) => boolean
}

/** All of them. Everything that is not here is a bug. */
export const EXCLUSIONS: readonly Exclusion[] = [
  {
    name: 'neighbours in the list of mount namespaces',
    backend: 'host',
    reason: 'NS_MNT_GET_NEXT and NS_MNT_GET_PREV walk over the mount namespaces of everything else on the machine',
    makers: ['NS_MNT_GET_NEXT', 'NS_MNT_GET_PREV'],
  },
]

/** Those that hold for a backend. */
export function exclusionsFor(backend: string): Exclusion[] {
  return EXCLUSIONS.filter((exclusion) => exclusion.backend === 'any' || exclusion.backend === backend)
}
