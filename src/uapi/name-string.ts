const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** A name's bytes read as UTF-8; U+FFFD stands for what is not. Kernel names have no encoding: keep the bytes to be exact. */
export function nameString(name: Uint8Array): string {
  return decoder.decode(name)
}

/** Whether a name is UTF-8, so that its string can be turned back into its bytes. */
export function isUtf8Name(name: Uint8Array): boolean {
  try {
    strict.decode(name)
    return true
  } catch {
    // the only thing a fatal TextDecoder throws for bytes is that they are not UTF-8
    return false
  }
}
