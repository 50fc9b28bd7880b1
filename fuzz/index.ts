/**
 * `kabinet/fuzz`: programs of syscalls that mean something, for property tests and campaigns of one's own.
 *
 * - {@link Programs} and {@link Walk} make programs by running them on an emulator; {@link FAMILIES} are the calls they are
 *   made of.
 * - {@link programArbitrary} is the same as a fast-check arbitrary, which shrinks (fast-check is an optional peer).
 * - {@link recount}, {@link checkListing} and {@link checkLeaks} say what does not hold of an emulator's state.
 * - {@link runCampaign} holds programs against a real kernel, {@link runSolo} against the invariants alone.
 */
export { type ProgramArbitraryOptions, programArbitrary } from './arbitrary.js'
export {
  type Asked,
  type CampaignOptions,
  type CampaignState,
  type FamilyState,
  runCampaign,
} from './campaign.js'
export { type Choices, ListChoices, pick, rarely, SeededChoices } from './choices.js'
export type { CallMaker, Draft, Family } from './draft.js'
export { EXCLUSIONS, type Exclusion } from './exclusions.js'
export { FAMILIES } from './families/index.js'
export { type Finding, signatureOf } from './finding.js'
export { checkCall } from './invariants/calls.js'
export { checkLeaks, type Inventory, inventory } from './invariants/leaks.js'
export { checkListing } from './invariants/listing.js'
export { recount } from './invariants/recount.js'
export { PLAIN_BOOT } from './plain_boot.js'
export { type Begun, Programs, type ProgramsOptions } from './programs.js'
export { type ShrinkTarget, shrink } from './shrink.js'
export { runSolo, type SoloOptions, type SoloState, type Violation } from './solo.js'
export { Tally } from './tally.js'
export { type MadeCall, MakerTable, Walk, type WalkObserver, type WalkOptions, type WalkTask } from './walk.js'
