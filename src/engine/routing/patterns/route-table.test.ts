// The table of routes against a slow one that tries every route: whatever the patterns, both choose the same.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { HeaderMap } from '../../headers.ts'
import { comparePatterns, matchMixed, parsePattern, PatternError, type Segment } from './pattern.ts'
import type { OwnRoute } from './route-options.ts'
import { type Asked, type Entry, RouteTable } from './route-table.ts'
import { parseHostPattern } from './host-pattern.ts'

function routeOf(path: string, more: Partial<OwnRoute> = {}): OwnRoute {
  return { pattern: parsePattern(path, false), methods: ['GET'], hosts: [], headers: [], isRaw: false, trailingSlash: 'strict', ...more }
}

function asked(path: string, more: Partial<Asked> = {}): Asked {
  return { method: 'GET', host: 'h', headers: new HeaderMap(), path, sentPath: path, rawPath: path, ...more }
}

/** Values of a pattern for a path by trying every way to read it, greediest first; null when it does not match. */
function slowMatch(segments: readonly Segment[], path: readonly string[]): string[] | null {
  const [segment, ...rest] = segments
  if (segment === undefined) return path.length === 0 ? [] : null
  if (segment.kind === 'rest') return [path.join('/')]
  const [text, ...others] = path
  if (text === undefined) return null
  const behind = slowMatch(rest, others)
  if (behind === null) return null
  if (segment.kind === 'literal') return segment.text === text ? behind : null
  if (segment.kind === 'param') return text === '' ? null : [text, ...behind]
  const escaped = segment.literals.map((literal) => literal.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const found = new RegExp(`^${escaped.join('(.+)')}$`, 's').exec(text)
  return found === null ? null : [...found.slice(1), ...behind]
}

const anySegment = fc.constantFrom('a', 'b', 'aa', '{p}', 'a{p}', '{p}b', '{p}-{q}', 'a{p}b{q}', '')
const anyPattern = fc
  .tuple(fc.array(anySegment, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([segments, hasRest]) => [...segments, ...(hasRest ? ['{r*}'] : [])])
  .map((segments) => {
    let count = 0
    return `/${segments.join('/')}`.replaceAll(/\{[pqr]/g, (open) => `${open}${count++}`)
  })
const anyPath = fc.array(fc.constantFrom('a', 'b', 'aa', 'ab', 'a-b', '-', 'a--b', 'axb', 'aabb', ''), { minLength: 1, maxLength: 5 })

test('the chosen route and its values are those of a slow search through all routes', () => {
  fc.assert(
    fc.property(
      fc.array(anyPattern, { minLength: 1, maxLength: 8 }),
      fc.array(anyPath, { minLength: 5, maxLength: 5 }),
      (patterns, paths) => {
        const table = new RouteTable<number>()
        const entries = patterns.map((path, index): Entry<number> => ({ route: routeOf(path), target: index, index }))
        for (const entry of entries) table.add(entry)
        for (const segments of paths) {
          const matches = entries.filter(({ route }) => slowMatch(route.pattern.segments, segments) !== null)
          const [best] = matches.sort((a, b) => comparePatterns(a.route.pattern, b.route.pattern) || a.index - b.index)
          const found = table.find(asked(`/${segments.join('/')}`), null)
          const shapes = (entry: Entry<number> | undefined): unknown =>
            entry === undefined ? null : comparePatterns(entry.route.pattern, (best as Entry<number>).route.pattern)
          assert.equal(shapes(found?.entry), shapes(best), `/${segments.join('/')} among ${patterns.join(' ')}`)
          if (found !== null) assert.deepEqual([...found.values], slowMatch(found.entry.route.pattern.segments, segments))
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test('parameters of a mixed segment take as much as they can, the earlier first', () => {
  assert.deepEqual(matchMixed(['', '.', ''], 'a.b.c'), ['a.b', 'c'])
  assert.deepEqual(matchMixed(['app.', '.css'], 'app.x.css'), ['x'])
  assert.equal(matchMixed(['app.', '.css'], 'app..css'), null)
  assert.equal(matchMixed(['', '.', ''], '.c'), null)
  assert.equal(matchMixed(['', '.', ''], 'c.'), null)
})

test('patterns of one level are many, and the one with most text is still the first', () => {
  const table = new RouteTable<number>()
  const add = (path: string, index: number): void => table.add({ route: routeOf(path), target: index, index })
  for (let index = 0; index < 30_000; index++) add(`/{x}.${index}`, index)
  add('/a{x}.777', -1)
  const chosen = (path: string): number | undefined => table.find(asked(path), null)?.entry.target
  assert.deepEqual(['/a.777', '/ab.777', '/b.12777', '/b.x'].map(chosen), [777, -1, 12_777, undefined])
})

test('a pattern that nobody could read is refused with what is wrong in it', () => {
  for (const [path, words] of [
    ['x', /must begin with a slash/],
    ['/{a}{b}', /no text between/],
    ['/{a}/{a}', /\{a\} twice/],
    ['/{a*}/b', /not its whole last segment/],
    ['/x{a*}', /not its whole last segment/],
    ['/{a', /braces/],
    ['/{}', /braces/],
    ['/*', /star outside/],
  ] as const)
    assert.throws(
      () => parsePattern(path, false),
      (error: unknown) => error instanceof PatternError && words.test(error.message),
      path,
    )
})

test('hosts: an exact name before the longest suffix before any host; ports, case and a dot at the end do not count', () => {
  const table = new RouteTable<string>()
  const hosts = ['a.example.com', '*.example.com', '{t}.example.com', '*.b.example.com', '']
  for (const [index, host] of hosts.entries())
    table.add({ route: routeOf('/', { hosts: host === '' ? [] : [parseHostPattern(host) ?? assert.fail()] }), target: host, index })
  const hostFor = (host: string): string | undefined => table.find(asked('/', { host }), null)?.entry.target
  assert.equal(hostFor('A.example.com.:8080'), 'a.example.com')
  assert.equal(hostFor('x.example.com'), '{t}.example.com')
  assert.equal(hostFor('x.y.example.com'), '*.example.com')
  assert.equal(hostFor('x.b.example.com'), '*.b.example.com')
  assert.equal(hostFor('example.com'), '')
  assert.equal(hostFor('[::1]:80'), '')
  assert.equal(table.find(asked('/', { host: 'x.example.com' }), null)?.label, 'x')
})

test('of equal patterns the one with more conditions is chosen, then the first of the file; a repeated field counts with each of its values', () => {
  const table = new RouteTable<number>()
  const conditions = [
    [],
    [['X-A', '1']],
    [
      ['X-A', null],
      ['X-B', null],
    ],
    [['X-A', '1']],
  ] as const
  for (const [index, list] of conditions.entries())
    table.add({ route: routeOf('/', { headers: list.map(([name, value]) => ({ name, value })) }), target: index, index })
  const chosen = (...fields: string[]): number | undefined => table.find(asked('/', { headers: new HeaderMap(fields) }), null)?.entry.target
  assert.equal(chosen(), 0)
  assert.equal(chosen('X-A', '0', 'X-A', '1'), 1)
  assert.equal(chosen('X-A', '1', 'X-B', ''), 2)
  assert.equal(chosen('X-A', '2'), 0)
})

test('fields of a request are walked once however many routes want one, and not at all when none does', () => {
  const readsOf = (count: number, headers: (index: number) => OwnRoute['headers']): number => {
    const table = new RouteTable<number>()
    for (let index = 0; index < count; index++) table.add({ route: routeOf('/a', { headers: headers(index) }), target: index, index })
    let reads = 0
    const fields = new Proxy(['X-A', '1', 'X-V', 'last', 'X-V', 'other'], {
      get(target, key) {
        if (key !== 'length') reads++
        return Reflect.get(target, key) as unknown
      },
    })
    const sent = asked('/a', { headers: new HeaderMap(fields) })
    assert.equal(table.find(sent, null)?.entry.target, count - 1)
    return reads
  }
  const byValue = (count: number): number =>
    readsOf(count, (index) => [{ name: 'X-V', value: index === count - 1 ? 'last' : String(index) }])
  const byName = (count: number): number => readsOf(count, (index) => [{ name: index === count - 1 ? 'X-V' : `X-${index}`, value: null }])
  assert.equal(byValue(300), byValue(1))
  assert.equal(byName(300), byName(1))
  assert.equal(
    readsOf(1, () => []),
    0,
  )
})
