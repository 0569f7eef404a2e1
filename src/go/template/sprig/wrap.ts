// Lines and abbreviations of a width. Widths count bytes.

import { bytesOfText, textOfBytes } from '../../text.ts'

/** Works on a text with one character per byte. */
function inBytes(text: string, change: (bytes: string) => string): string {
  return textOfBytes(change(bytesOfText(text)))
}

/** Breaks at blanks; words longer than the width are cut only when asked to. */
export function wrap(text: string, width: number, separator: string, cutsWords: boolean): string {
  const line = bytesOfText(separator === '' ? '\n' : separator)
  return inBytes(text, (bytes) => wrapBytes(bytes, Math.max(width, 1), line, cutsWords))
}

function wrapBytes(text: string, width: number, separator: string, cutsWords: boolean): string {
  let result = ''
  let at = 0
  while (text.length - at > width) {
    if (text.charAt(at) === ' ') {
      at++
      continue
    }
    // perf: within the line alone, or each line of a long word would look through all of it
    const blank = text.slice(at, at + width + 1).lastIndexOf(' ')
    if (blank >= 0) {
      result += text.slice(at, at + blank) + separator
      at += blank + 1
    } else if (cutsWords) {
      result += text.slice(at, at + width) + separator
      at += width
    } else {
      const next = text.indexOf(' ', at + width)
      result += next < 0 ? text.slice(at) : text.slice(at, next) + separator
      at = next < 0 ? text.length : next + 1
    }
  }
  return result + text.slice(at)
}

/** `Now is…`: from `offset` on, at most `width` bytes with the dots. */
export function abbreviate(text: string, offset: number, width: number): string {
  return inBytes(text, (bytes) => abbreviateBytes(bytes, offset, width))
}

function abbreviateBytes(text: string, wanted: number, width: number): string {
  if (text.length <= width) return text
  let offset = Math.min(wanted, text.length)
  if (text.length - offset < width - 3) offset = text.length - (width - 3)
  if (offset <= 4) return `${text.slice(0, width - 3)}...`
  if (width < 7) return ''
  if (offset + width - 3 < text.length) return `...${abbreviateBytes(text.slice(offset), 0, width - 3)}`
  return `...${text.slice(text.length - (width - 3))}`
}
