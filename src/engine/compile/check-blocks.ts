// Finds what is wrong in the blocks of a configuration, without building anything.

import type { TSchema } from 'typebox'
import type { BackendConfig, EndpointConfig, GatewayConfig } from '../../config/types.ts'
import { type Issue, type IssuePath, warningIssue, errorIssue } from '../../schema/issue.ts'
import { isOwnNamespace } from '../../schema/own-keys.ts'
import { readOptions } from '../../schema/read-options.ts'
import type { AnyBlock, CheckedBlock, Extras, Level, WhenInvalid } from './component.ts'
import { makeOnce } from './site.ts'
import { type BlockPlace, type DeclaredBlock, placesOf, withFallbacks } from './order.ts'
import { findInheritedProtections, isUnportable } from './portability.ts'
import { findTakenPorts } from './opened-ports.ts'
import { findStopping, isInherited, optionsOf } from './read-block.ts'

export interface CheckOptions {
  /** Whether what KrakenD's `check` lets pass is an error where it switches a protection off or stops the start; else it is a warning. */
  readonly isStrict: boolean
  /** Whether what certainly fails is an error (`check -t`). */
  readonly isTested?: boolean
  /** Whether a protection that KrakenD does not know is an error (`check --portable`). */
  readonly isPortable?: boolean
  /** Whether a file that the configuration names can be read; everything unless given. */
  readonly readable?: CheckedBlock['readable']
  /** What is in such a file; nobody can tell unless given. */
  readonly contentOf?: CheckedBlock['contentOf']
}

/** Codes of what was not understood: in a block that protects, none of them may pass `--strict`. */
const NOT_UNDERSTOOD: ReadonlySet<string> = new Set([
  'unknown-option',
  'unknown-value',
  'wrong-type',
  'missing-option',
  'out-of-range',
  'invalid-duration',
  'invalid-option',
])

/** What blocks are checked with. */
export type CheckContext = Pick<CheckedBlock, 'dialect' | 'once'> &
  Partial<Pick<CheckedBlock, 'place' | 'readable' | 'contentOf' | 'identityHeaders'>>

/** Issues of every configured block: errors where a protection's block is wrong, else warnings. */
export function checkBlocks(config: GatewayConfig, declared: readonly DeclaredBlock[], options: CheckOptions): Issue[] {
  return [...checkPlaces(config, declared, options)].flat()
}

/** The same place by place. */
export function* checkPlaces(config: GatewayConfig, declared: readonly DeclaredBlock[], options: CheckOptions): Generator<Issue[]> {
  const { readable = () => true, contentOf = () => null } = options
  const shared = { dialect: config.dialect, once: makeOnce(), readable, contentOf }
  const endpoints = new Map(
    config.endpoints.flatMap((endpoint) => withFallbacks(endpoint.backends).map((backend) => [backend.extraConfig, endpoint] as const)),
  )
  for (const place of placesOf(config)) {
    const around = place.level === 'backend' ? endpoints.get(place.blocks) : place.level === 'endpoint' ? place.config : null
    const endpoint = (around as EndpointConfig | null | undefined) ?? null
    const backend = place.level === 'backend' ? (place.config as BackendConfig) : null
    const context = { ...shared, place: { config, endpoint, backend }, identityHeaders: () => identityHeadersOf(endpoint, declared) }
    const issues = [
      ...checkPlace(place, declared, context, options),
      ...findMisplaced(place, declared, options.isStrict),
      ...findInheritedProtections(place, declared, config),
    ]
    yield issues.map((issue) => {
      const severity = options.isPortable === true && isUnportable(issue) ? 'error' : issue.severity
      return moveBelow({ ...issue, severity }, [...place.at, 'extra_config'])
    })
  }
  const taken = findTakenPorts(config, declared)
  yield taken.map((issue) => (options.isTested && issue.fails !== undefined ? { ...issue, severity: 'error' as const } : issue))
}

function identityHeadersOf(endpoint: EndpointConfig | null, declared: readonly DeclaredBlock[]): string[] {
  if (endpoint === null) return []
  const { extraConfig } = endpoint
  return declared
    .filter(({ declaration, levels }) => levels.includes('endpoint') && extraConfig.has(declaration.namespace))
    .flatMap(({ declaration }) => declaration.identityHeaders?.(optionsOf(declaration, extraConfig)) ?? [])
}

/** The issue of a block as one of the file. */
function moveBelow(issue: Issue, at: IssuePath): Issue {
  const fix = issue.fix?.map((edit) => ({ ...edit, path: [...at, ...edit.path] }))
  return { ...issue, path: [...at, ...issue.path], ...(fix === undefined ? {} : { fix }) }
}

