// Bytes of an XML document become text, by byte order mark, prolog or UTF-8. Knows nothing of elements.

import { decodeError } from '../engine/errors.ts'

const PROLOG_LENGTH = 256
const DECLARED = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]*)["']/

/** The document as text, without byte order mark. Throws for an unknown charset and for bytes that are not of it. */
export function decodeXmlText(bytes: Buffer): string {
  const charset = charsetOf(bytes)
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(charset, { fatal: true })
  } catch {
    throw decodeError(`xml.Decoder.Token() - xml: encoding "${charset}" declared but not supported`)
  }
  try {
    return decoder.decode(bytes)
  } catch {
    throw decodeError(`xml.Decoder.Token() - XML syntax error on line 1: invalid ${charset.toUpperCase()}`)
  }
}

function charsetOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const head = bytes.toString('latin1', 0, PROLOG_LENGTH).replace(/^\xef\xbb\xbf/, '')
  const declared = DECLARED.exec(head)?.[1]?.toLowerCase() ?? ''
  // A document whose prolog could be read byte by byte is not UTF-16, whatever it says.
  return declared === '' || declared.startsWith('utf-16') ? 'utf-8' : declared
}
