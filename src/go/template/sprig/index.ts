// The functions of sprig 3.3's TxtFuncMap by name.

import type { GoFunction } from '../../function.ts'
import { cryptoFunctions } from './crypto.ts'
import { dateFunctions } from './dates.ts'
import { dictFunctions } from './dicts.ts'
import { encodingFunctions } from './encoding.ts'
import { generalFunctions } from './general.ts'
import type { SprigHost } from './host.ts'
import { listFunctions } from './lists.ts'
import { numberFunctions } from './numbers.ts'
import { semverFunctions } from './semver-functions.ts'
import { stringFunctions } from './strings.ts'

export type { SprigHost } from './host.ts'

/** All of them, for `parseTemplate`'s `functions`. */
export function sprigFunctions(host: SprigHost): ReadonlyMap<string, GoFunction> {
  return new Map(
    Object.entries({
      ...stringFunctions(host),
      ...numberFunctions(host),
      ...dateFunctions(host),
      ...generalFunctions(host),
      ...encodingFunctions(host),
      ...listFunctions,
      ...dictFunctions,
      ...semverFunctions,
      ...cryptoFunctions(host),
    }),
  )
}
