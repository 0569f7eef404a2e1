// What a plugin is that the gateway brings along: it stands in the lists of a file like a module's, but it is a part of the engine.

import type { Static, TObject } from 'typebox'
import type { Site } from '../../engine/compile/component.ts'
import type { Exchange, Handler, Layer } from '../../engine/types.ts'
import { readOptions } from '../../schema/read-options.ts'
import type { AnyPair } from '../around-pairs.ts'
import type { Kind, OptionProblem } from '../loaded.ts'

/** What stands at a place. */
export interface BuiltInPlace {
  /** Around the router; null in pipes. perf: answers that it does not touch are not held. */
  readonly layer: Layer<Handler> | null
  /** Around a pipe; null at the router. */
  readonly pair: AnyPair | null
}

/** The plugin with options of a file. */
export interface PreparedBuiltIn {
  /** What is wrong with the options; with some of them it stands nowhere. */
  readonly problems: readonly OptionProblem[]
  /** What it does to a request before it has a route, where that is all that it does; null else. */
  readonly rewriter: (() => Rewriter) | null
  readonly build: (site: Site, kind: Kind) => BuiltInPlace
}

export type Rewriter = (exchange: Exchange) => void

export interface BuiltIn {
  /** Whether it refuses requests for safety. */
  readonly protects: boolean
  readonly optionNames: readonly string[]
  /** Reads options as the file has them. Never throws. */
  readonly prepare: (options: unknown) => PreparedBuiltIn
}

export interface BuiltInInit<S extends TObject> extends Pick<BuiltIn, 'protects'> {
  /** Read exactly: what is not understood is a problem. */
  readonly options: S
  /** What types cannot say. */
  readonly check: (options: Static<S>) => readonly OptionProblem[]
  readonly rewriter?: (options: Static<S>) => Rewriter
  readonly build: (options: Static<S>, site: Site, kind: Kind) => BuiltInPlace
}

export function builtIn<S extends TObject>({ options: schema, check, rewriter, build, protects }: BuiltInInit<S>): BuiltIn {
  return {
    protects,
    optionNames: Object.keys(schema.properties),
    prepare(written) {
      const { value, issues } = readOptions(schema, written, 'exact')
      const wrong = issues.map(({ path, message, hint }) => ({ path, message, hint }))
      const problems = value === null ? wrong : check(value)
      return {
        problems,
        rewriter: rewriter === undefined ? null : () => rewriter(value as Static<S>),
        build: (site, kind) => build(value as Static<S>, site, kind),
      }
    },
  }
}
