// What a command says about the findings in a file: as text on standard error, or as JSON on standard output.

import { describeIssues, printIssues } from '../schema/print-issues.ts'
import type { Issue, Source } from '../schema/issue.ts'
import { UsageError } from './arguments.ts'
import { hasColors } from './command.ts'

export type ReportFormat = 'text' | 'json'

export interface ReportOptions {
  readonly format: ReportFormat
  /** Every place of equal findings. */
  readonly showsAll: boolean
}

export function readFormat(text: string | undefined): ReportFormat {
  if (text === undefined || text === 'text') return 'text'
  if (text === 'json') return 'json'
  throw new UsageError(`invalid argument "${text}" for "--format" flag: it must be text or json`)
}

/** Writes the findings; `refusal` is KrakenD's sentence about them, null where the file is accepted. */
export async function report(issues: readonly Issue[], source: Source, refusal: string | null, options: ReportOptions): Promise<void> {
  if (refusal !== null) process.stderr.write(`ERROR ${refusal}\n\n`)
  if (options.format === 'text') {
    process.stderr.write(await printIssues(issues, source, { hasColors: hasColors(process.stderr), showsAll: options.showsAll }))
    return
  }
  const findings = await describeIssues(issues, source)
  const counts = { errors: countOf(issues, 'error'), warnings: countOf(issues, 'warning') }
  // What refuses a file need not stand in it: a schema that cannot be read, say.
  const verdict = refusal === null ? { isAccepted: true } : { isAccepted: false, reason: refusal }
  process.stdout.write(`${JSON.stringify({ file: source.file, ...verdict, ...counts, findings }, null, 2)}\n`)
}

function countOf(issues: readonly Issue[], severity: Issue['severity']): number {
  return issues.filter((issue) => issue.severity === severity).length
}

/** `1 error, 103 warnings: 84 missing-namespace, 20 unknown-option`; empty without findings. */
export function summarize(issues: readonly Issue[]): string {
  if (issues.length === 0) return ''
  const counts = (['error', 'warning'] as const)
    .map((severity) => [countOf(issues, severity), severity] as const)
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}${count === 1 ? '' : 's'}`)
  const byCode = Map.groupBy(issues, ({ code }) => code)
  const kinds = [...byCode].sort(([, a], [, b]) => b.length - a.length).map(([code, list]) => `${list.length} ${code}`)
  return `${counts.join(', ')}: ${kinds.join(', ')}\n`
}
