// Recorded cases of text/template with sprig, run by this project's own.

import { randomBytes } from 'node:crypto'
import { describeSyntaxError } from '../../src/config/formats/json-syntax.ts'
import { parseJsonText } from '../../src/json/parse.ts'
import { sprigFunctions } from '../../src/go/template/sprig/index.ts'
import { parseTemplate, TemplateError } from '../../src/go/template/index.ts'
import { encodeText } from '../../src/go/text.ts'
import { UTC } from '../../src/go/time-zone.ts'
import { fromJsonValue } from '../../src/go/value.ts'
import type { VectorResult } from '../vectors.ts'

type Recorded = string | { readonly hex: string }

interface TemplateVector {
  readonly id: string
  readonly group: string
  readonly template: string
  readonly partials?: Readonly<Record<string, string>>
  readonly data: unknown
  readonly out: Recorded
  readonly stage?: 'parse' | 'exec'
  readonly error: Recorded | null
}

interface Outcome {
  readonly out: string
  readonly stage: string | undefined
  readonly error: string | null
}

const functions = sprigFunctions({
  env: { VEC_NAME: 'World' },
  home: UTC,
  now: Date.now,
  random: randomBytes,
  lookupHost: () => [],
  parseJson: parseJsonText,
  describeJsonError: (text) => describeSyntaxError(text)?.message ?? '',
})

/** One result per line. */
export function run(lines: readonly string[]): VectorResult[] {
  return lines.map((line) => compare(JSON.parse(line) as TemplateVector))
}

function compare(vector: TemplateVector): VectorResult {
  const { id, group } = vector
  const found = render(vector)
  const expected = { out: hexOf(vector.out), stage: vector.stage, place: placeOf(vector.error) }
  const isSame = hexOf(found.out) === expected.out && found.stage === expected.stage && placeOf(found.error) === expected.place
  const textOk = (found.error === null ? null : hexOf(found.error)) === (vector.error === null ? null : hexOf(vector.error))
  const shown = JSON.stringify({ expected: { out: vector.out, stage: vector.stage, error: vector.error }, found })
  return { id, group, ok: isSame, textOk, note: isSame && textOk ? '' : `${vector.template}\n    ${shown}` }
}

function render({ template, partials = {}, data }: TemplateVector): Outcome {
  let out = ''
  try {
    const main = parseTemplate('t.tmpl', template, { functions })
    for (const name of Object.keys(partials).sort()) main.add(name, partials[name] ?? '')
    main.execute(fromJsonValue(data), (text) => {
      out += text
    })
    return { out, stage: undefined, error: null }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return { out, stage: error.stage, error: error.message }
  }
}

function hexOf(text: Recorded): string {
  return typeof text === 'string' ? encodeText(text).toString('hex') : text.hex
}

/** The line that the text of an error names: `t.tmpl:3`. */
function placeOf(error: Recorded | null): string | null {
  if (error === null) return null
  const text = typeof error === 'string' ? error : Buffer.from(error.hex, 'hex').toString('latin1')
  return /^template: ([^:]*:\d+)/.exec(text)?.[1] ?? ''
}
