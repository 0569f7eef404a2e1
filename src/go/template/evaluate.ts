// Pipelines become closures: operands, calls of functions and what stands between the bars.

import { GoError, type GoFunction, type ParameterKind, typeName } from '../function.ts'
import { durationOf } from '../time.ts'
import { type GoValue, int } from '../value.ts'
import { canBeNil, convertArgument, nilOf } from './arguments.ts'
import { callValue, parameterAt, specialOf } from './builtins.ts'
import { methodOf, stepInto } from './fields.ts'
import { type CommandNode, describeNode, type Operand, type PipeNode } from './nodes.ts'
import type { NumberLiteral } from './number-literal.ts'
import { type Evaluate, execError, type Execution, type Frame, type Here } from './state.ts'
import { assign, declare, type Scope, slotOf } from './scope.ts'
import { isTrue } from './truth.ts'

/** One command; `piped` is what the command before it yields. */
type Command = (frame: Frame, piped?: GoValue) => GoValue

/** A pipeline's value. Nil becomes `undefined`, as Go's pipelines forget that a value was an interface. */
export function compilePipe(pipe: PipeNode, scope: Scope): Evaluate {
  const here: Here = { node: pipe, tree: scope.tree }
  const [first, ...rest] = pipe.commands.map((command, index) => compileCommand(command, index > 0, scope))
  const evaluate: Evaluate = (frame) => {
    frame.execution.here = here
    let value = first?.(frame) ?? undefined
    for (const command of rest) value = command(frame, value) ?? undefined
    return value
  }
  const stores = pipe.declared.map((name) => (pipe.isAssign ? assign(name, scope) : declare(name, scope)))
  const [store] = stores
  if (store === undefined) return evaluate
  return function pipeWithVariables(frame) {
    const result = evaluate(frame)
    for (const put of stores) put(frame, result, false)
    return result
  }
}

function compileCommand(command: CommandNode, hasPiped: boolean, scope: Scope): Command {
  const [first, ...rest] = command.args
  if (first === undefined) throw new TypeError('a command has an operand')
  const here: Here = { node: first, tree: scope.tree }
  if (first.kind === 'identifier') return compileFunction(first.name, here, { node: command, tree: scope.tree }, rest, hasPiped, scope)
  if (first.kind === 'field' || first.kind === 'chain' || (first.kind === 'variable' && first.path.length > 1)) {
    return compileFields(first, rest, hasPiped, scope)
  }
  if (rest.length > 0 || hasPiped) {
    return ({ execution }) => {
      if (first.kind !== 'pipe') execution.here = here
      throw execError(execution, `can't give argument to non-function ${describeNode(first)}`)
    }
  }
  if (first.kind !== 'nil') return compileOperand(first, scope)
  return ({ execution }) => {
    execution.here = here
    throw execError(execution, 'nil is not a command')
  }
}

/** An operand by itself. */
function compileOperand(operand: Operand, scope: Scope): Evaluate {
  const here: Here = { node: operand, tree: scope.tree }
  switch (operand.kind) {
    case 'pipe':
      return compilePipe(operand, scope)
    case 'dot':
      return function dot(frame) {
        frame.execution.here = here
        return frame.dot
      }
    case 'field':
    case 'chain':
      return compileFields(operand, [], false, scope)
    case 'variable':
      return operand.path.length > 1 ? compileFields(operand, [], false, scope) : compileVariable(operand.path[0] ?? '', here, scope)
    case 'identifier':
      return compileFunction(operand.name, here, here, [], false, scope)
    case 'bool':
    case 'string':
      return constant(operand.value, here)
    case 'number':
      return compileNumber(operand.literal, here)
    case 'nil':
      return constant(undefined, here)
  }
}

function constant<T>(value: T, here: Here): Evaluate<T> {
  return function literal({ execution }) {
    execution.here = here
    return value
  }
}

function compileVariable(name: string, here: Here, scope: Scope): Evaluate {
  const slot = slotOf(name, scope)
  return function variable(frame) {
    frame.execution.here = here
    if (slot === null) throw execError(frame.execution, `undefined variable: ${name}`)
    return frame.values[slot]
  }
}

