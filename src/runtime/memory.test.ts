import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { HeapGrowth } from './memory.ts'

const THRIFTY = ['--semi-space-growth-factor=1', '--heap-growing-percent=100']
const GENEROUS = ['--semi-space-growth-factor=2', '--heap-growing-percent=0']

/** `flags`: those in force. */
function watched(): { growth: HeapGrowth; flags: () => string[]; room: { bytes: number } } {
  const all: string[] = []
  const room = { bytes: 1 }
  const growth = new HeapGrowth(
    (flag) => all.push(flag),
    () => room.bytes,
    0,
  )
  return { growth, flags: () => all.slice(-2), room }
}

function collect(growth: HeapGrowth, tookMs: number, fromMs: number, toMs: number): void {
  for (let atMs = fromMs; atMs <= toMs; atMs += 50) growth.collected(tookMs, atMs)
}

test('the heap may not grow before collecting garbage is a burden', () => {
  const { growth, flags } = watched()
  assert.deepEqual(flags(), THRIFTY)
  collect(growth, 2, 50, 1000)
  assert.deepEqual(flags(), THRIFTY)
})

test('it may grow while collecting takes much of the time, and no longer', () => {
  const { growth, flags } = watched()
  collect(growth, 4, 50, 1000)
  assert.deepEqual(flags(), GENEROUS)
  collect(growth, 4, 1050, 2000)
  assert.deepEqual(flags(), GENEROUS)
  collect(growth, 1, 2050, 3000)
  assert.deepEqual(flags(), THRIFTY)
})

test('the room for new objects grows one step in a decision', () => {
  const { growth, flags, room } = watched()
  collect(growth, 4, 50, 1000)
  room.bytes = 2
  growth.collected(4, 1050)
  assert.deepEqual(flags(), THRIFTY)
  collect(growth, 4, 1100, 2000)
  assert.deepEqual(flags(), GENEROUS)
})

test('a pause counts for the time in which little was collected', () => {
  const { growth, flags } = watched()
  growth.collected(60, 900)
  growth.collected(60, 10_000)
  assert.deepEqual(flags(), THRIFTY)
  growth.collected(70, 11_000)
  assert.deepEqual(flags(), GENEROUS)
})

test('V8 obeys in a process that runs', () => {
  const script = `
    import v8 from 'node:v8'
    import { HeapGrowth } from ${JSON.stringify(new URL('./memory.ts', import.meta.url).href)}
    if (process.argv[1] === 'restrained') new HeapGrowth(v8.setFlagsFromString, () => 0, 0)
    // Many of the objects survive for a while, so that V8 wants more room.
    const kept = []
    for (let i = 0; i < 3_000_000; i++) kept[i % 60_000] = { text: ['x', i] }
    console.log(v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size)
  `
  const roomMiB = (mode: string): number => {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script, mode], { encoding: 'utf8' })
    return Number(stdout) / 2 ** 20
  }
  const free = roomMiB('free')
  // What V8 takes for a moment differs by a factor of three from run to run; what it can do without does not.
  const restrained = Math.min(...Array.from({ length: 3 }, () => roomMiB('restrained')))
  assert.ok(restrained < free / 2, `${restrained} MiB, and ${free} without`)
})
