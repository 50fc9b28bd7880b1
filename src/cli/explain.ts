import { type Command, Option } from 'commander'
import { type Explanation, explainInit, explainMark, type MarkDescription, type Step } from '../abi/fanotify_explain.js'
import type { InitRequest } from '../abi/fanotify_init_checks.js'
import { PROFILES, type Profile, type ProfileName } from '../abi/profiles.js'
import type { FanotifyFeatures } from '../kernel/fanotify/features.js'
import {
  FAN_MARK_EVICTABLE,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_ONLYDIR,
} from '../uapi/constants/fanotify.js'
import { ENOTDIR, errnoName } from '../uapi/errno.js'
import { type CallText, parseCall, parseFlags, RESTARTABLE } from './call-text.js'
import { CliError } from './cli-error.js'
import { color } from './color.js'
import { type Caller, describeObject, OBJECT_KINDS } from './described-object.js'

const CALLERS: readonly Caller[] = ['root', 'user', 'userns-root']

/** The options of `kabinet explain`. */
export interface ExplainOptions {
  as: Caller
  group: string
  object: string
  marked?: string
  profile?: ProfileName
  permissions: boolean
  all?: boolean
  json?: boolean
}

/** The answer to a call in one profile. */
interface Answer {
  profile: ProfileName
  /** What is explained: the call, or the fanotify_init that would have to make its group. */
  of: 'call' | 'group'
  explanation: Explanation | null
  /** Said instead of an explanation. */
  note: string | null
}

function number32(text: string): number {
  return Number(parseFlags(text).value & 0xffff_ffffn)
}

/** fanotify_init's flags in a profile; null where FAN_RESTARTABLE_EVENTS is one of them and the profile has none. */
function initFlags(text: string, features: FanotifyFeatures): number | null {
  const flags = number32(text)
  if (!parseFlags(text).restartable) return flags
  return features.restartableEvents === 0 ? null : (flags | features.restartableEvents) >>> 0
}

function initRequest(flags: number, eventFFlags: number, caller: Caller, features: FanotifyFeatures): InitRequest {
  const root = caller === 'root'
  return { flags, eventFFlags, features, sysAdmin: root, auditWrite: root, groupsLeft: true, fdsLeft: true }
}

function noFlag(profile: Profile, of: Answer['of']): Answer {
  return { profile: profile.name, of, explanation: null, note: `there is no ${RESTARTABLE} in this profile` }
}

function answerInit({ args }: CallText, options: ExplainOptions, profile: Profile): Answer {
  const [flagsText, eventFFlagsText] = args
  const flags = initFlags(flagsText!, profile.fanotify)
  if (flags === null) return noFlag(profile, 'call')
  const request = initRequest(flags, number32(eventFFlagsText!), options.as, profile.fanotify)
  return { profile: profile.name, of: 'call', explanation: explainInit(request), note: null }
}

/** The mark that `--marked FLAGS:MASK` describes. */
function existingMark(text: string | undefined): MarkDescription['mark'] {
  if (text === undefined) return null
  const [flagText, maskText, ...rest] = text.split(':')
  if (maskText === undefined || rest.length > 0)
    throw new CliError(`--marked ${text}: write it as FLAGS:MASK, such as FAN_MARK_EVICTABLE:FAN_OPEN`)
  const flags = number32(flagText!)
  return {
    mask: number32(maskText),
    isEvictable: (flags & FAN_MARK_EVICTABLE) !== 0,
    hasIgnoreFlags: (flags & FAN_MARK_IGNORE) !== 0,
    survivesModify: (flags & FAN_MARK_IGNORED_SURV_MODIFY) !== 0,
  }
}

function answerMark({ args }: CallText, options: ExplainOptions, profile: Profile): Answer {
  const features = profile.fanotify
  const groupFlags = initFlags(options.group, features)
  if (groupFlags === null) return noFlag(profile, 'group')
  const group = explainInit(initRequest(groupFlags, 0, options.as, features))
  if (group.refusal !== null) return { profile: profile.name, of: 'group', explanation: group, note: null }

  const [, flagsText, maskText] = args
  const flags = number32(flagsText!)
  const mask = parseFlags(maskText!).value
  const kind = OBJECT_KINDS[options.object]!
  const object = describeObject(kind, options.as)
  const onlyDir = (flags & FAN_MARK_ONLYDIR) !== 0 && !object.isDirectory
  const explanation = explainMark({
    flags,
    maskLo: Number(mask & 0xffff_ffffn) | 0,
    maskHi: Number(mask >> 32n),
    features,
    permissionEvents: options.permissions,
    groupError: 0,
    groupFlags,
    groupAdmin: options.as !== 'user',
    pathError: kind.pathError ?? (onlyDir ? ENOTDIR : 0),
    object,
    mark: existingMark(options.marked),
  })
  return { profile: profile.name, of: 'call', explanation, note: null }
}

