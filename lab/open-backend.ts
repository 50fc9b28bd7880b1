import type { Backend } from './backend.js'
import { HostBackend } from './host.js'
import { LabError } from './lab-error.js'
import { UmlBackend } from './uml.js'

const BACKENDS: Readonly<Record<string, () => Backend>> = {
  host: () => new HostBackend(),
  uml: () => new UmlBackend(),
}

/**
 * A backend by its name, not yet started.
 *
 * @throws LabError when there is none of that name.
 */
export function openBackend(name: string): Backend {
  const open = BACKENDS[name]
  if (open === undefined) throw new LabError(`no backend ${name}: there are ${Object.keys(BACKENDS).join(' and ')}`)
  return open()
}