function checkPlace(
  place: BlockPlace,
  declared: readonly DeclaredBlock[],
  context: CheckContext,
  { isStrict, isTested = false }: CheckOptions,
): Issue[] {
  const issues: Issue[] = []
  const seen = new Set<string>()
  for (const { declaration, levels } of declared) {
    const { namespace, extras } = declaration
    // The same block may be read by several layers, and a namespace may have another block at each level.
    if (!levels.includes(place.level) || seen.has(namespace)) continue
    seen.add(namespace)
    if (place.blocks.has(namespace))
      issues.push(
        ...checkOne(namespace, checkBlock(declaration, place.blocks.get(namespace), context, extras && place.blocks.get(extras.namespace))),
      )
    if (extras !== undefined && place.blocks.has(extras.namespace)) {
      const isAlone = !place.blocks.has(namespace)
      // What all endpoints have completes the block of those that have it.
      if (isAlone && context.place && isInherited(context.place.config, place.at, extras.namespace)) continue
      const found = isAlone
        ? [errorIssue('extras-without-block', [], `does nothing without "${namespace}" at the same place`)]
        : checkBlock(asBlock(extras, declaration.restricting), place.blocks.get(extras.namespace), context)
      issues.push(...checkOne(extras.namespace, found))
    }
    function checkOne(name: string, found: readonly Issue[]): Issue[] {
      return found.map((issue) => {
        const isRefused =
          (isStrict && declaration.restricting !== false && NOT_UNDERSTOOD.has(issue.code)) || (isTested && issue.fails !== undefined)
        // Plain `check` agrees with KrakenD about KrakenD's blocks; about ours KrakenD says nothing.
        const isGraded = isStrict || issue.code === 'wrong-type' || isOwnNamespace(name)
        const severity = isRefused ? 'error' : isGraded ? issue.severity : 'warning'
        return { ...moveBelow(issue, [name]), severity }
      })
    }
  }
  return issues
}

/** Extras as a block of their own. */
export function asBlock(extras: Extras<TSchema>, restricting: AnyBlock['restricting']): AnyBlock {
  return { whenWrongType: 'ignore', restricting, ...extras }
}

/** Issues of one block, with paths that begin inside it. */
export function checkBlock(declaration: AnyBlock, raw: unknown, context: CheckContext, rawExtras?: unknown): Issue[] {
  const { value, issues } = readOptions(declaration.options, raw, declaration.reading)
  const isFatal = value === null && (declaration.restricting === true || declaration.whenInvalid === 'stop')
  const stopping = findStopping(declaration, raw, issues)
  const others = issues.filter((issue) => !stopping.includes(issue))
  const found = [
    ...stopping.map((issue): Issue => ({ ...issue, effect: WHEN_INVALID.stop, fails: 'start' })),
    ...others.map((issue): Issue => addEffect(isFatal ? issue : { ...issue, severity: 'warning' }, declaration, value === null)),
  ]
  if (value === null || declaration.check === undefined) return found
  // What the component itself says about an option is more exact than that its type is wrong.
  const { extras } = declaration
  const more = extras === undefined || rawExtras === undefined ? null : readOptions(extras.options, rawExtras, extras.reading).value
  const { place = null, readable = () => true, contentOf = () => null, identityHeaders = () => [] } = context
  const own = declaration.check(value, { ...context, place, readable, contentOf, identityHeaders, raw, extras: more })
  // Nothing is more exact than that the gateway does not start.
  return [
    ...found.filter(({ path, fails }) => fails !== undefined || !own.some((issue) => isAtOrBelow(issue.path, path))),
    ...own.filter((issue) => !stopping.some(({ path }) => isAtOrBelow(path, issue.path))),
  ]
}

/** What becomes of a block that cannot be read. */
const WHEN_INVALID: Readonly<Record<WhenInvalid, string>> = {
  skip: 'the whole block is ignored',
  deny: 'every request is refused',
  default: 'the whole block counts as empty',
  stop: 'the gateway does not start',
}

/** Adds what follows from an option of a wrong type. */
function addEffect(issue: Issue, { whenInvalid, restricting }: AnyBlock, isWhole: boolean): Issue {
  if (issue.code !== 'wrong-type') return issue
  if (!isWhole) return { ...issue, effect: issue.path.length === 0 ? WHEN_INVALID.skip : 'the option is ignored' }
  const open =
    restricting === true && whenInvalid === 'skip' ? `${WHEN_INVALID.skip}, nothing is protected by it` : WHEN_INVALID[whenInvalid]
  const fails = whenInvalid === 'stop' ? 'start' : whenInvalid === 'deny' ? 'requests' : null
  return { ...issue, effect: open, ...(fails === null ? {} : { fails }) }
}

function isAtOrBelow(option: IssuePath, path: IssuePath): boolean {
  return option.length > 0 && option.every((step, index) => path[index] === step)
}

const LEVEL_NAMES: Readonly<Record<Level, string>> = {
  service: 'at the service',
  endpoint: 'at an endpoint',
  agent: 'at an async agent',
  backend: 'at a backend',
}

/** security: a block that nobody reads where it stands looks like a protection and is none. */
function findMisplaced(place: BlockPlace, declared: readonly DeclaredBlock[], isStrict: boolean): Issue[] {
  const issues: Issue[] = []
  for (const namespace of place.blocks.keys()) {
    const owners = declared.filter(({ declaration }) => declaration.namespace === namespace || declaration.extras?.namespace === namespace)
    if (owners.length === 0 || owners.some(({ levels }) => levels.includes(place.level))) continue
    const right = [...new Set(owners.flatMap(({ levels }) => levels))].map((level) => LEVEL_NAMES[level]).join(' or ')
    const protects = owners.some(({ declaration }) => declaration.restricting === true)
    const message = `"${namespace}" does nothing ${LEVEL_NAMES[place.level]}: ${protects ? 'nothing is protected by it' : 'nobody reads it here'}`
    const isError = isOwnNamespace(namespace) || (isStrict && protects)
    const issue = (isError ? errorIssue : warningIssue)('wrong-level', [namespace], message, `it belongs ${right}`)
    issues.push(issue)
  }
  return issues
}
