// What `_gw/load-balancing` promises: who is chosen, who is left out and for how long, and who stays with whom.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { equalHosts } from '../../../engine/compile/component.ts'
import { GatewayError, SendError, StatusError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { clientExchange, hostStates } from '../../../engine/ports.ts'
import { Scope } from '../../../engine/scope.ts'
import type { BackendRequest, BackendResponse, Layer, Pipe, PipeRequest, PipeResponse } from '../../../engine/types.ts'
import {
  buildFor,
  checkOptions,
  type ExchangeInit,
  makeBackend,
  makeBackendResponse,
  makeExchange,
  makeRequest,
  makeResponse,
  makeSite,
} from '../../../testing/index.ts'
import { loadBalancing } from './index.ts'
import { compilePolicy, type Candidate } from './policies.ts'

const refused = new SendError('refused', { phase: 'dial' })
const HOSTS = ['http://a', 'http://b', 'http://c']

function openBalancer(
  block: object,
  hosts: readonly string[] = HOSTS,
  send: (request: BackendRequest) => Promise<BackendResponse> = () => Promise.reject(refused),
) {
  const clock = { ms: 1_000_000 }
  const list = equalHosts(hosts)
  const site = makeSite({
    backend: makeBackend({ hosts }),
    hosts: () => () => list,
    transportWith: () => send,
    clock: { now: Date.now, steady: () => clock.ms },
    place: { label: '', id: 'GET /e', name: '/e', timeoutMs: 1000, backends: [], extraConfig: new Map(), endpoint: null },
  })
  const answers: Record<string, Error | number> = {}
  const next: Pipe = ({ origin }): Promise<PipeResponse> => {
    const answer = answers[origin] ?? 0
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve(makeResponse({ statusCode: answer, headers: new HeaderMap(['X-Host', origin]) }))
  }
  const layer = buildFor(loadBalancing, block, site) as Layer<Pipe>
  const pipe = layer(next)
  const asked = (request: Partial<PipeRequest> = {}, scope = Scope.root()): Promise<string> =>
    pipe(makeRequest(request), scope).then(
      ({ headers }) => headers?.get('X-Host')?.slice(-1) ?? '',
      (error: unknown) => (error as Error).message,
    )
  const turns = async (count: number): Promise<string> => {
    let text = ''
    for (let i = 0; i < count; i++) text += await asked()
    return text
  }
  const states = (): string =>
    site
      .ask(hostStates)[0]
      ?.read()
      .map(({ host, state }) => `${host.slice(-1)} ${state}`)
      .join(', ') ?? ''
  return { site, clock, answers, asked, turns, states }
}

describe('policies', () => {
  test('in turns from the first host on, smooth with weights, reserves only when nothing else is left', async () => {
    assert.equal(await openBalancer({ policy: 'round_robin' }).turns(5), 'abcab')
    assert.equal(await openBalancer({ policy: 'round_robin', weights: [2, 1] }, HOSTS.slice(0, 2)).turns(6), 'abaaba')
    assert.equal(await openBalancer({ policy: 'round_robin', weights: [1, 3] }, HOSTS.slice(0, 2)).turns(4), 'babb')
    const { turns, asked } = openBalancer({ policy: 'round_robin', weights: [0, 1] }, HOSTS.slice(0, 2))
    assert.equal(await turns(3), 'bbb')
    assert.equal(await asked({ tried: new Set(['http://b']) }), 'a')
  })
  test('a retry goes to a host that was not asked, and to any when all were', async () => {
    const { asked } = openBalancer({ policy: 'first' })
    const tried = new Set<string>()
    assert.deepEqual([await asked({ tried }), await asked({ tried }), await asked({ tried }), await asked({ tried })], ['a', 'b', 'c', 'a'])
  })
  test('random keeps to the weights: nine to one over 2000 draws, give or take 3 points', () => {
    let seed = 1
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const candidates = [
      { weight: 9, inFlight: 0 },
      { weight: 1, inFlight: 0 },
    ]
    const choose = compilePolicy<Candidate>('random', random)
    let first = 0
    for (let i = 0; i < 2000; i++) if (choose(candidates) === candidates[0]) first++
    assert.ok(Math.abs(first / 2000 - 0.9) < 0.03, String(first))
  })
  test('the fewest requests in flight count, divided by the weight', () => {
    const [busy, heavy, idle] = [
      { weight: 1, inFlight: 2 },
      { weight: 4, inFlight: 4 },
      { weight: 1, inFlight: 1 },
    ] as const
    assert.equal(compilePolicy<Candidate>('least_requests', () => 0)([busy, heavy, idle]), heavy)
    assert.equal(compilePolicy<Candidate>('power_of_two_choices', () => 0)([busy, idle]), idle)
    assert.equal(compilePolicy<Candidate>('power_of_two_choices', () => 0)([busy]), busy)
  })
  test('requests are in flight until their answer is there, however it ends', async () => {
    const { asked, answers, site } = openBalancer({ policy: 'first' }, HOSTS.slice(0, 1))
    answers['http://a'] = refused
    const pending = asked()
    const inFlight = (): number | undefined => site.ask(hostStates)[0]?.read()[0]?.inFlight
    assert.equal(inFlight(), 1)
    await pending
    assert.equal(inFlight(), 0)
  })
  test('without any host the call is refused', async () => {
    assert.equal(await openBalancer({}, []).asked(), 'no hosts available')
  })
})

describe('outlier detection', () => {
  const block = (more: object = {}): object => ({
    policy: 'round_robin',
    outlier_detection: { consecutive_errors: 2, base_ejection_time: '10s', ...more },
  })
  test('after errors in a row a host is left out for a time that grows with each time in a row', async () => {
    const { clock, answers, turns, states, site } = openBalancer(block(), HOSTS.slice(0, 2))
    answers['http://a'] = refused
    await turns(4)
    assert.equal(states(), 'a ejected, b healthy')
    assert.equal(await turns(3), 'bbb')
    assert.match(site.lines.join('\n'), /INFO \[SERVICE: Gin\]\[Balancer\] http:\/\/a is left out for 10000 ms after 2 errors in a row/)
    clock.ms += 10_000
    assert.equal(states(), 'a healthy, b healthy')
    await turns(4)
    clock.ms += 19_000
    assert.equal(states(), 'a ejected, b healthy')
    clock.ms += 1000
    assert.equal(states(), 'a healthy, b healthy')
    answers['http://a'] = 0
    await turns(2)
    answers['http://a'] = refused
    await turns(4)
    clock.ms += 10_000
    assert.equal(states(), 'a healthy, b healthy')
  })
  test('any good answer begins the count anew; what is nobody’s fault does not count', async () => {
    const { answers, asked, states } = openBalancer({ ...block(), policy: 'first' }, HOSTS.slice(0, 2))
    const badStatus = (statusCode: number): StatusError => new StatusError('bad', makeBackendResponse('', { statusCode }))
    for (const answer of [refused, 0, refused, badStatus(404), 500, new GatewayError('open', { code: 'ERR_CIRCUIT_OPEN' })]) {
      answers['http://a'] = answer
      await asked()
      assert.equal(states(), 'a healthy, b healthy')
    }
    answers['http://a'] = badStatus(503)
    await asked()
    assert.equal(states(), 'a ejected, b healthy')
  })
  test('only so many at a time, one of two always, a single one never', async () => {
    const one = openBalancer(block({ max_ejection_percent: 0 }))
    for (const host of HOSTS) one.answers[host] = refused
    await one.turns(9)
    assert.equal(one.states().match(/ejected/g)?.length, 1)
    const alone = openBalancer(block(), HOSTS.slice(0, 1))
    alone.answers['http://a'] = refused
    await alone.turns(4)
    assert.equal(alone.states(), 'a healthy')
  })
})

describe('health checks', () => {
  test('a host that answers badly is left out until it answers well; when none is left all are asked', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const sick = new Set(['http://a'])
    const seen: BackendRequest[] = []
    const send = (request: BackendRequest): Promise<BackendResponse> => {
      seen.push(request)
      return sick.has(request.origin)
        ? Promise.resolve(makeBackendResponse('', { statusCode: 302 }))
        : Promise.resolve(makeBackendResponse(''))
    }
    const health_check = { path: '/health', interval: '10s', unhealthy_threshold: 2, headers: { 'x-check': '1' } }
    const { site, clock, states, turns } = openBalancer({ policy: 'round_robin', health_check }, HOSTS.slice(0, 2), send)
    const check = async (): Promise<void> => {
      clock.ms += 11_000
      t.mock.timers.tick(11_000)
      for (let i = 0; i < 10; i++) await Promise.resolve()
    }
    await Promise.resolve()
    assert.deepEqual([seen[0]?.path, seen[0]?.headers.get('X-Check'), seen.length], ['/health', '1', 2])
    assert.equal(states(), 'a healthy, b healthy')
    await check()
    assert.equal(states(), 'a unhealthy, b healthy')
    assert.equal(await turns(2), 'bb')
    sick.add('http://b')
    await check()
    await check()
    assert.equal(states(), 'a unhealthy, b unhealthy')
    assert.equal((await turns(2)).split('').sort().join(''), 'ab')
    sick.clear()
    await check()
    assert.equal(states(), 'a healthy, b healthy')
    const told = site.lines.join('\n')
    for (const words of [
      'INFO .* http://a is unhealthy: status 302',
      'INFO .* http://a is healthy: status 200',
      'WARNING .* no host is left',
    ])
      assert.match(told, new RegExp(words))
    assert.equal(told.match(/no host is left/g)?.length, 1)
    await site.retire()
    const before = seen.length
    await check()
    assert.equal(seen.length, before)
  })
})

