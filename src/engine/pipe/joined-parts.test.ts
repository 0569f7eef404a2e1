// What a merge does with parts that are hidden, joined in another way, or revised by later steps.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../json/types.ts'
import { makeRequest } from '../../testing/index.ts'
import { Data } from '../data.ts'
import { Scope } from '../scope.ts'
import type { Pipe, PipeRequest, PipeResponse } from '../types.ts'
import { mergeParallel } from './merge.ts'
import { mergeSequential } from './sequential.ts'

const whose = { start: () => 0, describe: String, indexOf: (index: number) => index }
const options = { timeoutMs: 1000, copiesBody: false, isolates: true, whose }

const gives =
  (object: JsonObject, change: Partial<PipeResponse> = {}, laterMs = 0): Pipe =>
  async () => {
    if (laterMs > 0) await new Promise((resolve) => setTimeout(resolve, laterMs))
    return { data: Data.of(object), isComplete: true, error: null, statusCode: 0, headers: null, body: null, ...change }
  }

const dataOf = ({ data }: PipeResponse) => data?.object

test('a hidden part counts for completeness, and is nowhere in the answer', async () => {
  const whole = await mergeParallel([gives({ a: 1 }, { isHidden: true }), gives({ b: 2 })], options)(makeRequest(), Scope.root())
  assert.deepEqual([dataOf(whole), whole.isComplete], [{ b: 2 }, true])
  const broken = gives({ a: 1 }, { isHidden: true, isComplete: false })
  assert.equal((await mergeParallel([broken, gives({ b: 2 })], options)(makeRequest(), Scope.root())).isComplete, false)
  const none = await mergeParallel([gives({}, { isHidden: true }), gives({}, { isHidden: true })], options)(makeRequest(), Scope.root())
  assert.deepEqual([dataOf(none), none.isComplete], [{}, false])
})

test('a join of its own has the parts in the order of the file', async () => {
  const seen: unknown[] = []
  const join = (parts: readonly Data[]): Data => {
    seen.push(...parts.map(({ object }) => object))
    return Data.merge(parts)
  }
  await mergeParallel([gives({ a: 1 }, {}, 20), gives({ a: 2 })], { ...options, join })(makeRequest(), Scope.root())
  assert.deepEqual(seen, [{ a: 1 }, { a: 2 }])
})

test('an error of what joins parts, or asks for required ones, is that of the merge', async () => {
  const broken = new Error('broken')
  const breaks = (): never => {
    throw broken
  }
  const pipes = [gives({ a: 1 }), gives({ a: 2 })]
  await assert.rejects(mergeParallel(pipes, { ...options, join: breaks })(makeRequest(), Scope.root()), broken)
  const required = { isNeeded: breaks, failureOf: breaks, refuseUnasked: breaks }
  await assert.rejects(mergeParallel(pipes, { ...options, required })(makeRequest(), Scope.root()), broken)
  const fails: Pipe = () => Promise.reject(new Error('of a backend'))
  await assert.rejects(mergeParallel([fails, fails], { ...options, required })(makeRequest(), Scope.root()), broken)
})

test('later steps see what earlier ones answered only where somebody asks, and may revise it', async () => {
  const seen: PipeRequest[] = []
  const backend = { statusCode: 201, headers: makeRequest().headers, url: 'http://b/' }
  const steps = (last: Partial<PipeResponse>) => {
    const pipes: Pipe[] = [
      gives({ list: [1], n: 1 }, { backend }),
      gives({ m: 2 }),
      (request, scope) => (seen.push(request), gives({}, last)(request, scope)),
    ]
    return pipes.map((pipe) => ({ pipe, placeholders: [], isStream: false }))
  }
  const ask = (last: Partial<PipeResponse>, tellsSteps: boolean) =>
    mergeSequential(steps(last), { ...options, propagated: [], tellsSteps })(makeRequest(), Scope.root())
  await ask({}, false)
  assert.equal(seen[0]?.steps, undefined)
  const whole = await ask({ revision: { step: 0, key: 'list', value: [2] } }, true)
  assert.deepEqual(
    seen[1]?.steps?.map((step) => [step.data?.object, step.backend?.statusCode]),
    [
      [{ list: [1], n: 1, m: 2 }, 201],
      [{ m: 2 }, undefined],
    ],
  )
  assert.deepEqual(dataOf(whole), { list: [2], n: 1, m: 2 })
})
