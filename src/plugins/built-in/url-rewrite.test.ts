// What the plugin `url-rewrite` promises: which path the router sees, and that everything else stays.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackendRequest } from '../../engine/types.ts'
import { configOf, makeBackendResponse, openInMemory } from '../../testing/index.ts'
import { endpointFile } from '../test-gateway.ts'
import { urlRewrite } from './url-rewrite.ts'

interface Asked {
  readonly statusCode: number
  /** What the backend was asked; undefined where it was not. */
  readonly path: string | undefined
}

async function ask(options: object, target: string): Promise<Asked> {
  const asked: BackendRequest[] = []
  const file = { ...endpointFile({}), extra_config: { 'plugin/http-server': { name: 'url-rewrite', 'url-rewrite': options } } }
  const gateway = await openInMemory(configOf(file), {
    backend(request) {
      asked.push(request)
      return Promise.resolve(makeBackendResponse('{}'))
    },
  })
  const { statusCode } = await gateway.ask({ target })
  return { statusCode, path: asked[0]?.path }
}

test('a literal path, exactly, with the query of the client', async () => {
  const options = { literal: { '/hi': '/x/7', '/me': '/x/{id}', '/ä b': '/x/ö', '/lang': '/x/1?q=de' } }
  assert.deepEqual(await ask(options, '/hi?q=1'), { statusCode: 200, path: '/b/7?q=1' })
  assert.deepEqual(await ask(options, '/me'), { statusCode: 200, path: '/b/%7Bid%7D' })
  assert.deepEqual(await ask(options, '/%C3%A4%20b'), { statusCode: 200, path: '/b/%C3%B6' })
  assert.deepEqual(await ask(options, '/lang?q=en'), { statusCode: 200, path: '/b/1?q=de&q=en' })
  for (const target of ['/hi/', '/hi2', '/HI']) assert.equal((await ask(options, target)).statusCode, 404, target)
})

test('expressions in their order, behind the literals, with groups', async () => {
  const options = {
    literal: { '/user-1': '/x/first' },
    regexp: [
      ['^/user-([0-9]+)$', '/x/${1}'],
      ['^/user-(?P<name>[\\w\\s]+)$', '/x/name-${name}'],
      ['/old/', '/x/'],
    ],
  }
  assert.equal((await ask(options, '/user-1')).path, '/b/first')
  assert.equal((await ask(options, '/user-12?q=a')).path, '/b/12?q=a')
  assert.equal((await ask(options, '/user-a%20b')).path, '/b/name-a%20b')
  assert.equal((await ask(options, '/old/5')).path, '/b/5')
  assert.equal((await ask(options, '/x/9')).path, '/b/9')
  assert.equal((await ask(options, '/user-')).statusCode, 404)
})

test('what comes out without a slash gets one, and what is written anew is not looked up again', async () => {
  assert.equal((await ask({ regexp: [['^/a/', 'x/']] }, '/a/1')).path, '/b/1')
  assert.equal((await ask({ literal: { '/a': '/c', '/c': '/x/1' } }, '/a')).statusCode, 404)
})

test('options that say nothing, or nothing that can be done, are told with their place', () => {
  const places = (options: unknown): string[] => urlRewrite.prepare(options).problems.map(({ path }) => path.join('.'))
  assert.deepEqual(places({ literal: {} }), [])
  assert.deepEqual(places({}), [''])
  assert.deepEqual(places({ literal: { '/a': 'b' }, regexp: [['(', '/'], ['a'], ['a', 'b', 'c'], ['a', '/b']] }), [
    'literal./a',
    'regexp.0.0',
    'regexp.1',
    'regexp.2',
  ])
  assert.deepEqual(places({ literal: { '/a': 5 } }), ['literal./a'])
  assert.deepEqual(places({ regex: [] }), ['regex'])
})
