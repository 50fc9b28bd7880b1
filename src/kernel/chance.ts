/** Decides what a kernel leaves to the addresses of its memory and to its scheduler. */
export interface Chance {
  /** One of `options` ways that are all right, from 0; `usual` is the one that is taken without a {@link Chance}. */
  pick(options: number, usual: number): number
}
