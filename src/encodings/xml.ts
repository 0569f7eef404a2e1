// `xml` of a backend: a document becomes nested objects, by the rules of Go's mxj. Knows nothing of the way back.

import { setKey } from '../json/types.ts'
import { SaxesParser } from 'saxes'
import { Data } from '../engine/data.ts'
import type { JsonObject, JsonValue } from '../json/types.ts'
import { decodeXmlText } from './charset.ts'
import { MAX_DEPTH } from './depth.ts'
import { decodeError } from '../engine/errors.ts'

/** Complaints of the parser about what Go reads without a word. */
const TOLERATED = ['text data outside of root node.', 'duplicate attribute: ', 'an XML declaration must be at the start of the document.']

interface Frame {
  readonly name: string
  /** Attributes and child elements. */
  readonly members: JsonObject
  hasMembers: boolean
  /** The last piece of text before the first member. */
  text: string
}

/** The root element under its name; texts are strings. Throws for what is not well-formed. */
export function decodeXml(bytes: Buffer): Data {
  return Data.of(parseXml(bytes))
}

/** The same under `collection`. */
export function decodeXmlCollection(bytes: Buffer): Data {
  return Data.of({ collection: parseXml(bytes) })
}

/**
 * security: only the five named entities and character references are replaced; what a DTD declares is never
 * read, so nothing expands and nothing is fetched.
 */
function parseXml(bytes: Buffer): JsonObject {
  const parser = new SaxesParser({ xmlns: false })
  const frames: Frame[] = []

  function fail(message: string): never {
    throw decodeError(`xml.Decoder.Token() - XML syntax error on line ${parser.line}: ${message}`)
  }
  function takeText(text: string): void {
    const frame = frames.at(-1)
    const trimmed = trim(text)
    if (frame === undefined || trimmed === '') return
    if (frame.hasMembers) setKey(frame.members, '#text', trimmed)
    else frame.text = trimmed
  }

  parser.on('error', (error) => {
    const message = error.message.replace(/^\d+:\d+: /, '')
    if (message === 'document must contain a root element.') throw decodeError('EOF')
    if (message.startsWith('unclosed tag')) fail('unexpected EOF')
    if (!TOLERATED.some((tolerated) => message.startsWith(tolerated))) fail(message.replace(/\.$/, ''))
  })
  parser.on('opentag', (tag) => {
    if (frames.length === MAX_DEPTH) fail('exceeded max depth')
    frames.push(openFrame(tag.name, tag.attributes))
  })
  parser.on('text', takeText)
  parser.on('cdata', takeText)
  parser.on('closetag', () => {
    const frame = frames.pop() as Frame
    const parent = frames.at(-1)
    // compat: what follows the root is not read.
    if (parent === undefined) throw new Root({ [frame.name]: closeFrame(frame) })
    addMember(parent, frame.name, closeFrame(frame))
  })
  try {
    parser.write(decodeXmlText(bytes)).close()
  } catch (thrown) {
    if (thrown instanceof Root) return thrown.object
    throw thrown
  }
  throw decodeError('EOF')
}

/** Thrown to stop the parser when the root element has ended. */
class Root {
  readonly object: JsonObject

  constructor(object: JsonObject) {
    this.object = object
  }
}

function openFrame(name: string, attributes: Readonly<Record<string, string>>): Frame {
  const frame: Frame = { name: localName(name), members: {}, hasMembers: false, text: '' }
  for (const attribute of Object.keys(attributes)) {
    setKey(frame.members, `-${localName(attribute)}`, attributes[attribute] as string)
    frame.hasMembers = true
  }
  return frame
}

/** compat: an element without attributes that begins with text is that text; what else stands in it is lost. */
function closeFrame(frame: Frame): JsonValue {
  return frame.hasMembers && frame.text === '' ? frame.members : frame.text
}

function addMember(parent: Frame, name: string, value: JsonValue): void {
  parent.hasMembers = true
  if (!Object.hasOwn(parent.members, name)) {
    setKey(parent.members, name, value)
    return
  }
  const present = parent.members[name] as JsonValue
  if (Array.isArray(present)) present.push(value)
  else setKey(parent.members, name, [present, value])
}

function localName(name: string): string {
  const colon = name.indexOf(':')
  return colon > 0 && colon < name.length - 1 ? name.slice(colon + 1) : name
}

/** compat: mxj's idea of white space: backspace too, but no form feed. */
const SPACE = '\t\r\b\n '

// security: not a regular expression, which would try every run of spaces inside the text.
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && SPACE.includes(text[start] as string)) start++
  while (end > start && SPACE.includes(text[end - 1] as string)) end--
  return text.slice(start, end)
}
