import type { File } from './file.js'
import type { UnixSocket } from './unix_socket.js'
import type { Runnable } from './wait_queue.js'

/**
 * AF_UNIX sockets that lie in messages keep each other alive although nobody can reach them any more. Each time a socket is
 * closed while others are on their way, a worker looks for such and throws away what lies in them.
 */
export class UnixGarbage {
  /** Sockets that were sent files which may still be unread. */
  #holders: Set<UnixSocket> | null = null

  /** `holder` was sent a socket. */
  sent(holder: UnixSocket): void {
    this.#holders ??= new Set()
    this.#holders.add(holder)
  }

  /** True if there may be something to look for. */
  get isDue(): boolean {
    return this.#holders !== null && this.#holders.size > 0
  }

  collect(isSocket: (file: File) => file is UnixSocket): void {
    const holders = this.#holders
    if (holders === null) return
    const onTheWay: Map<UnixSocket, number> = new Map()
    const edges: Map<UnixSocket, UnixSocket[]> = new Map()
    for (const holder of holders) {
      const sockets = holder.unreadFiles().filter(isSocket)
      if (sockets.length === 0) holders.delete(holder)
      else edges.set(holder, sockets)
      for (const socket of sockets) onTheWay.set(socket, (onTheWay.get(socket) ?? 0) + 1)
    }
    const reached: Set<UnixSocket> = new Set()
    const reach = (from: UnixSocket): void => {
      if (reached.has(from)) return
      reached.add(from)
      for (const next of edges.get(from) ?? []) reach(next)
    }
    for (const holder of edges.keys()) if (holder.refs > (onTheWay.get(holder) ?? 0)) reach(holder)
    const dead = [...edges.keys()].filter((holder) => !reached.has(holder))
    // All of it is taken out before the first one goes, as that takes others along.
    const files = dead.flatMap((holder) => holder.takeUnread())
    for (const file of files) file.put()
  }
}

/** The worker that does it: after the call that closed the socket. */
export class CollectUnixGarbage implements Runnable {
  readonly #garbage: UnixGarbage
  readonly #isSocket: (file: File) => file is UnixSocket

  constructor(garbage: UnixGarbage, isSocket: (file: File) => file is UnixSocket) {
    this.#garbage = garbage
    this.#isSocket = isSocket
  }

  run(): void {
    this.#garbage.collect(this.#isSocket)
  }
}
