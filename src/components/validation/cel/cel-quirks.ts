// What the versions of KrakenD check differently.

import { perDialect } from '../../../config/dialect.ts'

interface CelQuirks {
  /** One expression whose types are wrong drops its whole list; else only itself. */
  readonly wrongTypesDropAll: boolean
}

const VERSION_3: CelQuirks = { wrongTypesDropAll: false }

export const CEL_QUIRKS = perDialect(VERSION_3, { 2: { wrongTypesDropAll: true } })
