// Which proxy the environment names for which address, as Go reads it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileProxies } from './proxies.ts'

function proxyOf(httpProxy: string): unknown {
  return compileProxies({ httpProxy })(false, 'backend.test', 80)
}

test('an address with or without scheme, port, user and password', () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  assert.deepEqual(proxyOf('proxy.test:8080'), { hostname: 'proxy.test', port: 8080, authorization: null })
  assert.deepEqual(proxyOf('http://[::1]'), { hostname: '::1', port: 80, authorization: null })
  assert.deepEqual(proxyOf('http://u%40:p%3a@h:1'), { hostname: 'h', port: 1, authorization: basic('u@:p:') })
  assert.deepEqual(proxyOf('http://u@h:1'), { hostname: 'h', port: 1, authorization: basic('u:') })
})

test('what is no address of a proxy is none', () => {
  for (const text of ['', 'socks5://h', 'http://h:x', 'http://us%er:p@h']) assert.equal(proxyOf(text), null, text)
})

test('exempt addresses, networks and names', () => {
  const find = compileProxies({
    httpProxy: 'http://h',
    noProxy: ' 10.0.0.0/8, 192.0.2.1,[2001:db8::1] ,::2,.sub.test,Name.test,port.test:81,192.0.2.9:81,fe80::1%eth0,10.0.0.0/33',
  })
  const isExempt = (hostname: string, port = 80): boolean => find(false, hostname, port) === null
  const exempt = [
    'localhost',
    '127.1.2.3',
    '::1',
    '10.1.2.3',
    '::ffff:10.1.2.3',
    '192.0.2.1',
    '2001:db8::1',
    '::2',
    'a.sub.test',
    'name.test',
    'a.NAME.test',
  ]
  for (const hostname of exempt) assert.equal(isExempt(hostname), true, hostname)
  for (const hostname of ['11.1.2.3', '192.0.2.2', '192.0.2.9', '::3', 'sub.test', 'aname.test', 'port.test'])
    assert.equal(isExempt(hostname), false, hostname)
  for (const hostname of ['port.test', '192.0.2.9']) assert.equal(isExempt(hostname, 81), true, hostname)
  assert.equal(compileProxies({ httpProxy: 'http://h', noProxy: '*' })(false, 'a', 1), null)
})
