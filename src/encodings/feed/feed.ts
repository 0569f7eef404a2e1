// `rss` of a backend: an RSS, Atom or JSON feed becomes an object with the same keys for all. Knows nothing of the formats.

import { Data } from '../../engine/data.ts'
import { decodeXmlText } from '../charset.ts'
import { decodeError } from '../../engine/errors.ts'
import { readAtom } from './atom.ts'
import { parseDocument } from './document.ts'
import { readJsonFeed } from './json-feed.ts'
import { readRss } from './rss.ts'
import { personToJson } from './types.ts'
import type { Feed } from './types.ts'

/** Throws for what is no feed. Absent texts are empty, anything else absent is null, `img_url` is left out. */
export function decodeFeed(bytes: Buffer): Data {
  const feed = readFeed(decodeXmlText(bytes))
  return Data.of({
    author: personToJson(feed.author),
    categories: feed.categories === null ? null : [...feed.categories],
    copyright: feed.copyright,
    custom: null,
    description: feed.description,
    ...(feed.imageUrl === null ? {} : { img_url: feed.imageUrl }),
    items: [...feed.items],
    language: feed.language,
    published: feed.published,
    title: feed.title,
    type: feed.type,
    updated: feed.updated,
  })
}

function readFeed(text: string): Feed {
  const content = text.trimStart()
  if (content.startsWith('{')) return readJsonFeed(content)
  if (content.startsWith('<')) {
    const root = parseDocument(content)
    const name = root.name.toLowerCase()
    if (name === 'rss' || name === 'rdf') return readRss(root)
    if (name === 'feed') return readAtom(root)
  }
  throw decodeError('Failed to detect feed type')
}
