// `headers` and `headerList`, which requests, responses and the client's exchange have alike.

import { canonicalName, type HeaderMap, type ReadonlyHeaders } from '../../../engine/headers.ts'
import { JsonNumber } from '../../../json/types.ts'
import { bytesOfText } from '../../../lua/bytes.ts'
import { checkString, type Args } from '../../../lua/check.ts'
import { textOfValue } from '../../../lua/number-format.ts'
import type { LuaThread } from '../../../lua/thread.ts'
import { LuaUserData, type LuaFunction, type Value } from '../../../lua/value.ts'
import { entries, NEED_ARGUMENTS, type Receive } from './arguments.ts'
import type { ScriptRun } from './run.ts'
import { headersToObject, toLuaList, toLuaTable } from './to-lua.ts'
import { ListView } from './views.ts'

/** Something with header fields. Their values are bytes, as Lua's strings are. */
export interface HeaderOwner {
  readonly run: ScriptRun
  /** For reading. */
  readonly headers: ReadonlyHeaders
  /** A copy of its own for writing. */
  writableHeaders(): HeaderMap
}

export interface HeaderOptions {
  /** compat: getters of responses take the name as it is. */
  readonly readsExactly: boolean
  /** A name that scripts do not see among the fields; null for none. */
  readonly hidden: string | null
}

const NO_LIST = 'invalid header value, must be a luaList'

export function headerMethods<T extends HeaderOwner>(
  receive: Receive<T>,
  { readsExactly, hidden }: HeaderOptions,
): { headers: LuaFunction; headerList: LuaFunction } {
  const nameIn = (thread: LuaThread, args: Args): string => canonicalName(checkString(thread, args, 1))
  return {
    headers: entries<T>(receive, {
      all(self, thread) {
        thread.spend(self.headers.fields.length)
        const visible = self.headers.copy()
        if (hidden !== null) visible.delete(hidden)
        return toLuaTable(self.run, headersToObject(visible))
      },
      get(self, thread, args) {
        const name = readsExactly ? checkString(thread, args, 1) : nameIn(thread, args)
        return name === hidden ? '' : (self.headers.get(name) ?? '')
      },
      set(self, thread, args) {
        const name = nameIn(thread, args)
        if (args[2] === undefined) self.writableHeaders().delete(name)
        else self.writableHeaders().set(name, checkString(thread, args, 2))
      },
    }),
    headerList: entries<T>(receive, {
      all: (_self, thread) => thread.raise(NEED_ARGUMENTS),
      get(self, thread, args) {
        const name = nameIn(thread, args)
        return toLuaList(self.run, name === hidden ? [] : self.headers.values(name))
      },
      set(self, thread, args) {
        const name = nameIn(thread, args)
        const values = valuesOfList(thread, args[2])
        const headers = self.writableHeaders()
        headers.delete(name)
        for (const value of values) headers.add(name, value)
      },
    }),
  }
}

/** The texts and numbers of a `luaList`; what is neither is left out. */
function valuesOfList(thread: LuaThread, given: Value): string[] {
  if (!(given instanceof LuaUserData && given.value instanceof ListView)) return thread.raise(NO_LIST)
  const values: string[] = []
  for (let i = 0; i < given.value.length; i++) {
    const value = given.value.get(i)
    if (typeof value === 'string') values.push(bytesOfText(value))
    else if (typeof value === 'number') values.push(textOfValue(value))
    else if (value instanceof JsonNumber) values.push(value.text)
  }
  return values
}
