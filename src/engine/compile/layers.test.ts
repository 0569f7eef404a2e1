// What a stack costs without an observer, and what an observer sees.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRequest, makeResponse, makeSite } from '../../testing/index.ts'
import { Scope } from '../scope.ts'
import type { Pipe } from '../types.ts'
import { type LayerObserver, type NamedLayer, stack } from './layers.ts'

const response = makeResponse()
const inner: Pipe = () => Promise.resolve(response)

/** A layer that gives the same function every time, so that a test can recognize it. */
function named(name: string, own: (next: Pipe) => Pipe): NamedLayer<Pipe> {
  return { name, layer: own, answers: false, writesCall: false }
}

test('without an observer a stack is the function of its outermost layer, and an empty one the innermost itself', () => {
  const outermost: Pipe = () => Promise.resolve(response)
  const seen: Pipe[] = []
  const layers = [named('a', (next) => (seen.push(next), outermost)), named('b', (next) => (seen.push(next), next))]
  assert.equal(stack(layers, inner, makeSite(), null), outermost)
  assert.deepEqual(seen, [inner, inner])
  assert.equal(stack([], inner, makeSite(), null), inner)
})

test('an observer sees each layer enter and leave, from the outside in and back', async () => {
  const trace: string[] = []
  const observer: LayerObserver = {
    enter(name) {
      trace.push(`> ${name}`)
      return (result, error) => trace.push(`< ${name} ${error === null ? String(result === response) : (error as Error).message}`)
    },
  }
  const pass = (name: string) => named(name, (next) => (request, scope) => next(request, scope))
  const site = makeSite()
  await stack([pass('a'), pass('b')], inner, site, observer)(makeRequest(), Scope.root())
  assert.deepEqual(trace.splice(0), ['> a', '> b', '< b true', '< a true'])
  const rejecting = named('later', () => () => Promise.reject(new Error('rejected')))
  await assert.rejects(stack([pass('a'), rejecting], inner, site, observer)(makeRequest(), Scope.root()), { message: 'rejected' })
  assert.deepEqual(trace.splice(0), ['> a', '> later', '< later rejected', '< a rejected'])
  const throwing = named('at once', () => () => {
    throw new Error('thrown')
  })
  assert.throws(() => void stack([throwing], inner, site, observer)(makeRequest(), Scope.root()), { message: 'thrown' })
  assert.deepEqual(trace, ['> at once', '< at once thrown'])
})
