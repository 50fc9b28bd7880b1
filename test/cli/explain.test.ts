import { describe, expect, it } from 'vitest'
import { parseCall, parseFlags } from '../../src/cli/call-text.js'
import { kabinet } from './kabinet.js'

describe('a call as text', () => {
  it('is a name and arguments', () => {
    expect(parseCall(' fanotify_init( FAN_CLASS_CONTENT | 0x2,O_RDWR ) ; ')).toEqual({
      name: 'fanotify_init',
      args: ['FAN_CLASS_CONTENT | 0x2', 'O_RDWR'],
    })
    expect(parseCall('f()').args).toEqual([])
    expect(parseCall('f(AT_FDCWD, "/a,b(c)|d\\"e")').args).toEqual(['AT_FDCWD', '""'])
  })

  it('may be a line of strace', () => {
    const args = ['3', 'FAN_MARK_ADD|0x8000', 'FAN_OPEN', 'AT_FDCWD', '""']
    const call = 'fanotify_mark(3, FAN_MARK_ADD|0x8000 /* FAN_MARK_??? */, FAN_OPEN, AT_FDCWD, "/tmp/) = 0"...)'
    expect(parseCall(`${call} = 0`).args).toEqual(args)
    expect(parseCall(`${call} = -1 EINVAL (Invalid argument)`).args).toEqual(args)
  })

  it('has flags by name and by number: decimal, octal, negative', () => {
    expect(parseFlags(' FAN_CLASS_CONTENT|0x2 | (FAN_REPORT_FID|010)').value).toBe(0x20en)
    expect(parseFlags('-1').value).toBe(0xffff_ffff_ffff_ffffn)
    expect(parseFlags('FAN_RESTARTABLE_EVENTS|1')).toEqual({ value: 1n, restartable: true })
  })

  it.each([
    ['fanotify_init', /not a call/],
    ['fanotify_init(0, 0', /not a call/],
    ['fanotify_init(0, 0) + 1', /not a call/],
  ])('is not %s', (text, message) => {
    expect(() => parseCall(text)).toThrow(message)
  })

  it.each([
    ['FAN_NOSUCHTHING', /no flag FAN_NOSUCHTHING/],
    ['FAN_CLAS_NOTIF', /did you mean FAN_CLASS_NOTIF\?/],
    ['1||2', /a flag is missing/],
    ['', /a flag is missing/],
    ['1+2', /neither a flag nor a number/],
    ['""', /neither a flag nor a number/],
    ['0x1ffffffffffffffff', /does not fit 64 bits/],
  ])('%s are no flags, and the error says why', (text, message) => {
    expect(() => parseFlags(text)).toThrow(message)
  })
})

describe('kabinet explain', () => {
  it('names the check, its place and the profiles', async () => {
    const { stdout, code } = await kabinet(['explain', 'fanotify_init(FAN_REPORT_MNT|FAN_REPORT_FID, 0)'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^v6\.18, v6\.19, v7\.2, v7\.3, proposed-nsid, proposed-restartable, proposed-all\n/)
    expect(stdout).toMatch(/EINVAL {2}check 6 of 17, watcher-fid: /)
  })

  it('tells profiles apart', async () => {
    const { stdout } = await kabinet(['explain', 'fanotify_init(FAN_REPORT_NSID, 0)', '--json'])
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const byProfile = Object.fromEntries(rows.map((row) => [row.profile, row.check?.name ?? 'ok']))
    expect(byProfile).toEqual({
      'v6.18': 'unknown-flags',
      'v6.19': 'unknown-flags',
      'v7.2': 'unknown-flags',
      'v7.3': 'unknown-flags',
      'proposed-nsid': 'ok',
      'proposed-restartable': 'restartable-class',
      'proposed-all': 'ok',
    })
  })

  it('gives FAN_RESTARTABLE_EVENTS each profile’s own number', async () => {
    const { stdout } = await kabinet([
      'explain',
      'fanotify_init(FAN_RESTARTABLE_EVENTS|FAN_CLASS_NOTIF, 0)',
      '-p',
      'proposed-all',
    ])
    expect(stdout).toMatch(/restartable-class/)
    const none = await kabinet(['explain', 'fanotify_init(FAN_RESTARTABLE_EVENTS, 0)', '-p', 'v7.3'])
    expect(none.stdout).toMatch(/there is no FAN_RESTARTABLE_EVENTS in this profile/)
  })

  it('explains a mark on a described group and object', async () => {
    const call = 'fanotify_mark(fd, FAN_MARK_ADD, FAN_RENAME, AT_FDCWD, path)'
    const args = ['explain', call, '-p', 'v7.3', '--group']
    const refused = await kabinet([...args, 'FAN_REPORT_DFID_NAME', '--object', 'file'])
    expect(refused.stdout).toMatch(/ENOTDIR check \d+ of 41, directory-events: /)
    const allowed = await kabinet([...args, 'FAN_REPORT_DFID_NAME', '--object', 'dir'])
    expect(allowed.stdout).toMatch(/ok +passes all \d+ checks/)
    const group = await kabinet([...args, 'FAN_REPORT_NAME', '--object', 'dir'])
    expect(group.stdout).toMatch(
      /the group cannot be made: fanotify_init is refused by check 11 of 17, name-needs-dir-fid/,
    )
  })

  it('knows a mark that is there already', async () => {
    const { stdout } = await kabinet([
      'explain',
      'fanotify_mark(3, FAN_MARK_ADD|FAN_MARK_EVICTABLE, FAN_OPEN)',
      '--marked=0:FAN_OPEN',
      '-p',
      'v7.3',
    ])
    expect(stdout).toMatch(/EEXIST {2}check \d+ of 41, evictable-downgrade/)
  })

  it('lists all checks', async () => {
    const { stdout } = await kabinet(['explain', 'fanotify_init(FAN_CLASS_CONTENT, 3)', '--all', '-p', 'v7.3'])
    expect(stdout).toMatch(/\+ {2}1 admin-flags/)
    expect(stdout).toMatch(/- {2}9 event-access-mode/)
    expect(stdout).toMatch(/ {4}10 fid-class/)
  })

  it.each([
    [['openat(1,2)'], /explain knows fanotify_init and fanotify_mark, not openat/],
    [['fanotify_init(1)'], /has 1 argument here; write fanotify_init\(flags, event_f_flags\)/],
    [['fanotify_init("x", 0)'], /neither a flag nor a number/],
    [['fanotify_init(0, 0)', '--group', 'FAN_REPORT_FID'], /--group is for fanotify_mark/],
    [['fanotify_init(0, 0)', '--object', 'file'], /--object is for fanotify_mark/],
    [['fanotify_mark(3,1,1)', '--marked', 'FAN_OPEN'], /write it as FLAGS:MASK/],
    [['fanotify_mark(3,1,1)', '--object', 'sofa'], /Allowed choices are/],
  ])('refuses %j', async (args, message) => {
    const { stderr, code } = await kabinet(['explain', ...args])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})
