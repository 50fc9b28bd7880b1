import type { Input } from './input.js'

const WORTH_SHOWING = 1 << 24

/**
 * An input with a progress bar on stderr while its chunks are read: only on a terminal that the output does not go
 * to as well, and for a file that is large enough to take a while.
 */
export async function showProgress(input: Input): Promise<Input> {
  const { chunks, size, name } = input
  if (!process.stderr.isTTY || process.stdout.isTTY || size === undefined || size < WORTH_SHOWING) return input
  const { default: progress } = await import('cli-progress')
  const bar = new progress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    format: `${name} {bar} {percentage}% {eta_formatted} left`,
  })
  const shown = async function* (): AsyncGenerator<Uint8Array> {
    bar.start(size, 0)
    try {
      for await (const chunk of chunks) {
        bar.increment(chunk.length)
        yield chunk
      }
    } finally {
      bar.stop()
    }
  }
  return { ...input, chunks: shown() }
}
