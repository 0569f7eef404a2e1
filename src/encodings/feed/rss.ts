// RSS 0.9x, 1.0 (RDF) and 2.0. Knows nothing of other feeds.

import { setKey } from '../../json/types.ts'
import type { JsonObject } from '../../json/types.ts'
import { formatUtc, formatWithOffset, parseDate } from './dates.ts'
import type { FeedElement } from './document.ts'
import {
  collectExtensions,
  dublinCoreToJson,
  extensionText,
  extensionTexts,
  extensionsToJson,
  isExtension,
  itunesCategories,
  itunesImage,
  itunesItemToJson,
  prefixOf,
} from './extensions.ts'
import type { Extensions } from './extensions.ts'
import { readPerson, readText } from './text.ts'
import type { Person } from './text.ts'
import { makeItem } from './types.ts'
import type { Feed } from './types.ts'

/** Elements of an item that are no custom ones. */
const KNOWN = new Set([
  'title',
  'description',
  'encoded',
  'link',
  'author',
  'comments',
  'pubdate',
  'source',
  'enclosure',
  'guid',
  'category',
])

const NO_CHANNEL: FeedElement = {
  name: 'channel',
  space: '',
  prefix: undefined,
  attributes: new Map(),
  children: [],
  text: '',
  inner: '',
  base: '',
}

/** The feed of an `rss` or `rdf` element; items and image may stand in its channel or beside it. */
export function readRss(root: FeedElement): Feed {
  const channel = children(root, 'channel').at(-1) ?? NO_CHANNEL
  const extensions = collectExtensions(channel)
  const image = children(root, 'image').at(-1) ?? children(channel, 'image').at(-1)
  const itunes = itunesImage(extensions)
  const categories = [
    ...children(channel, 'category').map((category) => readText(category.inner)),
    ...keywords(extensions),
    ...itunesCategories(extensions),
    ...extensionTexts(extensions, 'dc', 'subject'),
  ]
  return {
    type: 'rss',
    title: childText(channel, 'title') || extensionText(extensions, 'dc', 'title'),
    description: childText(channel, 'description'),
    language: childText(channel, 'language') || extensionText(extensions, 'dc', 'language'),
    copyright: childText(channel, 'copyright') || extensionText(extensions, 'dc', 'rights'),
    published: childText(channel, 'pubdate'),
    updated: childText(channel, 'lastbuilddate') || extensionText(extensions, 'dc', 'date'),
    author: authorOf(childText(channel, 'managingeditor') || childText(channel, 'webmaster'), extensions),
    categories: categories.length === 0 ? null : categories,
    imageUrl: image === undefined ? itunes || null : childText(image, 'url'),
    items: [...children(channel, 'item'), ...children(root, 'item')].map(readItem),
  }
}

function readItem(item: FeedElement): JsonObject {
  const extensions = collectExtensions(item)
  const link = childText(item, 'link')
  const author = authorOf(childText(item, 'author'), extensions)
  const pubDate = childText(item, 'pubdate')
  const dcDate = extensionText(extensions, 'dc', 'date')
  const date = parseDate(pubDate)
  const enclosure = children(item, 'enclosure').at(-1)?.attributes
  return makeItem({
    title: childText(item, 'title') || extensionText(extensions, 'dc', 'title'),
    description:
      childText(item, 'description') || extensionText(extensions, 'dc', 'description') || extensionText(extensions, 'itunes', 'summary'),
    content: contentOf(item),
    link,
    links: link === '' ? [] : [link],
    updated: '',
    updatedParsed: null,
    published: pubDate || dcDate,
    publishedParsed: date === null ? formatDcDate(dcDate) : formatUtc(date),
    author,
    authors: author === null ? [] : [author],
    guid: childText(item, 'guid'),
    imageUrl: itunesImage(extensions),
    categories: [
      ...children(item, 'category').map((category) => readText(category.inner)),
      ...keywords(extensions),
      ...extensionTexts(extensions, 'dc', 'subject'),
    ],
    enclosures:
      enclosure === undefined
        ? []
        : [{ url: enclosure.get('url') ?? '', length: enclosure.get('length') ?? '', type: enclosure.get('type') ?? '' }],
    dcExt: dublinCoreToJson(extensions),
    itunesExt: itunesItemToJson(extensions),
    extensions: extensionsToJson(extensions),
    custom: customOf(item),
  })
}

/** compat: Dublin Core dates keep their offset, all others become UTC. */
function formatDcDate(text: string): string | null {
  const date = parseDate(text)
  return date === null ? null : formatWithOffset(date)
}

function authorOf(text: string, extensions: Extensions): Person | null {
  const found =
    text ||
    extensionText(extensions, 'dc', 'author') ||
    extensionText(extensions, 'dc', 'creator') ||
    extensionText(extensions, 'itunes', 'author')
  return found === '' ? null : readPerson(found)
}

function contentOf(item: FeedElement): string {
  const encoded = children(item, 'encoded').findLast((child) => prefixOf(child) === 'content')
  return encoded === undefined ? '' : readText(encoded.inner)
}

function customOf(item: FeedElement): JsonObject | null {
  let custom: JsonObject | null = null
  for (const child of item.children) {
    const name = child.name.toLowerCase()
    if (KNOWN.has(name) || isExtension(child)) continue
    custom ??= {}
    setKey(custom, name, readText(child.inner))
  }
  return custom
}

function keywords(extensions: Extensions): string[] {
  const text = extensionText(extensions, 'itunes', 'keywords')
  return text === '' ? [] : text.split(',')
}

/** The children of that name (lower case) in the feed's own namespace. */
function children(parent: FeedElement, name: string): FeedElement[] {
  return parent.children.filter((child) => child.name.toLowerCase() === name && !isExtension(child))
}

/** compat: of several the last one counts. */
function childText(parent: FeedElement, name: string): string {
  const child = children(parent, name).at(-1)
  return child === undefined ? '' : readText(child.inner)
}
