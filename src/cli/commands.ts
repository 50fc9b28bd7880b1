import type { Command } from 'commander'

/** What a subcommand's module exports: adds arguments, options and the action to `command`. */
export interface CommandModule {
  register(command: Command): void
}

/** A subcommand of `kabinet`. */
export interface CommandRow {
  name: string
  /** One line for `kabinet --help`. */
  summary: string
  /** Imports the subcommand's module; called only when the subcommand is named on the command line. */
  load(): Promise<CommandModule>
}

/** Every subcommand, in the order of `kabinet --help`. */
export const commands: readonly CommandRow[] = [
  { name: 'demo', summary: 'a tour on data that ships with the package', load: () => import('./demo.js') },
  { name: 'decode', summary: 'print a fanotify event stream', load: () => import('./decode.js') },
  {
    name: 'replay',
    summary: 'hold transcripts of real kernels against the emulator',
    load: () => import('./replay.js'),
  },
  {
    name: 'record',
    summary: 'run programs on a real kernel and write down what it answers',
    load: () => import('./record.js'),
  },
  {
    name: 'fuzz',
    summary: 'hold the emulator against a real kernel, or against its invariants, with programs of its own',
    load: () => import('./fuzz.js'),
  },
  { name: 'diff', summary: 'compare two transcripts of the same calls', load: () => import('./diff.js') },
  {
    name: 'explain',
    summary: 'say which check refuses a fanotify_init or fanotify_mark call',
    load: () => import('./explain.js'),
  },
]
