import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import type { UserBuffer } from '../kernel/user_buffer.js'
import {
  FAN_ALLOW,
  FAN_AUDIT,
  FAN_CLASS_PRE_CONTENT,
  FAN_DENY,
  FAN_ENABLE_AUDIT,
  FAN_ERRNO_MASK,
  FAN_ERRNO_SHIFT,
  FAN_INFO,
  FAN_NOFD,
  FAN_RESPONSE_INFO_AUDIT_RULE,
} from '../uapi/constants/fanotify.js'
import { EAGAIN, EBUSY, EDQUOT, EFAULT, EINVAL, EIO, ENOENT, ENOSPC, EPERM, ETXTBSY } from '../uapi/errno.js'
import { fanotify_response, fanotify_response_info_audit_rule } from '../uapi/generated/fanotify.js'

const RESPONSE: number = fanotify_response.size
const AUDIT_RULE: number = fanotify_response_info_audit_rule.size
const FD: number = fanotify_response.offset.fd
const ANSWER: number = fanotify_response.offset.response

/** The errnos that FAN_DENY may carry. */
const DENY_ERRNOS: ReadonlySet<number> = new Set([0, EPERM, EIO, EAGAIN, EBUSY, ETXTBSY, ENOSPC, EDQUOT])
const ERRNO_FIELD: number = (FAN_ERRNO_MASK << FAN_ERRNO_SHIFT) >>> 0

const BYTES: Uint8Array = new Uint8Array(RESPONSE + AUDIT_RULE)
const VIEW: DataView = new DataView(BYTES.buffer)

/** 0, or -EINVAL for an answer that is neither allow nor deny, or an errno that may not be given here. */
function checkAnswer(group: FanotifyGroup, answer: number): number {
  const errno = answer >>> FAN_ERRNO_SHIFT
  switch (answer & ~(FAN_AUDIT | FAN_INFO | ERRNO_FIELD)) {
    case FAN_ALLOW:
      if (errno !== 0) return -EINVAL
      break
    case FAN_DENY:
      if (errno !== 0 && group.class !== FAN_CLASS_PRE_CONTENT) return -EINVAL
      if (!DENY_ERRNOS.has(errno)) return -EINVAL
      break
    default:
      return -EINVAL
  }
  return (answer & FAN_AUDIT) !== 0 && (group.flags & FAN_ENABLE_AUDIT) === 0 ? -EINVAL : 0
}

/** Reads the record behind a FAN_INFO answer: 0, or -errno. */
function checkInfo(buffer: UserBuffer): number {
  if (buffer.remaining !== AUDIT_RULE) return -EINVAL
  if (buffer.copyIn(BYTES, RESPONSE, AUDIT_RULE) < AUDIT_RULE) return -EFAULT
  const { hdr } = fanotify_response_info_audit_rule.read(VIEW, RESPONSE)
  return hdr.type === FAN_RESPONSE_INFO_AUDIT_RULE && hdr.pad === 0 && hdr.len === AUDIT_RULE ? 0 : -EINVAL
}

/**
 * A write to a group: {fd, response}, behind it the audit rule that FAN_INFO announces. The number of bytes taken; -EINVAL
 * for what is no answer; -ENOENT if no permission event waits on that fd. FAN_NOFD with a sound rule only checks.
 */
export function answerPermission(group: FanotifyGroup, buffer: UserBuffer): number {
  if (!group.kernel.config.fanotifyPermissions) return -EINVAL
  const count = buffer.remaining
  if (count < RESPONSE) return -EINVAL
  if (buffer.copyIn(BYTES, 0, RESPONSE) < RESPONSE) return -EFAULT
  const fd = VIEW.getInt32(FD, true)
  const answer = VIEW.getUint32(ANSWER, true)
  const wrong = checkAnswer(group, answer)
  if (wrong !== 0) return wrong
  if ((answer & FAN_INFO) !== 0) {
    const bad = checkInfo(buffer)
    if (bad !== 0) return bad
    if (fd === FAN_NOFD) return count
  }
  if (fd < 0) return -EINVAL
  if (!group.permissions.answer(fd, answer)) return -ENOENT
  return (answer & FAN_INFO) !== 0 ? count : RESPONSE
}
