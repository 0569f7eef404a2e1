// What XML becomes and what becomes XML, by the rules of mxj.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Data } from '../engine/data.ts'
import type { JsonObject } from '../json/types.ts'
import { JsonNumber, TypedNumber } from '../json/types.ts'
import type { PipeResponse } from '../engine/types.ts'
import { renderContentAsXml } from './render-content-xml.ts'
import { renderXml, writeXml } from './render-xml.ts'
import { decodeXml, decodeXmlCollection } from './xml.ts'

const read = (text: string): unknown => structuredClone(decodeXml(Buffer.from(text)).object)
const responseOf = (object: JsonObject | null): PipeResponse => ({
  data: object === null ? null : Data.of(object),
  isComplete: true,
  error: null,
  statusCode: 200,
  headers: null,
  body: null,
})

test('attributes, repeated and empty elements, texts', () => {
  assert.deepEqual(read('<?xml version="1.0"?><user type="admin"><name>Elliot</name><t>a</t><t>b</t><t>c</t><e/><n>42</n></user>'), {
    user: { '-type': 'admin', name: 'Elliot', t: ['a', 'b', 'c'], e: '', n: '42' },
  })
  assert.deepEqual(read('<r><a id="1">x</a><a/></r>'), { r: { a: [{ '-id': '1', '#text': 'x' }, ''] } })
  assert.deepEqual(read('<r>\n  <v>  padded\r\n </v>\n</r>'), { r: { v: 'padded' } })
  assert.deepEqual(read('<r><v>&lt;a&gt; &amp; &#233;&#xe9;</v><c><![CDATA[<raw> & ]]></c></r>'), { r: { v: '<a> & éé', c: '<raw> &' } })
})

test('one text stays beside the members: that before the first of them, else the last', () => {
  assert.deepEqual(read('<a>x<b>t</b>y</a>'), { a: { b: 't', '#text': 'x' } })
  assert.deepEqual(read('<a>t<e/></a>'), { a: { e: '', '#text': 't' } })
  assert.deepEqual(read('<r><a>x<b i="1"/><b/></a><a>\n<b>t</b></a></r>'), {
    r: { a: [{ b: [{ '-i': '1' }, ''], '#text': 'x' }, { b: 't' }] },
  })
  assert.deepEqual(read('<a>x<![CDATA[y]]><b>t</b></a>'), { a: { b: 't', '#text': 'y' } })
  assert.deepEqual(read('<a><b>t</b>tail</a>'), { a: { b: 't', '#text': 'tail' } })
  assert.deepEqual(read('<a i="1">x<b>t</b>y</a>'), { a: { '-i': '1', b: 't', '#text': 'y' } })
  assert.deepEqual(read('<a>x<!-- c -->y</a>'), { a: 'y' })
})

test('prefixes are dropped, declarations are attributes', () => {
  assert.deepEqual(read('<s:a xmlns:s="u" s:b="c"><s:d/></s:a>'), { a: { '-s': 'u', '-b': 'c', d: '' } })
  assert.deepEqual(read('<a xmlns="u"/>'), { a: { '-xmlns': 'u' } })
})

test('text around the root and what follows it are ignored, `__proto__` is a name', () => {
  assert.deepEqual(read('junk <a b="1" b="2"/> more <b'), { a: { '-b': '2' } })
  const { object } = decodeXml(Buffer.from('<r><__proto__>x</__proto__></r>'))
  assert.deepEqual(Object.keys(object['r'] as object), ['__proto__'])
})