/** The type of a number comes from its syntax. */
function compileNumber({ source, int: whole, float, complex }: NumberLiteral, here: Here): Evaluate {
  if (complex !== null) return constant(complex, here)
  const isHex = /^0[xX]/.test(source) && source.length > 2 && !/[pP]/.test(source)
  if (float !== null && !isHex && !source.startsWith("'") && /[.eEpP]/.test(source)) return constant(float, here)
  if (whole !== null) return constant(int(whole), here)
  return ({ execution }) => {
    execution.here = here
    throw execError(execution, `${source} overflows int`)
  }
}

type FieldsNode = Extract<Operand, { kind: 'field' | 'chain' | 'variable' }>

function compileFields(node: FieldsNode, args: readonly Operand[], hasPiped: boolean, scope: Scope): Command {
  const here: Here = { node, tree: scope.tree }
  const path = node.kind === 'variable' ? node.path.slice(1) : node.path
  const start = compileStart(node, here, scope)
  const isInterfaceAtStart = compileStartIsInterface(node, scope)
  const last = path.length - 1
  const hasArguments = args.length > 0 || hasPiped
  const call = methodCall(here, args, hasPiped, scope)
  return function fields(frame, piped) {
    const { execution } = frame
    execution.here = here
    let value = start(frame)
    let isInterface = isInterfaceAtStart(frame)
    for (const [index, name] of path.entries()) {
      const method = methodOf(value, name)
      if (method !== undefined) {
        value = call(frame, piped, method, name, index === last)
        isInterface = false
        continue
      }
      ;({ value, isInterface } = stepInto(value, isInterface, name, hasArguments && index === last, execution))
    }
    return value
  }
}

function compileStart(node: FieldsNode, here: Here, scope: Scope): Evaluate {
  if (node.kind === 'field') return (frame) => frame.dot
  if (node.kind === 'variable') return compileVariable(node.path[0] ?? '', here, scope)
  const { operand } = node
  if (operand.kind === 'nil') {
    return ({ execution }) => {
      throw execError(execution, `indirection through explicit nil in ${describeNode(node)}`)
    }
  }
  const inner: Here = { node: operand, tree: scope.tree }
  const evaluate = compileOperand(operand, scope)
  return (frame) => {
    frame.execution.here = inner
    return evaluate(frame)
  }
}

function compileStartIsInterface(node: FieldsNode, scope: Scope): Evaluate<boolean> {
  if (node.kind === 'field') return (frame) => frame.isDotInterface
  const slot = node.kind === 'variable' ? slotOf(node.path[0] ?? '', scope) : null
  return slot === null ? () => false : (frame) => frame.areInterfaces[slot] ?? false
}

type MethodCall = (frame: Frame, piped: GoValue, method: GoFunction, name: string, isLast: boolean) => GoValue

/** Which method it is shows only at run time, so its call is compiled then, with the variables that are visible here. */
function methodCall(here: Here, args: readonly Operand[], hasPiped: boolean, scope: Scope): MethodCall {
  const slots = scope.names.slice()
  return function callMethod(frame, piped, method, name, isLast) {
    const inner: Scope = { ...scope, names: slots }
    const call = isLast ? compileCall(method, name, here, args, hasPiped, inner) : compileCall(method, name, here, [], false, inner)
    return call(frame, piped)
  }
}

function compileFunction(name: string, here: Here, whole: Here, args: readonly Operand[], hasPiped: boolean, scope: Scope): Command {
  const target = scope.functions.get(name)
  if (target === undefined) throw new TypeError(`the parser let "${name}" pass`)
  const call = compileCall(target, name, whole, args, hasPiped, scope)
  return function callFunction(frame, piped) {
    frame.execution.here = here
    return call(frame, piped)
  }
}

