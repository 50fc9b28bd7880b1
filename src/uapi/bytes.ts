/** What holds bytes: a Uint8Array or Buffer, any other view, or an ArrayBuffer. */
export type Bytes = ArrayBufferView | ArrayBuffer

/** The same memory as a plain Uint8Array: never a Buffer, whose methods mean other things. */
export function bytesOf(source: Bytes): Uint8Array {
  if (source.constructor === Uint8Array) return source
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  return new Uint8Array(source)
}
