import { Emulator } from '../abi/index.js'
import {
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  decodeIds,
  formatReturn,
  LISTNS_CURRENT_USER,
  MNT_NS,
  NET_NS,
  ns_id_req,
  SIGCHLD,
  toHex,
} from '../uapi/index.js'
import { color } from './color.js'
import type { Chapter } from './demo-chapter.js'

/** The kernel that listns came with; the cover letter of the series that brought it has these five calls. */
const PROFILE = 'v6.19'

const CONTAINER = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET

interface Example {
  says: string
  ns_type?: number
  user_ns_id?: bigint
  /** How many ids a call has room for. */
  page: number
}

const examples: readonly Example[] = [
  { says: 'all namespaces', page: 100 },
  { says: 'network namespaces only', ns_type: NET_NS, page: 100 },
  { says: "owned by the caller's user namespace", user_ns_id: LISTNS_CURRENT_USER, page: 100 },
  { says: 'network and mount namespaces', ns_type: NET_NS | MNT_NS, page: 100 },
  { says: 'all of them, eight at a time', page: 8 },
]

/** Calls until a page is not full, the last id of each page being the cursor of the next, and prints each call's bytes. */
function list(emu: Emulator, { ns_type = 0, user_ns_id = 0n, page }: Example): void {
  const req = new Uint8Array(ns_id_req.size)
  let ns_id = 0n
  for (;;) {
    const buffer = new Uint8Array(8 * page)
    ns_id_req.write(req, 0, { size: ns_id_req.size, ns_id, ns_type, user_ns_id })
    const ret = emu.syscall(emu.init, 'listns', req, buffer, page, 0) as number
    const bytes = buffer.subarray(0, 8 * Math.max(ret, 0))
    const ids = decodeIds(bytes)
    process.stdout.write(`listns(${toHex(req)}, …, ${page}, 0) = ${formatReturn(ret)}\n`)
    for (const [i, id] of ids.entries())
      process.stdout.write(`  ${color.blue(toHex(bytes.subarray(8 * i, 8 * i + 8)))}  ${color.yellow(String(id))}\n`)
    if (ret < page) return
    ns_id = ids[ret - 1]!
  }
}

function boot(): Emulator {
  const emu = Emulator.boot({ profile: PROFILE })
  for (let container = 0; container < 2; container++) emu.syscall(emu.init, 'clone', CONTAINER | SIGCHLD, 0, 0, 0, 0)
  return emu
}

/** The five calls of the cover letter of listns(2), made on an emulator with two containers. */
export const listnsChapters: readonly Chapter[] = examples.map((example, i) => ({
  title: `listns on the emulator, example ${i + 1}: ${example.says}`,
  says:
    i === 0
      ? `Linux ${PROFILE.slice(1)} with two containers of six namespaces each: request, return, and each id as bytes and as a number.`
      : 'The same kernel; only the request differs.',
  run: async () => list(boot(), example),
}))
