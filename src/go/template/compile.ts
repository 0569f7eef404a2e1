// The tree of a template becomes one closure that writes it.

import { formatValue } from '../format-value.ts'
import { quote } from '../quote.ts'
import { compareText } from '../text.ts'
import type { GoFunction } from '../function.ts'
import { GoFunctionValue, GoInt, GoMap, GoSlice, type GoValue, sortedKeysOf, typeOf } from '../value.ts'
import { compilePipe } from './evaluate.ts'
import { assign, type Scope } from './scope.ts'
import { type BranchNode, describeNode, type Node, type TemplateNode, type Tree } from './nodes.ts'
import { BREAK, CONTINUE, type CompiledTree, execError, type Execution, type Frame, type Here, NEXT, type Run } from './state.ts'
import { isTrue } from './truth.ts'

export const MAX_DEPTH = 100_000

export function compileTree(tree: Tree, functions: ReadonlyMap<string, GoFunction>): CompiledTree {
  const scope: Scope = { tree, functions, names: [{ name: '$', slot: 0 }], size: 1 }
  const run = compileList(tree.nodes, scope)
  return { run, size: scope.size }
}

function compileList(nodes: readonly Node[], scope: Scope): Run {
  const runs = nodes.map((node) => compileNode(node, scope))
  const [only] = runs
  if (only !== undefined && runs.length === 1) return only
  return function list(frame) {
    for (const run of runs) {
      const signal = run(frame)
      if (signal !== NEXT) return signal
    }
    return NEXT
  }
}

function compileNode(node: Node, scope: Scope): Run {
  switch (node.kind) {
    case 'text': {
      const { text } = node
      const here: Here = { node, tree: scope.tree }
      return function writeText({ execution }) {
        execution.write(text, here)
        return NEXT
      }
    }
    case 'action':
      return compileAction(node, scope)
    case 'break':
      return () => BREAK
    case 'continue':
      return () => CONTINUE
    case 'template':
      return compileTemplateCall(node, scope)
    case 'range':
      return compileRange(node, scope)
    default:
      return compileChoice(node, scope)
  }
}

function compileAction(node: Extract<Node, { kind: 'action' }>, scope: Scope): Run {
  const evaluate = compilePipe(node.pipe, scope)
  const here: Here = { node, tree: scope.tree }
  if (node.pipe.declared.length > 0) {
    return function setVariable(frame) {
      evaluate(frame)
      return NEXT
    }
  }
  return function writeValue(frame) {
    const value = evaluate(frame)
    const { execution } = frame
    if (value instanceof GoFunctionValue) {
      execution.here = here
      throw execError(execution, `can't print ${describeNode(node)} of type ${typeOf(value)}`)
    }
    execution.write(value === undefined ? '<no value>' : formatValue(value), here)
    return NEXT
  }
}

/** Variables of what `compile` compiles end with it. */
function within<T>(scope: Scope, compile: () => T): T {
  const visible = scope.names.length
  const result = compile()
  scope.names.length = visible
  return result
}

function compileChoice(node: BranchNode, scope: Scope): Run {
  return within(scope, () => {
    const evaluate = compilePipe(node.pipe, scope)
    const body = within(scope, () => compileList(node.body, scope))
    const otherwise = node.otherwise === null ? null : within(scope, () => compileList(node.otherwise ?? [], scope))
    if (node.kind === 'with') {
      return function runWith(frame) {
        const value = evaluate(frame)
        if (isTrue(value)) return runWithDot(body, frame, value, false)
        return otherwise === null ? NEXT : otherwise(frame)
      }
    }
    return function runIf(frame) {
      if (isTrue(evaluate(frame))) return body(frame)
      return otherwise === null ? NEXT : otherwise(frame)
    }
  })
}

function runWithDot(run: Run, frame: Frame, dot: GoValue, isInterface: boolean): ReturnType<Run> {
  const { dot: oldDot, isDotInterface } = frame
  frame.dot = dot
  frame.isDotInterface = isInterface
  const signal = run(frame)
  frame.dot = oldDot
  frame.isDotInterface = isDotInterface
  return signal
}

/** Runs the body for one element; whether to go on. */
type Iterate = (index: GoValue, element: GoValue, isInterface: boolean) => boolean

function compileRange(node: BranchNode, scope: Scope): Run {
  return within(scope, () => {
    const { pipe } = node
    const evaluate = compilePipe(pipe, scope)
    const stores = pipe.declared.map((name) => assign(name, scope))
    // the element goes to the last variable, the index to the one before
    const [putIndex, putElement] = stores.length > 1 ? stores : [undefined, stores[0]]
    const body = within(scope, () => compileList(node.body, scope))
    const otherwise = node.otherwise === null ? null : within(scope, () => compileList(node.otherwise ?? [], scope))
    return function runRange(frame) {
      const value = evaluate(frame)
      const iterate: Iterate = (index, element, isInterface) => {
        putIndex?.(frame, index, false)
        putElement?.(frame, element, isInterface)
        return runWithDot(body, frame, element, isInterface) !== BREAK
      }
      if (eachElement(value, iterate, stores.length, frame.execution)) return NEXT
      return otherwise === null ? NEXT : otherwise(frame)
    }
  })
}

/** Whether there was anything. */
function eachElement(value: GoValue, iterate: Iterate, variables: number, execution: Execution): boolean {
  if (value === undefined || value === null) return false
  if (value instanceof GoSlice) {
    const isInterface = value.element === 'interface {}'
    for (const [index, item] of value.items.entries()) if (!iterate(new GoInt('int', BigInt(index)), item, isInterface)) break
    return value.items.length > 0
  }
  if (value instanceof GoMap) {
    const isInterface = value.element === 'interface {}'
    // what the body changes in the map does not change what is visited
    const members = sortedKeysOf(value, compareText).map((key) => [key, value.entries.get(key)] as const)
    for (const [key, member] of members) if (!iterate(key, member, isInterface)) break
    return members.length > 0
  }
  if (!(value instanceof GoInt)) throw execError(execution, `range can't iterate over ${formatValue(value)}`)
  if (variables > 1) throw execError(execution, `can't use ${formatValue(value)} to iterate over more than one variable`)
  for (let count = 0n; count < value.value; count++) if (!iterate(undefined, new GoInt(value.type, count), false)) break
  return value.value > 0n
}

function compileTemplateCall(node: TemplateNode, scope: Scope): Run {
  const here: Here = { node, tree: scope.tree }
  const evaluate = node.pipe === null ? null : compilePipe(node.pipe, scope)
  const { name } = node
  return function callTemplate(frame) {
    const { execution } = frame
    execution.here = here
    const target = execution.template(name)
    if (target === undefined) throw execError(execution, `template ${quote(name)} not defined`)
    if (execution.depth >= MAX_DEPTH) throw execError(execution, `exceeded maximum template depth (${MAX_DEPTH})`)
    runTree(target, evaluate === null ? undefined : evaluate(frame), execution)
    return NEXT
  }
}

/** Writes a template; `dot` is its `.` and its `$`. */
export function runTree({ run, size }: CompiledTree, dot: GoValue, execution: Execution): void {
  const values: GoValue[] = new Array<GoValue>(size)
  values[0] = dot
  execution.depth++
  run({ execution, dot, isDotInterface: false, values, areInterfaces: new Array<boolean>(size).fill(false) })
  execution.depth--
}
