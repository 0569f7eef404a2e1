// The RPC speaks Go's net/rpc: a session recorded between Go programs is answered as Go answered it.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { GobDecoder } from './gob-decoder.ts'
import { encodeInt, encodeUint, GobEncoder } from './gob-encoder.ts'
import { GobError, GobReader } from './gob-reader.ts'
import type { GobStruct, GobValue } from './gob-types.ts'
import { Revocations } from './revocations.ts'
import { RotatingFilter, sharedBytes } from './rotating-filter.ts'
import { RpcConnection } from './rpc-connection.ts'
import { createRpcServer } from './rpc-server.ts'

type HashName = 'optimal' | 'default'

const recorded = JSON.parse(readFileSync(new URL('go-session.json', import.meta.url), 'utf8')) as Record<
  HashName,
  { sent: string; received: string }
>

function newRevocations(hashName: HashName = 'optimal'): Revocations {
  const parameters = { n: 1000, p: 0.01, hashName }
  return new Revocations(new RotatingFilter(parameters, new SharedArrayBuffer(sharedBytes(parameters)), 1))
}

function decodeAll(bytes: Buffer): GobValue[] {
  const decoder = new GobDecoder(1_000_000)
  decoder.push(bytes)
  const values: GobValue[] = []
  for (let next = decoder.next(); next !== null; next = decoder.next()) values.push(next.value)
  return values
}

/** Responses with their replies by sequence number. */
function answersOf(bytes: Buffer): Map<GobValue, readonly [GobValue, GobValue]> {
  const values = decodeAll(bytes)
  const answers = new Map<GobValue, readonly [GobValue, GobValue]>()
  for (let i = 0; i < values.length; i += 2) {
    answers.set((values[i] as GobStruct)['Seq'] ?? 0, [values[i] as GobValue, values[i + 1] as GobValue])
  }
  return answers
}

/** All answers, without the pauses. */
function receive(connection: RpcConnection, chunk: Buffer): Buffer[] {
  return [...connection.receive(chunk)].filter((step) => step !== undefined)
}

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % bytes.length).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

for (const hashName of ['optimal', 'default'] as const) {
  test(`a Go client is answered as by Go, hash ${hashName}`, () => {
    const sent = Buffer.from(recorded[hashName].sent, 'hex')
    const expected = answersOf(Buffer.from(recorded[hashName].received, 'hex'))
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 10 }), (places) => {
        const connection = new RpcConnection(newRevocations(hashName))
        const answers = cut(sent, places).flatMap((chunk) => receive(connection, chunk))
        assert.deepEqual(answersOf(Buffer.concat(answers)), expected)
      }),
      { numRuns: 30 },
    )
  })
}

test('bytes that are no gob end the connection, whatever they are', () => {
  assert.throws(() => receive(new RpcConnection(newRevocations()), Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(10))), GobError)
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      try {
        receive(new RpcConnection(newRevocations()), Buffer.from(bytes))
      } catch (error) {
        assert.ok(error instanceof GobError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})

test('damaged sessions never do more than end', () => {
  const sent = Buffer.from(recorded.optimal.sent, 'hex').subarray(0, 700)
  fc.assert(
    fc.property(fc.nat(sent.length - 1), fc.nat(255), (at, byte) => {
      const damaged = Buffer.from(sent)
      damaged[at] = byte
      try {
        receive(new RpcConnection(newRevocations()), damaged)
      } catch (error) {
        assert.ok(error instanceof GobError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})

test('a message that is too long is refused with its first bytes', () => {
  const decoder = new GobDecoder(1000)
  decoder.push(encodeUint(1001))
  assert.throws(() => decoder.next(), /too long/)
})

test('numbers survive', () => {
  const types = new Map()
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (value) => {
      assert.equal(BigInt(new GobReader(encodeUint(value), types).uint()), value)
      const signed = value - (1n << 63n)
      assert.equal(BigInt(new GobReader(encodeInt(signed), types).int()), signed)
    }),
  )
  assert.deepEqual([...encodeUint(256)], [0xfe, 1, 0])
  assert.deepEqual([...encodeInt(-65)], [0xff, 0x81])
  const float = new GobEncoder().encode({ name: 'T', fields: [['F', 'float']] }, [17])
  assert.deepEqual([...float.subarray(-5)], [1, 0xfe, 0x31, 0x40, 0])
})

test('encoded structs read back, zero values are left out', () => {
  const shape = {
    name: 'T',
    fields: [
      ['Text', 'text'],
      ['Count', 'int'],
      ['Share', 'float'],
      ['Flags', 'bools'],
    ],
  } as const
  const record = fc.tuple(fc.string({ unit: 'binary-ascii' }), fc.maxSafeInteger(), fc.double({ noNaN: true }), fc.array(fc.boolean()))
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), (rows) => {
      const encoder = new GobEncoder()
      const values = decodeAll(Buffer.concat(rows.map((row) => encoder.encode(shape, row))))
      for (const [i, [text, count, share, flags]] of rows.entries()) {
        const read = values[i] as GobStruct
        assert.equal(read['Text'] ?? '', text)
        assert.equal(read['Count'] ?? 0, count === 0 ? 0 : count)
        assert.equal(read['Share'] ?? 0, share === 0 ? 0 : share)
        assert.deepEqual(read['Flags'] ?? [], flags)
      }
    }),
  )
})

test('what was added is told to the listener', () => {
  const revocations = newRevocations()
  const told: string[] = []
  revocations.onAdd((elements) => told.push(...elements.map(String)))
  receive(new RpcConnection(revocations), Buffer.from(recorded.optimal.sent, 'hex'))
  assert.equal(told[0], 'jti-abc')
})

test('the port serves calls and ends connections that speak something else', async () => {
  const { server, endConnections } = createRpcServer(newRevocations())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const expected = answersOf(Buffer.from(recorded.optimal.received, 'hex'))

  const stranger = connect(port, '127.0.0.1', () => stranger.write('\xff\xff\xff\xff no gob'))
  await new Promise((resolve) => stranger.on('close', resolve))

  const received: Buffer[] = []
  const client = connect(port, '127.0.0.1', () => client.write(Buffer.from(recorded.optimal.sent, 'hex')))
  await new Promise<void>((resolve) => {
    client.on('data', (chunk: Buffer) => {
      received.push(chunk)
      if (answersOf(Buffer.concat(received)).size === expected.size) resolve()
    })
  })
  const closed = new Promise((resolve) => client.on('close', resolve))
  server.close()
  endConnections()
  await closed
})