describe('sticky', () => {
  async function visit(balancer: ReturnType<typeof openBalancer>, init: ExchangeInit = {}): Promise<[string, string | undefined]> {
    const exchange = makeExchange(init)
    clientExchange.set(exchange.scope, exchange)
    const host = await balancer.asked({}, exchange.scope)
    return [host, exchange.responseHeaders.get('Set-Cookie')]
  }
  const block = { policy: 'round_robin', sticky: { cookie: 'gw', ttl: '1h' }, outlier_detection: { consecutive_errors: 1 } }
  const cookiePair = (line: string | undefined): string => line?.split(';')[0] ?? ''

  test('a cookie is set once, names its host in secret, and is replaced when it helps no more', async () => {
    const balancer = openBalancer(block)
    const [host, line] = await visit(balancer)
    assert.equal(host, 'a')
    assert.match(line ?? '', /^gw=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=3600$/)
    const Cookie = `x=1; ${cookiePair(line)}`
    for (let i = 0; i < 3; i++) assert.deepEqual(await visit(balancer, { headers: { Cookie } }), ['a', undefined])
    balancer.answers['http://a'] = refused
    assert.deepEqual(await visit(balancer, { headers: { Cookie } }), ['refused', undefined])
    const [other, replaced] = await visit(balancer, { headers: { Cookie } })
    assert.notEqual(other, 'a')
    assert.notEqual(cookiePair(replaced), cookiePair(line))
    assert.notEqual((await visit(balancer, { headers: { Cookie: 'gw=nonsense' } }))[1], undefined)
  })
  test('over TLS, or where the options say so, it is Secure', async () => {
    assert.match((await visit(openBalancer(block), { isSecure: true }))[1] ?? '', /; Secure$/)
    assert.match(
      (await visit(openBalancer({ sticky: { cookie: 'gw', secure: true, same_site: 'None' } })))[1] ?? '',
      /SameSite=None; Secure$/,
    )
  })
  test('a secret makes cookies of several gateways alike, else each has its own', async () => {
    const first = async (secret: string): Promise<string> =>
      cookiePair((await visit(openBalancer({ policy: 'first', sticky: { cookie: 'gw', secret } })))[1])
    assert.equal(await first('s3cret'), await first('s3cret'))
    assert.notEqual(await first(''), await first(''))
  })
  test('equal values of a header go to the same host; when one goes, only its clients go to others', async () => {
    const header = { policy: 'first', sticky: { header: 'x-user' } }
    const hostOf = async (hosts: readonly string[], user: string): Promise<string> =>
      (await visit(openBalancer(header, hosts), { headers: { 'X-User': user } }))[0]
    const users = Array.from({ length: 30 }, (_user, index) => `u${index}`)
    const before = await Promise.all(users.map((user) => hostOf(HOSTS, user)))
    assert.deepEqual(await Promise.all(users.map((user) => hostOf(HOSTS, user))), before)
    assert.equal(new Set(before).size, 3)
    const after = await Promise.all(users.map((user) => hostOf(HOSTS.slice(0, 2), user)))
    for (const [index, host] of before.entries()) if (host !== 'c') assert.equal(after[index], host)
    assert.deepEqual(await visit(openBalancer(header)), ['a', undefined])
  })
})

test('check names what contradicts itself', () => {
  const found = (block: object): string => checkOptions(loadBalancing, block).join('\n')
  assert.match(found({ sticky: {} }), /^error sticky: needs a "cookie" or a "header", one of them$/)
  assert.match(found({ sticky: { cookie: 'a', header: 'b' } }), /one of them/)
  assert.match(found({ weights: [0, 0] }), /every host is a reserve/)
  assert.match(found({ weights: [-1] }), /must be at least 0/)
  assert.match(found({ policy: 'rand' }), /^error policy/)
  assert.match(found({ health_check: {} }), /health_check.path: must begin with a slash/)
  assert.match(found({ health_check: { path: '/h', interval: '0s' } }), /is no time to wait/)
  assert.match(found({ health_check: { path: '/h', statuses: ['ok'] } }), /"ok" is no status/)
})