/** `whole`: what a message about the call shows. */
function compileCall(target: GoFunction, name: string, whole: Here, args: readonly Operand[], hasPiped: boolean, scope: Scope): Command {
  const { parameters, variadic } = target
  const count = args.length + (hasPiped ? 1 : 0)
  if (variadic === null ? count !== parameters.length : count < parameters.length) {
    // compat: the value from the pipeline does not count in the message of a variadic function
    const message = variadic === null ? `want ${parameters.length} got ${count}` : `want at least ${parameters.length} got ${args.length}`
    return ({ execution }) => {
      throw execError(execution, `wrong number of args for ${name}: ${message}`)
    }
  }
  const special = specialOf(target)
  const given = args.map((arg, position) => compileArgument(arg, parameterAt(target, position), target, scope))
  if (special === 'and' || special === 'or') return shortCircuit(given as Evaluate[], hasPiped, special === 'or')
  const kind = parameterAt(target, count - 1)
  const last = !hasPiped ? null : (value: GoValue, execution: Execution): unknown => convertArgument(value, kind, target, execution)
  const source = args[0] === undefined ? null : describeNode(args[0])
  return function call(frame, piped) {
    const { execution } = frame
    const values = given.map((evaluate) => evaluate(frame))
    if (last !== null) values.push(last(piped, execution))
    try {
      if (special === 'call') return callWith(source, values as GoValue[], execution)
      return target.call(...(values as never[]))
    } catch (error) {
      if (!(error instanceof GoError)) throw error
      execution.here = whole
      throw execError(execution, `error calling ${name}: ${error.message}`)
    }
  }
}

function callWith(source: string | null, [target, ...args]: readonly GoValue[], execution: Execution): GoValue {
  return callValue(source, target, args, (value, position, called) =>
    convertArgument(value, parameterAt(called, position), called, execution),
  )
}

function shortCircuit(args: readonly Evaluate[], hasPiped: boolean, stopsAt: boolean): Command {
  return function andOr(frame, piped) {
    let value: GoValue
    for (const evaluate of args) {
      value = evaluate(frame)
      if (isTrue(value) === stopsAt) return value
    }
    return hasPiped ? piped : value
  }
}

/** One argument of a call, as the function gets it. */
function compileArgument(arg: Operand, kind: ParameterKind, target: GoFunction, scope: Scope): Evaluate<unknown> {
  const here: Here = { node: arg, tree: scope.tree }
  const type = typeName(kind, target)
  const refuse = (message: string): Evaluate<never> => {
    return ({ execution }) => {
      execution.here = here
      throw execError(execution, message)
    }
  }
  if (arg.kind === 'nil') return canBeNil(kind, target) ? constant(nilOf(kind), here) : refuse(`cannot assign nil to ${type}`)
  const isLiteral = arg.kind === 'bool' || arg.kind === 'string' || arg.kind === 'number'
  if (!isLiteral || kind === 'any' || kind === 'value') {
    const evaluate = compileOperand(arg, scope)
    return function argument(frame) {
      frame.execution.here = here
      return convertArgument(evaluate(frame), kind, target, frame.execution)
    }
  }
  const found = describeNode(arg)
  switch (kind) {
    case 'bool':
      return arg.kind === 'bool' ? constant(arg.value, here) : refuse(`expected bool; found ${found}`)
    case 'string':
      return arg.kind === 'string' ? constant(arg.value, here) : refuse(`expected string; found ${found}`)
    case 'float64':
      return arg.kind === 'number' && arg.literal.float !== null
        ? constant(arg.literal.float, here)
        : refuse(`expected float; found ${found}`)
    case 'int':
    case 'int64':
    case 'duration': {
      if (arg.kind !== 'number' || arg.literal.int === null) return refuse(`expected integer; found ${found}`)
      return constant(literalFor(kind, arg.literal.int), here)
    }
    case 'uint32': {
      if (arg.kind !== 'number' || arg.literal.uint === null) return refuse(`expected unsigned integer; found ${found}`)
      return constant(Number(BigInt.asUintN(32, arg.literal.uint)), here)
    }
    default:
      return refuse(`can't handle ${found} for arg of type ${type}`)
  }
}

function literalFor(kind: 'int' | 'int64' | 'duration', value: bigint): unknown {
  if (kind === 'int') return Number(value)
  return kind === 'int64' ? value : durationOf(value)
}
