/**
 * Records what a real kernel answers to generated programs, as the fuzzer makes them:
 *
 *   tsx test/mutants/record_walks.ts BACKEND SECONDS FOLDER [SEED]
 *
 * It is done once, so that each mutant can be held against it; programs on which the emulator as it stands differs are left out.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusionsFor } from '../../fuzz/exclusions.js'
import { FAMILIES } from '../../fuzz/families/index.js'
import { Programs } from '../../fuzz/programs.js'
import { openBackend } from '../../lab/open-backend.js'
import { isProfileName } from '../../src/abi/index.js'
import { replay, serialiseTranscript } from '../../src/transcript/index.js'

const [name = '', seconds = '60', folder = '', seed = '1'] = process.argv.slice(2)
const IN_FLIGHT = 6

mkdirSync(folder, { recursive: true })
const backend = openBackend(name)
try {
  const { header } = await backend.run({ header: { transcript: 1, name: 'boot' }, steps: [] })
  const { profile, boot } = header
  if (!isProfileName(profile)) throw new RangeError(`no profile ${profile}`)
  const without = new Set(exclusionsFor(name).flatMap(({ makers }) => makers ?? []))
  const programs = new Programs({ families: Object.values(FAMILIES), profile, boot, seed: Number(seed), without })
  const end = Date.now() + Number(seconds) * 1000
  let next = 0
  let kept = 0
  let calls = 0
  const one = async (): Promise<void> => {
    while (Date.now() < end) {
      const index = next++
      const { program } = programs.make(index)
      const transcript = await backend.run(program).catch(() => null)
      // A program that lost the kernel says nothing about a mutant.
      if (transcript === null || replay(transcript).firstDivergence !== null) continue
      writeFileSync(join(folder, `${name}-${index}.jsonl`), serialiseTranscript(transcript))
      kept++
      calls += transcript.steps.length
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, one))
  console.log(`${name} ${header.kernel}: ${kept} of ${next} programs, ${calls} calls`)
} finally {
  await backend.close()
}
