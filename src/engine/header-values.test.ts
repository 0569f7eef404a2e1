import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { headerValue, writableValue } from './header-values.ts'

const ON_THE_WIRE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/

describe('header values', () => {
  test('texts of the file are UTF-8 on the wire', () => {
    assert.equal(headerValue('plain, with a\ttab'), 'plain, with a\ttab')
    assert.equal(headerValue('é'), '\u00c3\u00a9')
    assert.equal(headerValue('/reports/€'), '/reports/\u00e2\u0082\u00ac')
    assert.equal(headerValue('😀'), Buffer.from('😀').toString('latin1'))
  })

  test('control characters are blanks, those at the ends go', () => {
    assert.equal(headerValue('a\r\nInjected: b\n'), 'a  Injected: b')
    assert.equal(headerValue('\u0000a\u001b[1m\u007f'), 'a [1m')
    assert.equal(writableValue('a\nb'), 'a b')
    const blanks = ' '.repeat(1_000_000)
    assert.equal(writableValue(`\na${blanks}b`), `a${blanks}b`)
  })

  test('bytes that came over the wire stay what they are', () => {
    assert.equal(writableValue('\u00e9\u0080'), '\u00e9\u0080')
    assert.equal(writableValue('€'), '\u00e2\u0082\u00ac')
  })

  test('whatever comes, it can be written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.match(headerValue(text), ON_THE_WIRE)
        assert.match(writableValue(text), ON_THE_WIRE)
        assert.equal(writableValue(headerValue(text)), headerValue(text))
      }),
    )
  })
})
