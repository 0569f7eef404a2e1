// What stands beside the pages of the site: the way through them, from the first gateway to the last option.

import type { Page } from './pages.ts'

interface Item {
  readonly text: string
  readonly link?: string
  readonly collapsed?: boolean
  readonly items?: readonly Item[]
}

const START = ['guides/first-gateway', 'about', 'cli', 'examples/quickstart', 'examples/freedom']
const MOVING = [
  'guides/from-krakend-1',
  'guides/from-krakend-2',
  'guides/from-krakend-3',
  'guides/from-enterprise',
  'differences',
  'demands',
]
const GUIDES = [
  'guides/aggregation',
  'guides/jwt',
  'guides/security',
  'guides/monitoring',
  'guides/debugging',
  'guides/performance',
  'backends',
]
const PLUGINS = ['plugins', 'examples/plugins']
const OPERATION = ['running', 'docker', 'kubernetes', 'systemd', 'scaling', 'reliability', 'errors', 'audit', 'bench', 'security']
/** What pages are called here where their titles say too little beside others. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['about', 'What it is'],
  ['examples/freedom', 'Files for our own keys'],
  ['examples/plugins', 'One good plugin for each place'],
  ['security', 'What is defended'],
  ['reference/index', 'All namespaces'],
])
const PROJECT = ['architecture', 'contributing', 'changelog']
/** Groups of components, in the order in which a request meets them. */
const GROUPS: readonly (readonly [group: string, text: string])[] = [
  ['auth', 'Authentication'],
  ['security', 'Security'],
  ['validation', 'Validation'],
  ['qos', 'Traffic'],
  ['modifier', 'Modifiers and scripts'],
  ['plugin', 'Plugins'],
  ['backend', 'Backends'],
  ['sd', 'Service discovery'],
  ['async', 'Async agents'],
  ['telemetry', 'Telemetry'],
  ['gw', 'Our own: _gw'],
]

export function contentsOf(pages: readonly Page[]): { sidebar: Item[]; nav: Item[] } {
  const byRoute = new Map(pages.map((page) => [page.route, page]))
  const item = (route: string): Item => {
    const page = byRoute.get(route)
    if (page === undefined) throw new Error(`the site has no page ${route}`)
    return { text: NAMES.get(route) ?? page.title, link: `/${route.replace(/index$/, '')}` }
  }
  const section = (text: string, routes: readonly string[]): Item => ({ text, items: routes.map(item) })
  const below = (group: RegExp): string[] => pages.map(({ route }) => route).filter((route) => group.test(route))
  const groups = GROUPS.map(([group, text]) => ({ ...section(text, below(new RegExp(`^reference/${group}/`))), collapsed: true }))
  const engine = { ...section('The gateway itself', below(/^reference\/(?!index$)[^/]+$/)), collapsed: true }
  const reference: Item = { text: 'Reference', items: [item('reference/index'), engine, ...groups] }
  return {
    sidebar: [
      section('Start', START),
      section('Coming from KrakenD', MOVING),
      section('Guides', GUIDES),
      section('Plugins', PLUGINS),
      section('Operation', OPERATION),
      reference,
      section('Project', PROJECT),
    ],
    nav: [
      { text: 'Start', link: '/guides/first-gateway' },
      { text: 'Reference', link: '/reference/' },
      { text: 'Plugins', link: '/plugins' },
      { text: 'Operation', link: '/running' },
    ],
  }
}
