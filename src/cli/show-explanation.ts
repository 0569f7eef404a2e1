// An explained endpoint as text: what a request passes from the top of the page down, and where each value comes from.

import type { ExplainedBackend, ExplainedBlock, ExplainedLayer, Explanation } from '../explain/explain-endpoint.ts'
import { isQuiet, type Row } from '../explain/flatten.ts'
import { writtenPattern } from '../explain/list-routes.ts'
import type { Paint } from './command.ts'
import { formatTable } from './table.ts'
import { valueText } from './value-text.ts'

export interface ShowOptions {
  readonly paint: Paint
  /** Defaults that say nothing, too. */
  readonly showsAll: boolean
}

/** One row of the page: what it is, its value, where it comes from; or a text alone. */
type Line = readonly [what: string, value: string, origin: string] | readonly [text: string]

/** The page, with a line feed at the end of every line. */
export function showExplanation(explanation: Explanation, options: ShowOptions): string {
  const { method, path, origin, fields, layers, backends, blocks, problem } = explanation
  const show = new Page(options)
  const lines: Line[] = [
    [options.paint(`${method} ${path}`, 'bold'), '', origin],
    ...(problem === null ? [] : [[options.paint(`the gateway does not start: ${problem}`, 'red')] as const]),
    ...show.rows(fields, 1),
    ...blocks.flatMap((block) => show.block(block, 1)),
    [''],
    ...show.layers(layers, 0),
    [mergeText(explanation)],
    ...backends.flatMap((backend) => show.backend(backend)),
  ]
  const quiet = show.hidden === 0 ? '' : `\n${show.hidden} options that are off or empty by default are not shown: --all\n`
  return `${formatTable(lines)}${quiet}`
}

function mergeText({ merge, backends }: Explanation): string {
  const calls = backends.filter(({ isShadow }) => !isShadow).length
  if (calls < 2) return 'then one backend is called'
  if (merge === 'sequential') return `then ${calls} backends are called one after the other, and their answers merged`
  if (merge === 'fallback') return `then ${calls} backends are called, the next one when the one before has failed`
  return `then ${calls} backends are called at once, and their answers merged`
}

function callText({ call: { method, urls, answeredBy, refusal }, hosts, urlPattern }: ExplainedBackend): string {
  if (answeredBy !== null) return answeredBy
  // what the file says, where nothing else is known
  return `${method} ${(refusal === null ? urls : hosts.map((host) => host + writtenPattern(urlPattern))).join(' or ') || '(no host)'}`
}

class Page {
  readonly #paint: Paint
  readonly #showsAll: boolean
  /** Rows that were left out. */
  hidden = 0

  constructor({ paint, showsAll }: ShowOptions) {
    this.#paint = paint
    this.#showsAll = showsAll
  }

  rows(rows: readonly Row[], depth: number): Line[] {
    const shown = this.#showsAll ? rows : rows.filter((row) => !isQuiet(row))
    this.hidden += rows.length - shown.length
    return shown.map(({ name, value, origin }) => [`${'  '.repeat(depth)}${name}`, valueText(value), this.#origin(origin)])
  }

  block({ namespace, origin, options }: ExplainedBlock, depth: number): Line[] {
    return [[`${'  '.repeat(depth)}${namespace}`, '', this.#origin(origin)], ...this.rows(options, depth + 1)]
  }

  layers(layers: readonly ExplainedLayer[], depth: number): Line[] {
    const lines: Line[] = []
    let stage = ''
    for (const layer of layers) {
      if (layer.stage !== stage) lines.push([`${'  '.repeat(depth)}${this.#paint(layer.stage, 'cyan')}`])
      stage = layer.stage
      const remark = layer.isReached ? (layer.mayAnswer ? 'answers?' : '') : 'never reached'
      const shown = remark === '' ? '' : this.#paint(remark, 'yellow')
      lines.push([`${'  '.repeat(depth + 1)}${layer.name}`, shown, layer.origin === null ? '' : this.#origin(layer.origin)])
      lines.push(...this.rows(layer.options, depth + 2))
    }
    return lines
  }

  backend(backend: ExplainedBackend): Line[] {
    const { index, origin, isShadow } = backend
    const title = `backend ${index}${isShadow ? ' (a copy, nobody waits for it)' : ''}`
    return [
      [''],
      [this.#paint(title, 'bold'), callText(backend), origin],
      ...this.rows(backend.fields, 1),
      ...backend.blocks.flatMap((block) => this.block(block, 1)),
      ...this.layers(backend.layers, 1),
      [`  ${this.#paint('answer', 'cyan')}`, backend.answer.join(' → '), ''],
    ]
  }

  #origin(origin: string): string {
    return origin === 'default' ? this.#paint(origin, 'dim') : origin
  }
}
