// The library `io`: only in states with open libraries. Files are userdata with methods; they are closed with their state at the latest.

import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argumentError, checkInteger, checkString, checkTypes, checkUserData, optionalInteger } from './check.ts'
import type { Args } from './check.ts'
import { FileHandle } from './file-handle.ts'
import { fileErrorText } from './lib-load.ts'
import { typeOf } from './machine.ts'
import { textOfValue } from './number-format.ts'
import { LuaTable } from './table.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, LuaUserData, NOTHING, native } from './value.ts'
import type { Result, Value } from './value.ts'

const MODES = ['r', 'rb', 'w', 'wb', 'a', 'ab', 'r+', 'rb+', 'w+', 'wb+', 'a+', 'ab+']
/** gopher-lua's key in the registry. */
const FILE_CLASS = 'FILE*'
const DEFAULTS = 'io defaults'
/** Bytes that may wait in a file's buffer. */
const MAX_BUFFER = 1024 * 1024

function checkFile(thread: LuaThread, args: Args): FileHandle {
  const { value } = checkUserData(thread, args, 0)
  return value instanceof FileHandle ? value : argumentError(thread, 0, 'file expected')
}

function checkOption(thread: LuaThread, args: Args, at: number, options: readonly string[]): string {
  const option = checkString(thread, args, at)
  if (options.includes(option)) return option
  return argumentError(thread, at, `invalid option: ${option} (must be one of ${options.join(',')})`)
}

function newFile(thread: LuaThread, handle: FileHandle): LuaUserData {
  const { machine } = thread
  machine.onClose(() => handle.close())
  handle.guard = (waiting) => {
    machine.checkTime()
    if (waiting > machine.maxStringLength) machine.charge(waiting)
  }
  return new LuaUserData(handle, thread.machine.registry.get(FILE_CLASS))
}

function nameOf(handle: FileHandle): string {
  return `${handle.isProcess ? 'process' : 'file'} ${handle.name}`
}

function refuse(handle: FileHandle, only: string): Result {
  return [undefined, `${nameOf(handle)} is opened for only ${only}.`, 1]
}

function openError(name: string, error: unknown): string {
  return `open ${name}: ${fileErrorText(error)}`
}

function write(thread: LuaThread, handle: FileHandle, values: Args, from: number): Result {
  if (!handle.isWritable) return refuse(handle, 'reading')
  if (handle.isClosed) argumentError(thread, 0, 'file is closed')
  for (let i = from; i < values.length; i++) {
    checkTypes(thread, values, i, ['number', 'string'])
    const text = textOfValue(values[i])
    try {
      if (handle === standardOutput(thread)) thread.machine.host.write(text)
      else handle.write(text)
    } catch (error) {
      return [undefined, fileErrorText(error), 1]
    }
  }
  return true
}

function read(thread: LuaThread, handle: FileHandle, formats: Args, from: number): Result {
  if (!handle.isReadable) return refuse(handle, 'writing')
  if (handle.isClosed) argumentError(thread, 0, 'file is closed')
  const wanted = formats.length > from ? formats.slice(from) : ['*l']
  try {
    return readEach(thread, handle, wanted)
  } catch (error) {
    return [undefined, readError(handle, error), 1]
  }
}

function readEach(thread: LuaThread, handle: FileHandle, formats: Args): Value[] {
  const values: Value[] = []
  for (const format of formats) {
    for (const value of readOne(thread, handle, format)) {
      values.push(value)
      if (value === undefined) return values
      thread.madeString(typeof value === 'string' ? value.length : 0)
    }
  }
  return values
}

/** What the system said of a file, such as one that is a folder. Throws whatever else it is. */
function readError({ name }: FileHandle, error: unknown): string {
  if (!(error instanceof Error && 'syscall' in error)) throw error
  return `read ${name}: ${fileErrorText(error)}`
}

