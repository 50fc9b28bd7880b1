import { CAP_EMPTY_SET, CAP_FULL_SET, type CapSet } from './capability.js'
import type { UserNamespace } from './user_namespace.js'

/** Bits of `securebits`. */
export const SECURE_NO_SETUID_FIXUP = 4
export const SECURE_KEEP_CAPS = 16
export const SECURE_NO_CAP_AMBIENT_RAISE = 64
/** All secure bits; each has its lock one bit above. */
export const SECURE_ALL_BITS = 0x555
/** What a program only promises itself (EXEC_RESTRICT_FILE, EXEC_DENY_INTERACTIVE): no privilege is needed. */
export const SECURE_UNPRIVILEGED_BITS = 0x500
export const SECURE_ALL_LOCKS: number = SECURE_ALL_BITS << 1

/** Everything that a set of credentials is made of. Ids are kernel ids (those of the initial user namespace). */
export interface CredFields {
  uid: number
  euid: number
  suid: number
  fsuid: number
  gid: number
  egid: number
  sgid: number
  fsgid: number
  /** Supplementary groups, sorted. */
  groups: readonly number[]
  securebits: number
  inheritable: CapSet
  permitted: CapSet
  effective: CapSet
  bounding: CapSet
  ambient: CapSet
  userNs: UserNamespace
}

const NO_GROUPS: readonly number[] = []

/**
 * Credentials: shared by tasks and open files, never changed; a change is a new object. Who holds one holds a passive
 * reference on its user namespace.
 */
export class Cred implements Readonly<CredFields> {
  readonly uid: number
  readonly euid: number
  readonly suid: number
  readonly fsuid: number
  readonly gid: number
  readonly egid: number
  readonly sgid: number
  readonly fsgid: number
  readonly groups: readonly number[]
  readonly securebits: number
  readonly inheritable: CapSet
  readonly permitted: CapSet
  readonly effective: CapSet
  readonly bounding: CapSet
  readonly ambient: CapSet
  readonly userNs: UserNamespace

  constructor(fields: CredFields) {
    this.uid = fields.uid
    this.euid = fields.euid
    this.suid = fields.suid
    this.fsuid = fields.fsuid
    this.gid = fields.gid
    this.egid = fields.egid
    this.sgid = fields.sgid
    this.fsgid = fields.fsgid
    this.groups = fields.groups
    this.securebits = fields.securebits
    this.inheritable = fields.inheritable
    this.permitted = fields.permitted
    this.effective = fields.effective
    this.bounding = fields.bounding
    this.ambient = fields.ambient
    this.userNs = fields.userNs
  }

  /** Root, with all capabilities unless it says which. */
  static root(userNs: UserNamespace, capabilities: CapSet = CAP_FULL_SET): Cred {
    return new Cred({
      uid: 0,
      euid: 0,
      suid: 0,
      fsuid: 0,
      gid: 0,
      egid: 0,
      sgid: 0,
      fsgid: 0,
      groups: NO_GROUPS,
      securebits: 0,
      inheritable: CAP_EMPTY_SET,
      permitted: capabilities,
      effective: capabilities,
      bounding: capabilities,
      ambient: CAP_EMPTY_SET,
      userNs,
    })
  }

  /** The fields, to change some and make a new one. */
  fields(): CredFields {
    const { uid, euid, suid, fsuid, gid, egid, sgid, fsgid, groups, securebits } = this
    const { inheritable, permitted, effective, bounding, ambient, userNs } = this
    return {
      uid,
      euid,
      suid,
      fsuid,
      gid,
      egid,
      sgid,
      fsgid,
      groups,
      securebits,
      inheritable,
      permitted,
      effective,
      bounding,
      ambient,
      userNs,
    }
  }

  /** These credentials in a user namespace that was just made or joined: all capabilities there, no inheritance. */
  inUserNs(userNs: UserNamespace): Cred {
    const fields = this.fields()
    fields.securebits = 0
    fields.inheritable = CAP_EMPTY_SET
    fields.permitted = CAP_FULL_SET
    fields.effective = CAP_FULL_SET
    fields.ambient = CAP_EMPTY_SET
    fields.bounding = CAP_FULL_SET
    fields.userNs = userNs
    return new Cred(fields)
  }
}

/** True if `cred` has `cap` towards `target`: in its own namespace, or as owner of one below, or above either. */
export function nsCapable(cred: Cred, target: UserNamespace, cap: number): boolean {
  const own = cred.userNs
  for (let ns = target; ; ns = ns.parent!) {
    if (ns === own) return cred.effective.has(cap)
    if (ns.level <= own.level) return false
    if (ns.parent === own && ns.ownerUid === cred.euid) return true
  }
}

/** True if `cred`'s fs ids, or supplementary groups, have `kgid`. */
export function inGroup(cred: Cred, kgid: number): boolean {
  return cred.fsgid === kgid || cred.groups.includes(kgid)
}
