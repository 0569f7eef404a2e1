import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quirksOf } from '../../config/dialect.ts'
import { makeConfig, makeExchange } from '../../testing/index.ts'
import { compileClientIp, compileVouchedIp } from './client-ip.ts'
import { readRouterOptions, type RouterOptions } from './router-options.ts'

const defaults = readRouterOptions(makeConfig())
const find = (options: Partial<RouterOptions>, headers: Record<string, string | string[]>, dialect: 2 | 3 = 3) =>
  compileClientIp({ ...defaults, ...options }, quirksOf(dialect))(makeExchange({ headers, peerAddress: '127.0.0.1' }))

test('everybody is trusted unless a list says otherwise', () => {
  assert.equal(find({}, { 'x-forwarded-for': '1.1.1.1, 2.2.2.2' }), '1.1.1.1')
  assert.equal(find({ trusted_proxies: ['127.0.0.1', '2.2.2.2'] }, { 'x-forwarded-for': '1.1.1.1, 2.2.2.2' }), '1.1.1.1')
  assert.equal(find({ trusted_proxies: ['127.0.0.0/8'] }, { 'x-forwarded-for': '1.1.1.1, 2.2.2.2' }), '2.2.2.2')
  assert.equal(find({ trusted_proxies: ['10.0.0.1'] }, { 'x-forwarded-for': '1.1.1.1' }), '127.0.0.1')
})

test('an item that is no address makes the header useless', () => {
  assert.equal(find({}, { 'x-forwarded-for': 'x' }), '127.0.0.1')
  assert.equal(find({}, { 'x-forwarded-for': '1.1.1.1:80', 'x-real-ip': '3.3.3.3' }), '3.3.3.3')
  assert.equal(find({}, { 'x-forwarded-for': ['1.1.1.1', '2.2.2.2'] }), '1.1.1.1')
})

test('a bad entry cuts the list of trusted proxies', () => {
  assert.equal(find({ trusted_proxies: ['oops', '127.0.0.1'] }, { 'x-forwarded-for': '1.1.1.1' }), '127.0.0.1')
})

test('forwarding can be switched off, headers chosen', () => {
  assert.equal(find({ forwarded_by_client_ip: false }, { 'x-forwarded-for': '1.1.1.1' }), '127.0.0.1')
  assert.equal(find({ remote_ip_headers: ['x-client'] }, { 'X-Client': '4.4.4.4', 'x-forwarded-for': '1.1.1.1' }), '4.4.4.4')
  assert.equal(find({ app_engine: true }, { 'X-Appengine-Remote-Addr': '5.5.5.5' }), '5.5.5.5')
})

test('nobody is believed who is not named, where that matters', () => {
  const vouched = (options: Partial<RouterOptions>) =>
    compileVouchedIp({ ...defaults, ...options })(makeExchange({ headers: { 'x-forwarded-for': '1.1.1.1' }, peerAddress: '127.0.0.1' }))
  assert.equal(vouched({}), '127.0.0.1')
  assert.equal(vouched({ trusted_proxies: ['127.0.0.1'] }), '1.1.1.1')
  assert.equal(vouched({ trusted_proxies: ['127.0.0.1'], forwarded_by_client_ip: false }), '127.0.0.1')
})

test('KrakenD 1.x believes the leftmost entry unseen', () => {
  assert.equal(find({}, { 'x-forwarded-for': 'anything, 2.2.2.2' }, 2), 'anything')
})
