// What `security/bot-detector` promises: who is refused, and that a broken section refuses nobody.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Dialect } from '../../../config/types.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { readOptions } from '../../../schema/read-options.ts'
import { checkOptions, makeExchange, makeSite } from '../../../testing/index.ts'
import { compileDetector, remember } from './bot-detector.ts'
import { endpointBotDetector, serviceBotDetector } from './index.ts'

const RULES = {
  allow: ['c', 'Pingdom.com_bot_version_1.1'],
  deny: ['a', 'b', 'c', 'bøt'],
  patterns: ['(Pingdom.com_bot_version_).*', '(facebookexternalhit)/.*'],
  cacheSize: 0,
  isEmptyBot: false,
}

function build(declaration: typeof serviceBotDetector | typeof endpointBotDetector, block: object, dialect: Dialect = 3) {
  const site = makeSite({ label: '[ENDPOINT: /x]' }, { dialect })
  const layer = declaration.build(readOptions(declaration.options, block, 'struct').value as never, site)
  const ask = (...headers: string[]): string => {
    const exchange = { ...makeExchange(), headers: HeaderMap.fromRaw(headers) }
    let passed = 'not called'
    try {
      void layer?.(() => {
        passed = 'passed'
      })(exchange)
    } catch (error) {
      return String((error as { statusCode: number }).statusCode)
    }
    return passed
  }
  return { layer, lines: site.lines, ask }
}

test('allowed agents pass first, then exact ones and patterns are bots', () => {
  const isBot = compileDetector(RULES)
  for (const bot of ['a', 'b', 'Pingdom.com_bot_version_1.14', 'x facebookexternalhit/1.1', Buffer.from('bøt').toString('latin1')]) {
    assert.equal(isBot(bot), true, bot)
  }
  for (const good of ['', 'A', 'c', 'Pingdom.com_bot_version_1.1', 'facebookexternalhit', 'a ']) assert.equal(isBot(good), false, good)
  assert.equal(compileDetector({ ...RULES, isEmptyBot: true, allow: [''] })(''), true)
})

test('remembered decisions are the same decisions', () => {
  const isBot = compileDetector(RULES)
  const agents = fc.array(fc.constantFrom('a', 'c', 'z', 'Pingdom.com_bot_version_9', ''), { maxLength: 40 })
  fc.assert(
    fc.property(agents, fc.integer({ min: 1, max: 4 }), (list, cacheSize) => {
      const cached = compileDetector({ ...RULES, cacheSize })
      return list.every((agent) => cached(agent) === isBot(agent))
    }),
  )
})

test('agents longer than 512 characters are judged, not remembered', () => {
  const judged: number[] = []
  const cached = remember((agent) => judged.push(agent.length) > 0, 2)
  for (const length of [512, 512, 513, 513, 1_000_000, 512]) cached('x'.repeat(length))
  assert.deepEqual(judged, [512, 513, 513, 1_000_000])
})

test('patterns are RE2: no look-around, and linear time', () => {
  assert.throws(() => compileDetector({ ...RULES, patterns: ['(?=a)b'] }))
  assert.throws(() => compileDetector({ ...RULES, patterns: ['('] }))
  assert.equal(compileDetector({ ...RULES, patterns: ['^(a+)+$'] })(`${'a'.repeat(2000)}!`), false)
})

test('a bot is answered 403 and logged, at both levels', () => {
  for (const declaration of [serviceBotDetector, endpointBotDetector]) {
    const { ask, lines } = build(declaration, { Deny: ['bad'] })
    assert.equal(ask('User-Agent', 'bad'), '403')
    assert.equal(ask('User-Agent', 'good'), 'passed')
    assert.equal(ask(), 'passed')
    assert.deepEqual(lines, [
      'DEBUG [ENDPOINT: /x][Botdetector] The bot detector has been registered successfully',
      'ERROR [SERVICE: Gin][Botdetector] bot rejected',
    ])
  }
})

test('requests without an agent are bots only where it is said, and never in 1.x', () => {
  const block = { empty_user_agent_is_bot: true }
  assert.equal(build(serviceBotDetector, block).ask(), '403')
  assert.equal(build(serviceBotDetector, block).ask('User-Agent', ''), '403')
  assert.equal(build(serviceBotDetector, block, 2).ask(), 'passed')
})

test('a section that cannot work is off, with a warning', () => {
  for (const block of [{ deny: ['bad'], patterns: ['('] }, { cache_size: -1 }, { deny: 'bad' }]) {
    const { layer, lines } = build(serviceBotDetector, block)
    assert.equal(layer, null)
    assert.match(lines[0] as string, /^WARNING \[ENDPOINT: \/x\]\[Botdetector\] Unable to create the bot detector: ./)
  }
})

test('check tells what switches the section off', () => {
  assert.deepEqual(checkOptions(serviceBotDetector, { patterns: ['a.*'], cache_size: 3 }), [])
  const [pattern, size] = checkOptions(endpointBotDetector, { patterns: ['a', '(?=b)'], cache_size: -1 })
  assert.match(pattern ?? '', /^error patterns\[1\]: not a regular expression, so nobody is refused: /)
  assert.equal(size, 'error cache_size: must not be negative, so nobody is refused')
})