function readOne(thread: LuaThread, handle: FileHandle, format: Value): Value[] {
  if (typeof format === 'number') {
    if (format > thread.machine.maxStringLength) thread.madeString(format)
    return [handle.read(format) ?? undefined]
  }
  if (typeof format !== 'string') return []
  if (format !== '' && !format.startsWith('*')) argumentError(thread, 1, `invalid options:${format}`)
  return format
    .slice(1)
    .split('')
    .map((option) => {
      if (option === 'n') {
        const number = handle.readNumber()
        return number === null ? undefined : Number(number)
      }
      if (option === 'a') return handle.readAll()
      if (option === 'l') return handle.readLine() ?? undefined
      return argumentError(thread, 1, `invalid options:${option}`)
    })
}

function close(thread: LuaThread, handle: FileHandle): Result {
  if (handle.isClosed) thread.raise(`close ${handle.name}: file already closed`)
  try {
    return handle.close()
  } catch (error) {
    return thread.raise(fileErrorText(error))
  }
}

function lineIterator(handle: FileHandle, closesAtEnd: boolean): LuaFunction {
  return native((thread) => {
    if (handle.isClosed) thread.raise(`read ${handle.name}: file already closed`)
    let line: string | null
    try {
      line = handle.readLine()
    } catch (error) {
      return thread.raise(readError(handle, error))
    }
    if (line === null && closesAtEnd) handle.close()
    return line ?? undefined
  })
}

function seek(thread: LuaThread, args: Args): Result {
  const handle = checkFile(thread, args)
  if (handle.isProcess) return [undefined, 'can not seek a process.']
  const whence = args.length < 2 ? 'cur' : checkOption(thread, args, 1, ['set', 'cur', 'end'])
  const by = args.length < 3 ? 0 : checkInteger(thread, args, 2)
  return handle.seek(whence as 'set' | 'cur' | 'end', by)
}

function describe(thread: LuaThread, args: Args): Value {
  const handle = checkFile(thread, args)
  return `${handle.isProcess ? 'process' : 'file'}${handle.isClosed ? ' (closed)' : ''}`
}

function flush(thread: LuaThread, handle: FileHandle): Result {
  if (!handle.isWritable) return refuse(handle, 'reading')
  if (handle.isClosed) argumentError(thread, 0, 'file is closed')
  handle.flush()
  return true
}

function setvbuf(thread: LuaThread, args: Args): Result {
  const handle = checkFile(thread, args)
  if (!handle.isWritable) return refuse(handle, 'reading')
  const mode = checkOption(thread, args, 1, ['no', 'full'])
  if (handle.isClosed) argumentError(thread, 0, 'file is closed')
  const size = optionalInteger(thread, args, 2, 4096)
  handle.setBuffer(mode === 'no' ? 0 : Math.min(Math.max(size, 0), MAX_BUFFER))
  return true
}

const METHODS: Readonly<Record<string, LuaFunction>> = {
  __tostring: native((thread, ...args) => describe(thread, args)),
  write: native((thread, ...args) => write(thread, checkFile(thread, args), args, 1)),
  close: native((thread, ...args) => close(thread, checkFile(thread, args))),
  flush: native((thread, ...args) => flush(thread, checkFile(thread, args))),
  lines: native((thread, ...args) => {
    const handle = checkFile(thread, args)
    return handle.isReadable ? lineIterator(handle, false) : NOTHING
  }),
  read: native((thread, ...args) => read(thread, checkFile(thread, args), args, 1)),
  seek: native((thread, ...args) => seek(thread, args)),
  setvbuf: native((thread, ...args) => setvbuf(thread, args)),
}

function defaults(thread: LuaThread): LuaTable {
  return thread.machine.registry.get(DEFAULTS) as LuaTable
}

function defaultFile(thread: LuaThread, name: 'input' | 'output'): FileHandle {
  return (defaults(thread).getString(name) as LuaUserData).value as FileHandle
}

function standardOutput(thread: LuaThread): FileHandle {
  return (defaults(thread).getString('stdout') as LuaUserData).value as FileHandle
}