const CALLS: Readonly<Record<string, { usage: string; least: number; most: number; answer: typeof answerInit }>> = {
  fanotify_init: { usage: 'fanotify_init(flags, event_f_flags)', least: 2, most: 2, answer: answerInit },
  fanotify_mark: {
    usage: 'fanotify_mark(fd, flags, mask, dirfd, path), dirfd and path may be left out',
    least: 3,
    most: 5,
    answer: answerMark,
  },
}

function stepText(step: Step, of: number): string {
  const detail = step.detail === null ? '' : ` (${step.detail})`
  return `check ${step.place} of ${of}, ${color.cyan(step.name)}: ${step.why}${detail}`
}

function answerText({ explanation, note, of }: Answer): string {
  if (explanation === null) return `${color.yellow('?')}       ${note}`
  const { refusal, steps } = explanation
  const before = of === 'group' ? 'the group cannot be made: fanotify_init is refused by ' : ''
  if (refusal === null) {
    const passed = steps.filter(({ errno }) => errno === 0).length
    return `${color.green('ok')}      passes all ${passed} checks`
  }
  const name = errnoName(refusal.errno!) ?? String(refusal.errno)
  return `${color.red(name)}${' '.repeat(Math.max(1, 8 - name.length))}${before}${stepText(refusal, steps.length)}`
}

function stepLines({ explanation }: Answer): string {
  let text = ''
  for (const step of explanation?.steps ?? []) {
    const sign = step.errno === null ? ' ' : step.errno === 0 ? color.green('+') : color.red('-')
    text += `  ${sign} ${String(step.place).padStart(2)} ${step.name}: ${step.why}\n`
  }
  return text
}

function toJson({ profile, of, explanation, note }: Answer, all: boolean): object {
  const refusal = explanation?.refusal ?? null
  const base = { profile, of, note, errno: refusal === null ? 0 : refusal.errno, check: refusal }
  return all ? { ...base, steps: explanation?.steps ?? [] } : base
}

/** Options that say what a fanotify_mark is about. */
const MARK_OPTIONS = ['group', 'object', 'marked'] as const

/** Says in every profile what becomes of a call. @throws CliError when it cannot be understood */
export function explain(text: string, options: ExplainOptions, command: Command): void {
  const call = parseCall(text)
  const known = CALLS[call.name]
  if (known === undefined) throw new CliError(`explain knows ${Object.keys(CALLS).join(' and ')}, not ${call.name}`)
  const { length } = call.args
  if (length < known.least || length > known.most)
    throw new CliError(`${call.name} has ${length} argument${length === 1 ? '' : 's'} here; write ${known.usage}`)
  const idle = MARK_OPTIONS.find((name) => known.answer === answerInit && command.getOptionValueSource(name) === 'cli')
  if (idle !== undefined) throw new CliError(`--${idle} is for fanotify_mark`)
  const profiles = options.profile === undefined ? Object.values(PROFILES) : [PROFILES[options.profile]]
  const answers = profiles.map((profile) => known.answer(call, options, profile))

  if (options.json === true) {
    for (const answer of answers) process.stdout.write(`${JSON.stringify(toJson(answer, options.all === true))}\n`)
    return
  }
  const together = new Map<string, Answer[]>()
  for (const answer of answers) {
    const said = options.all === true ? `${answerText(answer)}\n${stepLines(answer)}` : `${answerText(answer)}\n`
    const same = together.get(said)
    if (same === undefined) together.set(said, [answer])
    else same.push(answer)
  }
  for (const [said, same] of together)
    process.stdout.write(`${color.bold(same.map(({ profile }) => profile).join(', '))}\n${said}`)
}

/** `kabinet explain CALL`. */
export function register(command: Command): void {
  const objects = Object.entries(OBJECT_KINDS)
    .map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`)
    .join('\n')
  command
    .argument('<call>', "such as 'fanotify_init(FAN_CLASS_CONTENT|FAN_REPORT_FID, O_RDONLY)'")
    .addOption(new Option('-a, --as <caller>', 'who calls').choices(CALLERS).default('root'))
    .option('-g, --group <flags>', "fanotify_mark: the fanotify_init flags of the fd's group", 'FAN_CLASS_NOTIF')
    .addOption(
      new Option('-o, --object <kind>', 'fanotify_mark: what dirfd and path lead to')
        .choices(Object.keys(OBJECT_KINDS))
        .default('file'),
    )
    .option('-m, --marked <flags:mask>', "fanotify_mark: the group's mark that is there already")
    .addOption(new Option('-p, --profile <profile>', 'only this one').choices(Object.keys(PROFILES)))
    .option('--no-permissions', 'the kernel was built without permission events')
    .option('--all', 'list every check: + passes, - refuses, the rest is not reached')
    .option('--json', 'one JSON object per profile')
    .addHelpText('after', `\nObjects:\n${objects}`)
    .action(explain)
}
