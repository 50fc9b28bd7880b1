/** In what the profiles' fanotify differs; a field of the profile. */
export interface FanotifyFeatures {
  /** FAN_REPORT_NSID, FAN_MARK_USERNS, FAN_NS_CREATE and FAN_NS_DELETE exist (seed 000). */
  readonly nsid: boolean
  /** The fanotify_init bit of FAN_RESTARTABLE_EVENTS (seed 002), 0 where it does not exist. */
  readonly restartableEvents: number
  /** FAN_REPORT_PIDFD may be combined with FAN_REPORT_TID (from 7.2 on). */
  readonly pidfdWithTid: boolean
  /** An event of a process that has been reaped since still comes with its pidfd (from 7.2 on). */
  readonly pidfdOfReaped: boolean
  /** fdinfo names a marked mount namespace by its id (`mnt_ns_id:`, seed 000), not by its inode (`mnt_ns:`). */
  readonly fdinfoNsId: boolean
  /** FIONREAD counts all bytes of the queued events (seen on 7.2); without it 24 for each, whatever its records (seen on 6.18). */
  readonly fionreadRecords: boolean
}
