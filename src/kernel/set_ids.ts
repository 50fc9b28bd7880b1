import { CAP_EMPTY_SET, CAP_FS_SET } from './capability.js'
import { Cred, type CredFields, SECURE_KEEP_CAPS, SECURE_NO_SETUID_FIXUP } from './cred.js'

/** New credentials after user ids changed: leaving uid 0 drops capabilities, coming to it gives the permitted ones. */
export function withUids(old: Cred, next: CredFields): Cred {
  if ((old.securebits & SECURE_NO_SETUID_FIXUP) === 0) {
    const root = old.userNs.kuid(0)
    const wasRoot = old.uid === root || old.euid === root || old.suid === root
    if (wasRoot && next.uid !== root && next.euid !== root && next.suid !== root) {
      if ((old.securebits & SECURE_KEEP_CAPS) === 0) {
        next.permitted = CAP_EMPTY_SET
        next.effective = CAP_EMPTY_SET
      }
      next.ambient = CAP_EMPTY_SET
    }
    if (old.euid === root && next.euid !== root) next.effective = CAP_EMPTY_SET
    if (old.euid !== root && next.euid === root) next.effective = next.permitted
  }
  return new Cred(next)
}

/** New credentials after only the fsuid changed: the capabilities over files follow it. */
export function withFsuid(old: Cred, next: CredFields): Cred {
  if ((old.securebits & SECURE_NO_SETUID_FIXUP) === 0) {
    const root = old.userNs.kuid(0)
    if (old.fsuid === root && next.fsuid !== root) next.effective = next.effective.without(CAP_FS_SET)
    if (old.fsuid !== root && next.fsuid === root)
      next.effective = next.effective.union(next.permitted.intersect(CAP_FS_SET))
  }
  return new Cred(next)
}
