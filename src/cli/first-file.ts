// The file that `krakend init` writes: what was asked for, with a comment above each part.

import { entriesIn, type Entry, makeEntry, makeMap, type MapNode, type Tree, treeOf } from '../convert/tree.ts'
import { FORMATS, formatOfName, writeTree } from '../convert/write-tree.ts'

/** Empty texts for what is not wanted. */
export interface Answers {
  readonly output: string
  readonly name: string
  readonly port: string
  /** With its scheme. */
  readonly backend: string
  readonly endpoint: string
  readonly urlPattern: string
  readonly jwkUrl: string
  readonly rate: string
  readonly corsOrigin: string
  readonly version: string
}

const MAX_PORT = 65_535

/** What is wrong with an answer; null when nothing is. */
export function checkAnswers({ output, port, backend, endpoint, urlPattern, jwkUrl, rate, version }: Answers): string | null {
  if (formatOfName(output) === null) return `"${output}": the file's extension must be .${Object.keys(FORMATS).join(', .')}`
  if (!/^\d+$/.test(port) || Number(port) > MAX_PORT) return `"${port}" is no port`
  if (!isUrl(backend)) return `"${backend}" is no address of a backend: write http://name:port`
  if (new URL(backend).pathname !== '/') return `"${backend}": a backend has no path, it belongs into --url-pattern`
  if (!endpoint.startsWith('/')) return `"${endpoint}": a path begins with /`
  if (urlPattern !== '' && !urlPattern.startsWith('/')) return `"${urlPattern}": a path begins with /`
  if (jwkUrl !== '' && !isUrl(jwkUrl)) return `"${jwkUrl}" is no URL`
  if (rate !== '' && !/^[1-9]\d*$/.test(rate)) return `"${rate}" is no number of requests`
  return version === '3' || version === '4' ? null : `"${version}": the file's version is 3 or 4`
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text)
}

/** The text of the file in the format of its name. */
export function buildFirstFile(answers: Answers): Promise<string> {
  const root = buildTree(answers)
  const format = formatOfName(answers.output) ?? 'json'
  // JSON has no comments: KrakenD ignores keys that begin with @
  if (format === 'json') commentsAsKeys(root)
  return writeTree(root, format, () => {})
}

function buildTree({ name, port, backend, endpoint, urlPattern, jwkUrl, rate, corsOrigin, version }: Answers): MapNode {
  const host = backend.replace(/\/$/, '')
  const ofService = [...(corsOrigin === '' ? [] : [corsBlock(corsOrigin)]), ...(rate === '' ? [] : [proxiesBlock()])]
  const ofEndpoint = [...(jwkUrl === '' ? [] : [validatorBlock(jwkUrl)]), ...(rate === '' ? [] : [rateBlock(Number(rate))])]
  const called = makeMap([
    entry('host', [host], 'Where it is; with several hosts, requests are spread over them.'),
    entry('url_pattern', urlPattern === '' ? endpoint : urlPattern, 'What it is asked for. Parameters of the path may stand here.'),
  ])
  const first = makeMap([
    entry('endpoint', endpoint, 'What clients ask for; {name} is a parameter.'),
    entry('method', 'GET'),
    entry(
      'input_headers',
      jwkUrl === '' ? ['Accept-Language'] : ['Accept-Language', 'Authorization'],
      'Headers of the client that reach the backend; no others do.',
    ),
    node(
      'backend',
      { kind: 'list', entries: [makeEntry('', called)], foot: [] },
      'Whom the gateway asks. The answers of several are merged.',
    ),
    ...(ofEndpoint.length === 0 ? [] : [node('extra_config', makeMap(ofEndpoint), 'What else happens at this endpoint.')]),
  ])
  return makeMap([
    entry('version', Number(version), 'The version of this file: 3 is that of KrakenD 2.x, 4 that of KrakenD 3.x.'),
    entry('name', name),
    entry('port', Number(port)),
    entry('timeout', '3s', 'How long a request may take.'),
    ...(ofService.length === 0 ? [] : [node('extra_config', makeMap(ofService), 'What holds for every endpoint.')]),
    node('endpoints', { kind: 'list', entries: [makeEntry('', first)], foot: [] }, 'What clients may ask for.'),
  ])
}

function validatorBlock(jwkUrl: string): Entry {
  const options = [
    entry('alg', 'RS256', 'How tokens are signed.'),
    entry('jwk_url', jwkUrl, 'Where the keys of the issuer are.'),
    ...(jwkUrl.startsWith('https:') ? [] : [entry('disable_jwk_security', true, 'Keys over plain http: for development only.')]),
    entry('cache', true, 'Keys are kept for 15 minutes.'),
  ]
  return node('auth/validator', makeMap(options), 'Only requests with a valid token are answered, others get a 401.')
}

function rateBlock(rate: number): Entry {
  const options = makeMap([
    entry('client_max_rate', rate, 'Requests of one client in a second; more of them get a 429.'),
    entry('strategy', 'ip'),
  ])
  return node('qos/ratelimit/router', options, 'A limit for each client.')
}

/** security: without it, any client may say under which address it is counted. */
function proxiesBlock(): Entry {
  const comment = 'Only these may say in X-Forwarded-For whom they forward: your load balancer, for one.'
  return node('router', makeMap([entry('trusted_proxies', ['127.0.0.1/32'], comment)]), 'How requests are taken.')
}

function corsBlock(origin: string): Entry {
  const options = {
    allow_origins: [origin],
    allow_methods: ['GET', 'POST'],
    allow_headers: ['Authorization', 'Content-Type'],
    max_age: '1h',
  }
  return entry('security/cors', options, 'Which web pages may call from a browser.')
}

function entry(key: string, value: unknown, comment = ''): Entry {
  return node(key, treeOf(value), comment)
}

function node(key: string, value: Tree, comment = ''): Entry {
  return { ...makeEntry(key, value), before: comment === '' ? [] : [comment] }
}

function commentsAsKeys(root: MapNode): void {
  const maps = [root, ...entriesInMaps(root)]
  for (const map of maps)
    map.entries = map.entries.flatMap((member) => {
      const [comment] = member.before
      return comment === undefined ? [member] : [entry(`@${member.key}`, comment), { ...member, before: [] }]
    })
}

function entriesInMaps(root: MapNode): MapNode[] {
  return [...entriesIn(root)].flatMap(({ value }) => (value.kind === 'map' ? [value] : []))
}
