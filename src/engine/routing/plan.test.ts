// Which routes a configuration has, and under which paths.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeConfig, makeEndpoint } from '../../testing/index.ts'
import { planRoutes } from './plan.ts'

const get = (path: string, method = 'GET') => makeEndpoint({ path, method })

function patterns(paths: readonly string[], router: object = {}): string[] {
  const config = makeConfig({
    endpoints: paths.map((path) => get(path)),
    extraConfig: new Map([['router', { disable_health: true, ...router }]]),
  })
  return planRoutes(config).routes.map(({ method, pattern }) => `${method} ${pattern}`)
}

test('paths are cleaned before they are registered; a slash at the very end stays', () => {
  const written = ['/a//b', '/c/./d', '/e/../f', '//x', '/g/', '/h/.', '/i//', '/', '//', '/u/:id/../*rest']
  const clean = ['/a/b', '/c/d', '/f', '/x', '/g/', '/h', '/i/', '/', '/', '/u/*rest']
  assert.deepEqual(
    patterns(written),
    clean.map((path) => `GET ${path}`),
  )
})

test('the health path is cleaned as well', () => {
  assert.deepEqual(patterns([], { disable_health: false, health_path: 'up//now' }), ['GET /up/now'])
})

test('paths that meet are one path, of several methods with one OPTIONS', () => {
  const config = makeConfig({
    endpoints: [get('/a//b', 'POST'), get('/a/b'), get('/a/b', 'FETCH')],
    extraConfig: new Map([['router', { auto_options: true, disable_health: true }]]),
  })
  const { routes, dropped } = planRoutes(config)
  assert.deepEqual(
    routes.map(({ method, pattern, methods }) => [method, pattern, ...methods]),
    [
      ['POST', '/a/b'],
      ['GET', '/a/b'],
      ['OPTIONS', '/a/b', 'POST', 'GET'],
    ],
  )
  assert.deepEqual(
    dropped.map(({ reason }) => reason),
    ['Unsupported method FETCH'],
  )
})
