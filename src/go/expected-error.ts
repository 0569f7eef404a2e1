// Errors that cost little, as Go's do.

/**
 * A failure that is expected: others cause it, so it has no stack, which would say nothing and cost more than the error.
 * Subclasses say what went wrong and to whom.
 */
export class ExpectedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message, options)
    Error.stackTraceLimit = limit
  }
}
