// The modifier that adds a cookie.

import { Type } from '../../../schema/type.ts'
import { parseTime, writeCookie, writeSetCookie } from './cookies.ts'
import { modifierType, WrongModifier } from './modifier.ts'
import { SCOPE, text } from './options.ts'

const flag = () => Type.Boolean({ default: false })

export const cookieModifier = modifierType({
  options: Type.Object({
    scope: SCOPE,
    name: text(),
    value: text(),
    path: text(),
    domain: text(),
    expires: Type.Optional(Type.String()),
    secure: flag(),
    httpOnly: flag(),
    maxAge: Type.Integer({ default: 0 }),
  }),
  compile({ expires: written, ...options }, { at }) {
    const expires = written === undefined ? null : parseTime(written)
    if (written !== undefined && expires === null) throw new WrongModifier(`"${written}" is no time of RFC 3339`, [...at, 'expires'])
    const pair = writeCookie(options)
    const field = writeSetCookie({ ...options, expires })
    return {
      request({ headers }) {
        const sent = headers.get('Cookie') ?? ''
        headers.set('Cookie', sent === '' ? pair : `${sent}; ${pair}`)
      },
      response({ headers }) {
        headers.add('Set-Cookie', field)
      },
    }
  },
})
