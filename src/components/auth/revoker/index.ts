// Component `auth/revoker`: refuses tokens by claims that were revoked. Each gateway reads the filter, one part of the process fills it.

import { service, supervise } from '../../../engine/compile/component.ts'
import { tokenRejecters } from '../../../engine/ports.ts'
import { openDoors } from './doors.ts'
import { describeFilter, openFilter } from './filter-memory.ts'
import {
  EXTRAS_NAMESPACE,
  extras,
  findOpenPort,
  findWrongExtras,
  findWrongParameters,
  isOpenToAll,
  LABEL,
  NAMESPACE,
  OPEN_TO_ALL,
  opensPorts,
  options,
  refuseWrong,
} from './options.ts'
import type { Extras, Options } from './options.ts'
import { compileRejecter } from './token-rejecter.ts'

const BLOCK = {
  namespace: NAMESPACE,
  options,
  reading: 'struct',
  explainInvalid: (_label: string, detail: string) => `${LABEL} Unable to parse the bloomfilter configuration: ${detail}`,
  restricting: true,
  opens: opensPorts,
  check: (given: Options, { extras: extra }: { readonly extras: Extras | null }) => [...findWrongParameters(given), ...findOpenPort(extra)],
  extras: { namespace: EXTRAS_NAMESPACE, options: extras, whenInvalid: 'stop', check: findWrongExtras },
} as const

/** Looks claims up. */
export const authRevoker = service({
  ...BLOCK,
  build(given, site, extra) {
    refuseWrong(given, extra)
    if (isOpenToAll(extra)) site.log.warning(`${LABEL} ${OPEN_TO_ALL}`)
    const filter = openFilter(given, site)
    site.log.debug(`${LABEL} ${describeFilter(filter)}`)
    const rejecter = compileRejecter(given.token_keys, filter)
    site.provide(tokenRejecters, () => rejecter)
    site.log.debug(`${LABEL} Service registered successfully`)
  },
})

/** Lets others add to the filter, and makes it forget. */
export const revokerDoors = supervise({ ...BLOCK, start: openDoors })
