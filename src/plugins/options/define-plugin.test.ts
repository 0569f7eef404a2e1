// What the types of `definePlugin` promise: the compiler refuses the marked lines, and accepts every other one.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import Type from 'typebox'
import { definePlugin, type Json, type Kind, type PluginRequest, type PluginResponse, type RawResponse } from '../../plugin.ts'

/** Equal only where a type takes what it gives. */
interface Box<T> {
  readonly through: (value: T) => T
}

/** `true` where both types are the same. */
type Same<A, B> = [Box<A>, Box<B>] extends [Box<B>, Box<A>] ? true : false

const none = (): null => null

test('a definition is what was given', () => {
  const given = { name: 'price', kind: 'middleware', setup: none } as const
  assert.equal(definePlugin(given), given)
})

test('options of a JSON Schema: required ones, those with a default, and others', () => {
  definePlugin({
    options: {
      type: 'object',
      required: ['currency', 'list'],
      additionalProperties: false,
      properties: {
        currency: { type: 'string', enum: ['EUR', 'USD'] },
        max: { type: 'integer', minimum: 1, default: 100 },
        list: { type: 'array', items: { type: 'object', required: ['on'], properties: { on: { type: 'boolean' } } } },
        either: { type: ['string', 'null'] },
        version: { const: 3 },
        free: { anyOf: [{ type: 'string' }] },
      },
    },
    setup(options) {
      void (true satisfies Same<typeof options.currency, 'EUR' | 'USD'>)
      void (true satisfies Same<typeof options.max, number>)
      void (true satisfies Same<typeof options.list, { on: boolean }[]>)
      void (true satisfies Same<typeof options.either, string | null | undefined>)
      void (true satisfies Same<typeof options.version, 3 | undefined>)
      void (true satisfies Same<typeof options.free, unknown>)
      // @ts-expect-error -- there is no such option
      void options.maximum
      // @ts-expect-error -- it may be absent
      void options.either.length
      return null
    },
  })
})

test('options of TypeBox', () => {
  const options = Type.Object({ a: Type.Number(), b: Type.Optional(Type.Union([Type.Literal('x'), Type.Literal('y')])) })
  definePlugin({
    options,
    setup(given) {
      void (true satisfies Same<typeof given.a, number>)
      void (true satisfies Same<typeof given.b, 'x' | 'y' | undefined>)
      // @ts-expect-error -- there is no such option
      void given.c
      return null
    },
  })
})

test('options of a Standard Schema are what it gives', () => {
  const types = undefined as { readonly input: { a: string }; readonly output: { a: Date } } | undefined
  const options = { '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }), types } }
  definePlugin({
    options,
    setup(given) {
      void (true satisfies Same<typeof given, { a: Date }>)
      return null
    },
  })
})

test('without a schema they are any JSON', () => {
  definePlugin({
    setup(options) {
      void (true satisfies Same<typeof options, Json>)
      // @ts-expect-error -- nobody has looked at it
      void options.max
      return null
    },
  })
})

test('named parameters are there for certain, others may be', () => {
  definePlugin({
    params: ['id', 'JWT.sub'],
    setup: () => (request) => {
      void (true satisfies Same<typeof request.params.id, string>)
      const id: string = request.params.id + request.params['JWT.sub']
      // @ts-expect-error -- nobody says that the pattern has it
      const other: string = request.params['other']
      return { data: { id, other } }
    },
  })
})

test('where nothing is decoded answers have no data', () => {
  definePlugin({
    kind: 'http-server',
    setup: () => async (_request, next) => {
      const response = await next()
      void (true satisfies Same<typeof response, RawResponse>)
      void (true satisfies Same<typeof response.kind, 'raw'>)
      // @ts-expect-error -- these are bytes
      void response.data
      return response
    },
  })
  definePlugin({
    kind: ['http-client', 'http-server'],
    setup: () => ({
      response(response) {
        // @ts-expect-error -- these are bytes
        response.data = {}
      },
    }),
  })
  definePlugin({
    kind: ['http-client', 'middleware'],
    setup: () => async (_request, next) => {
      const response = await next()
      void (true satisfies Same<typeof response, PluginResponse>)
      response.data.price = 3
      return response
    },
  })
})

test('members of a wrong type', () => {
  // @ts-expect-error -- no such kind
  definePlugin({ kind: 'http-servr', setup: none })
  // @ts-expect-error -- a plugin has a setup
  definePlugin({ name: 'price' })
  // @ts-expect-error -- a handler answers, or gives nothing
  definePlugin({ setup: () => () => 'hello' })
  // @ts-expect-error -- no such member
  definePlugin({ setup: none, protect: true })
  // @ts-expect-error -- names of parameters are texts
  definePlugin({ params: [1], setup: none })
})

test('requests go on with what next takes', () => {
  definePlugin({
    setup: () => async (request, next) => {
      const own: PluginRequest = request.with({ method: 'GET' })
      await next(own)
      await next(new Request('http://a/'))
      // @ts-expect-error -- a URL is no request
      await next('http://a/')
      // @ts-expect-error -- changes are those of a request
      request.with({ status: 200 })
    },
  })
})

test('the site knows where it stands', () => {
  definePlugin({
    setup(_options, site) {
      void (true satisfies Same<typeof site.kind, Kind>)
      void (true satisfies Same<ReturnType<ReturnType<typeof site.counter>['add']>, number>)
      const one = site.once('key', async () => 5)
      void (true satisfies Same<typeof one, Promise<number>>)
      // @ts-expect-error -- a block does not change
      site.block['name'] = 'x'
      return null
    },
  })
})
