import type { Family } from '../draft.js'
import { filesFamily } from './files.js'
import { marksFamily } from './marks.js'
import { mixedFamily } from './mixed.js'
import { mountsFamily } from './mounts.js'
import { namespacesFamily } from './namespaces.js'
import { permissionsFamily } from './permissions.js'

/** Every family by its name. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  [filesFamily.name]: filesFamily,
  [marksFamily.name]: marksFamily,
  [mixedFamily.name]: mixedFamily,
  [mountsFamily.name]: mountsFamily,
  [namespacesFamily.name]: namespacesFamily,
  [permissionsFamily.name]: permissionsFamily,
}
