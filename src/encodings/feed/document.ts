// A feed's XML as a tree that forgives what feed readers forgive. Knows nothing of RSS and Atom.

import { SaxesParser } from 'saxes'
import { MAX_DEPTH } from '../depth.ts'
import { decodeError } from '../../engine/errors.ts'
import { splitName } from '../xml-reader.ts'
import { Namespaces, type Declarations } from './namespaces.ts'
import { mapCdata } from './text.ts'

export interface FeedElement {
  /** Without prefix, as written. */
  readonly name: string
  /** The namespace, or the prefix where it was not declared; empty for none. */
  readonly space: string
  /** The prefix under which its namespace was declared, in lower case. */
  readonly prefix: string | undefined
  /** By name without prefix; the first of that name. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly FeedElement[]
  /** All texts directly inside, joined. */
  readonly text: string
  /** What stands between the tags, unread. */
  readonly inner: string
  /** `xml:base` in force, or empty. */
  readonly base: string
}

interface OpenElement extends FeedElement {
  children: FeedElement[]
  text: string
  inner: string
  readonly start: number
  readonly declared: Declarations
}

/** An ampersand that begins nothing would swallow what follows. */
const LONE_AMPERSAND = /&(?!#\d{1,7};|#x[\da-fA-F]{1,6};|[A-Za-z][\dA-Za-z]{1,31};)/g

/** perf: what is wrong is forgiven, so nothing tells it; an error with a stack for each unknown entity costs more than all the rest. */
class ForgivingParser extends SaxesParser {
  override fail(): this {
    return this
  }
}

/** Thrown to stop the parser when the root element has ended. */
class Root {
  readonly element: FeedElement

  constructor(element: FeedElement) {
    this.element = element
  }
}

/** The root element. Throws when there is none or it does not end. */
export function parseDocument(source: string): FeedElement {
  const text = source.includes('&') ? mapCdata(source, escapeLone, (part) => `<![CDATA[${part}]]>`) : source
  const parser = new ForgivingParser({ xmlns: false })
  const open: OpenElement[] = []
  const namespaces = new Namespaces()

  function takeText(piece: string): void {
    const element = open.at(-1)
    if (element !== undefined) element.text += piece
  }

  parser.on('opentag', (tag) => {
    if (open.length === MAX_DEPTH) throw decodeError('exceeded max depth')
    open.push(openElement(tag.name, Object.entries(tag.attributes), namespaces, open.at(-1)?.base ?? '', parser.position))
  })
  parser.on('text', takeText)
  parser.on('cdata', takeText)
  parser.on('closetag', (tag) => {
    const element = open.pop() as OpenElement
    namespaces.close(element.declared)
    const end = tag.isSelfClosing ? 0 : text.lastIndexOf('</', parser.position - 1)
    if (end > element.start) element.inner = text.slice(element.start, end)
    const parent = open.at(-1)
    if (parent === undefined) throw new Root(element)
    parent.children.push(element)
  })
  try {
    parser.write(text).close()
  } catch (thrown) {
    if (thrown instanceof Root) return thrown.element
    throw thrown
  }
  throw decodeError('Failed to find NextTag before reaching the end of the document.')
}

function openElement(
  name: string,
  attributes: readonly [string, string][],
  namespaces: Namespaces,
  outerBase: string,
  start: number,
): OpenElement {
  const declared = namespaces.open(attributes)
  const { space: prefix, local } = splitName(name)
  const space = namespaces.spaceOf(prefix) ?? prefix
  const named = new Map<string, string>()
  for (const [key, value] of attributes) {
    const attribute = splitName(key).local
    if (!named.has(attribute)) named.set(attribute, value)
  }
  return {
    name: local,
    space,
    prefix: namespaces.prefixOf(space),
    attributes: named,
    children: [],
    text: '',
    inner: '',
    base: attributes.find(([key]) => key === 'xml:base')?.[1] ?? outerBase,
    start,
    declared,
  }
}

function escapeLone(part: string): string {
  return part.replace(LONE_AMPERSAND, '&amp;')
}
