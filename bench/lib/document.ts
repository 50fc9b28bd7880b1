const begin = (name: string): string => `<!-- bench:${name} -->`
const END = '<!-- /bench -->'

/**
 * Puts `section` between a document's markers for `name`, `<!-- bench:NAME -->` and the next `<!-- /bench -->`.
 *
 * @throws Error when the document has no such markers: a table that is written nowhere would go unnoticed.
 */
export function replaceSection(document: string, name: string, section: string): string {
  const start = document.indexOf(begin(name))
  const end = document.indexOf(END, start)
  if (start < 0 || end < 0) throw new Error(`no ${begin(name)} … ${END} in the document`)
  return `${document.slice(0, start)}${begin(name)}\n\n${section.trim()}\n\n${document.slice(end)}`
}
