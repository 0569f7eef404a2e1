// A file of one version and format becomes one of another. Nothing is lost in silence: what the target cannot say is told, and the
// result is read again and compared.

import { isDeepStrictEqual } from 'node:util'
import { parseText } from '../config/load.ts'
import { errorIssue, type Issue } from '../schema/issue.ts'
import { isObject } from '../json/types.ts'
import { convertVersion, type FileVersion, versionOf } from './convert-version.ts'
import { readTree } from './read-tree.ts'
import { type MapNode, type Remark, type Tell, valueOf } from './tree.ts'
import { TARGET_FORMATS, type TargetFormat, writeTree } from './write-tree.ts'

export interface ConvertRequest {
  readonly text: string
  /** `.yml`; literally, as everywhere. */
  readonly extension: string
  /** That of the source when it is null. */
  readonly version: FileVersion | null
  /** That of the source when it is null, JSON where that cannot be written. */
  readonly format: TargetFormat | null
}

export interface Conversion {
  /** Null where the source cannot be read, or the target cannot say something that matters. */
  readonly text: string | null
  readonly remarks: readonly Remark[]
  /** What is wrong with the source; null when it can be read. */
  readonly issue: Issue | null
  readonly from: { readonly version: FileVersion | null; readonly format: string }
  readonly to: { readonly version: FileVersion | null; readonly format: TargetFormat }
}

export async function convert({ text, extension, version, format }: ConvertRequest): Promise<Conversion> {
  const remarks: Remark[] = []
  const tell: Tell = (kind, line, message, hint = '') => void remarks.push({ kind, line, message, hint })
  const { root, format: sourceFormat, issue } = await readTree(text, extension, tell)
  const target = format ?? TARGET_FORMATS.find((one) => one === sourceFormat) ?? 'json'
  const unread = (problem: Issue): Conversion => ({
    text: null,
    remarks,
    issue: problem,
    from: { version: null, format: sourceFormat },
    to: { version, format: target },
  })
  if (root === null) return unread(issue ?? errorIssue('syntax', [], 'the file cannot be read'))
  const from = versionOf(root)
  if (from === null && version !== null)
    return unread(errorIssue('unsupported-version', ['version'], 'the file does not say which version it has', 'add "version": 3'))
  if (from !== null && version !== null) convertVersion(root, from, version, tell)
  const written = await writeTree(root, target, tell)
  const isRefused = remarks.some(({ kind }) => kind === 'refused')
  if (!isRefused) await compare(root, written, target)
  return {
    text: isRefused ? null : written,
    remarks: remarks.sort((a, b) => a.line - b.line),
    issue: null,
    from: { version: from, format: sourceFormat },
    to: { version: version ?? from, format: target },
  }
}

/** What was written means what the tree says: anything else is a bug, and must not leave. */
async function compare(root: MapNode, written: string, format: TargetFormat): Promise<void> {
  const { raw, issue } = await parseText(written, `.${format}`)
  if (issue === null && isDeepStrictEqual(normalize(raw, format), normalize(valueOf(root), format))) return
  throw new Error(
    `a bug, please report it: the ${format} that was written does not read as what it was made of${issue === null ? '' : `: ${issue.message}`}`,
  )
}

/** Without what formats have different words for: nulls of maps where TOML has none, the sign of zero. */
function normalize(value: unknown, format: TargetFormat): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => normalize(item, format))
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => format !== 'toml' || member !== null)
        .map(([key, member]) => [key, normalize(member, format)]),
    )
  return value === 0 ? 0 : value
}
