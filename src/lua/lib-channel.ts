// The library `channel`. A state has no other goroutine, so what would wait for one for ever is an error here.

import { checkAny, checkInteger, checkTable, optionalInteger, typeError } from './check.ts'
import type { Args } from './check.ts'
import { LuaTable } from './table.ts'
import type { LuaThread } from './thread.ts'
import { LuaChannel, LuaFunction, NOTHING, firstOf, native } from './value.ts'
import type { Result, Value } from './value.ts'

function checkChannel(thread: LuaThread, args: Args, at: number): LuaChannel {
  const value = args[at]
  return value instanceof LuaChannel ? value : typeError(thread, args, at, 'channel')
}

function wouldBlock(thread: LuaThread): never {
  return thread.raise('all goroutines are asleep - deadlock!')
}

function send(thread: LuaThread, args: Args): Result {
  const channel = checkChannel(thread, args, 0)
  const value = checkAny(thread, args, 1)
  if (channel.isClosed) thread.raise('send on closed channel', 0)
  if (channel.queue.length >= channel.capacity) wouldBlock(thread)
  channel.queue.push(value)
  return NOTHING
}

function receive(thread: LuaThread, args: Args): Result {
  const channel = checkChannel(thread, args, 0)
  if (channel.queue.length > 0) return [true, channel.queue.shift()]
  return channel.isClosed ? [false, undefined] : wouldBlock(thread)
}

function close(thread: LuaThread, args: Args): Result {
  const channel = checkChannel(thread, args, 0)
  if (channel.isClosed) thread.raise('close of closed channel', 0)
  channel.isClosed = true
  return NOTHING
}

/** Takes the first case that need not wait: `{"|<-", channel [, f]}`, `{"<-|", channel, value [, f]}` or `{"default" [, f]}`. */
function select(thread: LuaThread, args: Args): Result {
  let otherwise = -1
  for (let i = 0; i < args.length; i++) {
    const choice = checkTable(thread, args, i)
    const kind = choice.getNumber(1)
    const channel = choice.getNumber(2)
    if (kind === 'default') otherwise = i
    else if (!(channel instanceof LuaChannel)) thread.raise(`bad argument #${i + 1} to ${thread.calledName()} (invalid select case)`)
    else if (kind === '|<-' && (channel.queue.length > 0 || channel.isClosed)) return received(thread, choice, channel, i)
    else if (kind === '<-|' && channel.queue.length < channel.capacity) return sent(thread, choice, channel, i)
  }
  if (otherwise < 0) return wouldBlock(thread)
  const handler = (args[otherwise] as LuaTable).getNumber(2)
  if (handler instanceof LuaFunction) thread.call(handler, [])
  return [otherwise + 1, undefined, false]
}

function received(thread: LuaThread, choice: LuaTable, channel: LuaChannel, at: number): Result {
  const isOpen = channel.queue.length > 0
  const value: Value = channel.queue.shift()
  const handler = choice.getNumber(3)
  if (handler instanceof LuaFunction) firstOf(thread.call(handler, [isOpen, value]))
  return [at + 1, value, isOpen]
}

function sent(thread: LuaThread, choice: LuaTable, channel: LuaChannel, at: number): Result {
  channel.queue.push(choice.getNumber(3))
  const handler = choice.getNumber(4)
  if (handler instanceof LuaFunction) firstOf(thread.call(handler, [choice.getNumber(3)]))
  return [at + 1, undefined, false]
}

export const CHANNEL: Readonly<Record<string, LuaFunction>> = {
  make: native((thread, ...args) => {
    optionalInteger(thread, args, 0, 0)
    const capacity = args.length === 0 ? 0 : checkInteger(thread, args, 0)
    thread.machine.take(64)
    return new LuaChannel(Math.max(0, capacity))
  }),
  select: native((thread, ...args) => select(thread, args)),
}

/** What channels are called with: `ch:send(v)`, `ch:receive()`, `ch:close()`. */
export const CHANNEL_METHODS: Readonly<Record<string, LuaFunction>> = {
  close: native((thread, ...args) => close(thread, args)),
  receive: native((thread, ...args) => receive(thread, args)),
  send: native((thread, ...args) => send(thread, args)),
}
