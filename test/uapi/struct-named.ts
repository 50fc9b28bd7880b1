import * as uapi from '../../src/uapi/index.js'

/** A struct of the public surface by its kernel name, typed loosely enough to loop over all of them. */
export function structNamed(name: string): uapi.StructType<unknown, never, string> {
  const found = (uapi as unknown as Record<string, uapi.StructType<unknown, never, string> | undefined>)[name]
  if (!found) throw new Error(`kabinet/uapi has no struct ${name}`)
  return found
}
