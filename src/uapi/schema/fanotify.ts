import { field, flexible, pad, type StructTable, struct } from './field.js'

/** `linux/fanotify.h`, with the NS record of seed 000. */
export const fanotify: readonly StructTable[] = [
  struct('fanotify_event_metadata', 'The head of every event.', [
    field('u32', 'event_len', 'Length of the whole event in bytes.'),
    field('u8', 'vers', 'FANOTIFY_METADATA_VERSION.'),
    pad('u8', 'reserved'),
    field('u16', 'metadata_len', 'Offset of the first information record.'),
    field('aligned_u64', 'mask', 'FAN_* event bits.'),
    field('s32', 'fd', 'An open file, FAN_NOFD or -errno.'),
    field('s32', 'pid', 'Who caused the event.'),
  ]),
  struct('fanotify_event_info_header', 'The head of every information record.', [
    field('u8', 'info_type', 'FAN_EVENT_INFO_TYPE_*.'),
    pad('u8', 'pad'),
    field('u16', 'len', 'Length of the record in bytes, this header and padding included.'),
  ]),
  struct('fanotify_event_info_fid', 'Records FID, DFID, DFID_NAME, OLD_DFID_NAME and NEW_DFID_NAME.', [
    field('fanotify_event_info_header', 'hdr', 'The header.'),
    field('s32', 'fsid', 'The filesystem (`__kernel_fsid_t`).', { count: 2 }),
    flexible('u8', 'handle', 'A `struct file_handle`, and in the NAME records the name behind it, ended by NUL.'),
  ]),
  struct('fanotify_event_info_pidfd', 'Record PIDFD.', [
    field('fanotify_event_info_header', 'hdr', 'The header.'),
    field('s32', 'pidfd', 'A pidfd, FAN_NOPIDFD, FAN_EPIDFD or -errno.'),
  ]),
  struct('fanotify_event_info_error', 'Record ERROR.', [
    field('fanotify_event_info_header', 'hdr', 'The header.'),
    field('s32', 'error', 'The errno.'),
    field('u32', 'error_count', 'Errors since the last event that was read.'),
  ]),
  struct('fanotify_event_info_range', 'Record RANGE.', [
    field('fanotify_event_info_header', 'hdr', 'The header.'),
    pad('u32', 'pad'),
    field('u64', 'offset', 'Start of the range in the file.'),
    field('u64', 'count', 'Length of the range.'),
  ]),
  struct('fanotify_event_info_mnt', 'Record MNT.', [
    field('fanotify_event_info_header', 'hdr', 'The header.'),
    field('u64', 'mnt_id', 'Unique id of the mount.'),
  ]),
  struct('fanotify_event_info_ns', 'Record NS (proposed, seed 000).', [
    field('fanotify_event_info_header', 'hdr', 'The header.'),
    field('u64', 'self_nsid', 'Id of the namespace.'),
    field('u64', 'owner_nsid', 'Id of the user namespace that owns it.'),
  ]),
  struct('fanotify_response', 'What is written to answer a permission event.', [
    field('s32', 'fd', 'The `fd` of the event.'),
    field('u32', 'response', 'FAN_ALLOW or FAN_DENY, with flags and an errno.'),
  ]),
  struct('fanotify_response_info_header', 'The head of a response information record.', [
    field('u8', 'type', 'FAN_RESPONSE_INFO_*.'),
    pad('u8', 'pad'),
    field('u16', 'len', 'Length of the record in bytes, this header included.'),
  ]),
  struct('fanotify_response_info_audit_rule', 'Response record AUDIT_RULE.', [
    field('fanotify_response_info_header', 'hdr', 'The header.'),
    field('u32', 'rule_number', 'The rule that decided.'),
    field('u32', 'subj_trust', 'Trust in the subject: 0 no, 1 yes, 2 unknown.'),
    field('u32', 'obj_trust', 'Trust in the object: 0 no, 1 yes, 2 unknown.'),
  ]),
]
