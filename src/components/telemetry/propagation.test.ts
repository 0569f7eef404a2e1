// How a caller's trace is understood, whichever way it travels.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeaderMap } from '../../engine/headers.ts'
import { readPropagators } from './propagation.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

test('both ways of B3 are understood whichever is sent, the single field first', () => {
  const single = ['B3', `${TRACE}-${SPAN}-1`]
  const several = ['X-B3-Traceid', TRACE, 'X-B3-Spanid', '00f067aa0ba902b7', 'X-B3-Sampled', '1']
  for (const name of ['b3', 'b3multi']) {
    const { propagation } = readPropagators(name)
    const spanOf = (fields: string[]): string | undefined => propagation.extract(new HeaderMap(fields))?.spanId
    assert.deepEqual([single, several, [...single, ...several]].map(spanOf), [SPAN, '00f067aa0ba902b7', SPAN])
    assert.equal(spanOf(['B3', 'junk', ...several]), '00f067aa0ba902b7')
  }
})

test('a state goes on when all of its members are well-formed and there once', () => {
  const { propagation } = readPropagators(undefined)
  const stateOf = (state: string): string | undefined =>
    propagation.extract(new HeaderMap(['Traceparent', `00-${TRACE}-${SPAN}-01`, 'Tracestate', state]))?.state
  for (const good of ['a=b', 'a=b,c@d=e f', 'a=b, c=d', 'a=b,,c=d', '']) assert.equal(stateOf(good), good)
  for (const bad of [
    'x',
    'a=b,x',
    'a=',
    'A=b',
    'a=b=c',
    'a=b,a=c',
    '9a=b',
    'a=\u00e4',
    Array.from({ length: 33 }, (_, i) => `a${i}=b`).join(','),
  ])
    assert.equal(stateOf(bad), '')
})
