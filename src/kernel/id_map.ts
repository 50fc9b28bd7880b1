/** A range of a uid_map or gid_map: `count` ids from `first` on stand for those from `lower` on in the initial user namespace. */
export interface IdExtent {
  readonly first: number
  readonly lower: number
  readonly count: number
}

/** Most extents that one map takes. */
export const MAX_EXTENTS = 340
/** What an id without a mapping shows as. */
export const OVERFLOW_ID = 65534
/** No such id: (uid_t) -1. */
export const INVALID_ID = 0xffff_ffff

/** A map from a user namespace's ids to kernel ids; one without extents has not been written yet. */
export type IdMap = readonly IdExtent[]

export const IDENTITY_MAP: IdMap = [{ first: 0, lower: 0, count: 0xffff_ffff }]

/** The kernel id of `id`, or {@link INVALID_ID}. */
export function mapDown(map: IdMap, id: number): number {
  for (const extent of map) {
    if (id >= extent.first && id - extent.first < extent.count) return extent.lower + (id - extent.first)
  }
  return INVALID_ID
}

/** The kernel ids `[id, id + count)` as one range, or {@link INVALID_ID} if no single extent holds it. */
export function mapRangeDown(map: IdMap, id: number, count: number): number {
  for (const extent of map) {
    if (id >= extent.first && id + count <= extent.first + extent.count) return extent.lower + (id - extent.first)
  }
  return INVALID_ID
}

/** The id that stands for kernel id `kid`, or {@link INVALID_ID}. */
export function mapUp(map: IdMap, kid: number): number {
  for (const extent of map) {
    if (kid >= extent.lower && kid - extent.lower < extent.count) return extent.first + (kid - extent.lower)
  }
  return INVALID_ID
}

/** The id that stands for `kid`, or the overflow id. */
export function mapUpMunged(map: IdMap, kid: number): number {
  const id = mapUp(map, kid)
  return id === INVALID_ID ? OVERFLOW_ID : id
}
