const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// What a terminal may act on instead of showing: controls, format characters (bidirectional overrides, zero width), separators, unassigned.
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}"\\]/gu

const ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' }

function escapeBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const char = String.fromCharCode(byte)
    text += ESCAPES[char] ?? (byte >= 0x20 && byte < 0x7f ? char : `\\x${byte.toString(16).padStart(2, '0')}`)
  }
  return text
}

/** Bytes of a name as a quoted string that is safe on a terminal: in UTF-8 what can be shown, all else as C escapes. */
export function quoteName(name: Uint8Array): string {
  let text: string
  try {
    text = decoder.decode(name)
  } catch {
    return `"${escapeBytes(name)}"`
  }
  return `"${text.replace(UNSAFE, (char) => escapeBytes(new TextEncoder().encode(char)))}"`
}
