import type { Machine } from './machine.js'

/** A kernel struct as one machine lays it out. `T` is what a read gives, `Init` what a write takes, `F` the fields' names. */
export interface StructLayout<T, Init, F extends string> {
  /** `sizeof`, in bytes. */
  readonly size: number
  /** `_Alignof`, in bytes. */
  readonly align: number
  /** `offsetof` each field, in bytes. */
  readonly offset: Readonly<Record<F, number>>
  /**
   * Reads the struct at byte `at` of the view.
   * @throws RangeError when it does not lie inside the view.
   */
  read(view: ArrayBufferView, at?: number): T
  /**
   * Writes every byte of the struct at byte `at` of the view: holes and spare fields as 0, reserved fields that are left
   * out as 0. Numbers are cut to the field's width, as in C.
   * @throws RangeError when it does not lie inside the view; nothing is written then.
   */
  write(view: ArrayBufferView, at: number, value: Init): void
}

/** A kernel struct: its layout on x86-64, and `on` every machine. */
export interface StructType<T, Init, F extends string> extends StructLayout<T, Init, F> {
  readonly on: Readonly<Record<Machine, StructLayout<T, Init, F>>>
}

/** Joins the layouts of a struct; the x86-64 one is the default. */
export function structType<T, Init, F extends string>(
  on: Readonly<Record<Machine, StructLayout<T, Init, F>>>,
): StructType<T, Init, F> {
  return { ...on.x86_64, on }
}

/**
 * A DataView of the view's bytes in which `size` bytes at `at` are known to exist.
 * @throws RangeError when they do not.
 */
export function structView(view: ArrayBufferView, at: number, size: number, name: string): DataView {
  if (!(at >= 0 && at + size <= view.byteLength))
    throw new RangeError(`${name}: ${size} bytes at ${at} do not fit a view of ${view.byteLength}`)
  return view instanceof DataView ? view : new DataView(view.buffer, view.byteOffset, view.byteLength)
}

/** Sets bytes `from` to `to` to 0. */
export function clear(view: DataView, from: number, to: number): void {
  for (let at = from; at < to; at++) view.setUint8(at, 0)
}
