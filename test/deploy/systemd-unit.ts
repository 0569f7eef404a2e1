// The unit of deploy/systemd as systemd judges it, with the command of this clone in the place of the one that it will find.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMMAND } from '../../src/testing/process.ts'

const UNIT = fileURLToPath(new URL('../../deploy/systemd/krakend.service', import.meta.url))

/** As `skip` of node:test. */
export const lacksSystemd = spawnSync('systemd-analyze', ['--version']).error === undefined ? false : 'no systemd-analyze'

/** What `systemd-analyze verify` says of the unit, with a drop-in or without: exit code and standard error. */
export function verifyUnit(dropIn: string | null): [status: number | null, said: string] {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-unit-'))
  try {
    const here = (text: string): string => text.replaceAll('/usr/bin/krakend', COMMAND)
    const unit = join(folder, 'krakend.service')
    writeFileSync(unit, here(readFileSync(UNIT, 'utf8')))
    if (dropIn !== null) {
      mkdirSync(`${unit}.d`)
      writeFileSync(join(`${unit}.d`, 'own.conf'), here(dropIn))
    }
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' })
    return [status, stderr]
  } finally {
    rmSync(folder, { recursive: true })
  }
}
