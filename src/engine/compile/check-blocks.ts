// Finds what is wrong in the blocks of a configuration, without building anything.

import type { TSchema } from 'typebox'
import type { GatewayConfig } from '../../config/types.ts'
import { type Issue, type IssuePath, warningIssue, errorIssue } from '../../schema/issue.ts'
import { readOptions } from '../../schema/read-options.ts'
import type { AnyBlock, CheckedBlock, Extras, Level } from './component.ts'
import { makeOnce } from './site.ts'
import { type BlockPlace, type DeclaredBlock, placesOf } from './order.ts'
import { findStopping } from './read-block.ts'

export interface CheckOptions {
  /** Whether what KrakenD's `check` lets pass is an error where it switches a protection off or stops the start; else it is a warning. */
  readonly isStrict: boolean
}

/** Codes of what was not understood: in a block that protects, none of them may pass `--strict`. */
const NOT_UNDERSTOOD: ReadonlySet<string> = new Set(['unknown-option', 'unknown-value', 'wrong-type', 'invalid-duration', 'invalid-option'])

/** What all blocks of a configuration are checked with. */
export type CheckContext = Pick<CheckedBlock, 'dialect' | 'once'>

/** Issues of every configured block: errors where a protection's block is wrong, else warnings. */
export function checkBlocks(config: GatewayConfig, declared: readonly DeclaredBlock[], { isStrict }: CheckOptions): Issue[] {
  const context = { dialect: config.dialect, once: makeOnce() }
  return placesOf(config).flatMap((place) => {
    const issues = [...checkPlace(place, declared, context, isStrict), ...findMisplaced(place, declared, isStrict)]
    return issues.map((issue) => ({ ...issue, path: [...place.at, 'extra_config', ...issue.path] }))
  })
}

function checkPlace(place: BlockPlace, declared: readonly DeclaredBlock[], context: CheckContext, isStrict: boolean): Issue[] {
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
      const found = place.blocks.has(namespace)
        ? checkBlock(asBlock(extras, declaration.restricting), place.blocks.get(extras.namespace), context)
        : [errorIssue('extras-without-block', [], `does nothing without "${namespace}" at the same place`)]
      issues.push(...checkOne(extras.namespace, found))
    }
    function checkOne(name: string, found: readonly Issue[]): Issue[] {
      return found.map((issue) => {
        const isRefused = isStrict && declaration.restricting && NOT_UNDERSTOOD.has(issue.code)
        const severity = isRefused ? 'error' : isStrict || issue.code === 'wrong-type' ? issue.severity : 'warning'
        return { ...issue, severity, path: [name, ...issue.path] }
      })
    }
  }
  return issues
}

/** Extras as a block of their own. */
export function asBlock(extras: Extras<TSchema>, restricting: boolean): AnyBlock {
  return { whenWrongType: 'ignore', restricting, ...extras }
}

/** Issues of one block, with paths that begin inside it. */
export function checkBlock(declaration: AnyBlock, raw: unknown, context: CheckContext, rawExtras?: unknown): Issue[] {
  const { value, issues } = readOptions(declaration.options, raw, declaration.reading)
  const isFatal = value === null && (declaration.restricting || declaration.whenInvalid === 'stop')
  const stopping = findStopping(declaration, raw, issues)
  const others = issues.filter((issue) => !stopping.includes(issue))
  const found = [...stopping, ...others.map((issue): Issue => (isFatal ? issue : { ...issue, severity: 'warning' }))]
  if (value === null || declaration.check === undefined) return found
  // What the component itself says about an option is more exact than that its type is wrong.
  const { extras } = declaration
  const more = extras === undefined || rawExtras === undefined ? null : readOptions(extras.options, rawExtras, extras.reading).value
  const own = declaration.check(value, { ...context, raw, extras: more })
  return [...found.filter(({ path }) => !own.some((issue) => isAtOrBelow(issue.path, path))), ...own]
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
    const protects = owners.some(({ declaration }) => declaration.restricting)
    const message = `"${namespace}" does nothing ${LEVEL_NAMES[place.level]}: ${protects ? 'nothing is protected by it' : 'nobody reads it here'}`
    const issue = (isStrict && protects ? errorIssue : warningIssue)('wrong-level', [namespace], message, `it belongs ${right}`)
    issues.push(issue)
  }
  return issues
}
