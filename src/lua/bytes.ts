// Between text of the host (UTF-16) and Lua strings, whose code units are bytes: Lua sees the UTF-8 form of a text.

const ASCII_ONLY = /^[\0-\x7f]*$/

/** The Lua string of a text: its UTF-8 bytes. */
export function bytesOfText(text: string): string {
  return ASCII_ONLY.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** The text of a Lua string; bytes that are no UTF-8 become U+FFFD. */
export function textOfBytes(bytes: string): string {
  return ASCII_ONLY.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')
}

export function bytesOfBuffer(buffer: Uint8Array): string {
  return Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength).toString('latin1')
}

export function bufferOfBytes(bytes: string): Buffer {
  return Buffer.from(bytes, 'latin1')
}
