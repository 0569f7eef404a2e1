// What feeds of every kind become, well-formed or hostile.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatUtc, formatWithOffset, parseDate } from './dates.ts'
import { decodeFeed } from './feed.ts'
import { decodeEntities, readPerson, readText } from './text.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- a feed is read at many depths
const read = (text: string): any => structuredClone(decodeFeed(Buffer.from(text)).object)
const rss = (inner: string, attributes = ''): string => `<rss version="2.0" ${attributes}><channel>${inner}</channel></rss>`

test('RSS 2.0: the keys of the feed and of its items', () => {
  const feed = read(
    `<?xml version="1.0" encoding="UTF-8"?>${rss(
      '<title>News &amp; more</title><link>http://e/</link><description>All</description><language>en-us</language><copyright>Me</copyright>' +
        '<pubDate>Tue, 10 Jun 2003 04:00:00 GMT</pubDate><image><url>http://e/i.png</url><title>i</title></image>' +
        '<item><title>First</title><link>http://e/1</link><description>One &lt;b&gt;bold&lt;/b&gt;</description><guid>g-1</guid>' +
        '<pubDate>Tue, 03 Jun 2003 11:39:21 +0200</pubDate><category>c1</category><category>c2</category></item><item><title>Second</title></item>',
    )}`,
  )
  assert.deepEqual(feed, {
    author: null,
    categories: null,
    copyright: 'Me',
    custom: null,
    description: 'All',
    img_url: 'http://e/i.png',
    items: [
      {
        title: 'First',
        description: 'One <b>bold</b>',
        link: 'http://e/1',
        links: ['http://e/1'],
        published: 'Tue, 03 Jun 2003 11:39:21 +0200',
        publishedParsed: '2003-06-03T09:39:21Z',
        guid: 'g-1',
        categories: ['c1', 'c2'],
      },
      { title: 'Second' },
    ],
    language: 'en-us',
    published: 'Tue, 10 Jun 2003 04:00:00 GMT',
    title: 'News & more',
    type: 'rss',
    updated: '',
  })
})

test('RSS 2.0: persons, enclosures, content, custom elements, raw markup', () => {
  const feed = read(
    rss(
      '<category>Tech</category><managingEditor>ed@example.com (Ed Itor)</managingEditor><lastBuildDate>x</lastBuildDate>' +
        '<item><author>ann@example.com (Ann)</author><enclosure url="http://e/a.mp3" length="123" type="audio/mpeg"/>' +
        '<content:encoded><![CDATA[<p>a & b</p>]]></content:encoded><description>x <b>y</b> & z</description><Mood>fine</Mood><comments>no</comments></item>',
      'xmlns:content="http://purl.org/rss/1.0/modules/content/"',
    ),
  )
  assert.deepEqual(feed.author, { name: 'Ed Itor', email: 'ed@example.com' })
  assert.deepEqual(feed.categories, ['Tech'])
  assert.equal(feed.updated, 'x')
  assert.deepEqual(feed.items, [
    {
      description: 'x <b>y</b> & z',
      content: '<p>a & b</p>',
      author: { name: 'Ann', email: 'ann@example.com' },
      authors: [{ name: 'Ann', email: 'ann@example.com' }],
      enclosures: [{ url: 'http://e/a.mp3', length: '123', type: 'audio/mpeg' }],
      custom: { mood: 'fine' },
    },
  ])
})

test('extensions: iTunes and Dublin Core under their known prefixes', () => {
  const feed = read(
    rss(
      '<it:image href="http://e/p.png"/><it:category text="A"><it:category text="B"/></it:category><it:keywords>k,l</it:keywords>' +
        '<item><d:creator>Bob</d:creator><d:date>2020-01-02T03:04:05+02:00</d:date><it:duration>1:00</it:duration><it:image href="http://e/e.png"/>' +
        '<x:odd k="v"> o <x:in/></x:odd></item>',
      'xmlns:it="http://www.itunes.com/DTDs/PodCast-1.0.dtd" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:x="urn:x"',
    ),
  )
  assert.equal(feed.img_url, 'http://e/p.png')
  assert.deepEqual(feed.categories, ['k', 'l', 'A', 'B'])
  const [item] = feed.items
  assert.equal(item.published, '2020-01-02T03:04:05+02:00')
  assert.equal(item.publishedParsed, '2020-01-02T03:04:05+02:00')
  assert.deepEqual(item.author, { name: 'Bob' })
  assert.deepEqual(item.image, { url: 'http://e/e.png' })
  assert.deepEqual(item.dcExt, { creator: ['Bob'], date: ['2020-01-02T03:04:05+02:00'] })
  assert.deepEqual(item.itunesExt, { duration: '1:00', image: 'http://e/e.png' })
  assert.deepEqual(Object.keys(item.extensions), ['dc', 'itunes', 'x'])
  assert.deepEqual(item.extensions.x, {
    odd: [{ name: 'odd', value: 'o', attrs: { k: 'v' }, children: { in: [{ name: 'in', value: '', attrs: {}, children: {} }] } }],
  })
})

