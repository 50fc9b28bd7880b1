import type { Input } from './input.js'

const WORTH_SHOWING = 1 << 24

/**
 * The chunks of an input, with a progress bar on stderr while they are read: only on a terminal that the output does not go
 * to as well, and for a file that is large enough to take a while.
 */
export async function showProgress({ chunks, size, name }: Input): Promise<AsyncIterable<Uint8Array>> {
  if (!process.stderr.isTTY || process.stdout.isTTY || size === undefined || size < WORTH_SHOWING) return chunks
  const { default: progress } = await import('cli-progress')
  const bar = new progress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    format: `${name} {bar} {percentage}% {eta_formatted} left`,
  })
  return (async function* () {
    bar.start(size, 0)
    try {
      for await (const chunk of chunks) {
        bar.increment(chunk.length)
        yield chunk
      }
    } finally {
      bar.stop()
    }
  })()
}
