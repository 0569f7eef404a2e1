// Go's text/template: a set of templates that know each other by name.

import type { GoFunction } from '../function.ts'
import type { GoValue } from '../value.ts'
import { BUILTINS } from './builtins.ts'
import { compileTree, MAX_DEPTH, runTree } from './compile.ts'
import { TemplateError } from './errors.ts'
import { isEmpty, type Tree } from './nodes.ts'
import { parseFile } from './parse.ts'
import { type CompiledTree, execError, type Execution, type Write } from './state.ts'

export { TemplateError, type TemplatePlace } from './errors.ts'
export type { Here, Write } from './state.ts'

export interface TemplateOptions {
  /** Further functions by name; they hide Go's own. */
  readonly functions?: ReadonlyMap<string, GoFunction>
}

export class Template {
  readonly name: string
  readonly #functions: ReadonlyMap<string, GoFunction>
  readonly #names: ReadonlySet<string>
  readonly #trees = new Map<string, Tree>()
  readonly #compiled = new Map<Tree, CompiledTree>()

  constructor(name: string, functions: ReadonlyMap<string, GoFunction>) {
    this.name = name
    this.#functions = functions
    this.#names = new Set(functions.keys())
  }

  /** Adds a file and what it defines; a template of a name that is there is replaced, unless the new one is empty. */
  add(name: string, text: string): this {
    for (const [key, tree] of parseFile(name, text, this.#names)) {
      if (!this.#trees.has(key) || !isEmpty(tree.nodes)) this.#trees.set(key, tree)
    }
    return this
  }

  /** Writes the main template. Throws a TemplateError; what came before it has been written. */
  execute(data: GoValue, write: Write): void {
    const tree = this.#trees.get(this.name)
    const main = this.#find(this.name)
    if (tree === undefined || main === undefined) {
      const place = { file: this.name, line: 1, column: null }
      throw new TemplateError('exec', `template: ${this.name}: "${this.name}" is an incomplete or empty template`, place)
    }
    const start = { kind: 'dot', at: 0 } as const
    const execution: Execution = { write, template: (name) => this.#find(name), here: { node: start, tree }, depth: 0 }
    try {
      runTree(main, data, execution)
    } catch (error) {
      // security: templates that call themselves without end fill the stack before they reach Go's depth
      if (error instanceof RangeError && /call stack/i.test(error.message)) {
        throw execError(execution, `exceeded maximum template depth (${MAX_DEPTH})`)
      }
      throw error
    }
  }

  /** The text of the main template. Throws a TemplateError. */
  render(data: GoValue): string {
    const chunks: string[] = []
    this.execute(data, (text) => chunks.push(text))
    return chunks.join('')
  }

  #find(name: string): CompiledTree | undefined {
    const tree = this.#trees.get(name)
    if (tree === undefined) return undefined
    const known = this.#compiled.get(tree)
    if (known !== undefined) return known
    const compiled = compileTree(tree, this.#functions)
    this.#compiled.set(tree, compiled)
    return compiled
  }
}

/** Reads a template in Go's language. Throws a TemplateError. */
export function parseTemplate(name: string, text: string, { functions }: TemplateOptions = {}): Template {
  return new Template(name, functions === undefined ? BUILTINS : new Map([...BUILTINS, ...functions])).add(name, text)
}