test('RSS 1.0: items and image beside the channel', () => {
  const feed = read(
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>T</title></channel>' +
      '<image><url>http://e/i</url></image><item><title>I</title><link>http://e/1</link></item></rdf:RDF>',
  )
  assert.equal(feed.title, 'T')
  assert.equal(feed.type, 'rss')
  assert.equal(feed.img_url, 'http://e/i')
  assert.deepEqual(feed.items, [{ title: 'I', link: 'http://e/1', links: ['http://e/1'] }])
})

test('Atom: links, persons, dates, text constructs, xml:base', () => {
  const feed = read(
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="http://e/blog"><title type="html">A &lt;b&gt;</title><subtitle>S</subtitle>' +
      '<updated>2003-12-13T18:30:02Z</updated><author><name>J</name><email>j@e</email></author><icon>i.png</icon><category term="t" label="l"/><rights>R</rights>' +
      '<entry><title>E</title><id>urn:x</id><updated>2003-12-13T18:30:02.250+01:00</updated><link href="1"/><link rel="enclosure" href="a.mp3" length="3" type="audio/mpeg"/>' +
      '<link rel="edit" href="edit"/><summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></summary><content type="text">a &amp; b</content>' +
      '<author><name>K</name></author><author><name>L</name></author></entry></feed>',
  )
  assert.deepEqual([feed.type, feed.title, feed.description, feed.language, feed.copyright], ['atom', 'A <b>', 'S', 'de', 'R'])
  assert.deepEqual([feed.updated, feed.published, feed.img_url], ['2003-12-13T18:30:02Z', '', 'http://e/blog/i.png'])
  assert.deepEqual(feed.author, { name: 'J', email: 'j@e' })
  assert.deepEqual(feed.categories, ['t'])
  assert.deepEqual(feed.items, [
    {
      title: 'E',
      description: '<p>x</p>',
      content: 'a & b',
      link: 'http://e/blog/1',
      links: ['http://e/blog/1'],
      updated: '2003-12-13T18:30:02.250+01:00',
      updatedParsed: '2003-12-13T17:30:02.25Z',
      published: '2003-12-13T18:30:02.250+01:00',
      publishedParsed: '2003-12-13T17:30:02.25Z',
      author: { name: 'K' },
      authors: [{ name: 'K' }, { name: 'L' }],
      guid: 'urn:x',
      enclosures: [{ url: 'http://e/blog/a.mp3', length: '3', type: 'audio/mpeg' }],
    },
  ])
})

test('Atom: an address does not grow by a base that is longer than addresses are', () => {
  const addressAt = (base: string): string => read(`<feed xml:base="${base}"><entry><link href="x"/></entry></feed>`).items[0].link
  const longest = `http://e/${'b'.repeat(991)}`
  assert.equal(addressAt(longest), `${longest}/x`)
  assert.equal(addressAt(`${longest}b`), 'x')
})

test('JSON feed', () => {
  const feed = read(
    JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'J',
      icon: 'http://e/i',
      author: { name: 'Ann' },
      items: [
        {
          id: '1',
          url: 'http://e/1',
          content_text: 'x',
          date_published: '2020-01-02T03:04:05-05:00',
          tags: ['t'],
          attachments: [{ url: 'u', mime_type: 'm', duration_in_seconds: 7 }],
        },
      ],
    }),
  )
  assert.deepEqual([feed.type, feed.title, feed.img_url, feed.published], ['json', 'J', 'http://e/i', '2020-01-02T03:04:05-05:00'])
  assert.deepEqual(feed.author, { name: 'Ann' })
  assert.deepEqual(feed.items, [
    {
      content: 'x',
      link: 'http://e/1',
      links: ['http://e/1'],
      published: '2020-01-02T03:04:05-05:00',
      publishedParsed: '2020-01-02T03:04:05-05:00',
      guid: '1',
      categories: ['t'],
      enclosures: [{ url: 'u', length: '7', type: 'm' }],
    },
  ])
  assert.throws(() => read('{"items":[{"id":1}]}'), { code: 'ERR_DECODE' })
})

test('what is no feed is an error', () => {
  for (const text of ['', 'nope', '<html/>', '{"a":', '[1]', '<rss><channel>'])
    assert.throws(() => read(text), { code: 'ERR_DECODE', source: 'backend' }, text)
})

test('hostile feeds: no entity expands, depth ends', () => {
  assert.equal(read(`<!DOCTYPE rss [<!ENTITY x "y">]>${rss('<title>&x;</title>')}`).title, '&x;')
  assert.throws(() => read(rss('<item>'.repeat(100_000))), { message: 'exceeded max depth' })
})

