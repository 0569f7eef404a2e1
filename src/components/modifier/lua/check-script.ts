// What `krakend check` says of a script: mistakes with their lines, files that are missing or are not those that were meant.

import type { CheckedBlock } from '../../../engine/compile/component.ts'
import type { LuaSyntaxError } from '../../../lua/errors.ts'
import { excerptOf } from '../../../schema/excerpt.ts'
import { errorIssue, warningIssue, type Issue } from '../../../schema/issue.ts'
import { wordsOf } from './failure.ts'
import type { LuaOptions } from './options.ts'
import { compileScript, locate, NO_PROGRAM, runs, type Part, type Script, type SourceText } from './script.ts'
import { findWrongChecksum } from './source-files.ts'

const FAILS = 'every request here is answered 500'
const OFF = 'the script is off, requests pass without it'

type CheckedFiles = Pick<CheckedBlock, 'readable' | 'contentOf'>

/** `isEndpoint`: of lua-endpoint, which runs before there is anything to skip or to look at afterwards. */
export function checkScript(given: LuaOptions, isEndpoint: boolean, { readable, contentOf }: CheckedFiles): Issue[] {
  const options = isEndpoint ? { ...given, post: '', skip_next: false } : given
  const missing = options.sources.findIndex((path) => !readable(path))
  if (missing >= 0) {
    const message = `${options.sources[missing]} cannot be read: ${FAILS}`
    return [errorIssue('missing-file', ['sources', missing], message), ...checkParts(compileScript([], options), options, [])]
  }
  const texts = options.sources.flatMap((path): SourceText[] => {
    const bytes = contentOf(path)
    return bytes === null ? [] : [{ path, bytes }]
  })
  // Sources without one of them are another program: what only the gateway may read stays unchecked, and all beside it.
  const isWhole = texts.length === options.sources.length
  const script = compileScript(isWhole ? texts : [], options)
  const issues = checkParts(script, options, texts)
  const checksum = options.live ? null : findWrongChecksum(options, texts)
  if (checksum !== null) issues.push(errorIssue('wrong-checksum', ['md5'], `${checksum}: ${OFF}`))
  if (isWhole && !options.live && !runs(script, options)) issues.push(errorIssue('empty-script', [], `${NO_PROGRAM}: ${OFF}`))
  for (const path of Object.keys(options.md5)) {
    if (!options.sources.includes(path))
      issues.push(warningIssue('invalid-option', ['md5', path], 'is none of "sources": nothing is compared'))
  }
  if (given.post !== options.post) issues.push(warningIssue('invalid-option', ['post'], 'modifier/lua-endpoint runs no "post"'))
  if (given.skip_next !== options.skip_next)
    issues.push(warningIssue('invalid-option', ['skip_next'], 'modifier/lua-endpoint skips nothing'))
  return issues
}

function checkParts(script: Script, options: LuaOptions, texts: readonly SourceText[]): Issue[] {
  return [...checkSources(script, options, texts), ...checkPart(script.pre, 'pre', options), ...checkPart(script.post, 'post', options)]
}

function checkSources(script: Script, { sources }: LuaOptions, texts: readonly SourceText[]): Issue[] {
  if (!(script.sources instanceof Error)) return []
  const { path, line } = locate(script, script.sources.line)
  const text = Buffer.from(texts.find((one) => one.path === path)?.bytes ?? '').toString('utf8')
  return [invalid(script.sources, ['sources', sources.indexOf(path)], { prefix: `${path}: `, line, text })]
}

function checkPart(part: Part | null, name: 'pre' | 'post', { [name]: text }: LuaOptions): Issue[] {
  return part instanceof Error ? [invalid(part, [name], { prefix: '', line: part.line, text })] : []
}

interface Place {
  readonly prefix: string
  /** 0 at the end of the text. */
  readonly line: number
  readonly text: string
}

/** The line of the script is shown where the file's own does not show it. */
function invalid(error: LuaSyntaxError, at: (string | number)[], { prefix, line, text }: Place): Issue {
  const place = line === 0 ? '' : `line ${line}: `
  const issue = errorIssue('invalid-script', at, `${prefix}${place}${wordsOf(error)}: ${FAILS}`)
  const excerpt = prefix === '' && !text.includes('\n') ? null : excerptOf(text, { line, column: 0 })
  return excerpt === null ? issue : { ...issue, excerpt }
}
