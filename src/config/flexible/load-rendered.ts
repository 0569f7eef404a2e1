// A file of a flexible configuration becomes a raw value: rendered, kept where `FC_OUT` says, parsed.

import { writeFile } from 'node:fs/promises'
import { errorIssue, warningIssue } from '../../schema/issue.ts'
import { encodeText } from '../../go/text.ts'
import type { Environment } from '../environment.ts'
import { describeFileError } from '../../go/file-error.ts'
import { extensionOf, loadFile, parseText, type ReadFile } from '../load.ts'
import type { LoadedConfig } from '../read-config.ts'
import { renderFlexible } from './render.ts'
import { flexibleVariables } from './variables.ts'

/** What was rendered may hold secrets of the environment. */
const OUT_MODE = 0o600

const FC_CONFIG = warningIssue(
  'flexible-configuration',
  [],
  'FC_CONFIG names a file of the extended flexible configuration of KrakenD Enterprise: ignored',
  'FC_SETTINGS, FC_PARTIALS and FC_TEMPLATES are read',
)

/** compat: a file whose templates are wrong is parsed as it is. */
export async function loadRendered(file: string, environment: Environment, readFile?: ReadFile): Promise<LoadedConfig> {
  const variables = flexibleVariables(environment)
  const rendering = await renderFlexible(file, variables, environment, readFile)
  if (rendering.kind === 'wrong-settings') return unusable(file, rendering.message)
  if (rendering.kind === 'wrong-template') {
    const raw = await loadFile(file, readFile)
    return { ...raw, name: file, shownName: file, originOf: null, failure: null, notices: [rendering.message], gaps: [] }
  }
  const { out } = variables
  const { rendered } = rendering
  const gaps = [...(environment['FC_CONFIG'] ? [FC_CONFIG] : []), ...rendering.gaps]
  const { text } = rendered
  const problem = out === '' ? null : await keep(out, text)
  if (problem !== null) return unusable(file, `keeping the rendered configuration: ${problem}`)
  const parsed = await parseText(encodeText(text).toString('utf8'), out === '' ? '.json' : extensionOf(out))
  return {
    ...parsed,
    name: out === '' ? file : out,
    shownName: out === '' ? `${file} (rendered)` : out,
    originOf: (position) => rendered.originOf(position),
    failure: null,
    notices: [],
    gaps,
  }
}

function unusable(file: string, failure: string): LoadedConfig {
  const issue = errorIssue('flexible-configuration', [], failure)
  return { raw: undefined, text: null, format: 'json', issue, name: file, shownName: file, originOf: null, failure, notices: [], gaps: [] }
}

/** Null, or why the file could not be written. */
async function keep(out: string, text: string): Promise<string | null> {
  try {
    await writeFile(out, encodeText(text), { mode: OUT_MODE })
    return null
  } catch (error) {
    return describeFileError(error, out)
  }
}
