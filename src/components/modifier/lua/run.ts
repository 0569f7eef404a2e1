// One script at work for one request: a state of its own that nothing outlives, the values it was given, and what it may spend.

import type { Scope } from '../../../engine/scope.ts'
import type { Sender } from '../../../engine/types.ts'
import type { Host } from '../../../lua/host.ts'
import { LuaState } from '../../../lua/state.ts'
import { LuaTable } from '../../../lua/table.ts'
import { LuaUserData, native } from '../../../lua/value.ts'
import type { LuaFunction, Value } from '../../../lua/value.ts'
import { failureOf } from './failure.ts'
import type { Part, Script } from './script.ts'
import type { BindingType } from './userdata-type.ts'

/** What every run of one component has. */
export interface Tools {
  readonly openLibs: boolean
  readonly host: Host
  /** For `http_response`. */
  readonly client: Sender
  /** What the gateway calls itself: `KrakenD Version x`. */
  readonly userAgent: string
  /** Whether the answer is written in an encoding that tells integers from floats. */
  readonly typesNumbers: boolean
  /** Takes a line about a script that was stopped. */
  readonly onStop: (reason: string) => void
}

/** security: no script runs longer without a pause, whatever the file has for a deadline: everybody else waits meanwhile. */
const LONGEST_RUN_MS = 30_000

export class ScriptRun {
  readonly script: Script
  readonly tools: Tools
  /** Whose time it is; calls that the script makes end with it. */
  readonly scope: Scope
  readonly #state: LuaState
  /** security: metatables are this run's own, so that nothing a script does to them is seen by the next request. */
  readonly #metatables: (LuaTable | undefined)[] = []
  #end = 0

  constructor(script: Script, tools: Tools, scope: Scope) {
    this.script = script
    this.tools = tools
    this.scope = scope
    this.#state = new LuaState({
      openLibs: tools.openLibs,
      host: tools.host,
      isSuspendable: script.mayWait,
      budget: { isOver: () => performance.now() > this.#end || scope.ended },
    })
  }

  setGlobal(name: string, value: Value): void {
    this.#state.setGlobal(name, value)
  }

  /** A global table with functions: `request.load()`. Made anew each time, so that a script cannot spoil it for what follows. */
  setLibrary(name: string, functions: Readonly<Record<string, LuaFunction>>): void {
    this.#state.setGlobal(name, LuaTable.record(Object.keys(functions), Object.values(functions)))
  }

  /** The same with one function that gives a value of the gateway. */
  setLoader(name: string, type: BindingType, value: object): void {
    this.setLibrary(name, { load: native(() => this.wrap(type, value)) })
  }

  wrap(type: BindingType, value: object): LuaUserData {
    let metatable = this.#metatables[type.id]
    if (metatable === undefined) {
      metatable = new LuaTable()
      metatable.setHash('__index', type.methods.cloneRecord())
      this.#metatables[type.id] = metatable
    }
    return new LuaUserData(value, metatable)
  }

  /** Runs sources, `pre` or `post`; a promise only where the script may wait. Throws or rejects with a GatewayError. */
  execute(part: Part | null): Promise<void> | undefined {
    if (part === null) return undefined
    this.#end = Math.min(this.scope.deadline, performance.now() + LONGEST_RUN_MS)
    if (part instanceof Error) throw this.#failure(part, part)
    if (this.script.mayWait) return this.#executeLater(part)
    try {
      this.#state.run(part)
    } catch (thrown) {
      throw this.#failure(thrown, part)
    }
    return undefined
  }

  close(): void {
    this.#state.close()
  }

  async #executeLater(part: Exclude<Part, Error>): Promise<void> {
    try {
      await this.#state.runAsync(part)
    } catch (thrown) {
      throw this.#failure(thrown, part)
    }
  }

  #failure(thrown: unknown, part: Part): unknown {
    return failureOf(thrown, this.script, part, this.tools.onStop)
  }
}
