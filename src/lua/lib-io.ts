// The library `io`: only in states with open libraries. Files are userdata with methods; they are closed with their state at the latest.

import { type Args, argumentError, checkInteger, checkString, checkTypes, checkUserData, optionalInteger } from './check.ts'
import { FileHandle } from './file-handle.ts'
import { fileErrorText } from './lib-load.ts'
import { temporaryName } from './lib-os.ts'
import { typeOf } from './machine.ts'
import { textOfValue } from './number-format.ts'
import { LuaTable } from './table.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, LuaUserData, NOTHING, native, type Result, type Value } from './value.ts'

const MODES = ['r', 'rb', 'w', 'wb', 'a', 'ab', 'r+', 'rb+', 'w+', 'wb+', 'a+', 'ab+']
/** gopher-lua's key in the registry. */
const FILE_CLASS = 'FILE*'
const DEFAULTS = 'io defaults'
/** security: files that one state may have open at a time: descriptors are the whole process's. */
const MAX_OPEN = 256
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

/** Throws what `open` throws, and the system's error for one file too many. */
function newFile(thread: LuaThread, open: () => FileHandle): LuaUserData {
  const { machine } = thread
  if (machine.openCount >= MAX_OPEN) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
  const handle = open()
  handle.onClose = machine.onClose(() => handle.close())
  handle.guard = (waiting) => {
    machine.checkBudget()
    if (waiting > machine.maxStringLength) machine.charge(waiting)
  }
  return new LuaUserData(handle, thread.machine.registry.get(FILE_CLASS))
}

function refuse({ isProcess, name }: FileHandle, only: string): Result {
  return [undefined, `${isProcess ? 'process' : 'file'} ${name} is opened for only ${only}.`, 1]
}

/** The file, or nothing and why. */
function tryOpen(thread: LuaThread, what: string, open: () => FileHandle): Result {
  try {
    return newFile(thread, open)
  } catch (error) {
    return [undefined, describeError(what, error), 1]
  }
}

/** What the system said. Throws whatever else it is. */
function describeError(what: string, error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) throw error
  return `${what}: ${fileErrorText(error)}`
}

function write(thread: LuaThread, handle: FileHandle, values: Args, from: number): Result {
  if (!handle.isWritable) return refuse(handle, 'reading')
  if (handle.isClosed) argumentError(thread, 0, 'file is closed')
  for (let i = from; i < values.length; i++) {
    checkTypes(thread, values, i, ['number', 'string'])
    const text = textOfValue(values[i])
    const failed = tryWrite(handle, () => (handle === standardOutput(thread) ? thread.machine.host.write(text) : handle.write(text)))
    if (failed !== null) return [...failed, 1]
  }
  return true
}

/** Null, or nothing and why it could not be written. */
function tryWrite(handle: FileHandle, write: () => void): [undefined, string] | null {
  try {
    write()
    return null
  } catch (error) {
    return [undefined, describeError(`write ${handle.name}`, error)]
  }
}

function read(thread: LuaThread, handle: FileHandle, formats: Args, from: number): Result {
  if (!handle.isReadable) return refuse(handle, 'writing')
  if (handle.isClosed) argumentError(thread, 0, 'file is closed')
  const wanted = formats.length > from ? formats.slice(from) : ['*l']
  try {
    return readEach(thread, handle, wanted)
  } catch (error) {
    return [undefined, describeError(`read ${handle.name}`, error), 1]
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
    return thread.raise(describeError(`write ${handle.name}`, error))
  }
}

function lineIterator(handle: FileHandle, closesAtEnd: boolean): LuaFunction {
  return native((thread) => {
    if (handle.isClosed) thread.raise(`read ${handle.name}: file already closed`)
    let line: string | null
    try {
      line = handle.readLine()
    } catch (error) {
      return thread.raise(describeError(`read ${handle.name}`, error))
    }
    if (line === null && closesAtEnd) handle.close()
    return line ?? undefined
  })
}

function seek(thread: LuaThread, args: Args): Result {
  const handle = checkFile(thread, args)
  if (handle.isProcess) return [undefined, 'can not seek a process.']
  if (handle.isClosed) return [undefined, `seek ${handle.name}: file already closed`]
  const whence = args.length < 2 ? 'cur' : checkOption(thread, args, 1, ['set', 'cur', 'end'])
  const by = args.length < 3 ? 0 : checkInteger(thread, args, 2)
  const failed = tryWrite(handle, () => handle.flush())
  return failed ?? handle.seek(whence as 'set' | 'cur' | 'end', by) ?? [undefined, `seek ${handle.name}: invalid argument`]
}

function describe(thread: LuaThread, args: Args): Value {
  const handle = checkFile(thread, args)
  return `${handle.isProcess ? 'process' : 'file'}${handle.isClosed ? ' (closed)' : ''}`
}

function flush(thread: LuaThread, handle: FileHandle): Result {
  if (!handle.isWritable) return refuse(handle, 'reading')
  if (handle.isClosed) argumentError(thread, 0, 'file is closed')
  return tryWrite(handle, () => handle.flush()) ?? true
}

function setvbuf(thread: LuaThread, args: Args): Result {
  const handle = checkFile(thread, args)
  if (!handle.isWritable) return refuse(handle, 'reading')
  const mode = checkOption(thread, args, 1, ['no', 'full'])
  if (handle.isClosed) argumentError(thread, 0, 'file is closed')
  const size = optionalInteger(thread, args, 2, 4096)
  return tryWrite(handle, () => handle.setBuffer(mode === 'no' ? 0 : Math.min(Math.max(size, 0), MAX_BUFFER))) ?? true
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
      made = newFile(thread, () => FileHandle.open(file, which === 'input' ? 'r' : 'keep'))
    } catch (error) {
      return thread.raise(describeError(`open ${file}`, error))
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
  return tryOpen(thread, `open ${name}`, () => FileHandle.open(name, mode))
}

function lines(thread: LuaThread, args: Args): Result {
  if (args.length === 0) return lineIterator(defaultFile(thread, 'input'), false)
  const name = checkString(thread, args, 0)
  try {
    return lineIterator(newFile(thread, () => FileHandle.open(name, 'r')).value as FileHandle, true)
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
    const execute = host.execute?.bind(host)
    if (execute === undefined) return [undefined, 'fork/exec /bin/sh: operation not permitted']
    return tryOpen(thread, 'fork/exec /bin/sh', () => FileHandle.command(command, mode === 'r', execute))
  }),
  read: native((thread, ...args) => read(thread, defaultFile(thread, 'input'), args, 0)),
  tmpfile: native((thread) => {
    const name = temporaryName()
    return tryOpen(thread, `open ${name}`, () => FileHandle.openTemporary(name))
  }),
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
  const [isReadable, isWritable] = [descriptor === 0, descriptor !== 0]
  // security: reading waits for whoever writes, and the whole process with it: standard input has nothing.
  return new LuaUserData(new FileHandle({ name: `/dev/${name}`, descriptor, isReadable, isWritable, isAtEnd: isReadable }), metatable)
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
