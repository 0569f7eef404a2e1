// `xml` of a backend: a document becomes nested objects, by the rules of Go's mxj. Knows nothing of the way back.

import { Data } from '../engine/data.ts'
import { decodeError } from '../engine/errors.ts'
import { setKey, type JsonObject, type JsonValue } from '../json/types.ts'
import { decodeXmlText } from './charset.ts'
import { MAX_DEPTH } from './depth.ts'
import { trim } from '../go/trim.ts'
import { readXml, splitName } from './xml-reader.ts'

/** compat: mxj's idea of white space: backspace too, but no form feed. */
const SPACE = '\t\r\b\n '

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

function parseXml(bytes: Buffer): JsonObject {
  const frames: Frame[] = []
  let root: JsonObject = {}
  readXml(decodeXmlText(bytes), {
    open(name, attributes) {
      if (frames.length === MAX_DEPTH) throw decodeError('xml.Decoder.Token() - exceeded max depth')
      frames.push(openFrame(name, attributes))
    },
    text(piece) {
      const frame = frames.at(-1)
      if (frame === undefined) return
      const trimmed = trim(piece, SPACE)
      if (trimmed === '') return
      if (frame.hasMembers) setKey(frame.members, '#text', trimmed)
      else frame.text = trimmed
    },
    close() {
      const frame = frames.pop() as Frame
      const parent = frames.at(-1)
      const value = closeFrame(frame)
      if (parent !== undefined) addMember(parent, frame.name, value)
      // compat: what follows the root is not read.
      else root = { [frame.name]: value }
      return parent === undefined
    },
  })
  return root
}

function openFrame(name: string, attributes: readonly string[]): Frame {
  const frame: Frame = { name: splitName(name).local, members: {}, hasMembers: attributes.length > 0, text: '' }
  for (let i = 0; i < attributes.length; i += 2)
    setKey(frame.members, `-${splitName(attributes[i] as string).local}`, attributes[i + 1] as string)
  return frame
}

/** compat: of the texts of an element that begins with one, that one stays beside its members, and no later one. */
function closeFrame({ hasMembers, members, text }: Frame): JsonValue {
  if (!hasMembers) return text
  if (text !== '') setKey(members, '#text', text)
  return members
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
