// Files of scripts: where mistakes are told, checksums, and texts that are read again.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { contentOf, readable } from '../../../cli/named-files.ts'
import { checkBlock } from '../../../engine/compile/check-blocks.ts'
import type { AnyBlock } from '../../../engine/compile/component.ts'
import { formatPath } from '../../../schema/issue.ts'
import { buildFor, makeSite } from '../../../testing/index.ts'
import { checkScript } from './check-script.ts'
import { endpointLua, proxyLua } from './index.ts'
import type { LuaOptions } from './options.ts'
import { failureIn, runPipe } from './test-support.ts'

const folder = mkdtempSync(join(tmpdir(), 'lua-'))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const good = file('good.lua', 'function f()\n  return 1\nend\n\nfunction fail()\n  nope()\nend\n')
const bad = file('bad.lua', '-- a comment\nlocal x = = 1\n')
const open = file('open.lua', 'if true then\n')
const missing = join(folder, 'missing.lua')
const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

function check(block: object, declaration: AnyBlock = proxyLua): string[] {
  const issues = checkBlock(declaration, block, { dialect: 3, once: makeSite().once, readable, contentOf })
  return issues.map(({ severity, path, message }) => `${severity} ${formatPath(path)}: ${message}`)
}

const NOTHING: LuaOptions = { sources: [], pre: '', post: '', live: false, md5: {}, allow_open_libs: false, skip_next: false }

