// docs/guides: every command of the guides is run, and what the pages show is what it answers. `UPDATE_DOCS=1` writes the answers into the pages.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { OAuth2Server } from 'oauth2-mock-server'
import { type DemoBackend, QUICKSTART_PORTS, startDemoBackends } from '../examples/demo-backends.ts'
import { collect } from '../src/testing/process.ts'
import { eventually } from './integration/agent-kit.ts'
import { answers } from './integration/servers.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CONSOLE = /^```console\n([^]*?)^```$/gm
const CLI = join(ROOT, 'src/cli/bin.ts')

/** Ports of the pages, and those of this run. */
const ports = new Map<number, number>()
let folder = ''
let backends: DemoBackend[] = []
let issuer: OAuth2Server

before(async () => {
  const named = [...QUICKSTART_PORTS.products, QUICKSTART_PORTS.marketing, 8080, 9090, 8085]
  for (const port of named) ports.set(port, await shortPort())
  const own = named.map((port) => ports.get(port) ?? 0)
  backends = await startDemoBackends({ products: own.slice(0, 3), marketing: own[3] ?? 0 })
  issuer = new OAuth2Server()
  await issuer.issuer.keys.generate('RS256')
  await issuer.start(ports.get(8085), 'localhost')
  folder = mkdtempSync(join(tmpdir(), 'guides-'))
  cpSync(join(ROOT, 'examples/guides'), folder, { recursive: true })
  for (const file of readdirSync(folder)) writeFileSync(join(folder, file), live(readFileSync(join(folder, file), 'utf8')))
})
after(async () => {
  await Promise.all([issuer.stop(), ...backends.map((backend) => backend.close())])
  rmSync(folder, { recursive: true })
})

/** A free port of four digits, as those of the pages: tables and excerpts are as wide then. */
async function shortPort(): Promise<number> {
  for (;;) {
    const port = 2000 + Math.floor(Math.random() * 6000)
    if (!(await answers(port)) && ![...ports.values()].includes(port)) return port
  }
}

/** With the ports of this run. */
function live(shown: string): string {
  return shown.replaceAll(/(localhost:|"port": ?)(\d{4})\b/g, (whole, where: string, port: string) => {
    const own = ports.get(Number(port))
    return own === undefined ? whole : `${where}${own}`
  })
}

/** With the ports of the pages. */
function shown(output: string): string {
  let page = output
  for (const [port, own] of ports) page = page.replaceAll(new RegExp(`\\b${own}\\b`, 'g'), String(port))
  return page
}

/** What differs from run to run: times, and spaces that depend on them. Lines that a page leaves out are `…`. */
function comparable(output: string): string[] {
  return output
    .replaceAll(/\d{4}[/-]\d\d[/-]\d\d[T ](?:- )?\d\d:\d\d:\d\d(?:\.\d+)?/g, 'TIME')
    .replaceAll(/^Date: .*$/gm, 'Date: TIME')
    .replaceAll(/(\d+(?:\.\d+)?) ?(?:ms|µs)\b/g, 'T')
    .replaceAll(/dur=[\d.]+|"ms":[\d.]+/g, 'T')
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
}

interface Command {
  readonly line: string
  readonly shown: string
}

/** What stands behind each `$ ` of a block of a page. */
function commandsOf(block: string): Command[] {
  const parts = block.split(/^\$ /m).slice(1)
  return parts.map((part) => {
    const end = part.indexOf('\n')
    return { line: part.slice(0, end), shown: part.slice(end + 1) }
  })
}

/** Serves a file of the folder; gives what the log says until it listens. */
async function serve(line: string): Promise<{ child: ChildProcess; said: () => string }> {
  const [, ...args] = line.split(' ')
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const { output } = collect(child)
  await eventually(() => child.exitCode !== null || answers(ports.get(8080) ?? 0), line)
  return { child, said: () => shown(output()) }
}

async function run(line: string): Promise<string> {
  const script = `krakend() { ${process.execPath} ${CLI} "$@"; }\n${live(line)}`
  const child = spawn('bash', ['-c', script], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return shown(stderr + stdout)
}

/** The first line of a page that is not in the answer at its place; null where all are. `…` stands for any lines. */
function findDifference(page: string, answer: string): string | null {
  const lines = comparable(answer)
  let at = 0
  let isGap = false
  for (const line of comparable(page)) {
    if (line === '…') isGap = true
    else {
      const found = isGap ? lines.indexOf(line, at) : lines[at] === line ? at : -1
      if (found < 0) return line
      at = found + 1
      isGap = false
    }
  }
  return isGap || at === lines.length ? null : `(missing) ${lines[at]}`
}

/** Runs the commands of a page one after the other; a gateway serves until the next one, or the end of the page. */
async function follow(path: string): Promise<void> {
  const file = join(ROOT, path)
  let page = readFileSync(file, 'utf8')
  let gateway: ChildProcess | null = null
  const stop = async (): Promise<void> => {
    if (gateway === null || gateway.exitCode !== null) return
    gateway.kill('SIGTERM')
    await once(gateway, 'close')
  }
  try {
    for (const [, block = ''] of page.matchAll(CONSOLE)) {
      for (const command of commandsOf(block)) {
        const { line } = command
        const isServing = line.startsWith('krakend run')
        if (isServing) await stop()
        const served = isServing ? await serve(line) : null
        gateway = served?.child ?? gateway
        const answer = served === null ? await run(line) : served.said()
        const isShown = findDifference(command.shown, answer) === null
        if (process.env['UPDATE_DOCS'] === '1' && !isShown) {
          const ended = answer === '' || answer.endsWith('\n') ? answer : `${answer}\n`
          page = page.replace(`$ ${line}\n${command.shown}`, () => `$ ${line}\n${ended}`)
        } else assert.equal(findDifference(command.shown, answer), null, `${line}\n${answer}`)
      }
    }
  } finally {
    await stop()
  }
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, page)
}

describe('guides', { skip: process.platform === 'win32' ? 'the pages speak to a POSIX shell' : false }, () => {
  for (const path of globSync('docs/guides/*.md', { cwd: ROOT }).sort()) test(basename(path), () => follow(path))
})
