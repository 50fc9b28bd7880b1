import type { Family } from '../draft.js'
import { marksFamily } from './marks.js'
import { namespacesFamily } from './namespaces.js'
import { permissionsFamily } from './permissions.js'

/** Every family by its name. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  [marksFamily.name]: marksFamily,
  [namespacesFamily.name]: namespacesFamily,
  [permissionsFamily.name]: permissionsFamily,
}
