// Which version this is.

import { readFileSync } from 'node:fs'

/** From package.json, two folders up in the sources as in `dist/`. */
export const VERSION = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version
