/**
 * A DataView whose multi-byte reads are big-endian whatever they are asked for. A decoder that always asks for
 * little-endian reads a big-endian machine's bytes through it, and pays for no byte-order test when it is not used.
 */
export class BigEndianView extends DataView<ArrayBufferLike> {
  override getUint16(at: number): number {
    return super.getUint16(at)
  }
  override getInt32(at: number): number {
    return super.getInt32(at)
  }
  override getUint32(at: number): number {
    return super.getUint32(at)
  }
  override getBigUint64(at: number): bigint {
    return super.getBigUint64(at)
  }
  override setUint16(at: number, value: number): void {
    super.setUint16(at, value)
  }
  override setInt32(at: number, value: number): void {
    super.setInt32(at, value)
  }
  override setUint32(at: number, value: number): void {
    super.setUint32(at, value)
  }
  override setBigUint64(at: number, value: bigint): void {
    super.setBigUint64(at, value)
  }
}
