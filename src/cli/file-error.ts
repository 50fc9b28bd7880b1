import { CliError } from './cli-error.js'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  ENOTDIR: 'a part of the path is not a directory',
}

/** What the filesystem said of `path`, as an error for the user; an error that is not the filesystem's is thrown as it is. */
export function fileError(path: string, error: unknown): CliError {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) throw error
  return new CliError(`${path}: ${REASONS[code] ?? code}`)
}
