// Links of the finished site that lead nowhere, headings included.

import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** `cli.html: /errors.html#nothing`, for each. */
export function findDeadLinks(folder: string): string[] {
  const files = globSync('**/*', { cwd: folder }).map((path) => path.replaceAll('\\', '/'))
  const known = new Set(files)
  const html = new Map(files.filter((path) => path.endsWith('.html')).map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
  const ids = new Map([...html].map(([path, text]) => [path, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id as string))]))
  return [...html].flatMap(([path, text]) =>
    [...text.matchAll(/ href="([^"]*)"/g)]
      .map(([, link]) => link as string)
      .filter((link) => !/^(https?|mailto):/.test(link) && !leads(path, link))
      .map((link) => `${path}: ${link}`),
  )

  function leads(from: string, link: string): boolean {
    const [place = '', anchor = ''] = link.replaceAll('&amp;', '&').split('#')
    const path = place === '' ? from : place.startsWith('/') ? place.slice(1) : join(dirname(from), place)
    const file = [path, `${path}.html`, join(path, 'index.html')].find((one) => known.has(one.replaceAll('\\', '/')))
    return file !== undefined && (anchor === '' || !html.has(file) || (ids.get(file)?.has(decodeURIComponent(anchor)) ?? false))
  }
}
