// What strangers at the RPC port cost: elements, bytes, connections and time are bounded, and nobody waits for somebody else's call.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { GobDecoder } from './gob-decoder.ts'
import { encodeUint } from './gob-encoder.ts'
import { GobError, MAX_ELEMENTS } from './gob-reader.ts'
import type { GobStruct } from './gob-types.ts'
import { Revocations } from './revocations.ts'
import { RotatingFilter, sharedBytes } from './rotating-filter.ts'
import { RpcConnection } from './rpc-connection.ts'
import { createRpcServer, rpcLimits } from './rpc-server.ts'
import type { RpcLimits } from './rpc-server.ts'

/** What a Go client sends once: the types of a request and of `AddInput`. */
const REQUEST_TYPE = Buffer.from('2e7f030101075265717565737401ff80000102010d536572766963654d6574686f64010c0001035365710106000000', 'hex')
const INPUT_TYPES = Buffer.from(
  '21ff8103010108416464496e70757401ff820001010105456c656d7301ff8400000017ff83020101095b5d5b5d75696e743801ff8400010a0000',
  'hex',
)

function message(...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([encodeUint(body.length), body])
}

function text(value: string | Buffer): Buffer {
  return Buffer.concat([encodeUint(value.length), Buffer.from(value)])
}

function request(method: string, seq: number): Buffer {
  return message([0xff, 0x80, 1], text(`BloomfilterRPC.${method}`), [1], encodeUint(seq), [0])
}

function input(elements: readonly (string | Buffer)[]): Buffer {
  return message([0xff, 0x82, 1], encodeUint(elements.length), ...elements.map(text), [0])
}

const FIRST = Buffer.concat([REQUEST_TYPE, request('Add', 1), INPUT_TYPES])
/** The beginning of a call of 16 MB that never ends. */
const UNFINISHED = Buffer.concat([FIRST, encodeUint(16_000_000)])

function newRevocations(): Revocations {
  const parameters = { n: 1000, p: 0.01, hashName: 'optimal' as const }
  return new Revocations(new RotatingFilter(parameters, new SharedArrayBuffer(sharedBytes(parameters)), 1))
}

interface Told {
  readonly errors: unknown[]
  readonly pauses: number
}

/** Calls one connection, and reads the errors of its answers. */
function caller(): (...chunks: readonly Buffer[]) => Told {
  const connection = new RpcConnection(newRevocations())
  const decoder = new GobDecoder(1_000_000)
  return function call(...chunks) {
    let pauses = 0
    for (const step of chunks.flatMap((chunk) => [...connection.receive(chunk)])) {
      if (step === undefined) pauses++
      else decoder.push(step)
    }
    const errors: unknown[] = []
    for (let next = decoder.next(); next !== null; next = decoder.next()) {
      if (next.type.kind === 'struct' && next.type.name === 'Response') errors.push((next.value as GobStruct)['Error'])
    }
    return { errors, pauses }
  }
}

function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('close', () => resolve()))
}

test('more than 100,000 elements in a call are an error of that call', () => {
  const call = caller()
  const many = call(FIRST, input(Array<string>(MAX_ELEMENTS + 1).fill('')))
  assert.match(String(many.errors[0]), /more than 100000 elements in one call/)
  assert.equal(many.pauses, 0)
  assert.deepEqual(call(request('Add', 2), input(Array<string>(MAX_ELEMENTS).fill(''))).errors, [undefined])
})

test('a call is done in parts, and an element that no token can hold is refused', () => {
  const call = caller()
  const { errors, pauses } = call(FIRST, input(Array<string>(1000).fill('jti-abcdefghijkl')))
  assert.deepEqual(errors, [undefined])
  assert.ok(pauses >= 5)
  const long = call(request('Add', 2), input([Buffer.alloc(16_385)]))
  assert.match(String(long.errors[0]), /longer than 16384 bytes/)
  assert.equal(long.pauses, 0)
})

test('descriptions of types and names of methods have an end', () => {
  const types = Buffer.concat(
    Array.from({ length: 30 }, (_none, i) =>
      message([0xff, 2 * (100 + i) - 1, 3, 1, 1], text('T'.repeat(3000)), [1], encodeUint(2 * (100 + i)), [0, 0, 0]),
    ),
  )
  assert.throws(() => caller()(REQUEST_TYPE, types), /descriptions of types too long/)
  assert.throws(() => caller()(REQUEST_TYPE, request('A'.repeat(300), 1)), GobError)
})

interface Port {
  open(): Promise<Socket>
}

async function openPort(context: TestContext, limits: Partial<RpcLimits> = {}): Promise<Port> {
  const revocations = newRevocations()
  const { server, endConnections } = createRpcServer(revocations, { ...rpcLimits(revocations), ...limits })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets: Socket[] = []
  context.after(() => {
    server.close()
    endConnections()
    for (const socket of sockets) socket.destroy()
  })
  return {
    async open() {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      sockets.push(socket)
      socket.on('error', () => {})
      await Promise.all([once(socket, 'connect'), once(server, 'connection')])
      return socket
    },
  }
}

test('a short call does not wait for a long one', async (context) => {
  const port = await openPort(context)
  const [long, short] = [await port.open(), await port.open()]
  const order: string[] = []
  const [longAnswer, shortAnswer] = [once(long, 'data'), once(short, 'data')]
  void longAnswer.then(() => order.push('long'))
  void shortAnswer.then(() => order.push('short'))
  long.write(Buffer.concat([FIRST, input(Array<string>(MAX_ELEMENTS).fill('jti-abcdefghijkl'))]))
  short.write(Buffer.concat([FIRST, input(['jti-a'])]))
  await Promise.all([longAnswer, shortAnswer])
  assert.deepEqual(order, ['short', 'long'])
})

test('when there are too many connections, the one that has been silent for longest goes', async (context) => {
  const port = await openPort(context, { connections: 2 })
  const [first, second] = [await port.open(), await port.open()]
  const answer = once(first, 'data')
  first.write(Buffer.concat([FIRST, input(['jti-a'])]))
  await answer
  const closed = closing(second)
  await port.open()
  await closed
  assert.equal(first.closed, false)
})

test('a call that does not end is ended, however slowly its bytes come, and so is a silent connection', async (context) => {
  const busy = await (await openPort(context, { callMs: 100 })).open()
  busy.write(UNFINISHED)
  const trickle = setInterval(() => busy.write('x'), 10)
  context.after(() => clearInterval(trickle))
  await closing(busy)
  const silent = await (await openPort(context, { idleMs: 50 })).open()
  silent.resume()
  await closing(silent)
})

test('a connection that is answered in time lives on', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const socket = await (await openPort(context, { callMs: 200 })).open()
  socket.write(FIRST)
  for (let seq = 2; seq < 8; seq++) {
    const answer = once(socket, 'data')
    socket.write(Buffer.concat([input(['jti-a']), request('Add', seq)]))
    await answer
    context.mock.timers.tick(150)
  }
  const closed = closing(socket)
  context.mock.timers.tick(150)
  await closed
})

test('when all calls together hold too much, the largest goes', async (context) => {
  const port = await openPort(context, { bytes: 600_000 })
  const [small, large] = [await port.open(), await port.open()]
  small.write(UNFINISHED)
  const closed = closing(large)
  large.write(Buffer.concat([UNFINISHED, Buffer.alloc(1_000_000)]))
  await closed
  assert.equal(small.closed, false)
})
