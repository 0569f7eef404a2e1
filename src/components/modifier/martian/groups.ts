// Groups: several modifiers in order, or by priority.

import { GatewayError } from '../../../engine/errors.ts'
import { Type } from '../../../schema/type.ts'
import { modifierError, type Modifier, modifierType, type ModifierType, type ModifyRequest, type ModifyResponse } from './modifier.ts'
import { SCOPE } from './options.ts'

type Step<M> = (message: M) => void | Promise<void>

const fifo = modifierType({
  options: Type.Object({
    scope: SCOPE,
    modifiers: Type.Array(Type.Unknown(), { default: [] }),
    aggregateErrors: Type.Boolean({ default: false }),
  }),
  compile({ modifiers, aggregateErrors }, { at, compile }) {
    const list = modifiers.map((raw, index) => compile(raw, [...at, 'modifiers', index]))
    if (!aggregateErrors) return inOrder(list)
    const { requests, responses } = split(list)
    return {
      request: requests.length === 0 ? null : (message) => runAll(requests, message),
      response: responses.length === 0 ? null : (message) => runAllLater(responses, message),
    }
  },
})

const priority = modifierType({
  options: Type.Object({
    scope: SCOPE,
    modifiers: Type.Array(Type.Object({ priority: Type.Integer({ default: 0 }), modifier: Type.Optional(Type.Unknown()) }), {
      default: [],
    }),
  }),
  compile({ modifiers }, { at, compile }) {
    const list = modifiers.map((entry, index) => {
      return { priority: entry.priority, modifier: compile(entry.modifier, [...at, 'modifiers', index, 'modifier']) }
    })
    // compat: of equal numbers the one that was declared last runs first.
    const sorted = list.toReversed().sort((a, b) => b.priority - a.priority)
    return inOrder(sorted.map(({ modifier }) => modifier))
  },
})

function split(list: readonly Modifier[]): { requests: ModifyRequest[]; responses: ModifyResponse[] } {
  return { requests: list.flatMap(({ request }) => request ?? []), responses: list.flatMap(({ response }) => response ?? []) }
}

/** One after the other; the first error ends it. */
function inOrder(list: readonly Modifier[]): Modifier {
  const { requests, responses } = split(list)
  const request: ModifyRequest = (message) => {
    for (const modify of requests) modify(message)
  }
  return {
    request: requests.length === 0 ? null : request,
    response: responses.length === 0 ? null : (message) => runFrom(responses, message, 0),
  }
}

/** perf: waits only for those that take time. */
function runFrom<M>(steps: readonly Step<M>[], message: M, start: number): void | Promise<void> {
  for (let i = start; i < steps.length; i++) {
    const pending = (steps[i] as Step<M>)(message)
    if (pending instanceof Promise) return pending.then(() => runFrom(steps, message, i + 1))
  }
}

/** Runs all; the texts of those that failed make one error. */
function runAll<M>(steps: readonly ((message: M) => void)[], message: M): void {
  const failures: string[] = []
  for (const modify of steps) {
    try {
      modify(message)
    } catch (error) {
      failures.push(textOf(error))
    }
  }
  if (failures.length > 0) throw modifierError(failures.join('\n'))
}

async function runAllLater<M>(steps: readonly Step<M>[], message: M): Promise<void> {
  const failures: string[] = []
  for (const modify of steps) {
    try {
      await modify(message)
    } catch (error) {
      failures.push(textOf(error))
    }
  }
  if (failures.length > 0) throw modifierError(failures.join('\n'))
}

/** What is no error of a modifier is a bug, and goes on. */
function textOf(error: unknown): string {
  if (!(error instanceof GatewayError)) throw error
  return error.message
}

export const groups: Readonly<Record<string, ModifierType>> = { 'fifo.Group': fifo, 'priority.Group': priority }
