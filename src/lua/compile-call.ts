// Calls and lists of values → JavaScript.
//
// A call notes its site on the thread's stack (`S.enter`), runs the code, makes the calls its result may have left over (tail calls), and
// takes its place off the stack again; an error leaves that to whoever catches it.

import type { Call, Expression } from './ast.ts'
import { any, text, writeExpression, writeVararg } from './compile-expression.ts'
import type { FunctionWriter } from './compile-function.ts'
import type { Code, Wanted } from './compile-parts.ts'
import { literal } from './compile-unit.ts'

function isOpen(node: Expression | undefined): boolean {
  return node !== undefined && (node.kind === 'call' || node.kind === 'vararg') && !node.isSingle
}

export function isOpenCall(node: Expression | undefined): node is Call {
  return node?.kind === 'call' && !node.isSingle
}

/** An array of all values of a list; the last expression may give any number. */
export function writeList(writer: FunctionWriter, nodes: readonly Expression[]): string {
  const last = nodes.at(-1)
  if (last === undefined || !isOpen(last)) return `[${nodes.map((node) => text(writer, node)).join(',')}]`
  const open = writeOpen(writer, last)
  if (nodes.length === 1) return open
  // The list is evaluated from left to right, so what is open comes last in the code too.
  return `[${nodes
    .slice(0, -1)
    .map((node) => text(writer, node))
    .join(',')},...${open}]`
}

/** An array of the values of a call or of `...`. */
function writeOpen(writer: FunctionWriter, node: Expression): string {
  if (node.kind === 'vararg') return writeVararg(writer, node.line)
  return `R.values(${writeCall(writer, node as Call, 'many')})`
}

function calledName(node: Call): string {
  if (node.method !== null) return node.method
  const { target } = node
  if (target.kind === 'name') return target.name
  return target.kind === 'index' && target.key.kind === 'string' ? target.key.value : '?'
}

/** The arguments as variables, after steps that compute them. */
function writeArguments(writer: FunctionWriter, args: readonly Expression[], steps: string[]): string[] {
  const last = args.at(-1)
  const fixed = isOpen(last) ? args.slice(0, -1) : args
  const codes: string[] = []
  const isAlone = fixed.length === args.length
  for (const arg of fixed) {
    const code: Code = writeExpression(writer, arg)
    if (code.isConstant || (code.isSimple && isAlone && args.length === 1)) {
      codes.push(code.text)
      continue
    }
    const name = writer.temporary()
    steps.push(`${name} = ${code.text}`)
    codes.push(name)
  }
  if (last !== undefined && !isAlone) {
    if (last.kind === 'vararg') codes.push(`...${writeVararg(writer, last.line)}`)
    else {
      const name = writer.temporary()
      steps.push(`${name} = ${writeOpen(writer, last)}`)
      codes.push(`...${name}`)
    }
  }
  return codes
}

export function writeCall(writer: FunctionWriter, node: Call, wanted: Wanted): string {
  const mark = writer.mark()
  const callee = writer.temporary()
  const steps: string[] = []
  const site = writer.site(node.line, calledName(node))
  const args: string[] = []
  if (node.method === null) steps.push(`${callee} = ${text(writer, node.target)}`)
  else {
    const receiver = writer.temporary()
    steps.push(`${receiver} = ${text(writer, node.target)}`)
    steps.push(`${callee} = R.getField(S,F,${writer.site(node.line)},${receiver},${literal(node.method)})`)
    writer.unit.words.add(node.method)
    args.push(receiver)
  }
  args.push(...writeArguments(writer, node.args, steps))
  writer.scope.need(args.length + 1)
  if (args.some((arg) => arg.startsWith('...')))
    steps.push(
      `R.checkCount(S,F,${site},${args
        .filter((arg) => arg.startsWith('...'))
        .join('')
        .slice(3)})`,
    )
  steps.push(`${callee} instanceof R.LuaFunction || (${callee} = R.callable(S,${callee}))`)
  if (wanted === 'tail') steps.push(writeTail(writer, callee, site, args))
  else steps.push(...writeNow(writer, callee, site, args, wanted))
  writer.release(mark)
  return `(${steps.join(', ')})`
}

function writeNow(writer: FunctionWriter, callee: string, site: number, args: readonly string[], wanted: Wanted): string[] {
  const given = ['S', ...args].join(',')
  const isArray = `${callee} instanceof Array`
  if (!writer.unit.isSuspendable) {
    const settle = wanted === 'one' ? 'first' : 'settled'
    return [
      `S.enter(F,${site})`,
      `${callee} = ${callee}.code(${given})`,
      `${isArray} && (${callee} = R.${settle}(S,${callee}))`,
      'S.depth--',
      callee,
    ]
  }
  const run = `${callee} = ${callee}.suspendable === null ? ${callee}.code(${given}) : yield* ${callee}.suspendable(${given})`
  const settle = `${isArray} && ${callee}[0] === R.TAIL && (${callee} = yield* S.settleSuspendable(${callee}))`
  const take = wanted === 'one' ? [`${isArray} && (${callee} = ${callee}[0])`] : []
  return [`S.enter(F,${site})`, run, settle, ...take, 'S.depth--', callee]
}

/**
 * `return f(x)`: no place on the Lua stack. perf: as a real call while few of them are nested; then the call is left to the caller. Library
 * functions are always called here, because the place of their caller is theirs as well.
 */
function writeTail(writer: FunctionWriter, callee: string, site: number, args: readonly string[]): string {
  const given = ['S', ...args].join(',')
  const left = `[R.TAIL,${[callee, ...args].join(',')}]`
  const native = `(${writeNow(writer, callee, site, args, 'many').join(', ')})`
  if (writer.unit.isSuspendable) return `${callee}.prototype === null ? ${native} : ${left}`
  const direct = `(S.tail++, ${callee} = ${callee}.code(${given}), S.tail--, ${callee})`
  return `${callee}.prototype === null ? ${native} : S.tail < R.MAX_TAIL && --S.fuel >= 0 ? ${direct} : ${left}`
}

/** The values for so many variables, as assignments; extra values are computed and dropped. */
export function writeAdjusted(writer: FunctionWriter, nodes: readonly Expression[], count: number): { steps: string[]; codes: Code[] } {
  const steps: string[] = []
  const codes: Code[] = []
  for (const [i, node] of nodes.entries()) {
    const isLast = i === nodes.length - 1
    if (isLast && isOpen(node) && count > i + 1) {
      const values = writer.temporary()
      steps.push(`${values} = ${writeOpen(writer, node)}`)
      for (let j = i; j < count; j++) codes.push(any(`${values}[${j - i}]`))
      return { steps, codes }
    }
    const code = writeExpression(writer, node)
    if (code.isConstant) {
      if (i < count) codes.push(code)
      continue
    }
    const value = writer.temporary()
    steps.push(`${value} = ${code.text}`)
    if (i < count) codes.push({ ...any(value), type: code.type })
  }
  while (codes.length < count) codes.push({ text: 'undefined', type: 'any', isSimple: true, isConstant: true })
  return { steps, codes }
}
