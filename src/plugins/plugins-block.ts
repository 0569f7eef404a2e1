// Block `_gw/plugins`: what holds for every plugin of a configuration.

import { block } from '../engine/compile/component.ts'
import { optionsOf } from '../engine/compile/read-block.ts'
import type { ExtraConfig } from '../config/types.ts'
import { parseDurationMs } from '../go/duration.ts'
import { errorIssue, type Issue, warningIssue } from '../schema/issue.ts'
import { Type } from '../schema/type.ts'
import { CONSEQUENCES } from './on-load-error.ts'
import { quirksOf } from '../config/dialect.ts'

const DEFAULT_SETUP_TIMEOUT_MS = 10_000
const DEFAULT_MAX_BODY = 10_485_760
const DIGEST = /^[0-9a-f]{64}$/i

export const pluginsBlock = block({
  namespace: '_gw/plugins',
  whenInvalid: 'stop',
  restricting: true,
  options: Type.Object({
    sha256: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description:
          'Every file below the folder that plugins import, with its SHA-256 in hex; with it, nothing else is run. `krakend check-plugin --sha256` prints it.',
      }),
    ),
    on_load_error: Type.Optional(
      Type.Unsafe<unknown>({
        type: 'string',
        keepsWrong: true,
        known: [...CONSEQUENCES],
        description:
          'Versions 2 and 3: what becomes of a plugin that cannot be loaded: `exit`, `reject` or `passthrough`. Default: `passthrough`, for middlewares `exit`.',
      }),
    ),
    setup_timeout: Type.String({ default: '10s', description: 'Time for the import of a module, and for each `setup`.' }),
    max_body: Type.Integer({
      default: DEFAULT_MAX_BODY,
      description: 'Bytes that `bytes()`, `text()` and `json()` of a plugin read at most.',
    }),
    slow: Type.String({
      default: '0s',
      description: 'Own time of a call above which the log tells of it, once a minute and place. `0s`: off.',
    }),
  }),
  check(options, { dialect }) {
    const issues: Issue[] = []
    const { sha256 = {}, on_load_error: written, setup_timeout: setup, slow, max_body: maxBody } = options
    if (written !== undefined && quirksOf(dialect).listsPlugins) {
      const hint = 'version 4 has "on_load_default_error" in "plugin", and "on_load_error" in each entry'
      issues.push(errorIssue('wrong-type', ['on_load_error'], 'is not read in version 4', hint))
    } else if (written !== undefined && !CONSEQUENCES.some((consequence) => consequence === written))
      issues.push(errorIssue('wrong-type', ['on_load_error'], `must be one of ${CONSEQUENCES.map((one) => `"${one}"`).join(', ')}`))
    if (!((parseDurationMs(setup) ?? 0) > 0))
      issues.push(errorIssue('wrong-type', ['setup_timeout'], `"${setup}" is no duration above zero such as "10s"`))
    if (!((parseDurationMs(slow) ?? -1) >= 0)) issues.push(errorIssue('wrong-type', ['slow'], `"${slow}" is no duration such as "50ms"`))
    if (maxBody < 1) issues.push(errorIssue('wrong-type', ['max_body'], 'must be at least 1'))
    for (const [file, digest] of Object.entries(sha256)) {
      if (!DIGEST.test(digest)) issues.push(errorIssue('wrong-type', ['sha256', file], 'must be a SHA-256: 64 hexadecimal digits'))
      if (file.includes('\\'))
        issues.push(warningIssue('invalid-option', ['sha256', file], 'names no file: parts of a path are separated by "/"'))
    }
    return issues
  },
})

/** What the block says, with defaults in the place of what nobody can read. */
export interface PluginSettings {
  /** Null: nothing is compared. */
  readonly sha256: Readonly<Record<string, string>> | null
  /** As written; empty where nothing is. */
  readonly onLoadError: unknown
  readonly setupTimeoutMs: number
  readonly maxBody: number
  /** Infinity: off. */
  readonly slowMs: number
}

/** The settings of a configuration, from the blocks of its service. */
export function pluginSettings(blocks: ExtraConfig): PluginSettings {
  const options = optionsOf(pluginsBlock, blocks)
  const setupMs = parseDurationMs(options.setup_timeout) ?? 0
  const slowMs = parseDurationMs(options.slow) ?? 0
  return {
    sha256: options.sha256 ?? null,
    onLoadError: options.on_load_error ?? '',
    setupTimeoutMs: setupMs > 0 ? setupMs : DEFAULT_SETUP_TIMEOUT_MS,
    maxBody: options.max_body > 0 ? options.max_body : DEFAULT_MAX_BODY,
    slowMs: slowMs > 0 ? slowMs : Infinity,
  }
}
