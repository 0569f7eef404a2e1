// What the functions of one chunk share while it is compiled: names for JavaScript variables, call sites, prototypes.
//
// security: the generated source holds nothing of the script but numbers, and strings as JSON literals; every name in it is made here.

import type { FunctionExpression } from './ast.ts'
import type { Parts } from './compile-parts.ts'
import type { Prototype } from './value.ts'

export class Unit {
  readonly chunkName: string
  /** Whether functions are made as generators, so that coroutines and waits can suspend them. */
  readonly isSuspendable: boolean
  readonly parts: Parts
  readonly prototypes: Prototype[] = []
  readonly siteLines: number[] = []
  readonly siteNames: string[] = []
  /** Names of globals and all strings of the chunk: what it could reach by name. */
  readonly words = new Set<string>()
  /** Names of globals that are read. */
  readonly globals = new Set<string>()
  private readonly siteNumbers = new Map<string, number>()
  private counter = 0

  constructor(chunkName: string, isSuspendable: boolean, parts: Parts) {
    this.parts = parts
    this.chunkName = chunkName
    this.isSuspendable = isSuspendable
  }

  fresh(prefix: string): string {
    return `${prefix}${this.counter++}`
  }

  /** The number of a place that may fail or call; `name` is what is called. */
  site(line: number, name = ''): number {
    const key = `${line} ${name}`
    let site = this.siteNumbers.get(key)
    if (site === undefined) {
      site = this.siteLines.length
      this.siteLines.push(line)
      this.siteNames.push(name)
      this.siteNumbers.set(key, site)
    }
    return site
  }

  prototype(of: Pick<FunctionExpression, 'line' | 'lastLine'>, upvalues: ReadonlySet<string>): number {
    const { chunkName, siteLines, siteNames } = this
    this.prototypes.push({ chunkName, line: of.line, lastLine: of.lastLine, upvalues, siteLines, siteNames })
    return this.prototypes.length - 1
  }
}

export function literal(value: string): string {
  return JSON.stringify(value)
}

export function numberLiteral(value: number): string {
  if (Object.is(value, -0)) return '-0'
  return value < 0 ? `(${value})` : String(value)
}
