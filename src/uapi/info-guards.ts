import type { FanotifyEvent, FanotifyInfo, KnownInfo } from './event.js'

/** The record shape of an info_type. */
export type InfoOfType<T, I = KnownInfo> = I extends { info_type: infer U } ? (T extends U ? I : never) : never

/** Whether a record is a decoded one of this type: narrows its type. False for a broken one, which is kept raw. */
export function isInfo<T extends KnownInfo['info_type']>(
  info: FanotifyInfo,
  type: T,
): info is InfoOfType<T> & FanotifyInfo {
  return info.raw === undefined && info.info_type === type
}

/** The event's first decoded record of this type: `findInfo(event, FAN_EVENT_INFO_TYPE_MNT)?.mnt_id`. */
export function findInfo<T extends KnownInfo['info_type']>(event: FanotifyEvent, type: T): InfoOfType<T> | undefined {
  for (const info of event.info) if (isInfo(info, type)) return info
  return undefined
}
