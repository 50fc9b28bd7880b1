import { fstatSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { CliError } from './cli-error.js'
import { fileError } from './file-error.js'
import { HexText, looksLikeText } from './hex-text.js'

const CHUNK = 1 << 16
const HEAD = 1 << 12

/** How the bytes of an input are written: as they are, or as hex in a text. `auto` looks at the first of them. */
export type InputForm = 'auto' | 'raw' | 'hex'

/** Every {@link InputForm}, the default first. */
export const INPUT_FORMS: readonly InputForm[] = ['auto', 'raw', 'hex']

/** An open input. */
export interface Input {
  /** The path as given, `stdin` for `-`: what messages call it. */
  name: string
  /** Size in bytes of a regular file; undefined for what has none. */
  size?: number
  /** Its content in pieces. */
  chunks: AsyncIterable<Uint8Array>
}

async function* readStdin(): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of process.stdin) yield chunk
  } catch (error) {
    throw fileError('stdin', error)
  }
}

/** Opens a file, or stdin for `-`. @throws CliError when it cannot be read */
export async function openInput(path: string): Promise<Input> {
  try {
    if (path === '-') {
      // Node reads a directory on stdin as empty.
      if (fstatSync(0).isDirectory()) throw new CliError('stdin: is a directory')
      return { name: 'stdin', chunks: readStdin() }
    }
    const file = await open(path)
    const stat = await file.stat()
    if (stat.isDirectory()) {
      await file.close()
      throw new CliError(`${path}: is a directory`)
    }
    const stream = file.createReadStream({ highWaterMark: CHUNK })
    return { name: path, ...(stat.isFile() && { size: stat.size }), chunks: stream }
  } catch (error) {
    throw error instanceof CliError ? error : fileError(path, error)
  }
}

/** The bytes that an input stands for, whatever form they are written in. @throws CliError for a broken hex text */
export async function* bytesOf({ chunks, name }: Input, form: InputForm): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  const head: Uint8Array[] = []
  let length = 0
  let next = await iterator.next()
  for (; !next.done && length < HEAD; next = await iterator.next()) {
    head.push(next.value)
    length += next.value.length
  }
  const start = Buffer.concat(head)
  const text =
    form === 'hex' || (form === 'auto' && looksLikeText(start.subarray(0, HEAD))) ? new HexText(name) : undefined
  yield text ? text.push(start) : start
  for (; !next.done; next = await iterator.next()) yield text ? text.push(next.value) : next.value
  if (text) yield text.end()
}
