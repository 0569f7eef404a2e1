// Coroutines. Their functions are generators: a chunk that mentions `coroutine` is compiled so (see compile.ts).

import { checkFunction, checkThread } from './check.ts'
import type { Args } from './check.ts'
import { asLuaError, LuaThread } from './thread.ts'
import { LuaFunction, native, valuesOf } from './value.ts'
import type { Result, Suspension, Value } from './value.ts'

function create(thread: LuaThread, args: Args, isWrapped: boolean): LuaThread {
  const body = checkFunction(thread, args, 0)
  thread.machine.take(1024)
  return new LuaThread(thread.machine, body, isWrapped, thread.env)
}

/** Why a coroutine cannot be resumed, as `resume` gives it (a wrapped one raises it). */
function refuse(thread: LuaThread, coroutine: LuaThread): Result | null {
  const { status } = coroutine
  if (status === 'suspended') return null
  const reason = `can not resume a ${status === 'dead' ? 'dead' : 'running'} thread`
  return coroutine.isWrapped ? thread.raise(reason) : [false, reason]
}

/** Begins or continues; gives the suspension of a yield or the values of the end. */
function* drive(thread: LuaThread, coroutine: LuaThread, args: Value[]): Generator<Suspension, Result, Value[]> {
  const body = coroutine.body as LuaFunction
  if (body.suspendable === null) return body.code(coroutine, ...args)
  const isFresh = coroutine.running === null
  coroutine.running ??= body.suspendable(coroutine, ...args)
  let sent = isFresh ? [] : args
  for (;;) {
    const step = coroutine.running.next(sent)
    if (step.done === true) return Array.isArray(step.value) ? yield* coroutine.settleSuspendable(step.value) : step.value
    if (step.value.kind === 'yield') {
      coroutine.status = 'suspended'
      return step.value.values
    }
    // What the host waits for is none of the resumer's business: it waits with us.
    sent = yield step.value
    thread.machine.current = coroutine
  }
}

/** Resumes; what is raised inside ends the coroutine and is raised here. */
function* run(thread: LuaThread, coroutine: LuaThread, args: Value[]): Generator<Suspension, Value[], Value[]> {
  const { machine } = thread
  thread.status = 'normal'
  coroutine.status = 'running'
  coroutine.fuel = thread.fuel
  machine.current = coroutine
  let isDead = true
  try {
    const values = valuesOf(yield* drive(thread, coroutine, args))
    isDead = (coroutine.status as string) !== 'suspended'
    return values
  } finally {
    if (isDead) coroutine.status = 'dead'
    thread.status = 'running'
    thread.fuel = coroutine.fuel
    machine.current = thread
  }
}

/** Runs a generator where nothing can wait. */
function withoutWaiting<T>(thread: LuaThread, running: Generator<Suspension, T, Value[]>): T {
  const step = running.next()
  return step.done === true ? step.value : thread.raise('attempt to wait across metamethod/C-call boundary')
}

function* resumeSuspendable(thread: LuaThread, args: Args): Generator<Suspension, Result, Value[]> {
  const coroutine = checkThread(thread, args, 0)
  const refused = refuse(thread, coroutine)
  if (refused !== null) return refused
  try {
    return [true, ...(yield* run(thread, coroutine, args.slice(1)))]
  } catch (thrown) {
    return [false, asLuaError(thrown, coroutine).value]
  }
}

function* callWrapped(thread: LuaThread, coroutine: LuaThread, args: Args): Generator<Suspension, Result, Value[]> {
  const refused = refuse(thread, coroutine)
  return refused ?? (yield* run(thread, coroutine, [...args]))
}

function wrap(thread: LuaThread, args: Args): LuaFunction {
  const coroutine = create(thread, args, true)
  return native(
    (inner, ...given) => withoutWaiting(inner, callWrapped(inner, coroutine, given)),
    (inner, ...given) => callWrapped(inner, coroutine, given),
  )
}

function refuseYield(thread: LuaThread): never {
  const isMain = thread === thread.machine.main
  return thread.raise(isMain ? 'can not yield from outside of a coroutine' : 'attempt to yield across metamethod/C-call boundary')
}

export const COROUTINE: Readonly<Record<string, LuaFunction>> = {
  create: native((thread, ...args) => create(thread, args, false)),
  resume: native(
    (thread, ...args) => withoutWaiting(thread, resumeSuspendable(thread, args)),
    (thread, ...args) => resumeSuspendable(thread, args),
  ),
  running: native((thread) => (thread === thread.machine.main ? undefined : thread)),
  status: native((thread, ...args) => checkThread(thread, args, 0).status),
  wrap: native((thread, ...args) => wrap(thread, args)),
  yield: native(refuseYield, function* (thread, ...args): Generator<Suspension, Result, Value[]> {
    if (thread === thread.machine.main) refuseYield(thread)
    return yield { kind: 'yield', values: args }
  }),
}
