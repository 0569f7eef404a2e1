// JSON Feed 1.0 and 1.1. Knows nothing of other feeds.

import { parseBounded } from '../../json/bounded-parse.ts'
import { isObject, type JsonObject } from '../../json/types.ts'
import { decodeError } from '../../engine/errors.ts'
import { formatWithOffset, parseDate } from './dates.ts'
import { readPerson } from './text.ts'
import type { Person } from './text.ts'
import { makeItem } from './types.ts'
import type { Enclosure, Feed } from './types.ts'

type Members = Readonly<Record<string, unknown>>

/** The feed of a JSON document. Throws for fields of a wrong type. */
export function readJsonFeed(text: string): Feed {
  let feed: Members
  try {
    feed = asMembers(parseBounded(text), 'feed')
  } catch (error) {
    if (error instanceof SyntaxError) throw decodeError('Failed to detect feed type')
    throw error
  }
  const items = listOf(feed, 'items')
  const first = items[0] ?? {}
  return {
    type: 'json',
    title: textOf(feed, 'title'),
    description: textOf(feed, 'description'),
    language: textOf(feed, 'language'),
    copyright: '',
    published: textOf(first, 'date_published'),
    updated: textOf(first, 'date_modified'),
    author: authorOf(feed),
    categories: null,
    imageUrl: textOf(feed, 'icon') || null,
    items: items.map(readItem),
  }
}

function readItem(item: Members): JsonObject {
  const author = authorOf(item)
  const published = textOf(item, 'date_published')
  const updated = textOf(item, 'date_modified')
  const tags = (item['tags'] ?? []) as unknown[]
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) throw wrongType('tags')
  return makeItem({
    title: textOf(item, 'title'),
    description: textOf(item, 'summary'),
    content: textOf(item, 'content_html') || textOf(item, 'content_text'),
    link: textOf(item, 'url'),
    links: [textOf(item, 'url'), textOf(item, 'external_url')].filter((link) => link !== ''),
    updated,
    updatedParsed: dateOf(updated),
    published,
    publishedParsed: dateOf(published),
    author,
    authors: item['authors'] == null ? (author === null ? [] : [author]) : listOf(item, 'authors').map(personOf),
    guid: textOf(item, 'id'),
    imageUrl: textOf(item, 'image') || textOf(item, 'banner_image'),
    categories: tags,
    enclosures: listOf(item, 'attachments').map(enclosureOf),
    dcExt: null,
    itunesExt: null,
    extensions: null,
    custom: null,
  })
}

/** compat: the duration in seconds is told as the length. */
function enclosureOf(attachment: Members): Enclosure {
  const seconds = attachment['duration_in_seconds'] ?? 0
  if (typeof seconds !== 'number' || !Number.isInteger(seconds)) throw wrongType('duration_in_seconds')
  return { url: textOf(attachment, 'url'), length: String(seconds), type: textOf(attachment, 'mime_type') }
}

function authorOf(members: Members): Person | null {
  return members['author'] == null ? null : personOf(asMembers(members['author'], 'author'))
}

function personOf(author: Members): Person {
  return readPerson(textOf(author, 'name'))
}

function dateOf(text: string): string | null {
  const date = parseDate(text)
  return date === null ? null : formatWithOffset(date)
}

function textOf(members: Members, key: string): string {
  const value = members[key] ?? ''
  if (typeof value !== 'string') throw wrongType(key)
  return value
}

function listOf(members: Members, key: string): Members[] {
  const value = members[key] ?? []
  if (!Array.isArray(value)) throw wrongType(key)
  return value.map((member) => asMembers(member, key))
}

function asMembers(value: unknown, key: string): Members {
  if (!isObject(value)) throw wrongType(key)
  return value
}

function wrongType(key: string): Error {
  return decodeError(`json feed: ${key} has a wrong type`)
}
