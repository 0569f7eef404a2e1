// What `security/http` promises: host check, then redirect, then headers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ConfigError } from '../../../engine/compile/component.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import type { Exchange } from '../../../engine/types.ts'
import { readOptions } from '../../../schema/read-options.ts'
import { checkBlock } from '../../../engine/compile/check-blocks.ts'
import { checkOptions, makeExchange, makeSite } from '../../../testing/index.ts'
import { redirectPage } from '../../../go/html.ts'
import { compileHostPatterns } from './allowed-hosts.ts'
import { httpsUrl } from './https-redirect.ts'
import { securityHttp } from './index.ts'

interface Asking {
  readonly method?: string
  readonly target?: string
  readonly host?: string
  readonly headers?: string[]
  readonly isSecure?: boolean
}

function gatewayWith(block: object) {
  const layer = securityHttp.build(readOptions(securityHttp.options, block, 'map').value as never, makeSite())
  return function ask({ method = 'GET', target = '/x', host = 'h', headers = [], isSecure = false }: Asking = {}) {
    const exchange = { ...makeExchange({ method, target, isSecure }), host, headers: HeaderMap.fromRaw(headers) }
    const handler = (inner: Exchange): void => inner.answer(200, 'ok')
    void (layer === null ? handler : layer(handler))(exchange)
    return {
      status: exchange.statusCode,
      body: exchange.answered.body,
      headers: Object.fromEntries(exchange.responseHeaders.names().map((name) => [name, exchange.responseHeaders.get(name)])),
    }
  }
}

const BAD_HOST = {
  status: 500,
  body: 'Bad Host\n',
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
}

test('an empty section leaves no layer behind', () => {
  assert.equal(securityHttp.build(readOptions(securityHttp.options, {}, 'map').value as never, makeSite()), null)
})

test('hosts with their port, in any case; the refusal carries none of the headers', () => {
  const ask = gatewayWith({ allowed_hosts: ['h:8080', 'plain.example'], frame_deny: true })
  assert.equal(ask({ host: 'H:8080' }).status, 200)
  assert.equal(ask({ host: 'plain.example' }).status, 200)
  for (const host of ['h', 'evil', 'plain.example:80', '']) assert.deepEqual(ask({ host }), BAD_HOST)
})

test('host patterns match the whole host, with case, alternatives too', () => {
  const ask = gatewayWith({ allowed_hosts: ['[a-z]+\\.example\\.com(:\\d+)?', 'a|b'], allowed_hosts_are_regex: true })
  for (const host of ['api.example.com', 'api.example.com:80', 'a', 'b']) assert.equal(ask({ host }).status, 200, host)
  for (const host of ['API.example.com', 'api.example.com.evil', 'ax', 'xb']) assert.equal(ask({ host }).status, 500, host)
  assert.throws(() => gatewayWith({ allowed_hosts: ['('], allowed_hosts_are_regex: true }), ConfigError)
  assert.throws(() => compileHostPatterns(['(?=a)']))
})

test('the first filled proxy header stands in for the host', () => {
  const ask = gatewayWith({ allowed_hosts: ['h:8080'], host_proxy_headers: ['x-fh', 'X-Second'] })
  assert.equal(ask({ host: 'evil', headers: ['X-FH', '', 'X-Second', 'H:8080'] }).status, 200)
  assert.equal(ask({ host: 'h:8080', headers: ['X-Fh', 'evil'] }).status, 500)
  assert.equal(ask({ host: 'h:8080' }).status, 200)
})

