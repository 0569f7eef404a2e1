import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseText } from './load.ts'

const YAML = `max: 1234567890123456789
extra_config:
  proxy:
    static:
      data:
        id: 1234567890123456789
        list: [{ n: 18446744073709551615 }]
        small: 7
        huge: 18446744073709551616
        price: !!float 3
        token: !!binary aGVsbG8=
        text: !!str 12
  data: 1234567890123456789
`

test('integers keep their digits in static data, and are numbers elsewhere', async () => {
  const { raw } = await parseText(YAML, '.yaml')
  assert.deepEqual(raw, {
    max: 2 ** 60 + Number(1234567890123456789n - 2n ** 60n),
    extra_config: {
      proxy: {
        static: {
          data: {
            id: 1234567890123456789n,
            list: [{ n: 2n ** 64n - 1n }],
            small: 7,
            huge: 2 ** 64,
            price: 3,
            token: 'hello',
            text: '12',
          },
        },
      },
      data: Number(1234567890123456789n),
    },
  })
})

test('TOML too, and times in their shortest form', async () => {
  const text =
    'big = 9223372036854775807\n[static.data]\nid = 9223372036854775807\nt = 2024-01-02T03:04:05.500Z\nu = 2024-01-02T03:04:05.000+00:00\nv = 03:04:05.120\n'
  const { raw } = await parseText(text, '.toml')
  assert.deepEqual(structuredClone(raw), {
    big: 2 ** 63,
    static: { data: { id: 2n ** 63n - 1n, t: '2024-01-02T03:04:05.5Z', u: '2024-01-02T03:04:05Z', v: '03:04:05.12' } },
  })
})

test('what is no Base64 is an error with a place', async () => {
  const { issue } = await parseText('a: !!binary "%"\n', '.yaml')
  assert.match(issue?.message ?? '', /invalid base64/)
})
