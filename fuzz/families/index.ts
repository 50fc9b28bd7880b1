import type { Family } from '../draft.js'
import { namespacesFamily } from './namespaces.js'

/** Every family by its name. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  [namespacesFamily.name]: namespacesFamily,
}
