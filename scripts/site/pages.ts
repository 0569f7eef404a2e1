// Which pages of the project the documentation site has, and where each stands in it.

import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { ROOT } from '../tools.ts'

export interface Page {
  /** In the repository: `docs/cli.md`. */
  readonly source: string
  /** On the site, without its extension: `cli`. */
  readonly route: string
  readonly title: string
  readonly text: string
}

const SOURCES = ['*.md', 'docs/**/*.md', 'examples/**/*.md', 'src/**/README.md']
/** A page of the site's own stands in its place. */
const HOME = 'docs/README.md'
/** First match counts. */
const ROUTES: readonly (readonly [source: RegExp, route: string])[] = [
  [/^docs\/README\.md$/, 'index'],
  [/^docs\/reference\.md$/, 'reference/index'],
  [/^docs\/components\/(.+)\.md$/, 'reference/$1'],
  [/^docs\/(.+)\.md$/, '$1'],
  [/^src\/components\/(.+)\/README\.md$/, 'reference/$1'],
  [/^(?:src\/)?(.+)\/README\.md$/, '$1'],
  [/^README\.md$/, 'about'],
  [/^(.+)\.md$/, '$1'],
]

export function collectPages(): Page[] {
  const sources = globSync(SOURCES, { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'))
  return sources
    .filter((source) => !source.includes('/_template/'))
    .sort()
    .map((source) => {
      const text = source === HOME ? readText('tools/site/index.md') : readText(source)
      return { source, route: routeOf(source), title: /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? '', text }
    })
}

function routeOf(source: string): string {
  for (const [pattern, route] of ROUTES) if (pattern.test(source)) return source.replace(pattern, route).toLowerCase()
  throw new Error(`${source} has no place on the site`)
}

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** What a link of a page leads to: the path of a file in the repository; a folder stands for its README. Null where nothing is there. */
export function targetOf(source: string, link: string): string | null {
  const path = normalize(join(dirname(source), decodeURI(link)))
    .replaceAll('\\', '/')
    .replace(/\/$/, '')
  if (path.startsWith('..') || !existsSync(join(ROOT, path))) return null
  if (!statSync(join(ROOT, path)).isDirectory()) return path
  return existsSync(join(ROOT, path, 'README.md')) ? `${path}/README.md` : `${path}/`
}
