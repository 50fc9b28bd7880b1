/** Decides what a kernel leaves to the addresses of its memory and to its scheduler. */
export interface Chance {
  /** One of `options` ways that are all right, from 0; `usual` is the one that is taken without a {@link Chance}. */
  pick(options: number, usual: number): number
  /** The place of the nth group (from 0) among those of its class: the lowest is told first. */
  placeOf(group: number): number
  /** An access may ask groups of one class that have these places, the lowest first. */
  asked(places: readonly number[]): void
}