test('charsets by prolog and byte order mark', () => {
  assert.deepEqual(structuredClone(decodeXml(Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>', 'latin1')).object), {
    a: 'é',
  })
  assert.deepEqual(structuredClone(decodeXml(Buffer.from('\ufeff<a>é</a>', 'utf16le')).object), { a: 'é' })
  assert.deepEqual(read('\ufeff<?xml version="1.0" encoding="utf-8"?><a>é</a>'), { a: 'é' })
  assert.throws(() => read('<?xml version="1.0" encoding="klingon"?><a/>'), { code: 'ERR_DECODE', message: /encoding "klingon"/ })
  assert.throws(() => decodeXml(Buffer.from('<a>\xe9</a>', 'latin1')), { code: 'ERR_DECODE' })
})

test('what is not well-formed is an error', () => {
  assert.throws(() => read(''), { code: 'ERR_DECODE', source: 'backend', message: 'EOF' })
  assert.throws(() => read('not xml'), { message: 'EOF' })
  assert.throws(() => read('<a><b>\n</b>'), { message: /line 2: unexpected EOF$/ })
  for (const text of ['<a><b></a>', '<a b=c/>', '<a>&nbsp;</a>', '<a b="<"/>', '<a', '<a>]]></a>']) {
    assert.throws(() => read(text), { code: 'ERR_DECODE' }, text)
  }
})

const WRONG: readonly (readonly [text: string, message: string, line?: number])[] = [
  ['<r><a></r>', 'element <a> closed by </r>'],
  ['<html>\n<p>a<br>b</p>\n</html>', 'element <br> closed by </p>', 2],
  ['<x:a></y:a>', 'element <a> in space x closed by </a> in space y'],
  ['<x:a></a>', 'element <a> in space x closed by </a> in space ""'],
  ['</r>', 'unexpected end element </r>'],
  ['<r>a&nbsp;b</r>', 'invalid character entity &nbsp;'],
  ['<r>a & b</r>', 'invalid character entity & (no semicolon)'],
  ['<r b="&#x110000;"/>', 'invalid character entity &#x110000;'],
  ['<r>&#;</r>', 'invalid character entity &#;'],
  ['<r>&amp', 'unexpected EOF'],
  ['<r a=1/>', 'unquoted or missing attribute value in element'],
  ['<r a/>', 'attribute name without = in element'],
  ['<r a="<"/>', 'unescaped < inside quoted string'],
  ['<r/ >', 'expected /> in element'],
  ['<r></r x>', 'invalid characters between </r and >'],
  ['<r>< a/></r>', 'expected element name after <'],
  ['<a:b:c/>', 'expected element name after <'],
  ['<1a/>', 'invalid XML name: 1a'],
  ['<r>\n\x01\n</r>', 'illegal character code U+0001', 3],
  ['<r>&#0;</r>', 'illegal character code U+0000'],
  ['<r>]]></r>', 'unescaped ]]> not in CDATA section'],
  ['<r><![CDATA[x', 'unexpected EOF in CDATA section'],
  ['<r><![CDATE[', 'invalid <![ sequence'],
  ['<r><!-- a -- b --></r>', 'invalid sequence "--" not allowed in comments'],
  ['<r><!-x', 'invalid sequence <!- not part of <!--'],
  ['<??><r/>', 'expected target name after <?'],
  ['<!DOCTYPE r [<!-- > --> ">" <', 'unexpected EOF'],
]

test('errors have Go’s words and line', () => {
  for (const [text, message, line = 1] of WRONG)
    assert.throws(
      () => read(text),
      { code: 'ERR_DECODE', message: `xml.Decoder.Token() - XML syntax error on line ${line}: ${message}` },
      text,
    )
  const message = 'xml.Decoder.Token() - xml: unsupported version "1.1"; only version 1.0 is supported'
  assert.throws(() => read('<?xml version="1.1"?><r/>'), { code: 'ERR_DECODE', message })
})

test('what Go reads without a word', () => {
  assert.deepEqual(read('<r>&#xD800;x</r>'), { r: '\ufffdx' })
  assert.deepEqual(read('<!-- --><r>0<!DOCTYPE x [<!ENTITY a ">"> <!-- > -->]>1</r>'), { r: '1' })
  assert.deepEqual(read('<!><x/>><r/>'), { r: '' }, 'what a declaration begins with means nothing')
  assert.deepEqual(read('<r><?xml version="1.0"?><a b=" x&#13;\r\n&#10;"/>\r&apos;\ud83d\ude00</r>'), {
    r: { a: { '-b': ' x\r\n\n' }, '#text': "'\ud83d\ude00" },
  })
})

test('hostile documents: entities do not expand, depth ends', () => {
  assert.throws(() => read('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'), { code: 'ERR_DECODE' })
  assert.throws(() => read('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'), { code: 'ERR_DECODE' })
  assert.throws(() => read('<a>'.repeat(100_000)), { message: /exceeded max depth$/ })
  assert.doesNotThrow(() => read('<a>'.repeat(1000) + '</a>'.repeat(1000)))
})

test('a collection is the document under its key', () => {
  assert.deepEqual(structuredClone(decodeXmlCollection(Buffer.from('<l><i>1</i><i>2</i></l>')).object), {
    collection: { l: { i: ['1', '2'] } },
  })
})

test('writing: roots and wrappers', () => {
  assert.equal(writeXml({ b: 1, a: 'x', c: true, d: null }), '<doc><a>x</a><b>1</b><c>true</c><d/></doc>')
  assert.equal(writeXml({ root: { b: { c: 2 }, a: 1 } }), '<root><a>1</a><b><c>2</c></b></root>')
  assert.equal(writeXml({ a: 'x' }), '<a>x</a>')
  assert.equal(writeXml({ a: [1, 2] }), '<doc><a>1</a><a>2</a></doc>')
  assert.equal(writeXml({ a: [{ b: 1 }, {}] }), '<a><b>1</b></a><a/>')
  assert.equal(writeXml({}), '<doc/>')
})

test('writing: floats of the file and of scripts as Go shows them, integers and numbers of backends as they are', () => {
  const float = (value: number): TypedNumber => new TypedNumber(value, 'float64')
  assert.equal(writeXml({ a: float(1_000_000), b: float(1.5), c: float(1e-7) }), '<doc><a>1e+06</a><b>1.5</b><c>1e-07</c></doc>')
  assert.equal(writeXml({ a: { '-i': float(1234567), b: 1_000_000 } }), '<a i="1.234567e+06"><b>1000000</b></a>')
  assert.equal(writeXml({ a: new TypedNumber(1_000_000, 'int') }), '<a>1000000</a>')
})

test('writing: attributes, empty values, nested lists, numbers, escapes', () => {
  assert.equal(writeXml({ a: { '-id': 1, '#text': 'x', '-b': true } }), '<a b="true" id="1">x</a>')
  assert.equal(writeXml({ a: { '-b': '"', c: 1, '#text': 't' } }), '<a b="&quot;">t<c>1</c></a>')
  assert.equal(writeXml({ s: '', o: {}, l: [], n: null, z: 1 }), '<doc><l/><n/><o/><s/><z>1</z></doc>')
  assert.equal(writeXml({ a: [1, [2, [3, []]]], b: 0 }), '<doc><a>1</a><a>2</a><a>3</a><a/><b>0</b></doc>')
  assert.equal(writeXml({ a: new JsonNumber('1E+2'), b: new JsonNumber('-0') }), '<doc><a>1E+2</a><b>-0</b></doc>')
  assert.equal(writeXml({ a: `<&>"'` }), '<a>&lt;&amp;&gt;&quot;&apos;</a>')
  assert.equal(writeXml({ '\u{1f600}': 1, '\uffee': 2 }), '<doc><\uffee>2</\uffee><\u{1f600}>1</\u{1f600}></doc>')
})

test('rendering: unwritable attributes, no data, no answer, too deep', () => {
  const { error, ...rendered } = renderXml(responseOf({ a: { '-b': [] } }))
  assert.deepEqual(rendered, { contentType: 'application/xml', body: '', isFirm: true })
  assert.equal(error?.message, 'invalid attribute value for: -b')
  assert.deepEqual(renderXml(responseOf(null)), { contentType: 'application/xml', body: '<doc/>', isFirm: true })
  assert.deepEqual(renderXml(null), { contentType: 'application/xml; charset=utf-8', body: '' })
  let deep: JsonObject = {}
  for (let i = 0; i < 5000; i++) deep = { a: deep }
  assert.throws(() => renderXml(responseOf(deep)), { message: 'exceeded max depth' })
})

const render = (content: JsonObject): unknown => renderContentAsXml(responseOf(content)).body

test('the XML of version 2 files is the value of content', () => {
  assert.equal(render({ content: `a<"'\n`, b: 1 }), '<string>a&lt;&#34;&#39;&#xA;</string>')
  assert.equal(render({ content: 7 }), '<Number>7</Number>')
  assert.equal(render({ content: ['a', true] }), '<string>a</string><bool>true</bool>')
  assert.equal(render({ content: {} }), '')
  assert.equal(render({ a: 1 }), '')
  const nested = (levels: number): JsonObject => JSON.parse(`{"content":${'['.repeat(levels)}"x"${']'.repeat(levels)}}`) as JsonObject
  assert.equal(render(nested(900)), '<string>x</string>')
  assert.throws(() => render(nested(9000)), { message: 'exceeded max depth' })
})