test('plain requests are sent to https, with a page for GET', () => {
  const ask = gatewayWith({
    ssl_redirect: true,
    ssl_host: 's.example',
    ssl_proxy_headers: { 'x-forwarded-proto': 'https' },
    frame_deny: true,
  })
  const location = 'https://s.example/a?b=1&c'
  assert.deepEqual(ask({ target: '/a?b=1&c' }), {
    status: 301,
    body: '<a href="https://s.example/a?b=1&amp;c">Moved Permanently</a>.\n\n',
    headers: { Location: location, 'Content-Type': 'text/html; charset=utf-8' },
  })
  assert.deepEqual(ask({ method: 'POST', target: '/a?b=1&c' }), { status: 301, body: null, headers: { Location: location } })
  assert.equal(ask({ headers: ['X-Forwarded-Proto', 'https'] }).status, 200)
  assert.equal(ask({ headers: ['X-Forwarded-Proto', 'HTTPS'] }).status, 301)
  assert.equal(ask({ isSecure: true }).status, 200)
  assert.equal(gatewayWith({ ssl_redirect: true })({ host: 'me:8080' }).headers['Location'], 'https://me:8080/x')
})

test('the redirect stays a URL and its page plain text', () => {
  assert.equal(httpsUrl('h', 'http://other/p?q#f'), 'https://h/p?q#f')
  assert.equal(httpsUrl('h', '/ä"<%20'), 'https://h/%C3%A4%22%3C%20')
  assert.equal(httpsUrl('h', '/a%2fb(c)?q="<\'>|{}`^\\%zz#f'), 'https://h/a%2fb(c)?q="<\'>|{}`^\\%zz#f')
  assert.equal(httpsUrl('h', '/a%2fb"?'), 'https://h/a/b%22?')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (target) => {
      const url = httpsUrl('h', `/${target}`)
      assert.match(url.split('?', 1)[0] ?? '', /^[!#-;=?-[\]_a-z~]*$/)
      assert.match(url, /^[!-~]*$/)
      assert.ok(!/[<>"']/.test(redirectPage(url).slice(9, -28)))
    }),
  )
})

test('the headers, each on its own', () => {
  const ask = gatewayWith({
    frame_deny: true,
    content_type_nosniff: true,
    browser_xss_filter: true,
    content_security_policy: "default-src 'self';",
    referrer_policy: 'same-origin',
    sts_seconds: 10.9,
  })
  const plain = {
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    'X-Xss-Protection': '1; mode=block',
    'Content-Security-Policy': "default-src 'self';",
    'Referrer-Policy': 'same-origin',
  }
  assert.deepEqual(ask().headers, plain)
  assert.deepEqual(ask({ isSecure: true }).headers, { 'Strict-Transport-Security': 'max-age=10', ...plain })
  assert.deepEqual(gatewayWith({ custom_frame_options_value: 'SAMEORIGIN', frame_deny: true })().headers, {
    'X-Frame-Options': 'SAMEORIGIN',
  })
  const forced = gatewayWith({ sts_seconds: 300, sts_include_subdomains: true, force_sts_header: true })
  assert.deepEqual(forced().headers, { 'Strict-Transport-Security': 'max-age=300; includeSubDomains' })
})

test('a nonce is new in every request', () => {
  const ask = gatewayWith({ content_security_policy: 'script-src $NONCE' })
  const [first, second] = [ask().headers['Content-Security-Policy'], ask().headers['Content-Security-Policy']]
  assert.match(first as string, /^script-src 'nonce-[\w-]{22}'$/)
  assert.notEqual(first, second)
})

test('development mode turns off the host check, the redirect and transport security', () => {
  const block = { is_development: true, allowed_hosts: ['h'], ssl_redirect: true, sts_seconds: 5, force_sts_header: true, frame_deny: true }
  assert.deepEqual(gatewayWith(block)({ host: 'evil' }), { status: 200, body: 'ok', headers: { 'X-Frame-Options': 'DENY' } })
})

test('check tells which host pattern is none', () => {
  const block = { allowed_hosts: ['a', '(b'], allowed_hosts_are_regex: true }
  assert.match(
    checkOptions(securityHttp, block).join('|'),
    /^error allowed_hosts\[1\]: not a regular expression: [^|]+: the gateway does not start$/,
  )
  const [issue] = checkBlock(securityHttp, block, { dialect: 3, once: makeSite().once })
  assert.equal(issue?.fails, 'start')
  assert.deepEqual(checkOptions(securityHttp, { ...block, allowed_hosts_are_regex: false }), [])
  assert.deepEqual(checkOptions(securityHttp, { ...block, is_development: true }), [])
})
