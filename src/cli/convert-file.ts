// What `krakend convert` does with files: reads the source, compares what both mean, writes the result.

import { readFile, writeFile } from 'node:fs/promises'
import { extensionOf } from '../config/load.ts'
import { describeFileError } from '../go/file-error.ts'
import { readConfig } from '../config/read-config.ts'
import type { GatewayConfig } from '../config/types.ts'
import { synonymsOf } from '../config/upgrade.ts'
import type { Conversion } from '../convert/convert.ts'
import { knownNamespaces } from '../engine/compile/order.ts'
import { diffConfigs } from '../explain/diff-configs.ts'
import { order } from '../order.ts'
import { printIssues } from '../schema/print-issues.ts'
import { hasColors, type Paint } from './command.ts'
import { describeDiff } from './show-diff.ts'

/** The text of a file with its extension; null after it was told that it cannot be read. */
export async function readSource(file: string): Promise<{ text: string; extension: string } | null> {
  try {
    return { text: await readFile(file, 'utf8'), extension: extensionOf(file) }
  } catch (error) {
    process.stderr.write(`ERROR parsing the configuration file:\t'${file}': ${describeFileError(error, file)}\n`)
    return null
  }
}

export async function tellIssue(file: string, text: string, { issue, from }: Conversion): Promise<void> {
  if (issue === null) return
  process.stderr.write(`ERROR parsing the configuration file:\t'${file}': ${issue.message}\n\n`)
  process.stderr.write(
    await printIssues([issue], { file, text, format: from.format, synonymsOf }, { hasColors: hasColors(process.stderr) }),
  )
  if (/\{\{/.test(text)) process.stderr.write('a template is rendered first: FC_ENABLE=1 FC_OUT=out.json krakend check -c FILE\n')
}

/** What clients may notice of another version, as a page; empty where that is nothing, or where one of both cannot be served. */
export async function compareMeaning(file: string, text: string, { text: result, from, to }: Conversion, paint: Paint): Promise<string> {
  if (result === null || from.version === to.version) return ''
  const before = await parse(file, text)
  const after = await parse(`result.${to.format}`, result)
  if (before === null || after === null) return 'the file is not one that can be served, so both could not be compared\n'
  const { changes, counts } = await diffConfigs(before, after)
  const shown = changes
    .map((change) => ({ ...change, values: change.values.filter(({ name }) => change.name !== 'service' || name !== 'version') }))
    .filter(({ blocks, values, kind }) => kind !== 'changed' || blocks.length + values.length > 0)
  return shown.length === 0 ? '' : `\nwhat is not the same afterwards:\n${describeDiff({ changes: shown, counts }, paint).trimEnd()}\n\n`
}

async function parse(file: string, text: string): Promise<GatewayConfig | null> {
  const read = (edition: 'ce' | null) =>
    readConfig(file, { environment: {}, edition, knownNamespaces: knownNamespaces(order), readFile: () => Promise.resolve(text) })
  const { config } = await read(null)
  // what `run` refuses for a protection of the Enterprise edition can be compared all the same
  return config ?? (await read('ce')).config
}

const STANDARD_OUTPUT = '-'

/** To standard output without a path, and for `-`. Whether it was written; else it was told why not. */
export async function writeResult(text: string, path: string | undefined, overwrites: boolean): Promise<boolean> {
  if (path === undefined || path === STANDARD_OUTPUT) {
    process.stdout.write(text)
    return true
  }
  try {
    await writeFile(path, text, { flag: overwrites ? 'w' : 'wx' })
    return true
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST'
    process.stderr.write(exists ? `${path} exists: --force overwrites it\n` : `${describeFileError(error, path)}\n`)
    return false
  }
}
