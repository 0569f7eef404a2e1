// Texts of feeds: entities, CDATA, persons. Knows nothing of elements.

const CDATA_START = '<![CDATA['
const CDATA_END = ']]>'

/** Applies `outside` and `inside` to the parts of a text without and with CDATA; `inside` sees no markers. Linear in any case. */
export function mapCdata(text: string, outside: (part: string) => string, inside: (part: string) => string): string {
  let out = ''
  let from = 0
  for (;;) {
    const start = text.indexOf(CDATA_START, from)
    const end = start < 0 ? -1 : text.indexOf(CDATA_END, start)
    if (end < 0) return out + outside(text.slice(from))
    out += outside(text.slice(from, start)) + inside(text.slice(start + CDATA_START.length, end))
    from = end + CDATA_END.length
  }
}

/** What stands between two tags as a text: CDATA as it is, entities replaced everywhere else. */
export function readText(inner: string): string {
  return mapCdata(inner.trim(), decodeEntities, (part) => part)
}

/** Names of the Latin-1 characters from 160 on, in order. */
const LATIN =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
/** Names and code points of the other characters that HTML 4 names and feeds use. */
const OTHERS =
  'quot 34 amp 38 apos 39 lt 60 gt 62 OElig 338 oelig 339 Scaron 352 scaron 353 Yuml 376 fnof 402 circ 710 tilde 732 Alpha 913 Beta 914 Gamma 915 Delta 916 Omega 937 alpha 945 beta 946 gamma 947 delta 948 epsilon 949 lambda 955 mu 956 pi 960 sigma 963 tau 964 phi 966 omega 969 ensp 8194 emsp 8195 thinsp 8201 zwnj 8204 zwj 8205 lrm 8206 rlm 8207 ndash 8211 mdash 8212 lsquo 8216 rsquo 8217 sbquo 8218 ldquo 8220 rdquo 8221 bdquo 8222 dagger 8224 Dagger 8225 bull 8226 hellip 8230 permil 8240 prime 8242 Prime 8243 lsaquo 8249 rsaquo 8250 euro 8364 trade 8482 larr 8592 uarr 8593 rarr 8594 darr 8595 harr 8596 rArr 8658 hArr 8660 sum 8721 minus 8722 radic 8730 infin 8734 cap 8745 int 8747 asymp 8776 ne 8800 equiv 8801 le 8804 ge 8805 loz 9674 spades 9824 clubs 9827 hearts 9829 diams 9830'

const ENTITIES = new Map<string, string>([
  ...LATIN.split(' ').map((name, i): [string, string] => [name, String.fromCharCode(160 + i)]),
  ...Array.from(OTHERS.matchAll(/(\w+) (\d+)/g), (pair): [string, string] => [pair[1] as string, String.fromCharCode(Number(pair[2]))]),
])

/** Numeric references and HTML's names; anything else stays as it is. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{2,31}));/g, (found, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES.get(name) ?? found
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
    const isCharacter = code > 0 && code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff)
    return isCharacter ? String.fromCodePoint(code) : '\ufffd'
  })
}

const MAX_PERSON_LENGTH = 500

export interface Person {
  readonly name: string
  readonly email: string
}

/** `mail (Name)`, `Name (mail)`, a name or an address alone; anything else is nobody. */
export function readPerson(text: string): Person {
  // security: the patterns backtrack, on short texts only.
  if (text.length > MAX_PERSON_LENGTH) return { name: '', email: '' }
  const mailName = /^([^@]+@\S+)\s+\(([^@]+)\)$/.exec(text)
  if (mailName !== null) return { name: mailName[2] as string, email: mailName[1] as string }
  const nameMail = /^([^@]+)\s+\(([^@]+@[^)]+)\)$/.exec(text)
  if (nameMail !== null) return { name: nameMail[1] as string, email: nameMail[2] as string }
  if (/^[^@()]+$/.test(text)) return { name: text, email: '' }
  return { name: '', email: /^[^@()]+@[^@()]+$/.test(text) ? text : '' }
}
