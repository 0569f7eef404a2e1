// Which place of which template wrote a place of the rendered text.

import type { Here } from '../../go/template/index.ts'
import { positionsOf } from '../../schema/positions.ts'
import type { Position } from '../../schema/issue.ts'

interface Piece {
  /** Where it begins in the rendered text. */
  readonly start: number
  readonly origin: Here
}

/** Collects what templates write. */
export class RenderedText {
  readonly #chunks: string[] = []
  readonly #pieces: Piece[] = []
  #length = 0
  readonly #pathOf: (template: string) => string

  /** `pathOf` gives the file of a template as it was found: `config/krakend.tmpl` for `krakend.tmpl`. */
  constructor(pathOf: (template: string) => string) {
    this.#pathOf = pathOf
  }

  write(text: string, origin: Here): void {
    if (text === '') return
    this.#chunks.push(text)
    this.#pieces.push({ start: this.#length, origin })
    this.#length += text.length
  }

  get text(): string {
    return this.#chunks.join('')
  }

  /** `config/krakend.tmpl:3:5` for a place of the rendered text; null outside of it. Lines and columns count from 1. */
  originOf({ line, column }: Position): string | null {
    let start = 0
    const { text } = this
    for (let left = line - 1; left > 0; left--) {
      const end = text.indexOf('\n', start)
      if (end < 0) return null
      start = end + 1
    }
    const offset = start + column - 1
    const piece = this.#pieceAt(offset)
    if (piece === undefined) return null
    const { node, tree } = piece.origin
    // a text stands in the template as it was written, whatever an action wrote comes from where the action is
    const at = node.at + (node.kind === 'text' ? offset - piece.start : 0)
    const place = positionsOf(tree.text)(at)
    return `${this.#pathOf(tree.file)}:${place.line}:${place.column}`
  }

  /** `.svc.host`: what stands between the braces that wrote the character at `offset`; null where the template has it as text. */
  actionAt(offset: number): string | null {
    const { node, tree } = this.#pieceAt(offset)?.origin ?? {}
    if (node === undefined || tree === undefined || node.kind === 'text') return null
    const end = tree.text.indexOf('}}', node.at)
    const start = tree.text.lastIndexOf('{{', node.at)
    return tree.text.slice(start + 2, end).replaceAll(/^-?\s+|\s+-?$/g, '')
  }

  #pieceAt(offset: number): Piece | undefined {
    return this.#pieces.findLast(({ start }) => start <= offset)
  }
}
