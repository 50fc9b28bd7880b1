import { type Bytes, bytesOf } from './bytes.js'
import {
  FAN_DENY,
  FAN_ERRNO_MASK,
  FAN_ERRNO_SHIFT,
  FAN_INFO,
  FAN_RESPONSE_INFO_AUDIT_RULE,
} from './constants/fanotify.js'
import type { DecodeError } from './decode-error.js'
import {
  fanotify_response,
  fanotify_response_info_audit_rule,
  fanotify_response_info_header,
} from './generated/index.js'
import type { Machine } from './machine.js'

/** FAN_RESPONSE_INFO_AUDIT_RULE: the rule that decided, for the audit log. */
export interface AuditRuleResponseInfo {
  type: typeof FAN_RESPONSE_INFO_AUDIT_RULE
  rule_number: number
  /** Trust in the subject: 0 no, 1 yes, 2 unknown. */
  subj_trust: number
  /** Trust in the object: 0 no, 1 yes, 2 unknown. */
  obj_trust: number
  raw?: undefined
}

/** A response record that is not known here, or whose hdr.len is not that of its type. */
export interface RawResponseInfo {
  type: number
  /** The record's bytes, header included; all that is left when hdr.len cannot be stepped by. */
  raw: Uint8Array
}

/** The answer to a permission event, as it is written to the group's fd in one write(2). */
export interface FanotifyResponse {
  /** `fd` of the event. */
  fd: number
  /** FAN_ALLOW or FAN_DENY, with flags and an errno: see {@link denyWith}. FAN_INFO says that records follow. */
  response: number
  info?: (AuditRuleResponseInfo | RawResponseInfo)[]
}

/** What {@link decodeResponse} found. */
export interface ResponseResult {
  /** Absent when the bytes are too few for one. */
  response?: FanotifyResponse
  /** How many bytes it takes; without FAN_INFO, what follows the struct is not part of it. */
  bytesConsumed: number
  bytesLeft: number
  error?: DecodeError
}

/**
 * The `response` that denies with an errno of the caller's choice: `denyWith(EIO)`. Only groups of FAN_CLASS_PRE_CONTENT may give one.
 * Source: FAN_DENY_ERRNO of `linux/fanotify.h`.
 */
export function denyWith(errno: number): number {
  return (FAN_DENY | ((errno & FAN_ERRNO_MASK) << FAN_ERRNO_SHIFT)) >>> 0
}

const SIZE: number = fanotify_response.size
const HEADER: number = fanotify_response_info_header.size
const HEADER_LEN: number = fanotify_response_info_header.offset.len
const AUDIT_RULE: number = fanotify_response_info_audit_rule.size

/**
 * Decodes what was written to answer a permission event. Any bytes give a result, with the records there are when FAN_INFO is set.
 * Source: `linux/fanotify.h` and fanotify(7).
 */
export function decodeResponse(source: Bytes, options?: { machine?: Machine | undefined }): ResponseResult {
  const bytes = bytesOf(source)
  const machine = options?.machine ?? 'x86_64'
  if (bytes.length < SIZE) {
    const error = { offset: 0, field: 'fanotify_response', reason: `${bytes.length} bytes, it takes ${SIZE}` }
    return { bytesConsumed: 0, bytesLeft: bytes.length, error }
  }
  const response: FanotifyResponse = fanotify_response.on[machine].read(bytes)
  let at = SIZE
  if (response.response & FAN_INFO) {
    response.info = []
    while (bytes.length - at >= HEADER) {
      const { type, len } = fanotify_response_info_header.on[machine].read(bytes, at)
      const left = bytes.length - at
      const end = len < HEADER || len > left ? bytes.length : at + len
      if (type === FAN_RESPONSE_INFO_AUDIT_RULE && len === AUDIT_RULE && end === at + len) {
        const { hdr, ...rule } = fanotify_response_info_audit_rule.on[machine].read(bytes, at)
        // a non-zero pad has no field of its own: such a record is kept whole
        response.info.push(hdr.pad === 0 ? { type, ...rule } : { type, raw: bytes.subarray(at, end) })
      } else {
        response.info.push({ type, raw: bytes.subarray(at, end) })
        if (end !== at + len) {
          const error = { offset: at + HEADER_LEN, field: 'hdr.len', reason: `${len}, with ${left} bytes left` }
          return { response, bytesConsumed: end, bytesLeft: 0, error }
        }
      }
      at = end
    }
  }
  return { response, bytesConsumed: at, bytesLeft: bytes.length - at }
}

/**
 * Encodes the answer to a permission event: the bytes for one write(2). FAN_INFO is not added: set it to have records read.
 * Source: `linux/fanotify.h` and fanotify(7).
 */
export function encodeResponse(
  response: FanotifyResponse,
  options?: { machine?: Machine | undefined },
): Uint8Array<ArrayBuffer> {
  const machine = options?.machine ?? 'x86_64'
  const info = response.info ?? []
  const bytes = new Uint8Array(info.reduce((size, record) => size + (record.raw?.length ?? AUDIT_RULE), SIZE))
  fanotify_response.on[machine].write(bytes, 0, response)
  let at = SIZE
  for (const record of info) {
    if (record.raw) bytes.set(record.raw, at)
    else {
      const { type, rule_number, subj_trust, obj_trust } = record
      const rule = { hdr: { type, len: AUDIT_RULE }, rule_number, subj_trust, obj_trust }
      fanotify_response_info_audit_rule.on[machine].write(bytes, at, rule)
    }
    at += record.raw?.length ?? AUDIT_RULE
  }
  return bytes
}
