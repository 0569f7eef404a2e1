// What is visible where while a function is compiled: locals, loops, labels. Knows nothing of the code that is made.

import type { Statement } from './ast.ts'
import { LuaSyntaxError } from './errors.ts'

/** gopher-lua's `maxRegisters`: locals of a function that are alive at a time. */
export const MAX_LOCALS = 200

export interface Local {
  readonly name: string
  /** The variable of the JavaScript code; boxed locals are in its property `v`. */
  readonly code: string
  readonly isBoxed: boolean
  readonly owner: FunctionScope
}

/** A label of a block, and how code gets to it. */
export interface Label {
  readonly name: string
  readonly line: number
  /** Code of the jump. */
  readonly jump: string
  /** Nothing but labels follows: no local is in its scope. */
  readonly isLast: boolean
  /** Number of locals of the block where the label stands; -1 before it was reached. */
  locals: number
  /** Jumps from before the label, with the number of locals there. */
  readonly pending: { line: number; locals: number }[]
}

export class Block {
  readonly parent: Block | null
  readonly locals: Local[] = []
  readonly labels = new Map<string, Label>()
  /** JavaScript label of the loop this block is the body of. */
  readonly loop: string | null
  readonly isBoxed: boolean
  hidden = 0

  constructor(parent: Block | null, loop: string | null, isBoxed: boolean) {
    this.parent = parent
    this.loop = loop
    this.isBoxed = isBoxed
  }

  find(name: string): Local | undefined {
    for (let i = this.locals.length - 1; i >= 0; i--) if (this.locals[i]?.name === name) return this.locals[i]
    return undefined
  }
}

export class FunctionScope {
  readonly parent: FunctionScope | null
  readonly chunkName: string
  readonly line: number
  readonly lastLine: number
  readonly isVararg: boolean
  /** Codes of the locals of outer functions that were used. */
  readonly upvalues = new Set<string>()
  block: Block = new Block(null, null, false)
  private unresolved: { label: string; line: number } | null = null
  private registers = 0

  constructor(parent: FunctionScope | null, init: { chunkName: string; line: number; lastLine: number; isVararg: boolean }) {
    this.parent = parent
    this.chunkName = init.chunkName
    this.line = init.line
    this.lastLine = init.lastLine
    this.isVararg = init.isVararg
  }

  error(line: number, reason: string): LuaSyntaxError {
    return new LuaSyntaxError(`compile error near line(${line}) ${this.chunkName}: ${reason}`, { line, reason })
  }

  open(loop: string | null = null, isBoxed = false): Block {
    this.block = new Block(this.block, loop, isBoxed)
    return this.block
  }

  close(): void {
    if (this.block.parent !== null) this.block = this.block.parent
  }

  declare(name: string, code: string): Local {
    const local = { name, code, isBoxed: this.block.isBoxed, owner: this }
    this.block.locals.push(local)
    if (this.countLocals() > MAX_LOCALS) throw this.error(this.line, 'too many local variables')
    return local
  }

  /** How many locals are alive, with those that loops keep for themselves. */
  countLocals(): number {
    let count = 0
    for (let block: Block | null = this.block; block !== null; block = block.parent) count += block.locals.length + block.hidden
    return count
  }

  /** A call or a concatenation needs so many values at once. */
  need(values: number): void {
    this.registers = Math.max(this.registers, this.countLocals() + values)
  }

  resolve(name: string): Local | null {
    for (let block: Block | null = this.block; block !== null; block = block.parent) {
      const local = block.find(name)
      if (local !== undefined) return local
    }
    const outer = this.parent?.resolve(name) ?? null
    if (outer !== null) this.upvalues.add(outer.code)
    return outer
  }

  /** The boxed locals of this function that are alive. */
  boxed(): string[] {
    const codes = new Set<string>()
    for (let block: Block | null = this.block; block !== null; block = block.parent) {
      for (const local of block.locals) if (local.isBoxed) codes.add(local.code)
    }
    return [...codes]
  }

  loopToBreak(line: number): string {
    for (let block: Block | null = this.block; block !== null; block = block.parent) if (block.loop !== null) return block.loop
    throw this.error(line, 'no loop to break')
  }

  addLabel(label: Label): void {
    const old = this.block.labels.get(label.name)
    if (old !== undefined) throw this.error(label.line + 1, `label '${label.name}' already defined on line ${old.line}`)
    this.block.labels.set(label.name, label)
  }

  /** The label statement is reached: jumps from before must not have skipped a local. */
  reachLabel(name: string): void {
    const label = this.block.labels.get(name) as Label
    label.locals = this.block.locals.length
    for (const jump of label.pending) {
      if (!label.isLast && jump.locals < label.locals) {
        const local = this.block.locals.at(-1)?.name ?? ''
        throw this.error(label.line + 1, `<goto ${name}> at line ${jump.line} jumps into the scope of local '${local}'`)
      }
    }
  }

  /** Code of a jump. A missing label is an error of the function's end, as in gopher-lua. */
  goto(name: string, line: number): string {
    for (let block: Block | null = this.block; block !== null; block = block.parent) {
      const label = block.labels.get(name)
      if (label === undefined) continue
      if (label.locals < 0) label.pending.push({ line, locals: block.locals.length })
      return label.jump
    }
    this.unresolved ??= { label: name, line }
    return ''
  }

  finish(): void {
    if (this.unresolved !== null) {
      const { label, line } = this.unresolved
      throw this.error(this.lastLine, `no visible label '${label}' for <goto> at line ${line}`)
    }
    if (this.registers > MAX_LOCALS) throw this.error(this.line, 'register overflow(too many local variables)')
  }
}

export function hasGoto(statement: Statement, label: string): boolean {
  switch (statement.kind) {
    case 'goto':
      return statement.label === label
    case 'do':
    case 'while':
    case 'repeat':
    case 'numeric-for':
    case 'generic-for':
      return statement.body.some((inner) => hasGoto(inner, label))
    case 'if':
      return [...statement.clauses.map((clause) => clause.body), statement.otherwise].some((body) =>
        body.some((inner) => hasGoto(inner, label)),
      )
    default:
      return false
  }
}
