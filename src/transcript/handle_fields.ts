import { FILEID_NSFS, file_handle, nsfs_file_handle } from '../uapi/index.js'
import { type Fields, structRows } from './field.js'

const NSFS = structRows(nsfs_file_handle, { ns_id: 'ns_id', ns_type: 'ns_type', ns_inum: 'ns_inum' })

/**
 * Adds the fields of a `struct file_handle` at `base` and gives the offset behind its body.
 *
 * @param end - where the buffer or record that holds it ends
 */
export function handleFields(fields: Fields, base: number, end: number): number {
  const { offset } = file_handle
  const body = base + offset.f_handle
  fields.add('handle_bytes', base + offset.handle_bytes, 4, 'unsigned')
  fields.add('handle_type', base + offset.handle_type, 4, 'signed')
  if (body > end) return end
  const whole = fields.view.getUint32(base + offset.handle_bytes, true)
  // A buffer that ends inside the handle cuts it; what else holds it does not.
  const length = end === fields.bytes.length ? whole : Math.min(whole, end - body)
  if (fields.view.getInt32(base + offset.handle_type, true) === FILEID_NSFS && length >= nsfs_file_handle.size) {
    fields.struct(NSFS, body)
  } else {
    fields.add('f_handle', body, length, 'f_handle', 'blob')
  }
  return body + length
}
