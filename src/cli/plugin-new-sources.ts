// What `krakend plugin new` writes: a plugin that sets a header, with its options, and a test of it.

import type { Kind } from '../plugins/types.ts'

/** The same text is TypeScript and JavaScript: the types come from `definePlugin`. */
export function pluginSource(name: string, kind: Kind): string {
  return `// ${name}: sets a header of every answer.

import { definePlugin } from 'krakend-ts/plugin'

export default definePlugin({
  name: '${name}',
  kind: '${kind}',
  description: 'sets a header of every answer',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      header: { type: 'string', default: 'X-Plugin' },
      value: { type: 'string', default: '${name}' },
    },
  },
  setup({ header, value }) {
${kind === 'req-resp-modifier' ? PAIR : AROUND}  },
})
`
}

const AROUND = `    return async (_request, next) => {
      const response = await next()
      response.headers.set(header, value)
      return response
    }
`

const PAIR = `    return {
      response(response) {
        response.headers.set(header, value)
      },
    }
`

/** Raw answers where nothing is decoded. */
const ANSWERS: Readonly<Record<Kind, string>> = {
  'http-server': "{ body: 'hello' }",
  'http-client': "{ body: 'hello' }",
  'req-resp-modifier': "{ data: { word: 'hello' } }",
  middleware: "{ data: { word: 'hello' } }",
}

export function testSource(name: string, kind: Kind, extension: string): string {
  return `// Run it with: node --test

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlugin } from 'krakend-ts/testing'
import plugin from './${name}${extension}'

test('every answer has the header', async () => {
  const run = await testPlugin(plugin, { kind: '${kind}', options: { value: 'a' }, next: ${ANSWERS[kind]} })
  assert.equal(run.response?.headers.get('X-Plugin'), 'a')
  await run.close()
})
`
}
