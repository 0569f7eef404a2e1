// A host as the file writes it becomes where the call goes, and who it is from.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHost } from './balancer.ts'

test('user and password stand before the last @, whatever is in them', () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`
  assert.deepEqual(parseHost('HTTP://u@b:p%ff@h:1/base'), { origin: 'http://h:1', basePath: '/base', authorization: basic('u@b:p\xff') })
  assert.deepEqual(parseHost('http://us%er@h'), { origin: 'http://h', basePath: '', authorization: basic('us%er:') })
  assert.deepEqual(parseHost('http://h/a@b'), { origin: 'http://h', basePath: '/a@b', authorization: null })
})
