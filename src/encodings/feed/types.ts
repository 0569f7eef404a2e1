// What all kinds of feeds become, and how items are written as JSON. Knows nothing of XML.

import type { JsonObject, JsonValue } from '../../json/types.ts'
import type { Person } from './text.ts'

export interface Feed {
  readonly type: 'rss' | 'atom' | 'json'
  readonly title: string
  readonly description: string
  readonly language: string
  readonly copyright: string
  readonly published: string
  readonly updated: string
  readonly author: Person | null
  /** Null for none, which JSON shows. */
  readonly categories: readonly string[] | null
  /** Null where there is no image; an image may have an empty address. */
  readonly imageUrl: string | null
  /** JSON of items, made by `makeItem`. */
  readonly items: readonly JsonObject[]
}

export interface FeedItem {
  readonly title: string
  readonly description: string
  readonly content: string
  readonly link: string
  readonly links: readonly string[]
  readonly updated: string
  readonly updatedParsed: string | null
  readonly published: string
  readonly publishedParsed: string | null
  readonly author: Person | null
  readonly authors: readonly Person[]
  readonly guid: string
  readonly imageUrl: string
  readonly categories: readonly string[]
  readonly enclosures: readonly Enclosure[]
  readonly dcExt: JsonObject | null
  readonly itunesExt: JsonObject | null
  readonly extensions: JsonObject | null
  readonly custom: JsonObject | null
}

export interface Enclosure {
  readonly url: string
  readonly length: string
  readonly type: string
}

/** An item without its empty fields, in the order that KrakenD's users see. */
export function makeItem(item: FeedItem): JsonObject {
  return withoutEmpty({
    title: item.title,
    description: item.description,
    content: item.content,
    link: item.link,
    links: [...item.links],
    updated: item.updated,
    updatedParsed: item.updatedParsed,
    published: item.published,
    publishedParsed: item.publishedParsed,
    author: personToJson(item.author),
    authors: item.authors.map(personToJson),
    guid: item.guid,
    image: item.imageUrl === '' ? null : { url: item.imageUrl },
    categories: [...item.categories],
    enclosures: item.enclosures.map(({ url, length, type }) => withoutEmpty({ url, length, type })),
    dcExt: item.dcExt,
    itunesExt: item.itunesExt,
    extensions: item.extensions,
    custom: item.custom,
  })
}

/** Name and address, without empty ones; null for nobody. */
export function personToJson(person: Person | null): JsonValue {
  return person === null ? null : withoutEmpty({ name: person.name, email: person.email })
}

function withoutEmpty(object: JsonObject): JsonObject {
  const kept: Record<string, JsonValue> = {}
  for (const key of Object.keys(object)) {
    const value = object[key] as JsonValue
    if (value !== '' && value !== null && !(Array.isArray(value) && value.length === 0)) kept[key] = value
  }
  return kept
}
