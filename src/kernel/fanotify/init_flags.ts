import {
  FAN_ALL_CLASS_BITS,
  FAN_CLOEXEC,
  FAN_ENABLE_AUDIT,
  FAN_NONBLOCK,
  FAN_REPORT_DIR_FID,
  FAN_REPORT_FD_ERROR,
  FAN_REPORT_FID,
  FAN_REPORT_MNT,
  FAN_REPORT_NAME,
  FAN_REPORT_NSID,
  FAN_REPORT_PIDFD,
  FAN_REPORT_TARGET_FID,
  FAN_REPORT_TID,
  FAN_UNLIMITED_MARKS,
  FAN_UNLIMITED_QUEUE,
} from '../../uapi/constants/fanotify.js'
import type { FanotifyFeatures } from './features.js'

/** The modes that report file handles. */
export const FID_BITS: number = FAN_REPORT_FID | FAN_REPORT_DIR_FID | FAN_REPORT_NAME | FAN_REPORT_TARGET_FID

/** fanotify_init flags that make a group a namespace watcher. */
export function nsWatcherBits(features: FanotifyFeatures): number {
  return features.nsid ? FAN_REPORT_MNT | FAN_REPORT_NSID : FAN_REPORT_MNT
}

/** fanotify_init flags that only the administrator may use. */
export function adminInitBits(features: FanotifyFeatures): number {
  return (
    FAN_ALL_CLASS_BITS |
    FAN_REPORT_TID |
    FAN_REPORT_PIDFD |
    FAN_REPORT_FD_ERROR |
    FAN_UNLIMITED_QUEUE |
    FAN_UNLIMITED_MARKS |
    features.restartableEvents
  )
}

/** All fanotify_init flags that exist in a profile. */
export function knownInitBits(features: FanotifyFeatures): number {
  return adminInitBits(features) | FID_BITS | nsWatcherBits(features) | FAN_CLOEXEC | FAN_NONBLOCK | FAN_ENABLE_AUDIT
}
