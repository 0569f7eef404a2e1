// Why a template cannot be read or filled in, and where.

export interface TemplatePlace {
  /** The file whose text it is. */
  readonly file: string
  readonly line: number
  /** In bytes, from 0; null where Go names the line only. */
  readonly column: number | null
}

/** The message is Go's, place included. */
export class TemplateError extends Error {
  readonly stage: 'parse' | 'exec'
  readonly place: TemplatePlace

  constructor(stage: TemplateError['stage'], message: string, place: TemplatePlace) {
    super(message)
    this.stage = stage
    this.place = place
  }
}
