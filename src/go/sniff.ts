// Guesses a content type from the first bytes of a body, as Go's net/http does. Knows nothing of requests and headers.

/** How many bytes decide. */
export const SNIFF_LENGTH = 512

const HTML_TAGS = [
  '<!DOCTYPE HTML',
  '<HTML',
  '<HEAD',
  '<SCRIPT',
  '<IFRAME',
  '<H1',
  '<DIV',
  '<FONT',
  '<TABLE',
  '<A',
  '<STYLE',
  '<TITLE',
  '<B',
  '<BODY',
  '<BR',
  '<P',
  '<!--',
]

/** `?` stands for any byte; one character is one byte. The first that fits decides. */
const SIGNATURES: readonly (readonly [pattern: string, contentType: string])[] = [
  ['%PDF-', 'application/pdf'],
  ['%!PS-Adobe-', 'application/postscript'],
  ['\xfe\xff??', 'text/plain; charset=utf-16be'],
  ['\xff\xfe??', 'text/plain; charset=utf-16le'],
  ['\xef\xbb\xbf?', 'text/plain; charset=utf-8'],
  ['\x00\x00\x01\x00', 'image/x-icon'],
  ['\x00\x00\x02\x00', 'image/x-icon'],
  ['BM', 'image/bmp'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
  ['RIFF????WEBPVP', 'image/webp'],
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['FORM????AIFF', 'audio/aiff'],
  ['ID3', 'audio/mpeg'],
  ['OggS\x00', 'application/ogg'],
  ['MThd\x00\x00\x00\x06', 'audio/midi'],
  ['RIFF????AVI ', 'video/avi'],
  ['RIFF????WAVE', 'audio/wave'],
]

/** Looked at after the boxes of an MP4. */
const LATE_SIGNATURES: typeof SIGNATURES = [
  ['\x1aE\xdf\xa3', 'video/webm'],
  [`${'?'.repeat(34)}LP`, 'application/vnd.ms-fontobject'],
  ['\x00\x01\x00\x00', 'font/ttf'],
  ['OTTO', 'font/otf'],
  ['ttcf', 'font/collection'],
  ['wOFF', 'font/woff'],
  ['wOF2', 'font/woff2'],
  ['\x1f\x8b\x08', 'application/x-gzip'],
  ['PK\x03\x04', 'application/zip'],
  ['Rar!\x1a\x07\x00', 'application/x-rar-compressed'],
  ['Rar!\x1a\x07\x01\x00', 'application/x-rar-compressed'],
  ['\x00asm', 'application/wasm'],
]

/** Bytes that no text has. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const BINARY = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/

/** The content type of a body that begins with `bytes` (a string counts as UTF-8). Never empty, also for an empty body. */
export function sniffContentType(bytes: Uint8Array | string): string {
  const head = typeof bytes === 'string' ? Buffer.from(bytes.slice(0, SNIFF_LENGTH)) : bytes
  const latin = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, SNIFF_LENGTH)).toString('latin1')
  const content = latin.replace(/^[\t\n\f\r ]+/, '')
  if (HTML_TAGS.some((tag) => startsWithTag(content, tag))) return 'text/html; charset=utf-8'
  if (content.startsWith('<?xml')) return 'text/xml; charset=utf-8'
  const found = findSignature(latin, SIGNATURES) ?? (isMp4(latin) ? 'video/mp4' : findSignature(latin, LATE_SIGNATURES))
  if (found !== undefined) return found
  return BINARY.test(content) ? 'application/octet-stream' : 'text/plain; charset=utf-8'
}

function startsWithTag(content: string, tag: string): boolean {
  const next = content[tag.length]
  return (next === ' ' || next === '>') && content.slice(0, tag.length).toUpperCase() === tag
}

function findSignature(latin: string, signatures: typeof SIGNATURES): string | undefined {
  return signatures.find(([pattern]) => matchesPattern(latin, pattern))?.[1]
}

function matchesPattern(latin: string, pattern: string): boolean {
  if (latin.length < pattern.length) return false
  for (let i = 0; i < pattern.length; i++) if (pattern[i] !== '?' && pattern[i] !== latin[i]) return false
  return true
}

/** An `ftyp` box that names a brand beginning with `mp4`, the version at 12 aside. */
function isMp4(latin: string): boolean {
  if (latin.length < 12 || latin.slice(4, 8) !== 'ftyp') return false
  const boxSize = Buffer.from(latin.slice(0, 4), 'latin1').readUInt32BE()
  if (latin.length < boxSize || boxSize % 4 !== 0) return false
  for (let at = 8; at < boxSize; at += 4) if (at !== 12 && latin.slice(at, at + 3) === 'mp4') return true
  return false
}
