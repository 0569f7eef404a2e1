// The options of the three namespaces, which are the same.

import type { Static } from 'typebox'
import { Type } from '../../../schema/type.ts'

export const luaOptions = Type.Object({
  sources: Type.Array(Type.String(), {
    default: [],
    description: 'Files that run first, joined in this order; relative to the working directory.',
  }),
  md5: Type.Record(Type.String(), Type.Unknown(), {
    default: {},
    description: 'Checksums of `sources`, by path as written there. A wrong one switches the script off. Not with `live`.',
  }),
  pre: Type.String({ default: '', description: 'Runs before the request goes on.' }),
  post: Type.String({ default: '', description: 'Runs with the response, if there was no error; not in `modifier/lua-endpoint`.' }),
  live: Type.Boolean({ default: false, description: 'Read `sources` anew for every request.' }),
  allow_open_libs: Type.Boolean({
    default: false,
    description:
      'All libraries: `string`, `math`, `os`, `io`, `debug`, `coroutine`, `channel`; without it base, `table` and `package` only.',
  }),
  skip_next: Type.Boolean({
    default: false,
    description: 'Nothing is called: `post` gets an empty, incomplete response. Not in `modifier/lua-endpoint`.',
  }),
})

export type LuaOptions = Static<typeof luaOptions>
