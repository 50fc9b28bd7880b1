import { readFileSync } from 'node:fs'
import os from 'node:os'

/** What the figures were measured on. */
export interface MachineInfo {
  cpu: string
  cpus: number
  kernel: string
  node: string
}

export function machineInfo(): MachineInfo {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cpus: os.cpus().length,
    kernel: `${os.type()} ${os.release()}`,
    node: process.version,
  }
}

/** The 1-minute load average when the run began: other work on the machine shows in the spread. */
export function load(): number {
  return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])
}
