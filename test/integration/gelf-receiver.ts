// A receiver of GELF 1.1 as its specification has it, a program of its own: records over UDP (packed, in pieces) and TCP (a NUL behind each),
// each appended to a file as a line. Arguments: port, file.

import { createSocket } from 'node:dgram'
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { gunzipSync } from 'node:zlib'

const [, , port = '', file = ''] = process.argv
const CHUNKED = Buffer.from([0x1e, 0x0f])
const HEAD = 12
const pieces = new Map<string, Map<number, Buffer>>()

/** Both must be there before the test goes on, which asks for TCP. */
const udp = createSocket('udp4').bind(Number(port), '127.0.0.1', listenTcp)
udp.on('message', (datagram) => {
  const packed = datagram.subarray(0, 2).equals(CHUNKED) ? whole(datagram) : datagram
  if (packed !== null) record(gunzipSync(packed).toString())
})

function listenTcp(): void {
  createServer((socket) => {
    let text = ''
    socket.on('error', () => {})
    socket.setEncoding('utf8').on('data', (part: string) => {
      const records = (text + part).split('\0')
      text = records.pop() ?? ''
      records.forEach(record)
    })
  }).listen(Number(port), '127.0.0.1')
}

/** The message whose last piece this is; null while others are missing. */
function whole(datagram: Buffer): Buffer | null {
  const id = datagram.toString('hex', 2, 10)
  const known = pieces.get(id) ?? new Map<number, Buffer>()
  pieces.set(id, known)
  const [index, count] = [datagram[10] as number, datagram[11] as number]
  known.set(index, datagram.subarray(HEAD))
  if (known.size < count) return null
  pieces.delete(id)
  return Buffer.concat(Array.from({ length: count }, (_, i) => known.get(i) as Buffer))
}

/** One line, whatever JSON it was. */
function record(text: string): void {
  appendFileSync(file, `${JSON.stringify(JSON.parse(text))}\n`)
}
