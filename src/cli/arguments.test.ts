// Command lines as KrakenD's users write them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readArguments, UsageError } from './arguments.ts'
import { findCommand } from './commands.ts'

const FLAGS = {
  config: { type: 'string', short: 'c', about: '' },
  debug: { type: 'boolean', short: 'd', about: '' },
  lint: { type: 'boolean', short: 'l', about: '' },
  test: { type: 'boolean', short: 't', about: '' },
} as const

function read(line: string): unknown {
  const { flags, words } = readArguments(line === '' ? [] : line.split(' '), FLAGS)
  return {
    ...Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined && value !== 0)),
    ...(words.length > 0 ? { words } : {}),
  }
}

test('flags are joined, counted and given values in every way of pflag', () => {
  for (const line of ['-t -l -c f', '-tlc f', '-tlcf', '-tlc=f', '-c=f -lt', '--config=f --test --lint=true', '--config f -tl=1'])
    assert.deepEqual(read(line), { config: 'f', lint: 1, test: 1 }, line)
  for (const line of ['-dd', '-d -d', '--debug=2', '-d=2', '--debug --debug']) assert.deepEqual(read(line), { debug: 2 }, line)
  assert.deepEqual(read('--debug=false a -- -x'), { words: ['a', '-x'] })
  assert.deepEqual(read('-c -'), { config: '-' })
})

test('what cannot be understood is told in the words of pflag', () => {
  const message = (line: string): string => {
    try {
      read(line)
    } catch (error) {
      if (error instanceof UsageError) return error.message
      throw error
    }
    return ''
  }
  assert.equal(message('--nope'), 'unknown flag: --nope')
  assert.equal(message('--constructor'), 'unknown flag: --constructor')
  assert.equal(message('-tx'), "unknown shorthand flag: 'x' in -tx")
  assert.equal(message('-c'), "flag needs an argument: 'c' in -c")
  assert.equal(message('--config'), 'flag needs an argument: --config')
  assert.match(message('--debug=many'), /^invalid argument "many" for "--debug" flag/)
})

test('a command is found behind flags, by its alias, and where a name is near', async () => {
  const found = async (...args: string[]): Promise<string> => {
    const { command, args: rest } = await findCommand(args)
    return [command.name, ...rest].join(' ')
  }
  assert.equal(await found('-c', 'run', 'check', '-t'), 'check -c run -t')
  assert.equal(await found('validate', '-c', 'f'), 'check -c f')
  assert.equal(await found(), 'help')
  assert.equal(await found('-h'), 'help')
  assert.equal(await found('-v'), 'version')
  await assert.rejects(found('chek'), /unknown command "chek" for "krakend"\n\nDid you mean this\?\n\tcheck\n/)
  await assert.rejects(found('--nope'), /unknown flag: --nope/)
  await assert.rejects(found('foo'), /^UsageError|unknown command "foo" for "krakend"$/)
})
