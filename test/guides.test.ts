// The guides and other pages of docs/: every command of them is run, and what the pages show is what it answers. `UPDATE_DOCS=1` writes the answers into the pages.

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
import { krakend } from '../src/cli/test-commands.ts'
import { findDifference, wordsOf } from './page-lines.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGES = ['docs/audit.md', 'docs/running.md', 'docs/guides/*.md']
const CONSOLE = /^```console\n([^]*?)^```$/gm
const LISTENING = /Listening on port.*\n/
const CLI = join(ROOT, 'src/cli/bin.ts')

/** Ports of the pages, and those of this run. */
const ports = new Map<number, number>()
let folder = ''
let backends: DemoBackend[] = []
let issuer: OAuth2Server

/** The files of the examples, for one page alone: it may change them. */
function makeFolder(): void {
  folder = mkdtempSync(join(tmpdir(), 'guides-'))
  cpSync(join(ROOT, 'examples/guides'), folder, { recursive: true })
  for (const file of readdirSync(folder)) writeFileSync(join(folder, file), live(readFileSync(join(folder, file), 'utf8')))
}

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

interface Served {
  readonly child: ChildProcess
  /** What the log has said since the last time that it was asked for. */
  readonly said: () => string
}

/** Serves a file of the folder; with `&` or without, it does so until the next one. Waits for the line about the port where the page shows it. */
async function serve({ line, shown: page }: Command): Promise<Served> {
  const [, ...args] = line.replace(/ &$/, '').split(' ')
  // One pipe for both, as a terminal is: lines come in their order.
  const child = spawn('sh', ['-c', 'exec "$0" "$@" 2>&1', process.execPath, CLI, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { output } = collect(child)
  const isServing = LISTENING.test(page) ? () => LISTENING.test(output()) : () => answers(ports.get(8080) ?? 0)
  try {
    await eventually(() => child.exitCode !== null || isServing(), line)
  } catch (error) {
    child.kill()
    throw error
  }
  let told = 0
  function said(): string {
    const whole = output()
    const news = whole.slice(told)
    told = whole.length
    return shown(news)
  }
  return { child, said }
}

/** `kill -HUP %1`: what the gateway in the background says of it. */
async function signal({ child, said }: Served, line: string): Promise<string> {
  const [, name = ''] = /^kill -(\w+) %1$/.exec(line) ?? []
  said()
  let answer = ''
  child.kill(`SIG${name}` as NodeJS.Signals)
  if (name === 'HUP') {
    await eventually(() => {
      answer += said()
      return /configuration (?:is served|stays).*\n/.test(answer)
    }, line)
  } else await once(child, 'close')
  return answer + said()
}

async function run(line: string): Promise<string> {
  if (/^krakend [^|&;<>()$`\\"*]*$/.test(line)) {
    const { stdout, stderr } = await krakend(folder, ...wordsOf(live(line)).slice(1))
    return shown(stderr + stdout)
  }
  const script = `krakend() { ${process.execPath} ${CLI} "$@"; }\n${live(line)}`
  const child = spawn('bash', ['-c', script], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return shown(stderr + stdout)
}

/** Runs the commands of a page one after the other; a gateway serves until the next one, or the end of the page. */
async function follow(path: string): Promise<void> {
  makeFolder()
  const file = join(ROOT, path)
  let page = readFileSync(file, 'utf8')
  let gateway: Served | null = null
  const stop = async (): Promise<void> => {
    if (gateway === null || gateway.child.exitCode !== null) return
    gateway.child.kill('SIGTERM')
    await once(gateway.child, 'close')
  }
  async function execute(command: Command): Promise<string> {
    const { line } = command
    if (line.startsWith('kill -') && gateway !== null) return signal(gateway, line)
    if (!line.startsWith('krakend run')) return run(line)
    await stop()
    gateway = await serve(command)
    return gateway.said()
  }
  try {
    for (const [, block = ''] of page.matchAll(CONSOLE)) {
      for (const command of commandsOf(block)) {
        const { line } = command
        const answer = await execute(command)
        const isShown = findDifference(command.shown, answer) === null
        if (process.env['UPDATE_DOCS'] === '1' && !isShown) {
          const ended = answer === '' || answer.endsWith('\n') ? answer : `${answer}\n`
          page = page.replace(`$ ${line}\n${command.shown}`, () => `$ ${line}\n${ended}`)
        } else assert.equal(findDifference(command.shown, answer), null, `${line}\n${answer}`)
      }
    }
  } finally {
    await stop()
    rmSync(folder, { recursive: true })
  }
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, page)
}

describe('pages of docs/', () => {
  before(async () => {
    const named = [...QUICKSTART_PORTS.products, QUICKSTART_PORTS.marketing, 8080, 9090, 8085]
    for (const port of named) ports.set(port, await shortPort())
    const own = named.map((port) => ports.get(port) ?? 0)
    backends = await startDemoBackends({ products: own.slice(0, 3), marketing: own[3] ?? 0 })
    issuer = new OAuth2Server()
    await issuer.issuer.keys.generate('RS256')
    await issuer.start(ports.get(8085), 'localhost')
  })
  after(() => Promise.all([issuer.stop(), ...backends.map((backend) => backend.close())]))

  describe('pages', { skip: process.platform === 'win32' ? 'the pages speak to a POSIX shell' : false }, () => {
    for (const path of globSync(PAGES, { cwd: ROOT }).sort()) test(basename(path), () => follow(path))
  })
})
