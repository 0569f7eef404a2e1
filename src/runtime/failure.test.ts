// Failures that have a cause outside of the program are told in words.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeConfig } from '../testing/index.ts'
import { ConfigError, StartGivenUp } from '../engine/compile/component.ts'
import { describeFailure, EXIT, WorkerDied } from './failure.ts'

test('a system that gives no more files is no bug', () => {
  const said = 'Error [ERR_WORKER_INIT_FAILED]: Worker initialization failure: EMFILE\n    at [kOnExit] (node:internal/worker:403:26)'
  const failure = describeFailure(new WorkerDied(said), makeConfig())
  assert.equal(failure?.exitCode, EXIT.noPort)
  assert.deepEqual(
    failure?.lines.map(({ message }) => message),
    ['[SERVICE: Workers] a worker cannot start: Error [ERR_WORKER_INIT_FAILED]: Worker initialization failure: EMFILE'],
  )
  assert.equal(
    describeFailure(new WorkerDied('Error: Cannot read package config /p: too many open files.'), makeConfig())?.exitCode,
    EXIT.noPort,
  )
  assert.match(failure?.text ?? '', /ulimit -n/)
  assert.equal(describeFailure(new WorkerDied('exit code 7'), makeConfig()), null)
  assert.equal(describeFailure(new Error('EMFILE: too many open files, open a.lua'), makeConfig()), null, 'no worker has said it')
})

test('what lacks keys or a port ends with another code than a configuration that nobody could serve', () => {
  const codeOf = (error: Error): number | undefined => describeFailure(error, makeConfig())?.exitCode
  assert.deepEqual([new StartGivenUp('no key'), new ConfigError('wrong')].map(codeOf), [1, 2])
})
