// Atom 0.3 and 1.0. Knows nothing of other feeds.

import type { JsonObject } from '../../json/types.ts'
import { formatUtc, parseDate } from './dates.ts'
import type { FeedElement } from './document.ts'
import { collectExtensions, extensionsToJson, isExtension } from './extensions.ts'
import { decodeEntities, readText } from './text.ts'
import type { Person } from './text.ts'
import { makeItem } from './types.ts'
import type { Feed } from './types.ts'

/** The feed of a `feed` element. */
export function readAtom(root: FeedElement): Feed {
  const categories = readCategories(root)
  return {
    type: 'atom',
    title: childText(root, 'title'),
    description: childText(root, 'subtitle', 'tagline'),
    language: root.attributes.get('lang') ?? '',
    copyright: childText(root, 'rights', 'copyright'),
    published: '',
    updated: childText(root, 'updated', 'modified'),
    author: readPersons(root)[0] ?? null,
    categories: categories.length === 0 ? null : categories,
    imageUrl: childText(root, 'logo') || childText(root, 'icon') || null,
    items: children(root, 'entry').map(readEntry),
  }
}

function readEntry(entry: FeedElement): JsonObject {
  const links = children(entry, 'link')
  const authors = readPersons(entry)
  const updated = childText(entry, 'updated', 'modified')
  const updatedParsed = utcOf(updated)
  const published = childText(entry, 'published', 'issued')
  return makeItem({
    title: childText(entry, 'title'),
    description: childText(entry, 'summary'),
    content: childText(entry, 'content'),
    link: hrefOf(links.find((link) => relOf(link) === 'alternate')),
    links: links.filter((link) => ['alternate', 'self'].includes(relOf(link))).map(hrefOf),
    updated,
    updatedParsed,
    published: published || updated,
    publishedParsed: utcOf(published) ?? updatedParsed,
    author: authors[0] ?? null,
    authors,
    guid: childText(entry, 'id'),
    imageUrl: '',
    categories: readCategories(entry),
    enclosures: links
      .filter((link) => relOf(link) === 'enclosure')
      .map((link) => ({ url: hrefOf(link), length: link.attributes.get('length') ?? '', type: link.attributes.get('type') ?? '' })),
    dcExt: null,
    itunesExt: null,
    extensions: extensionsToJson(collectExtensions(entry)),
    custom: null,
  })
}

function readPersons(parent: FeedElement): Person[] {
  return children(parent, 'author').map((author) => ({ name: childText(author, 'name'), email: childText(author, 'email') }))
}

function readCategories(parent: FeedElement): string[] {
  return children(parent, 'category').map((category) => category.attributes.get('term') ?? '')
}

function relOf(link: FeedElement): string {
  return link.attributes.get('rel') || 'alternate'
}

function hrefOf(link: FeedElement | undefined): string {
  return link === undefined ? '' : resolve(link.attributes.get('href') ?? '', link.base)
}

function utcOf(text: string): string | null {
  const date = parseDate(text)
  return date === null ? null : formatUtc(date)
}

function children(parent: FeedElement, name: string): FeedElement[] {
  return parent.children.filter((child) => child.name.toLowerCase() === name && !isExtension(child))
}

/** The text of the last child with one of these names. */
function childText(parent: FeedElement, ...names: string[]): string {
  const child = parent.children.findLast((candidate) => names.includes(candidate.name.toLowerCase()) && !isExtension(candidate))
  return child === undefined ? '' : readConstruct(child)
}

const ADDRESSES = new Set(['icon', 'id', 'logo', 'uri', 'url'])

/** A text construct by its `type`: text, html, xhtml, or base64 for media types. */
function readConstruct(element: FeedElement): string {
  const inner = element.inner.trim()
  const type = (element.attributes.get('type') ?? '').toLowerCase()
  const text = inner.includes('<![CDATA[') ? readText(inner) : readTyped(inner, type, element.attributes.has('mode'))
  return ADDRESSES.has(element.name.toLowerCase()) ? resolve(text, element.base) : text
}

function readTyped(inner: string, type: string, hasMode: boolean): string {
  if (type === 'text' || type.startsWith('text/') || (type === '' && !hasMode)) return decodeEntities(inner)
  if (type.includes('xhtml')) return unwrapDiv(inner)
  if (type === 'html') return decodeEntities(unwrapDiv(inner))
  const isBase64 = inner.length % 4 === 0 && /^[\w+/]+={0,2}$/.test(inner) && !inner.includes('_')
  return isBase64 ? Buffer.from(inner, 'base64').toString() : inner
}

/** A lone `div` around everything is no part of the text. */
function unwrapDiv(text: string): string {
  const wrapped = /^<div\b[^>]*>([\s\S]*)<\/div>$/i.exec(text)?.[1]
  if (wrapped === undefined) return text
  let depth = 0
  for (const tag of wrapped.matchAll(/<(\/?)div\b/gi)) {
    depth += tag[1] === '' ? 1 : -1
    if (depth < 0) return text
  }
  return wrapped
}

/** security: each address gets as long as its base, which a feed needs to write only once. */
const MAX_BASE_LENGTH = 1000

function resolve(address: string, base: string): string {
  if (base === '' || base.length > MAX_BASE_LENGTH) return address
  // compat: a base with a path is a folder, whatever it ends with.
  return URL.parse(address, base.endsWith('/') ? base : `${base}/`)?.href ?? address
}
