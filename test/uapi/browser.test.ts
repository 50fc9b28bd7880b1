import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import { decodeEvents, decodeIds, eventToJson, ns_id_req } from '../../src/uapi/index.js'
import { goldenStreams } from './golden-streams.js'

const browser = [process.env.KABINET_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
)
if (browser === undefined)
  console.warn('skipped: test/uapi/browser.test.ts: no chromium at /usr/bin (KABINET_CHROMIUM says where else)')

const built = dirname(dirname(inject('kabinetMain')))
const streams = goldenStreams.map(([, bytes]) => bytes)

/** What a page does with the modules as they are published, no bundler between. */
const PAGE = `<!doctype html><script type="module">
async function answers() {
  const { decodeEvents, decodeIds, encodeEvents, EventDecoderStream, eventToJson, ns_id_req } = await import('/uapi/index.js')
  const { Emulator } = await import('/index.js')
  const streams = []
  for (let i = 0; i < ${streams.length}; i++) {
    const bytes = new Uint8Array(await (await fetch('/stream/' + i)).arrayBuffer())
    const { events, stop } = decodeEvents(bytes)
    const again = encodeEvents(events)
    let piped = 0
    const reader = (await fetch('/stream/' + i)).body.pipeThrough(new EventDecoderStream()).getReader()
    while (!(await reader.read()).done) piped++
    streams.push({
      stop,
      piped,
      same: again.length === bytes.length && again.every((byte, at) => byte === bytes[at]),
      events: events.map((event) => eventToJson(event)),
    })
  }
  const emu = Emulator.boot({ profile: 'v7.2' })
  const req = new Uint8Array(ns_id_req.size)
  ns_id_req.write(req, 0, { size: ns_id_req.size, ns_id: 0n, ns_type: 0, user_ns_id: 0n })
  const ids = new Uint8Array(800)
  const seen = emu.syscall(emu.init, 'listns', req, ids, 100, 0)
  return { streams, ids: Array.from(decodeIds(ids.subarray(0, 8 * seen)), String) }
}
const body = await answers().then(JSON.stringify, (error) => 'failed: ' + error.stack)
await fetch('/answers', { method: 'POST', body })
</script>`

interface Answers {
  streams: { stop: string; piped: number; same: boolean; events: unknown[] }[]
  ids: string[]
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function serve({ url = '/' }: IncomingMessage, response: ServerResponse): void {
  const [, stream] = /^\/stream\/(\d+)$/.exec(url) ?? []
  if (url === '/') response.setHeader('content-type', 'text/html').end(PAGE)
  else if (stream !== undefined) response.end(streams[Number(stream)])
  else if (/^\/[\w/-]+\.js$/.test(url) && existsSync(join(built, url)))
    response.setHeader('content-type', 'text/javascript').end(readFileSync(join(built, url)))
  else response.writeHead(404).end()
}

/** Opens the page in a browser without a window and gives what it sends back. */
async function askBrowser(path: string): Promise<Answers> {
  const profile = mkdtempSync(join(tmpdir(), 'kabinet-browser-'))
  let child: ChildProcess | undefined
  const server = createServer()
  try {
    const body = await new Promise<string>((resolve, reject) => {
      server.on('request', (request, response) => {
        if (request.url !== '/answers') return serve(request, response)
        response.end()
        text(request).then(resolve, reject)
      })
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo
        const options = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`]
        child = spawn(path, [...options, `http://127.0.0.1:${port}/`], { stdio: ['ignore', 'ignore', 'pipe'] })
        let said = ''
        child.stderr?.on('data', (chunk) => {
          said += chunk
        })
        child.on('error', reject)
        child.on('close', (code) => reject(new Error(`${path} ended with ${code}: ${said.slice(-2000)}`)))
      })
    })
    return JSON.parse(body)
  } finally {
    if (child !== undefined && child.exitCode === null) {
      const gone = new Promise((resolve) => child?.once('close', resolve))
      child.kill()
      await gone
    }
    server.closeAllConnections()
    server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

describe.skipIf(browser === undefined)('in a browser', () => {
  let answers: Answers
  beforeAll(async () => {
    answers = await askBrowser(browser as string)
  }, 120_000)

  it.each(goldenStreams.map(([name], i) => [name, i] as const))('%s decodes as it does here', (_name, i) => {
    const { events, stop } = decodeEvents(streams[i] as Uint8Array)
    expect(answers.streams[i]).toEqual({
      stop,
      piped: events.length,
      same: true,
      events: events.map((event) => JSON.parse(JSON.stringify(eventToJson(event)))),
    })
  })

  it('the emulator answers as it does here', () => {
    const emu = Emulator.boot({ profile: 'v7.2' })
    const req = new Uint8Array(ns_id_req.size)
    ns_id_req.write(req, 0, { size: ns_id_req.size, ns_id: 0n, ns_type: 0, user_ns_id: 0n })
    const ids = new Uint8Array(800)
    const seen = emu.syscall(emu.init, 'listns', req, ids, 100, 0) as number
    expect(answers.ids).toEqual(Array.from(decodeIds(ids.subarray(0, 8 * seen)), String))
  })
})
