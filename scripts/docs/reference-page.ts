// docs/reference.md: all namespaces on one page.

import { posix } from 'node:path'
import type { WhenInvalid } from '../../src/engine/compile/component.ts'
import type { NamespaceEntry } from './namespaces.ts'
import { summaryOf } from './readme.ts'

export interface Readme {
  /** From the project's folder. */
  readonly path: string
  readonly text: string
}

const PAGE_FOLDER = 'docs'

const WHEN_INVALID: Readonly<Record<WhenInvalid, string>> = {
  skip: 'off',
  deny: 'every request there is answered 401',
  default: 'as if it were empty',
  stop: 'no start',
}

const PROTECTS: Readonly<Record<string, string>> = { true: 'yes', partly: 'partly' }

export function referencePage(entries: readonly NamespaceEntry[], pages: ReadonlyMap<string, Readme>): string {
  const rowOf = ({ label, namespace, levels, declaration }: NamespaceEntry): string[] => {
    const page = pages.get(label) as Readme
    const { whenInvalid, restricting } = declaration
    return [link(namespace, page), levels.join(', '), summaryOf(page.text), WHEN_INVALID[whenInvalid], PROTECTS[String(restricting)] ?? '']
  }
  const rows = entries.filter(({ isEngine }) => !isEngine).map(rowOf)
  const engineRows = entries.filter(({ isEngine }) => isEngine).map((entry) => rowOf(entry).slice(0, 3))
  return `# Reference

Every namespace of \`extra_config\` that means something here. This page is made by \`npm run docs\`; each name leads to a page with the reasons,
an example, all options and the quirks. Editors complete and check files of versions 2, 3 and 4 with [krakend-ts.json](schema/krakend-ts.json):

\`\`\`json
{ "$schema": "./node_modules/krakend-ts/docs/schema/krakend-ts.json", "version": 3 }
\`\`\`

## Components

In the order of [src/order.ts](../src/order.ts), outermost first. *When wrong* is what becomes of a block that cannot be read, as in KrakenD. *Protects*: \`krakend check\`
refuses such a block. With \`--strict\`, \`check\` and \`run\` also refuse whatever else switches a protection off, such as a pattern that does not compile,
and whatever was not understood in a block that protects, were it *partly*.

${table(['namespace', 'level', 'what it does', 'when wrong', 'protects'], rows)}

## Engine

${table(['namespace', 'level', 'what it does'], engineRows)}

Service discovery by DNS (\`"sd": "dns"\`) is configured by fields of the backend: see [sd/dns](../src/components/sd/dns/README.md).
`
}

function link(namespace: string, { path }: Readme): string {
  return `[\`${namespace}\`](${posix.relative(PAGE_FOLDER, path)})`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