describe('sources of scripts', () => {
  after(() => rmSync(folder, { recursive: true }))

  describe('run', () => {
    test('names file and line of a failure', async () => {
      assert.equal((await failureIn({ sources: [good], pre: '\nfail()' })).message, 'attempt to call a non-function object (good.lua:L6)')
      assert.equal(
        (await failureIn({ sources: [good], pre: '\n\nf() nope()' })).message,
        'attempt to call a non-function object (pre-script:L3)',
      )
      assert.equal((await failureIn({ sources: [good], post: 'fail()' })).message, 'attempt to call a non-function object (good.lua:L6)')
      assert.equal((await failureIn({ sources: [good, bad] })).message, "'=': syntax error (bad.lua:L2)")
      const waiting = await failureIn({ sources: [good], pre: 'local x = http_response\nfail()' })
      assert.equal(waiting.message, 'attempt to call a non-function object (good.lua:L6)')
    })
    test('reads live files again, and others once, through the gateway', async () => {
      const path = file('live.lua', 'v = 1')
      const of = async (layerBlock: object) =>
        (await runPipe({ sources: [path], pre: `request.load():headers('X', v)`, ...layerBlock })).asked?.headers.get('X')
      assert.equal(await of({ live: true }), '1')
      const read: string[] = []
      const site = makeSite({ read: (name) => (read.push(name), Buffer.from('v = 1')) })
      assert.notEqual(buildFor(proxyLua, { sources: [path], pre: 'f = v' }, site), null)
      assert.deepEqual(read, [path])
    })
    test('is off with a wrong checksum, and says so with both', () => {
      const build = (sum: unknown): [boolean, readonly string[]] => {
        const site = makeSite()
        return [buildFor(proxyLua, { sources: [open], md5: { [open]: sum } }, site) === null, site.lines]
      }
      const [isOff, lines] = build('00')
      assert.ok(isOff)
      assert.match(lines.join('\n'), /ERROR .*wrong cheksum for source .*open\.lua\. have: [0-9a-f]{32}, want: 00: the script is off/)
      assert.match(build(5)[1].join('\n'), /wrong cheksum type for source/)
      assert.equal(build(md5('if true then\n'))[0], false)
    })
    test('fails each request without a file', async () => {
      const site = makeSite()
      assert.notEqual(buildFor(proxyLua, { sources: [missing] }, site), null)
      assert.match(site.lines.join('\n'), /ERROR .*Opening the source file: open .*missing\.lua: no such file or directory/)
      const { message } = await failureIn({ sources: [missing], live: true })
      assert.equal(message, `lua: unable to load required source ${missing}`)
    })
    test('says that there is no program', () => {
      const site = makeSite({ read: () => Buffer.from('') })
      assert.equal(buildFor(endpointLua, { sources: [good] }, site), null)
      assert.match(site.lines.join(), /WARNING .*there is no program in "sources", "pre" and "post": the script is off/)
    })
    test('costs nothing where there is nothing to run', () => {
      assert.equal(buildFor(proxyLua, {}, makeSite()), null)
      assert.equal(buildFor(endpointLua, { post: 'x = 1', skip_next: true }, makeSite()), null)
      assert.notEqual(buildFor(proxyLua, { skip_next: true }, makeSite()), null)
    })
  })

  describe('check', () => {
    test('compiles every script and shows the line of a mistake', () => {
      assert.deepEqual(check({ sources: [good], pre: 'x = 1', post: 'y = 2' }), [])
      assert.deepEqual(check({ pre: '\nx = = 1', post: 'if true then' }), [
        "error pre: line 2: '=': syntax error: every request here is answered 500",
        'error post: syntax error at EOF: every request here is answered 500',
      ])
      assert.deepEqual(check({ sources: [good, bad] }), [
        `error sources[1]: ${bad}: line 2: '=': syntax error: every request here is answered 500`,
      ])
      assert.deepEqual(check({ sources: [open] }), [`error sources[0]: ${open}: syntax error at EOF: every request here is answered 500`])
    })
    test('shows the line of a script whose text the file does not show at its place', () => {
      const excerpts = (options: Partial<LuaOptions>): unknown[] =>
        checkScript({ ...NOTHING, ...options }, false, { readable, contentOf }).map(({ excerpt }) => excerpt)
      assert.deepEqual(excerpts({ sources: [bad] }), ['  2 | local x = = 1'])
      assert.deepEqual(excerpts({ pre: 'x = 1\n\tx = = 1\nx = 2' }), ['  2 |  x = = 1'])
      assert.deepEqual(excerpts({ pre: 'x = = 1', post: 'if true\nthen' }), [undefined, undefined])
    })
    test('finds files that are missing or not the ones that were meant', () => {
      assert.deepEqual(check({ sources: [missing] }), [`error sources[0]: ${missing} cannot be read: every request here is answered 500`])
      assert.match(check({ sources: [good], md5: { [good]: '00' } }).join(), /^error md5: .*the script is off, requests pass without it$/)
      assert.deepEqual(check({ sources: [good], md5: { [good]: '00' }, live: true }), [])
      assert.match(check({ sources: [good], md5: { other: '00' } }).join(), /^warning .*is none of "sources"/)
    })
    test('leaves what can be read only once to the gateway', () => {
      const options = { ...NOTHING, sources: ['/dev/fd/7', bad], pre: 'x = = 1' }
      const issues = checkScript(options, false, { readable: () => true, contentOf: (path) => (path === bad ? contentOf(path) : null) })
      assert.deepEqual(
        issues.map(({ path }) => path),
        [['pre']],
      )
    })
    test('finds scripts that do nothing', () => {
      const off = 'error : there is no program in "sources", "pre" and "post": the script is off, requests pass without it'
      assert.deepEqual(check({ sources: [file('empty.lua', '\n')] }, endpointLua), [off])
      assert.deepEqual(check({}), [off])
      assert.equal(check({ post: 'x = 1' }, endpointLua)[0], off)
      assert.deepEqual(check({ skip_next: true }), [])
      assert.deepEqual(check({ sources: [file('later.lua', '')], live: true }), [])
    })
    test('warns of what lua-endpoint does not do', () => {
      assert.deepEqual(
        check({ pre: 'x = 1', post: 'y = 1', skip_next: true }, endpointLua).map((line) => line.split(':')[0]),
        ['warning post', 'warning skip_next'],
      )
    })
  })
})
