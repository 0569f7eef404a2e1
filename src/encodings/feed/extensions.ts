// Elements of foreign namespaces in feeds, and what Dublin Core and iTunes say with them. Knows nothing of RSS and Atom.

import { compareText } from '../../go/text.ts'
import { setKey } from '../../json/types.ts'
import type { JsonObject, JsonValue } from '../../json/types.ts'
import type { FeedElement } from './document.ts'

/** Prefix → name → elements, in order. */
export type Extensions = Map<string, Map<string, FeedElement[]>>

/** Prefixes by which extensions are known whatever prefix the feed chose. */
const PREFIXES = new Map([
  ['http://webns.net/mvcb/', 'admin'],
  ['http://creativecommons.org/ns#license', 'cc'],
  ['http://web.resource.org/cc/', 'cc'],
  ['http://backend.userland.com/creativeCommonsRssModule', 'creativeCommons'],
  ['http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html', 'creativeCommons'],
  ['http://purl.org/rss/1.0/modules/content/', 'content'],
  ['http://purl.org/dc/elements/1.1/', 'dc'],
  ['http://purl.org/dc/terms/', 'dcterms'],
  ['http://rssnamespace.org/feedburner/ext/1.0', 'feedburner'],
  ['http://xmlns.com/foaf/0.1/', 'foaf'],
  ['http://www.w3.org/2003/01/geo/wgs84_pos#', 'geo'],
  ['http://www.georss.org/georss', 'georss'],
  ['http://www.opengis.net/gml', 'gml'],
  ['http://www.itunes.com/DTDs/PodCast-1.0.dtd', 'itunes'],
  ['http://example.com/DTDs/PodCast-1.0.dtd', 'itunes'],
  ['http://search.yahoo.com/mrss', 'media'],
  ['http://search.yahoo.com/mrss/', 'media'],
  ['http://madskills.com/public/xml/rss/module/pingback/', 'pingback'],
  ['http://prismstandard.org/namespaces/1.2/basic/', 'prism'],
  ['http://podlove.org/simple-chapters', 'psc'],
  ['http://www.w3.org/1999/02/22-rdf-syntax-ns#', 'rdf'],
  ['http://purl.org/rss/1.0/modules/slash/', 'slash'],
  ['http://purl.org/rss/1.0/modules/syndication/', 'sy'],
  ['http://purl.org/rss/1.0/modules/taxonomy/', 'taxo'],
  ['http://purl.org/rss/1.0/modules/threading/', 'thr'],
  ['http://madskills.com/public/xml/rss/module/trackback/', 'trackback'],
  ['http://wellformedweb.org/commentAPI/', 'wfw'],
  ['http://www.w3.org/1999/xhtml', 'xhtml'],
  ['http://www.w3.org/1999/xlink', 'xlink'],
  ['http://www.w3.org/XML/1998/namespace', 'xml'],
])

const FEED_PREFIXES = new Set(['', 'rss', 'rdf', 'content'])

/** Whether it stands in a namespace of its own. */
export function isExtension(element: FeedElement): boolean {
  const { prefix } = element
  return prefix === undefined ? element.space !== '' : !FEED_PREFIXES.has(prefix)
}

/** The known prefix of its namespace, else the feed's own. */
export function prefixOf(element: FeedElement): string {
  return PREFIXES.get(element.space) ?? element.prefix ?? element.space
}

/** The extensions among the children. */
export function collectExtensions(parent: FeedElement): Extensions {
  const extensions: Extensions = new Map()
  for (const child of parent.children) {
    if (!isExtension(child)) continue
    const prefix = prefixOf(child)
    let names = extensions.get(prefix)
    if (names === undefined) extensions.set(prefix, (names = new Map()))
    addTo(names, child)
  }
  return extensions
}

function addTo(names: Map<string, FeedElement[]>, element: FeedElement): void {
  const sameName = names.get(element.name)
  if (sameName === undefined) names.set(element.name, [element])
  else sameName.push(element)
}

/** All of them as JSON; null for none. */
export function extensionsToJson(extensions: Extensions): JsonObject | null {
  if (extensions.size === 0) return null
  const object: Record<string, JsonValue> = {}
  for (const [prefix, names] of sortedEntries(extensions)) setKey(object, prefix, groupToJson(names))
  return object
}

function groupToJson(names: ReadonlyMap<string, readonly FeedElement[]>): JsonObject {
  const object: Record<string, JsonValue> = {}
  for (const [name, elements] of sortedEntries(names)) setKey(object, name, elements.map(elementToJson))
  return object
}

function sortedEntries<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => compareText(a, b))
}

function elementToJson(element: FeedElement): JsonValue {
  const children = new Map<string, FeedElement[]>()
  for (const child of element.children) addTo(children, child)
  const attrs: JsonObject = {}
  for (const [name, value] of element.attributes) setKey(attrs, name, value)
  return { name: element.name, value: element.text.trim(), attrs, children: groupToJson(children) }
}

/** The text of the first one, or empty. */
export function extensionText(extensions: Extensions, prefix: string, name: string): string {
  return extensions.get(prefix)?.get(name)?.[0]?.text.trim() ?? ''
}

/** The texts of all of them. */
export function extensionTexts(extensions: Extensions, prefix: string, name: string): string[] {
  return (
    extensions
      .get(prefix)
      ?.get(name)
      ?.map((element) => element.text.trim()) ?? []
  )
}

const DUBLIN_CORE =
  'title creator author subject description publisher contributor date type format identifier source language relation coverage rights'.split(
    ' ',
  )

/** `dcExt`: texts by name; null where the feed has no Dublin Core. */
export function dublinCoreToJson(extensions: Extensions): JsonObject | null {
  if (!extensions.has('dc')) return null
  const object: Record<string, JsonValue> = {}
  for (const name of DUBLIN_CORE) {
    const texts = extensionTexts(extensions, 'dc', name)
    if (texts.length > 0) object[name] = texts
  }
  return object
}

const ITUNES_ITEM =
  'author block duration explicit keywords subtitle summary image isClosedCaptioned episode season order episodeType'.split(' ')

/** `itunesExt` of an item; null where it has none. */
export function itunesItemToJson(extensions: Extensions): JsonObject | null {
  if (!extensions.has('itunes')) return null
  const object: Record<string, JsonValue> = {}
  for (const name of ITUNES_ITEM) {
    const text = name === 'image' ? itunesImage(extensions) : extensionText(extensions, 'itunes', name)
    if (text !== '') object[name] = text
  }
  return object
}

/** The address of the first `itunes:image`, or empty. */
export function itunesImage(extensions: Extensions): string {
  return extensions.get('itunes')?.get('image')?.[0]?.attributes.get('href') ?? ''
}

/** Categories and their first sub-categories, in order. */
export function itunesCategories(extensions: Extensions): string[] {
  const found: string[] = []
  for (const category of extensions.get('itunes')?.get('category') ?? []) {
    found.push(category.attributes.get('text') ?? '')
    const sub = category.children.find((child) => child.name === 'category')
    if (sub !== undefined) found.push(sub.attributes.get('text') ?? '')
  }
  return found
}
