// Changes of files in every way that editors, Kubernetes and people write them.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { until } from '../testing/until.ts'
import { FileWatcher } from './file-watcher.ts'
import { watchedFolders } from './watched-folders.ts'

interface Rig {
  readonly folder: string
  readonly told: string[][]
  path(name: string): string
  write(name: string, text: string): void
  /** Resolves with what is told next. */
  next(): Promise<readonly string[]>
  watch(...names: string[]): Promise<void>
  /** Those that were read at that time. */
  watchSince(ms: number, ...names: string[]): Promise<void>
}

function makeRig(context: TestContext): Rig {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'watched-')))
  const told: string[][] = []
  let seen = 0
  let check = (): void => {}
  const watcher = new FileWatcher({
    onChange: (paths) => {
      told.push(paths.map((path) => path.slice(folder.length + 1)))
      check()
    },
    onFallback: (reason) => assert.fail(reason),
  })
  context.after(() => {
    watcher.close()
    rmSync(folder, { recursive: true })
  })
  const path = (name: string): string => join(folder, name)
  return {
    folder,
    told,
    path,
    write: (name, text) => writeFileSync(path(name), text),
    next: () =>
      new Promise((resolve) => {
        check = () => {
          const found = told[seen]
          if (found === undefined) return
          seen++
          check = () => {}
          resolve(found)
        }
        check()
      }),
    watch: (...names) => watcher.watch(names.map(path), Infinity),
    watchSince: (ms, ...names) => watcher.watch(names.map(path), ms),
  }
}

test('a file that is written in place, and one that is renamed over another, have changed; a touched one has not', async (context) => {
  const rig = makeRig(context)
  rig.write('a', '1')
  rig.write('b', '1')
  await rig.watch('a', 'b')
  rig.write('a', '2')
  assert.deepEqual(await rig.next(), ['a'])
  utimesSync(rig.path('a'), new Date(), new Date(0))
  rig.write('b.tmp', '2')
  renameSync(rig.path('b.tmp'), rig.path('b'))
  assert.deepEqual(await rig.next(), ['b'])
  assert.equal(rig.told.length, 2)
})

test('changes that follow each other are told once', async (context) => {
  const rig = makeRig(context)
  for (const name of ['a', 'b', 'c']) rig.write(name, '1')
  await rig.watch('a', 'b', 'c')
  for (const name of ['c', 'a', 'b']) rig.write(name, '2')
  assert.deepEqual(await rig.next(), ['a', 'b', 'c'])
})

test('a ConfigMap is swapped by a link above its files', async (context) => {
  const rig = makeRig(context)
  for (const version of ['one', 'two']) {
    mkdirSync(rig.path(version))
    rig.write(`${version}/krakend.json`, version)
    rig.write(`${version}/same.json`, 'same')
  }
  symlinkSync('one', rig.path('..data'))
  for (const name of ['krakend.json', 'same.json']) symlinkSync(`..data/${name}`, rig.path(name))
  assert.deepEqual(watchedFolders(rig.path('krakend.json')), [rig.folder, rig.path('one')])
  await rig.watch('krakend.json', 'same.json')
  for (const target of ['two', 'one']) {
    symlinkSync(target, rig.path('..data_tmp'))
    renameSync(rig.path('..data_tmp'), rig.path('..data'))
    assert.deepEqual(await rig.next(), ['krakend.json'])
  }
})

test('files that come and go, below folders too, and folders that are made anew', async (context) => {
  const rig = makeRig(context)
  mkdirSync(rig.path('settings'))
  rig.write('settings/a.json', '1')
  await rig.watch('settings', 'later/x.json')
  rig.write('settings/b.json', '1')
  assert.deepEqual(await rig.next(), ['settings/b.json'])
  mkdirSync(rig.path('settings/sub'))
  rig.write('settings/sub/c.json', '1')
  assert.deepEqual(await rig.next(), ['settings/sub/c.json'])
  rig.write('settings/sub/c.json', '2')
  assert.deepEqual(await rig.next(), ['settings/sub/c.json'])
  mkdirSync(rig.path('later'))
  rig.write('later/x.json', '1')
  assert.deepEqual(await rig.next(), ['later/x.json'])
  rmSync(rig.path('later'), { recursive: true })
  assert.deepEqual(await rig.next(), ['later/x.json'])
  mkdirSync(rig.path('later'))
  rig.write('later/x.json', '2')
  assert.deepEqual(await rig.next(), ['later/x.json'])
})

test('what changes while the list changes is told, what is no longer on the list is not', async (context) => {
  const rig = makeRig(context)
  for (const name of ['a', 'b']) rig.write(name, '1')
  await rig.watch('a', 'b')
  rig.write('a', '2')
  rig.write('b', '2')
  await rig.watch('a')
  assert.deepEqual(await rig.next(), ['a'])
})

test('what was written after it was read, and before it was watched, has changed', async (context) => {
  const rig = makeRig(context)
  for (const name of ['a', 'b']) rig.write(name, '1')
  const beforeMs = Date.now() - 1000
  await rig.watchSince(beforeMs, 'a')
  assert.deepEqual(await rig.next(), ['a'])
  // What is known is compared with what it held.
  await rig.watchSince(beforeMs, 'a', 'b')
  assert.deepEqual(await rig.next(), ['b'])
})

test('a link that was swapped after its file was read has changed', async (context) => {
  const rig = makeRig(context)
  for (const version of ['one', 'two']) {
    mkdirSync(rig.path(version))
    rig.write(`${version}/krakend.json`, version)
  }
  symlinkSync('one', rig.path('..data'))
  symlinkSync('..data/krakend.json', rig.path('krakend.json'))
  const oldMs = Date.now()
  await until(() => Date.now() > oldMs + 50, 'what is read is older')
  const readMs = Date.now()
  symlinkSync('two', rig.path('..data_tmp'))
  renameSync(rig.path('..data_tmp'), rig.path('..data'))
  await rig.watchSince(readMs, 'krakend.json')
  assert.deepEqual(await rig.next(), ['krakend.json'])
})

test('what leads in a circle leads nowhere', async (context) => {
  const rig = makeRig(context)
  symlinkSync('b', rig.path('a'))
  symlinkSync('a', rig.path('b'))
  await rig.watchSince(0, 'a')
  rmSync(rig.path('a'))
  rig.write('a', '1')
  assert.deepEqual(await rig.next(), ['a'])
})

test('a folder that links to itself is looked at once', async (context) => {
  const rig = makeRig(context)
  mkdirSync(rig.path('in'))
  for (const name of ['in/one', 'in/two']) symlinkSync('.', rig.path(name))
  rig.write('in/a', '1')
  await rig.watch('in')
  rig.write('in/a', '2')
  assert.deepEqual(await rig.next(), ['in/a'])
})
