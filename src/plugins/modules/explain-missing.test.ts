// Why there is no plugin of a name, and what to do.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadedPlugin, ModuleProblem } from '../loaded.ts'
import type { Kind } from '../types.ts'
import { explainMissing } from './explain-missing.ts'
import { problemOf } from './problem.ts'

function plugin(name: string, kinds: readonly Kind[], protects = false): LoadedPlugin {
  const setup = (): null => null
  return { name, kinds: new Set(kinds), file: `plugins/${name}.ts`, params: [], protects, description: '', options: null, setup }
}

function explain(name: string, plugins: readonly LoadedPlugin[], problems: readonly ModuleProblem[] = [], needsProtecting = true) {
  return explainMissing({ plugins, problems }, 'req-resp-modifier', name, needsProtecting)
}

const BROKEN = problemOf('plugin-module', 'plugins/price.ts', 'enum is TypeScript', {
  place: { line: 2, column: 1 },
  hint: 'write an object',
  plugins: ['price'],
})

test('another kind, another spelling, the names there are', () => {
  const known = [plugin('price', ['http-client']), plugin('sign', ['req-resp-modifier'])]
  const text = (name: string): string => {
    const { message, hint } = explain(name, known)
    return `${message} / ${hint}`
  }
  assert.equal(text('price'), 'the plugin "price" of plugins/price.ts is no req-resp-modifier / its kind is http-client')
  assert.equal(text('sing'), 'nothing provides the plugin "sing" for plugin/req-resp-modifier / did you mean "sign"?')
  assert.equal(text('zork'), 'nothing provides the plugin "zork" for plugin/req-resp-modifier / plugins of this kind: sign')
  assert.match(text('geoip'), /is one of KrakenD Enterprise.*"krakend plugin new geoip"/)
  assert.equal(text('url-rewrite'), 'the plugin "url-rewrite" is no req-resp-modifier / its place is plugin/http-server')
})

test('a module that is broken, for the plugin of its name and for a half of it; for others it is a guess', () => {
  const { message, hint } = explain('price', [], [BROKEN])
  assert.equal(`${message} / ${hint}`, 'the plugin "price" could not be loaded: plugins/price.ts:2:1: enum is TypeScript / write an object')
  assert.match(explain('price-request', [], [BROKEN]).message, /could not be loaded/)
  assert.equal(explain('other', [], [BROKEN]).hint, 'perhaps it is in plugins/price.ts, which could not be loaded')
})

test('KrakenD may have what no module has, unless modules are all there is', () => {
  const library = problemOf('go-plugin', 'plugins/old.so', 'plugins/old.so is a Go plugin', { severity: 'warning', plugins: ['old'] })
  const sign = plugin('sign', ['req-resp-modifier'])
  const mayBeGo = (...asked: Parameters<typeof explain>): boolean => explain(...asked).mayBeGo
  assert.deepEqual([mayBeGo('x', []), mayBeGo('x', [], [library]), mayBeGo('geoip', [sign])], [true, true, true])
  assert.deepEqual([mayBeGo('sing', [sign]), mayBeGo('x', [], [BROKEN]), mayBeGo('x', [sign], [library])], [false, false, true])
  assert.deepEqual([mayBeGo('price', [], [BROKEN, library]), mayBeGo('a', [plugin('a', ['http-client'])], [library])], [false, false])
})

test('a Go plugin of that name', () => {
  const library = problemOf('go-plugin', 'plugins/a.so', 'plugins/a.so is a Go plugin', { severity: 'warning', plugins: ['a'] })
  assert.match(explain('a', [], [library]).message, /"a": plugins\/a\.so is a Go plugin/)
})

test('who counts on protection: names of KrakenD, plugins of another kind that say so, broken ones that do', () => {
  assert.equal(explain('ip-filter', []).protects, true)
  assert.equal(explain('ip-filter', [], [], false).protects, false)
  assert.equal(explain('gate', [plugin('gate', ['http-server'], true)]).protects, true)
  assert.equal(explain('gate', [], [{ ...BROKEN, plugins: ['gate'], protects: true }]).protects, true)
  assert.equal(explain('price', [], [BROKEN]).protects, false)
})

test('while digests do not fit nothing may be missing', () => {
  const wrong = problemOf('plugin-integrity', 'plugins/a.ts', 'sha256 is …')
  assert.equal(explain('other', [], [wrong]).isForbidden, true)
  assert.equal(explain('other', [], [{ ...wrong, severity: 'warning' }]).isForbidden, false)
})
