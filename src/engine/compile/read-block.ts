// A block of the file becomes the options of what reads it, or what becomes of a component whose block is wrong.

import type { Static, TSchema } from 'typebox'
import type { ExtraConfig, GatewayConfig } from '../../config/types.ts'
import { errorIssue, formatPath, type Issue, type IssuePath } from '../../schema/issue.ts'
import { readOptions } from '../../schema/read-options.ts'
import { isObject } from '../../json/types.ts'
import type { AnyBlock, BlockDeclaration, Extras } from './component.ts'
import { ConfigError } from './component.ts'
import type { SiteBase } from './site.ts'

/** Who hears what is wrong with a block, and how the place is called. */
export type BlockListener = Pick<SiteBase, 'label' | 'log'>

/** What a block of the engine says at one place: a wrong one counts as `{}`. Its mistakes were told when the file was checked. */
export function optionsOf<O extends TSchema>({ namespace, options, reading }: BlockDeclaration<O>, blocks: ExtraConfig): Static<O> {
  const { value } = readOptions(options, blocks.get(namespace) ?? {}, reading)
  return value ?? (readOptions(options, {}, reading).value as Static<O>)
}

export interface ReadBlock<O, E> {
  readonly value: O
  readonly extras: E | null
}

/** The block's options, or what becomes of a component whose block is wrong. Throws a ConfigError where that stops the start. */
export function readBlock<O extends TSchema, E extends TSchema>(
  declaration: Omit<BlockDeclaration<O, E>, 'check'>,
  blocks: ExtraConfig,
  site: BlockListener,
): ReadBlock<Static<O>, Static<E>> | 'skip' | 'deny' {
  const { namespace, options, reading } = declaration
  const { value, issues } = readOptions(options, blocks.get(namespace), reading)
  const [wrongType] = findStopping(declaration, blocks.get(namespace), issues)
  if (wrongType !== undefined) throw new ConfigError(`${namespace}: ${nameOption(wrongType)}`)
  for (const issue of issues) {
    if (value === null)
      site.log[declaration.invalidLevel ?? 'error'](
        declaration.explainInvalid?.(site.label, issue.message) ?? `${site.label}[${namespace}] ${issue.message}`,
      )
    else site.log.warning(`${site.label}[${namespace}] ${issue.message}`)
  }
  if (value !== null) return { value, extras: readExtras(declaration.extras, blocks, site) }
  switch (declaration.whenInvalid) {
    case 'stop':
      throw new ConfigError(`${site.label}[${namespace}] ${issues.map((issue) => issue.message).join(', ')}`)
    case 'default':
      return { value: readOptions(options, {}, reading).value as Static<O>, extras: readExtras(declaration.extras, blocks, site) }
    case 'deny':
      return 'deny'
    case 'skip':
      return 'skip'
  }
}

/** What KrakenD does not start with: options of a wrong type, null among them. `issues` are those of reading the block. */
export function findStopping({ whenWrongType }: Pick<AnyBlock, 'whenWrongType'>, raw: unknown, issues: readonly Issue[]): Issue[] {
  if (whenWrongType === 'ignore') return []
  const { stop } = whenWrongType
  const isStopping = ({ code, path }: Issue): boolean => code === 'wrong-type' && stop.includes(String(path[0]))
  const nulls = isObject(raw) ? stop.filter((name) => raw[name] === null) : []
  return [...issues.filter(isStopping), ...nulls.map((name) => errorIssue('wrong-type', [name], 'must not be null'))]
}

function nameOption({ path, message }: Issue): string {
  return path.length === 0 ? message : `"${path.join('.')}" ${message}`
}

function readExtras<E extends TSchema>(extras: Extras<E> | undefined, blocks: ExtraConfig, site: BlockListener): Static<E> | null {
  if (extras === undefined || !blocks.has(extras.namespace)) return null
  const { value, issues } = readOptions(extras.options, blocks.get(extras.namespace), extras.reading)
  const texts = issues.map((issue) => nameOption(issue))
  if (value === null && extras.whenInvalid === 'stop') throw new ConfigError(`${site.label} ${extras.namespace}: ${texts.join(', ')}`)
  for (const text of texts) site.log.warning(`${site.label}[${extras.namespace}] ${text}`)
  return value
}

/** Whether a block stands at a place only because all endpoints or backends have it. */
export function isInherited({ inherited }: Pick<GatewayConfig, 'inherited'>, at: IssuePath, namespace: string): boolean {
  return inherited.has(formatPath([...at, 'extra_config', namespace]))
}

/** Extras that make nothing better without their block: the start stops where they were meant to protect. */
export function refuseLonelyExtras({ namespace, extras }: AnyBlock, blocks: ExtraConfig, site: BlockListener): void {
  if (extras === undefined || !blocks.has(extras.namespace)) return
  const text = `${site.label} ${extras.namespace} needs ${namespace} at the same place`
  if (extras.whenInvalid === 'stop') throw new ConfigError(text)
  site.log.warning(`${text}: nothing of it is done`)
}
