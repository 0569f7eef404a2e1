// `luaList`: lists of JSON for scripts, counted from 0.

import { checkNumber, type Args } from '../../../lua/check.ts'
import { LuaStop } from '../../../lua/errors.ts'
import type { LuaThread } from '../../../lua/thread.ts'
import { native, NOTHING } from '../../../lua/value.ts'
import { method, receiver } from './arguments.ts'
import { fromLua } from './from-lua.ts'
import type { ScriptRun } from './run.ts'
import { toLua } from './to-lua.ts'
import { addMethods } from './userdata-type.ts'
import { LIST, ListView, noOwner } from './views.ts'

const ELEMENT_BYTES = 16
/** security: elements that one index may add; memory is measured only after they are there. */
const MAX_GROWTH = 4_000_000

const list = receiver(ListView, 'response')

function indexOf(thread: LuaThread, args: Args): number {
  return Math.trunc(checkNumber(thread, args, 1))
}

addMethods(LIST, {
  get: method(list, 2, (thread, self, args) => toLua(self.run, self.get(indexOf(thread, args)), self.owner)),
  set: method(list, 3, (thread, self, args) => {
    const { run, owner } = self
    const index = indexOf(thread, args)
    const value = fromLua({ run, thread, owner }, args[2])
    if (!(index >= 0)) return NOTHING
    // compat: what is ignored makes a list grow all the same.
    if (value === undefined && index < self.length) return NOTHING
    const growth = index + 1 - self.length
    if (growth > MAX_GROWTH) throw new LuaStop('memory', `the script made a list of ${index + 1} elements, more than it may`)
    if (growth > 0) thread.machine.take(growth * ELEMENT_BYTES)
    if (growth > 1) thread.spend(growth >> 3)
    self.set(index, value ?? null)
    owner.isChanged = true
    return NOTHING
  }),
  len: native((thread, ...args) => list(thread, args).length),
  del: method(list, 2, (thread, self, args) => {
    thread.spend(self.length >> 6)
    self.delete(indexOf(thread, args))
    self.owner.isChanged = true
    return NOTHING
  }),
})

/** The global `luaList`. */
export function installLuaList(run: ScriptRun): void {
  run.setLibrary('luaList', { new: native(() => run.wrap(LIST, new ListView(run, [], noOwner(), false))) })
}
