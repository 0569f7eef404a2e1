// Keys of the file that would show one client the answer of another are refused, whichever way backends learn who the client is.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkBlocks } from '../../../engine/compile/check-blocks.ts'
import { loadDeclarations } from '../../../engine/compile/order.ts'
import { order } from '../../../order.ts'
import { configOf } from '../../../testing/index.ts'

describe('a key that leaves out who the client is', () => {
  interface Given {
    readonly key?: readonly string[]
    readonly endpoint?: Readonly<Record<string, unknown>>
    readonly backends?: readonly object[]
    /** Where the cache stands: at the endpoint, or at the last backend. */
    readonly at?: 'endpoint' | 'backend'
  }
  const findings = async ({ key = ['{id}'], endpoint = {}, backends = [{}], at = 'endpoint' }: Given): Promise<string[]> => {
    const block = { '_gw/cache': { ttl: '1m', key } }
    const whole = backends.map((one, index) =>
      withBlocks({ url_pattern: `/${index}`, ...one }, at === 'backend' && index === backends.length - 1 ? block : {}),
    )
    const file = withBlocks({ endpoint: '/e/{id}', ...endpoint, backend: whole }, at === 'endpoint' ? block : {})
    const config = configOf({ host: ['http://b:80'], endpoints: [file] })
    return checkBlocks(config, await loadDeclarations(order, config), { isStrict: false })
      .filter(({ code }) => code === 'shared-answers')
      .map(({ severity, message }) => `${severity} ${/get (.*), and/.exec(message)?.[1]}`)
  }
  const withBlocks = (place: object, blocks: object): Record<string, unknown> => ({
    ...place,
    extra_config: { ...(place as { extra_config?: object }).extra_config, ...blocks },
  })
  const forwards = { input_headers: ['authorization'] }
  const built = (template: object): object => ({ extra_config: { '_gw/request': template } })
  const validator = { 'auth/validator': { alg: 'RS256', jwk_url: 'https://x/k', propagate_claims: [['sub', 'x-user']] } }

  test('is refused where a list forwards it, or a call is built of it', async () => {
    const claims = 'error claims of the token'
    const cases: readonly [Given, string][] = [
      [{ endpoint: forwards }, 'error Authorization'],
      [{ endpoint: { input_headers: ['*'] } }, 'error Authorization and Cookie'],
      [{ backends: [{ url_pattern: '/{JWT.sub}' }] }, claims],
      [{ backends: [built({ path: '/a?u={JWT.sub}' })] }, claims],
      [{ backends: [built({ headers: { 'X-U': ['{JWT.sub?}'] } })] }, claims],
      [{ backends: [built({ body: { a: [{ b: 'is {JWT.sub:-none}' }] } })] }, claims],
      [{ backends: [built({ query: { t: '{input_headers.cookie}' } })] }, 'error Cookie'],
      [{ backends: [{ extra_config: { '_gw/for-each': { in: 'JWT.groups' }, '_gw/request': { path: '/{item}' } } }] }, claims],
      [{ backends: [{ extra_config: { '_gw/fallback': { backend: { url_pattern: '/{JWT.sub}' } } } }] }, claims],
      [{ endpoint: { input_headers: ['X-User'], extra_config: validator } }, 'error X-User'],
      [{ endpoint: { input_headers: ['X-Tok'], extra_config: { 'auth/validator': { auth_header_name: 'x-tok' } } } }, 'error X-Tok'],
      [
        { endpoint: { input_headers: ['*'], extra_config: { '_gw/forward-auth': { url: 'http://a', response_headers: ['X-Id'] } } } },
        'error Authorization and Cookie and X-Id',
      ],
      [
        {
          endpoint: { extra_config: { '_gw/forward-auth': { url: 'http://a', response_headers: ['X-Id'] } } },
          backends: [built({ headers: { 'X-As': '{input_headers.x-id}' } })],
        },
        'error X-Id',
      ],
      [
        {
          endpoint: { extra_config: { proxy: { sequential: true } } },
          backends: [{ url_pattern: '/{JWT.sub}' }, { url_pattern: '/{resp0_id}' }],
          at: 'backend',
        },
        claims,
      ],
    ]
    for (const [given, wanted] of cases) assert.deepEqual(await findings(given), [wanted], JSON.stringify(given))
  })
  test('is good where no backend gets it', async () => {
    const cases: readonly Given[] = [
      {},
      { endpoint: { extra_config: validator } },
      { endpoint: forwards, backends: [{ input_headers: ['X-Other'] }] },
      { backends: [built({ body: '{{JWT.sub}} is no placeholder' })] },
      { backends: [{ url_pattern: '/{JWT.sub}' }, {}], at: 'backend' },
    ]
    for (const given of cases) assert.deepEqual(await findings(given), [], JSON.stringify(given))
  })
  test('is any that names nothing of it: a brace is no name, and other headers only begin alike', async () => {
    for (const key of [['{id}', 'public'], ['{input_headers.authorization}'], ['{JWT.sub}'], ['{input_headers.Cookie?}']])
      assert.deepEqual(await findings({ key, endpoint: forwards }), [], String(key))
    for (const key of [['{{JWT.sub}}'], ['{input_headers.Authorization-Kind}']])
      assert.deepEqual(await findings({ key, endpoint: forwards }), ['error Authorization'], String(key))
    const propagated = { input_headers: ['x-user'], extra_config: validator }
    assert.deepEqual(await findings({ key: ['{input_headers.X-User}'], endpoint: propagated }), [])
  })
})