/** `io.input` and `io.output`: gives the default file, or sets it. */
function setDefault(thread: LuaThread, args: Args, which: 'input' | 'output'): Result {
  const [file] = args
  if (args.length === 0) return defaults(thread).getString(which)
  let made = file
  if (typeof file === 'string') {
    try {
      made = newFile(thread, FileHandle.open(file, which === 'input' ? 'r' : 'keep'))
    } catch (error) {
      return thread.raise(openError(file, error))
    }
  }
  if (!(made instanceof LuaUserData && made.value instanceof FileHandle)) {
    argumentError(thread, 0, `string or file expedted, but got ${typeOf(file)}`)
  }
  defaults(thread).setHash(which, made)
  return made
}

function open(thread: LuaThread, args: Args): Result {
  const name = checkString(thread, args, 0)
  const mode = args.length === 1 ? 'r' : checkOption(thread, args, 1, MODES)
  try {
    return newFile(thread, FileHandle.open(name, mode))
  } catch (error) {
    return [undefined, openError(name, error), 1]
  }
}

function lines(thread: LuaThread, args: Args): Result {
  if (args.length === 0) return lineIterator(defaultFile(thread, 'input'), false)
  const name = checkString(thread, args, 0)
  try {
    const handle = FileHandle.open(name, 'r')
    newFile(thread, handle)
    return lineIterator(handle, true)
  } catch {
    // compat: no error and no iterator.
    return NOTHING
  }
}

const FUNCTIONS: Readonly<Record<string, LuaFunction>> = {
  close: native((thread, ...args) => close(thread, args.length === 0 ? defaultFile(thread, 'output') : checkFile(thread, args))),
  flush: native((thread) => flush(thread, defaultFile(thread, 'output'))),
  input: native((thread, ...args) => setDefault(thread, args, 'input')),
  lines: native((thread, ...args) => lines(thread, args)),
  open: native((thread, ...args) => open(thread, args)),
  output: native((thread, ...args) => setDefault(thread, args, 'output')),
  popen: native((thread, ...args) => {
    const command = checkString(thread, args, 0)
    const mode = args[1] === undefined ? 'r' : checkOption(thread, args, 1, ['r', 'w'])
    const { host } = thread.machine
    if (host.execute === undefined) return [undefined, 'fork/exec /bin/sh: operation not permitted']
    return newFile(thread, FileHandle.command(command, mode === 'r', host.execute.bind(host)))
  }),
  read: native((thread, ...args) => read(thread, defaultFile(thread, 'input'), args, 0)),
  tmpfile: native((thread) => newFile(thread, FileHandle.open(join(tmpdir(), randomBytes(8).toString('hex')), 'w+'))),
  type: native((_thread, ...args) => {
    const [file] = args
    if (!(file instanceof LuaUserData && file.value instanceof FileHandle)) return undefined
    return file.value.isClosed ? 'closed file' : 'file'
  }),
  write: native((thread, ...args) => write(thread, defaultFile(thread, 'output'), args, 0)),
}

const METATABLE = LuaTable.of({ ...METHODS, __index: false })
const IO = LuaTable.of({ stdout: false, stdin: false, stderr: false, ...FUNCTIONS })
const CHOSEN = LuaTable.of({ input: false, output: false, stdout: false })

function standard(name: string, descriptor: number, metatable: LuaTable): LuaUserData {
  const handle = new FileHandle({ name: `/dev/${name}`, descriptor, isReadable: descriptor === 0, isWritable: descriptor !== 0 })
  return new LuaUserData(handle, metatable)
}

/** The table `io` of a new state. */
export function openIo(registry: Map<string, LuaTable>): LuaTable {
  const metatable = METATABLE.cloneRecord()
  metatable.setHash('__index', metatable)
  registry.set(FILE_CLASS, metatable)
  const [stdin, stdout] = [standard('stdin', 0, metatable), standard('stdout', 1, metatable)]
  const io = IO.cloneRecord()
  io.setHash('stdin', stdin)
  io.setHash('stdout', stdout)
  io.setHash('stderr', standard('stderr', 2, metatable))
  const chosen = CHOSEN.cloneRecord()
  chosen.setHash('input', stdin)
  chosen.setHash('output', stdout)
  chosen.setHash('stdout', stdout)
  registry.set(DEFAULTS, chosen)
  return io
}
