// A feed's XML as a tree that forgives what feed readers forgive. Knows nothing of RSS and Atom.

import { SaxesParser } from 'saxes'
import { MAX_DEPTH } from '../depth.ts'
import { decodeError } from '../error.ts'
import { mapCdata } from './text.ts'

export interface FeedElement {
  /** Without prefix, as written. */
  readonly name: string
  /** The namespace, or the prefix where it was not declared; empty for none. */
  readonly space: string
  readonly scope: Namespaces
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

/** Namespaces in force at an element. */
export interface Namespaces {
  readonly spaceOf: ReadonlyMap<string, string>
  readonly prefixOf: ReadonlyMap<string, string>
}

interface OpenElement extends FeedElement {
  children: FeedElement[]
  text: string
  inner: string
  readonly start: number
}

const NO_NAMESPACES: Namespaces = { spaceOf: new Map(), prefixOf: new Map() }

/** An ampersand that begins nothing would swallow what follows. */
const LONE_AMPERSAND = /&(?!#\d{1,7};|#x[\da-fA-F]{1,6};|[A-Za-z][\dA-Za-z]{1,31};)/g

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
  const parser = new SaxesParser({ xmlns: false })
  const open: OpenElement[] = []

  function takeText(piece: string): void {
    const element = open.at(-1)
    if (element !== undefined) element.text += piece
  }

  parser.on('error', ignore)
  parser.on('opentag', (tag) => {
    if (open.length === MAX_DEPTH) throw decodeError('exceeded max depth')
    open.push(openElement(tag.name, Object.entries(tag.attributes), open.at(-1), parser.position))
  })
  parser.on('text', takeText)
  parser.on('cdata', takeText)
  parser.on('closetag', (tag) => {
    const element = open.pop() as OpenElement
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

function openElement(name: string, attributes: readonly [string, string][], parent: OpenElement | undefined, start: number): OpenElement {
  const scope = declare(attributes, parent?.scope ?? NO_NAMESPACES)
  const [prefix, local] = splitName(name)
  const named = new Map<string, string>()
  for (const [key, value] of attributes) {
    const attribute = splitName(key)[1]
    if (!named.has(attribute)) named.set(attribute, value)
  }
  const base = attributes.find(([key]) => key === 'xml:base')?.[1] ?? parent?.base ?? ''
  return {
    name: local,
    space: scope.spaceOf.get(prefix) ?? prefix,
    scope,
    attributes: named,
    children: [],
    text: '',
    inner: '',
    base,
    start,
  }
}

function declare(attributes: readonly [string, string][], outer: Namespaces): Namespaces {
  const declared = attributes.filter(([key]) => key === 'xmlns' || key.startsWith('xmlns:'))
  if (declared.length === 0) return outer
  const spaceOf = new Map(outer.spaceOf)
  const prefixOf = new Map(outer.prefixOf)
  for (const [key, value] of declared) {
    const prefix = key.slice('xmlns:'.length)
    spaceOf.set(prefix, value)
    prefixOf.set(value.trim(), prefix.toLowerCase())
  }
  return { spaceOf, prefixOf }
}

function splitName(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':')
  return colon > 0 && colon < name.length - 1 ? [name.slice(0, colon), name.slice(colon + 1)] : ['', name]
}

function escapeLone(part: string): string {
  return part.replace(LONE_AMPERSAND, '&amp;')
}

function ignore(): void {}
