// `npm run docs:site`: the documentation as a static site with a search of its own, in tools/site/dist. Installs what builds it, there alone.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findDeadLinks } from './site/built-links.ts'
import { contentsOf } from './site/contents.ts'
import { copyOf, linkPage } from './site/links.ts'
import { collectPages } from './site/pages.ts'
import { ROOT } from './tools.ts'

const SITE = join(ROOT, 'tools/site')
const PAGES = join(SITE, 'pages')
const DIST = join(SITE, 'dist')
const LOCK = join(SITE, 'package-lock.json')
/** What was installed. */
const STAMP = join(SITE, 'node_modules', '.installed-lock')

install()
writePages()
build()
const dead = findDeadLinks(DIST)
if (dead.length > 0) fail(`links that lead nowhere:\n  ${dead.join('\n  ')}`)
console.log(`The site is in ${DIST}: npx --prefix tools/site vitepress preview tools/site shows it.`)

function install(): void {
  const lock = readFileSync(LOCK, 'utf8')
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', args, { cwd: SITE, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (status !== 0) fail(`npm ${args.join(' ')} failed in ${SITE}: see its message above`)
  writeFileSync(STAMP, lock)
}

function writePages(): void {
  const pages = collectPages()
  const routes = new Map(pages.map(({ source, route }) => [source, route]))
  rmSync(PAGES, { recursive: true, force: true })
  const nowhere: string[] = []
  for (const page of pages) {
    const { text, files, dead } = linkPage(page, routes)
    nowhere.push(...dead)
    put(join(PAGES, `${page.route}.md`), text)
    for (const file of files) cpSync(join(ROOT, file), join(PAGES, 'public', copyOf(file)), { recursive: true })
  }
  if (nowhere.length > 0) fail(`links that lead nowhere:\n  ${nowhere.join('\n  ')}`)
  cpSync(join(SITE, 'style.css'), join(PAGES, 'public/style.css'))
  put(join(PAGES, 'contents.json'), JSON.stringify(contentsOf(pages)))
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** What it warns of, such as a dead link or a language that it does not know, is a failure. */
function build(): void {
  const program = join(SITE, 'node_modules/vitepress/bin/vitepress.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'build', SITE], { cwd: SITE, encoding: 'utf8' })
  const output = stdout + stderr
  if (status !== 0 || /\bwarn|not loaded|\(!\)/i.test(output)) fail(`the site is not built:\n${output}`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
