import type { Namespace } from './namespace.js'

/** In a state: the type's index. */
export const STATE_TYPE = 7 as const
/** In a state: the active count is not zero. */
export const STATE_ACTIVE = 8 as const

/**
 * A small number for each namespace that exists, and by it the object and what a listing asks of every one: lists hold
 * slots, and a walk reads bytes that lie side by side.
 */
export class NamespaceSlots {
  /** By slot: {@link STATE_TYPE} and {@link STATE_ACTIVE}. Replaced by a larger one when full. */
  states: Uint8Array = new Uint8Array(64)
  readonly #namespaces: (Namespace | null)[] = []
  readonly #free: number[] = []

  /** Takes a slot for `ns`. */
  take(ns: Namespace, active: boolean): number {
    const slot = this.#free.pop() ?? this.#namespaces.length
    this.#namespaces[slot] = ns
    if (slot >= this.states.length) {
      const larger = new Uint8Array(this.states.length * 2)
      larger.set(this.states)
      this.states = larger
    }
    this.states[slot] = active ? ns.type | STATE_ACTIVE : ns.type
    return slot
  }

  give(slot: number): void {
    this.#namespaces[slot] = null
    this.#free.push(slot)
  }

  /** The namespace in a slot that is taken. */
  at(slot: number): Namespace {
    return this.#namespaces[slot]!
  }
}
