// Source text → chunk: parsed and compiled once, then made into a function of any number of states.

import { compileFunction } from 'node:vm'
import { writeBody } from './compile-block.ts'
import { writeCall, writeList } from './compile-call.ts'
import { FunctionWriter, makeFunction, writeFunction } from './compile-function.ts'
import type { Parts } from './compile-parts.ts'
import { writeStatement } from './compile-statement.ts'
import { Unit } from './compile-unit.ts'
import type { Statement } from './ast.ts'
import { LuaSyntaxError } from './errors.ts'
import { Parser } from './parser.ts'
import { RUNTIME } from './runtime.ts'
import { FunctionScope } from './scope.ts'
import type { LuaTable } from './table.ts'
import type { LuaFunction, Prototype } from './value.ts'

const PARTS: Parts = { call: writeCall, list: writeList, closure: writeFunction, body: writeBody, statement: writeStatement }

type Make = (env: LuaTable) => LuaFunction

/** A program, compiled. Shared by all states; holds nothing of any. */
export class Chunk {
  readonly name: string
  private readonly body: Statement[]
  private readonly words: ReadonlySet<string>
  private readonly globals: ReadonlySet<string>
  private readonly plain: Make
  private readonly units: Unit[]
  private suspendable: Make | null = null

  constructor(source: string, name: string) {
    this.name = name
    this.body = guard(name, () => new Parser(source, name).chunk())
    const unit = new Unit(name, false, PARTS)
    this.units = [unit]
    this.plain = guard(name, () => generate(unit, this.body))
    this.words = unit.words
    this.globals = unit.globals
  }

  /** Whether the program has `word` as the name of a global, a field or as a whole string. */
  mentions(word: string): boolean {
    return this.words.has(word)
  }

  /** Whether the program reads a global of this name. It may reach others through tables that hold them (`_G`). */
  readsGlobal(name: string): boolean {
    return this.globals.has(name)
  }

  /** The program as a function; `isSuspendable`: as one that coroutines and waits for the host can suspend. */
  instantiate(env: LuaTable, isSuspendable: boolean): LuaFunction {
    if (!isSuspendable) return this.plain(env)
    this.suspendable ??= guard(this.name, () => this.generateSuspendable())
    return this.suspendable(env)
  }

  /** Whether a function is of this program. */
  defines(prototype: Prototype): boolean {
    return this.units.some(({ prototypes }) => prototypes.includes(prototype))
  }

  private generateSuspendable(): Make {
    const unit = new Unit(this.name, true, PARTS)
    this.units.push(unit)
    return generate(unit, this.body)
  }
}

/**
 * Compiles a program; `source` is bytes (`bytesOfText`).
 * @throws LuaSyntaxError with gopher-lua's text
 */
export function compile(source: string, name = '<string>'): Chunk {
  return new Chunk(source, name)
}

function generate(unit: Unit, body: readonly Statement[]): Make {
  const last = body.at(-1)
  const lastLine = last === undefined ? 0 : (('lastLine' in last ? last.lastLine : undefined) ?? last.line) + 1
  const scope = new FunctionScope(null, { chunkName: unit.chunkName, line: 0, lastLine, isVararg: true })
  const writer = new FunctionWriter(unit, scope)
  const number = unit.prototype({ line: 0, lastLine }, scope.upvalues)
  const main = makeFunction(unit, writer.body('S,...va', body, false), number, 'env')
  // security: the text is made by the compiler alone (see compile-unit.ts); R and P are all it can reach besides JavaScript's own globals.
  const make = compileFunction(`"use strict";\nreturn function(env){\nreturn ${main};\n}`, ['R', 'P'], { filename: 'lua-chunk' })
  return make(RUNTIME, unit.prototypes) as Make
}

/** What nests so deep that JavaScript gives up on it is an error of the program. */
function guard<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof LuaSyntaxError || !(error instanceof RangeError || error instanceof SyntaxError)) throw error
    const reason = 'nested too deeply'
    throw new LuaSyntaxError(`compile error near line(0) ${name}: ${reason}`, { line: 0, reason })
  }
}