test('dates', () => {
  const utc = (text: string): string | null => {
    const date = parseDate(text)
    return date === null ? null : formatUtc(date)
  }
  const cases: [string, string | null][] = [
    ['02 Jan 06 15:04 MST', '2006-01-02T15:04:00Z'],
    ['Mon, 2 Jan 2006 15:04:05 -0700', '2006-01-02T22:04:05Z'],
    ['Monday, 02-Jan-06 15:04:05 UTC', '2006-01-02T15:04:05Z'],
    ['Mon Jan  2 15:04:05 2006', '2006-01-02T15:04:05Z'],
    ['Mon Jan 02 15:04:05 -0700 2006', '2006-01-02T22:04:05Z'],
    ['Monday, January 2, 2006 03:04 PM', '2006-01-02T15:04:00Z'],
    ['2006-01-02', '2006-01-02T00:00:00Z'],
    ['2006-01-02 15:04:05Z', '2006-01-02T15:04:05Z'],
    ['2006-01-02T15:04:05.120-07:00', '2006-01-02T22:04:05.12Z'],
    ['02.01.2006 15:04', '2006-01-02T15:04:00Z'],
    ['12/31/2006', '2006-12-31T00:00:00Z'],
    ['31 Feb 2006', null],
    ['Mon, 2 Foo 2006', null],
    ['2006-01-02T25:00:00Z', null],
    ['soon', null],
    ['', null],
  ]
  for (const [text, expected] of cases) assert.equal(utc(text), expected, text)
  const west = parseDate('2006-01-02T15:04:05-03:30')
  assert.equal(west && formatWithOffset(west), '2006-01-02T15:04:05-03:30')
})

test('persons and entities', () => {
  assert.deepEqual(readPerson('Ann B (a@b)'), { name: 'Ann B', email: 'a@b' })
  assert.deepEqual(readPerson('a@b (Ann B)'), { name: 'Ann B', email: 'a@b' })
  assert.deepEqual(readPerson('a@b'), { name: '', email: 'a@b' })
  assert.deepEqual(readPerson('Ann'), { name: 'Ann', email: '' })
  assert.deepEqual(readPerson('a (b) c@d'), { name: '', email: '' })
  assert.equal(decodeEntities('&eacute;&nbsp;&ouml;&yuml;&hellip;&#233;&#x1F600;&nope; &'), 'é\u00a0öÿ…é😀&nope; &')
  assert.equal(readText(' a &lt; <![CDATA[b &lt; ]]> &amp; '), 'a < b &lt;  &')
})

test('hostile feeds: markup that never ends takes no quadratic time', () => {
  const many = 200_000
  assert.equal(read(rss('<title>x</title>') + '<![CDATA['.repeat(many)).title, 'x')
  assert.equal(read(rss(`<title>x</title>${'<b/>'.repeat(many)}`)).title, 'x')
  assert.equal(read(rss(`<title>${'& '.repeat(many)}</title>`)).title.length, 2 * many - 1)
  assert.deepEqual(read(rss(`<managingEditor>a${' '.repeat(many)}(@</managingEditor>`)).author, {})
})

test('a prefix that is longer than names are is none: each item would repeat it', () => {
  const keysWith = (prefix: string): string[] => {
    const feed = read(rss('<item><a:x/></item>', `xmlns:a="u" xmlns:${prefix}="u"`))
    return Object.keys(feed.items[0].extensions)
  }
  assert.deepEqual(keysWith('p'.repeat(1000)), ['p'.repeat(1000)])
  assert.deepEqual(keysWith('p'.repeat(1001)), ['a'])
})

test('namespaces cost a step each, however many are in force', () => {
  const declarations = Array.from({ length: 5000 }, (_none, index) => `xmlns:n${index}="u:${index}"`).join(' ')
  const itemWith = (attribute: string): string => {
    const custom = Array.from({ length: 5000 }, (_none, index) => `<n${index}:x ${attribute}="u:own">${index}</n${index}:x>`)
    return rss(`<item>${custom.join('')}<own:x>not declared here</own:x></item>`, declarations)
  }
  const millisecondsFor = (text: string): number => {
    const start = performance.now()
    const { extensions } = read(text).items[0]
    assert.equal(extensions.n4999.x[0].value, '4999')
    assert.equal(extensions.own.x[0].value, 'not declared here')
    return performance.now() - start
  }
  const plain = millisecondsFor(itemWith('own'))
  const declaring = millisecondsFor(itemWith('xmlns:own'))
  // with a copy for each element that declares something it is a hundred times as much
  assert.ok(declaring < 10 * plain + 200, `${declaring} ms, ${plain} ms without declarations`)
})

test('a namespace is as long as it is once, not for each element', () => {
  const millisecondsFor = (blank: string): number => {
    const text = rss(`<title>x</title>${'<a/>'.repeat(80_000)}`, `xmlns="${blank}${'u'.repeat(400_000)}"`)
    const start = performance.now()
    assert.equal(read(text).title, 'x')
    return performance.now() - start
  }
  millisecondsFor('')
  const plain = millisecondsFor('')
  const padded = millisecondsFor(' ')
  // where the blanks are cut off for each element it is some thirty times as much
  assert.ok(padded < 4 * plain + 200, `${padded} ms, ${plain} ms without blanks`)
})
