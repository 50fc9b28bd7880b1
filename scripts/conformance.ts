/**
 * Writes docs/conformance.md and the block of README.md that sums it up:
 *
 *   npm run conformance [-- STATS.json…]
 *
 * Files that `kabinet fuzz --stats` wrote elsewhere (the shards of a campaign) are first added to those of docs/conformance.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { addStats, readStats } from '../fuzz/stats.js'
import { renderConformance, withBlock } from './conformance_md.js'

const root = new URL('../', import.meta.url)
for (const file of process.argv.slice(2)) {
  const stats = readStats(file)
  addStats(new URL(`docs/conformance/${stats.profile}-${stats.backend}.json`, root).pathname, stats)
}
const { page, block } = renderConformance()
const readme = new URL('README.md', root)
writeFileSync(new URL('docs/conformance.md', root), page)
writeFileSync(readme, withBlock(readFileSync(readme, 'utf8'), block))
