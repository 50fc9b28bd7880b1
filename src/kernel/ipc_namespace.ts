import type { Kernel } from './kernel.js'
import { Namespace } from './namespace.js'
import { NS_IPC } from './ns_type.js'
import type { Ucounts } from './ucounts.js'
import type { UserNamespace } from './user_namespace.js'

/** An ipc namespace that was made: its message queues are a filesystem of their own, mounted where nobody sees it. */
export class IpcNamespace extends Namespace {
  readonly #dev: number
  readonly #mountId: number

  constructor(kernel: Kernel, owner: UserNamespace, id: number, inum: number, ucounts: Ucounts) {
    super(kernel, NS_IPC, owner, id, inum, ucounts)
    this.#dev = kernel.vfs.newDev()
    this.#mountId = kernel.vfs.takeMountId()
  }

  override destroy(): void {
    const { vfs } = this.kernel
    vfs.freeDev(this.#dev)
    vfs.freeMountId(this.#mountId)
    vfs.freesLater = true
    super.destroy()
  }
}
