// Which file a URL means, and that none outside of the folder is read.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import { FileShelf } from './static-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'martian-'))
mkdirSync(join(folder, 'root/deep'), { recursive: true })
writeFileSync(join(folder, 'secret'), 'secret')
writeFileSync(join(folder, 'root/b.json'), '{"a":1}')
writeFileSync(join(folder, 'root/deep/x.html'), 'x')
writeFileSync(join(folder, 'root/plain'), 'y')

const shelf = new FileShelf(join(folder, 'root'), { '/e': 'deep/x.html' })

async function read(path: string, isStream = false): Promise<string | null> {
  const file = await shelf.open(`http://h:1${path}`, isStream)
  if (file === null) return null
  return `${file.contentType} ${file.size} ${Buffer.isBuffer(file.body) ? file.body.toString() : await text(file.body)}`
}

describe('static files', () => {
  after(() => rmSync(folder, { recursive: true }))

  test('files come whole or as a stream, with the type of their extension', async () => {
    assert.equal(await read('/b.json?x'), 'application/json 7 {"a":1}')
    assert.equal(await read('/b.json', true), 'application/json 7 {"a":1}')
    assert.equal(await read('/e'), 'text/html; charset=utf-8 1 x')
    assert.equal(await read('/deep//./x.html'), 'text/html; charset=utf-8 1 x')
    assert.equal(await read('/plain'), ' 1 y')
  })

  test('what is not there is null, what cannot be read an error', async () => {
    assert.equal(await read('/none'), null)
    await assert.rejects(read('/deep'), { message: `read ${join(folder, 'root/deep')}: is a directory`, code: 'ERR_MODIFIER' })
    await assert.rejects(read('/plain/x'), { message: `open ${join(folder, 'root/plain/x')}: not a directory` })
  })

  test('no path leads out of the folder', async () => {
    for (const path of ['/../secret', '/%2e%2e/secret', '/%2e%2e%2fsecret', '/deep/../../secret'])
      assert.equal(await read(path), null, path)
  })
})
