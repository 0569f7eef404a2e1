// Links of a page as they have to be on the site: to pages by their place there, to other files of the project by a copy.

import type { Page } from './pages.ts'
import { targetOf } from './pages.ts'

export interface LinkedPage {
  readonly text: string
  /** Files of the project that are linked. */
  readonly files: readonly string[]
  /** Links that lead nowhere. */
  readonly dead: readonly string[]
}

const FENCE = /^( *```[^]*?^ *```)$/m
const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)/g
/** What a browser shows; the rest is copied as text. */
const SHOWN = /\.(svg|png|json|txt)$/

/** Where the copy of a file stands. */
export function copyOf(file: string): string {
  return SHOWN.test(file) ? `/files/${file}` : `/files/${file}.txt`
}

export function linkPage({ source, text }: Page, routes: ReadonlyMap<string, string>): LinkedPage {
  const files: string[] = []
  const dead: string[] = []
  const rewrite = (whole: string, image: string, label: string, link: string, anchor = ''): string => {
    if (link.startsWith('/') || link === '') return whole
    const target = targetOf(source, link)
    const route = routes.get(target ?? '')
    if (route !== undefined) return `${image}[${label}](/${route.replace(/(^|\/)index$/, '$1')}${anchor})`
    if (target === null) dead.push(`${source}: ${link}`)
    // A folder without a page of its own is no place to go to.
    if (target === null || target.endsWith('/')) return label
    files.push(target)
    return `${image}[${label}](${copyOf(target)})`
  }
  const parts = text.split(FENCE).map((part) => (/^ *```/.test(part) ? part : part.replaceAll(LINK, rewrite)))
  return { text: parts.join(''), files, dead }
}
