import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { YoungGeneration } from './memory.ts'

function watched(): { generation: YoungGeneration; flags: string[] } {
  const flags: string[] = []
  return { generation: new YoungGeneration((flag) => flags.push(flag), 0), flags }
}

test('the room for new objects may not grow before collecting them is a burden', () => {
  const { generation, flags } = watched()
  for (let atMs = 50; atMs <= 500; atMs += 50) generation.collected(4, atMs)
  assert.deepEqual(flags, ['--semi-space-growth-factor=1', '--semi-space-growth-factor=1'])
})

test('it may grow while collecting takes a tenth of the time, and no longer', () => {
  const { generation, flags } = watched()
  for (let atMs = 50; atMs <= 500; atMs += 50) generation.collected(6, atMs)
  assert.equal(flags.at(-1), '--semi-space-growth-factor=2')
  for (let atMs = 550; atMs <= 1000; atMs += 50) generation.collected(1, atMs)
  assert.equal(flags.at(-1), '--semi-space-growth-factor=1')
})

test('a pause counts for the time in which little was collected', () => {
  const { generation, flags } = watched()
  generation.collected(40, 400)
  generation.collected(40, 10_000)
  generation.collected(60, 10_500)
  assert.deepEqual(flags.slice(1), ['--semi-space-growth-factor=1', '--semi-space-growth-factor=2'])
})

test('V8 obeys in a process that runs', () => {
  const script = `
    import v8 from 'node:v8'
    import { YoungGeneration } from ${JSON.stringify(new URL('./memory.ts', import.meta.url).href)}
    if (process.argv[1] === 'restrained') new YoungGeneration(v8.setFlagsFromString, 0)
    // Many of the objects survive for a while, so that V8 wants more room.
    const kept = []
    for (let i = 0; i < 3_000_000; i++) kept[i % 60_000] = { text: ['x', i] }
    console.log(v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size)
  `
  const roomMiB = (mode: string): number => {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script, mode], { encoding: 'utf8' })
    return Number(stdout) / 2 ** 20
  }
  const [free, restrained] = [roomMiB('free'), roomMiB('restrained')]
  assert.ok(restrained < free / 2, `${restrained} MiB, and ${free} without`)
})
