// Component `security/bot-detector`: refuses requests of unwanted agents, at every path or at one endpoint. Knows nothing of routes.

import type { Static } from 'typebox'
import { perDialect } from '../../../config/dialect.ts'
import { component } from '../../../engine/compile/component.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { asError, GatewayError } from '../../../engine/errors.ts'
import type { Handler, Layer } from '../../../engine/types.ts'
import { errorIssue } from '../../../schema/issue.ts'
import type { Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { compileDetector, findInvalidPatterns } from './bot-detector.ts'
import type { IsBot } from './bot-detector.ts'

/** Whether `empty_user_agent_is_bot` counts. */
const QUIRKS = perDialect({ knowsEmptyAgents: true }, { 2: { knowsEmptyAgents: false } })

const BOT_REJECTED = new GatewayError('bot rejected', { code: 'ERR_BOT', statusCode: 403, source: 'client', isTold: true })

const options = Type.Object({
  allow: Type.Array(Type.String(), { default: [], description: 'Agents that pass, exactly as sent.' }),
  deny: Type.Array(Type.String(), { default: [], description: 'Agents that are refused, exactly as sent.' }),
  patterns: Type.Array(Type.String(), {
    default: [],
    description: 'Regular expressions (RE2); an agent with a match anywhere is refused.',
  }),
  cache_size: Type.Integer({ default: 0, description: 'Decisions to remember, of the agents seen last. 0: none.' }),
  empty_user_agent_is_bot: Type.Boolean({ default: false, description: 'Refuse requests without an agent; not in `"version": 2` files.' }),
})

const declaration = {
  namespace: 'security/bot-detector',
  options,
  reading: 'struct',
  explainInvalid: explainFailure,
  invalidLevel: 'warning',
  restricting: true,
  check,
} as const

function explainFailure(label: string, detail: string): string {
  return `${label}[Botdetector] Unable to create the bot detector: ${detail}`
}

/** What switches the section off. */
function check({ patterns, deny, empty_user_agent_is_bot: refusesEmpty, cache_size: cacheSize }: Static<typeof options>): Issue[] {
  const issues = findInvalidPatterns(patterns).map(({ index, reason }) =>
    errorIssue('invalid-pattern', ['patterns', index], `not a regular expression, so nobody is refused: ${reason}`),
  )
  if (cacheSize < 0) issues.push(errorIssue('invalid-option', ['cache_size'], 'must not be negative, so nobody is refused'))
  if (patterns.length === 0 && deny.length === 0 && !refusesEmpty)
    issues.push(errorIssue('no-bots', [], 'neither "deny" nor "patterns" names anybody: nobody is refused'))
  return issues
}

/** At service level: every path but the health check. */
export const serviceBotDetector = component({ ...declaration, stage: 'router', build: buildLayer })

/** At one endpoint. */
export const endpointBotDetector = component({ ...declaration, stage: 'endpoint', build: buildLayer })

/** compat: a section that cannot work lets everybody in. */
function buildLayer(options: Static<typeof declaration.options>, site: Site): Layer<Handler> | null {
  const isBot = compileRules(options, site)
  if (isBot === null) return null
  site.log.debug(`${site.label}[Botdetector] The bot detector has been registered successfully`)
  return (next) =>
    function detectBot(exchange) {
      if (!isBot(exchange.headers.get('User-Agent') ?? '')) return next(exchange)
      // compat: KrakenD names the service at endpoints too.
      site.log.error('[SERVICE: Gin][Botdetector] bot rejected')
      throw BOT_REJECTED
    }
}

function compileRules(options: Static<typeof declaration.options>, site: Site): IsBot | null {
  try {
    return compileDetector({
      allow: options.allow,
      deny: options.deny,
      patterns: options.patterns,
      cacheSize: options.cache_size,
      isEmptyBot: options.empty_user_agent_is_bot && QUIRKS[site.config.dialect].knowsEmptyAgents,
    })
  } catch (error) {
    site.log.warning(explainFailure(site.label, asError(error).message))
    return null
  }
}
