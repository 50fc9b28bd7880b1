import { describe } from 'vitest'
import { hostUnavailable } from '../../lab/host.js'
import { umlUnavailable } from '../../lab/uml.js'

/** Tests on a real kernel, skipped aloud where there is none to ask. */
export function describeLive(name: 'host' | 'uml', title: string, body: () => void): void {
  const reason = name === 'host' ? hostUnavailable() : umlUnavailable()
  if (reason !== undefined) console.warn(`skipped: ${title}: ${reason}`)
  describe.skipIf(reason !== undefined)(title, body)
}
