// Modifiers of the URL that the backend is asked for.

import { canonicalName } from '../../../engine/headers.ts'
import { joinHostPort } from '../../../go/host-port.ts'
import { encodePath, encodeQuery, parseQuery } from '../../../go/url.ts'
import { Type } from '../../../schema/type.ts'
import { splitHostPort } from './address.ts'
import type { RequestMessage } from './messages.ts'
import { modifierType, WrongModifier, type ModifierType } from './modifier.ts'
import { SCOPE, text } from './options.ts'

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }

export const urlModifiers: Readonly<Record<string, ModifierType>> = {
  'url.Modifier': modifierType({
    options: Type.Object({ scope: SCOPE, scheme: text(), host: text(), path: text(), query: text() }),
    directions: ['request'],
    compile({ scheme, host, path, query }) {
      const encoded = encodePath(path)
      return {
        request(message) {
          if (host !== '') message.urlHost = host
          if (scheme !== '') message.scheme = scheme
          if (encoded !== '') message.path = encoded
          if (query !== '') message.query = query
        },
      }
    },
  }),
  'querystring.Modifier': modifierType({
    options: Type.Object({ scope: SCOPE, name: text(), value: text() }),
    directions: ['request'],
    since: 'all',
    compile: ({ name, value }) => ({
      request(message) {
        const query = parseQuery(message.query)
        query.set(name, [value])
        message.query = encodeQuery(query)
      },
    }),
  }),
  'port.Modifier': modifierType({
    options: Type.Object({
      scope: SCOPE,
      port: Type.Integer({ default: 0 }),
      defaultForScheme: Type.Boolean({ default: false }),
      remove: Type.Boolean({ default: false }),
    }),
    directions: ['request'],
    compile({ port, defaultForScheme, remove }, { at }) {
      const given = [port !== 0, defaultForScheme, remove].filter(Boolean)
      if (given.length !== 1) throw new WrongModifier('Must specify only one of port, defaultForScheme or remove', at)
      const portFor = (scheme: string): string | undefined => (defaultForScheme ? DEFAULT_PORTS[scheme] : String(port))
      return {
        request(message) {
          const name = hostWithoutPort(message)
          const newPort = remove ? '' : portFor(message.scheme)
          if (newPort === undefined) return
          message.urlHost = newPort === '' ? name : joinHostPort(name, newPort)
          // compat: a field that never goes out, but conditions read it.
          message.headers.set('Host', message.urlHost)
        },
      }
    },
  }),
  'stash.Modifier': modifierType({
    options: Type.Object({ scope: SCOPE, headerName: text() }),
    compile({ headerName, scope }, { at }) {
      if (scope?.includes('response') === true && !scope.includes('request'))
        throw new WrongModifier('to write header on a response, specify scope as both request and response', [...at, 'scope'])
      const name = canonicalName(headerName)
      return {
        request: (message) => message.headers.set(name, message.url),
        response: ({ headers, request }) => headers.set(name, request.headers.get(name) ?? ''),
      }
    },
  }),
}

function hostWithoutPort({ urlHost }: RequestMessage): string {
  return urlHost.includes(':') ? splitHostPort(urlHost).host : urlHost
}
