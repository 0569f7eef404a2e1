// Where lines go that are no part of the log. Types alone.

/** Takes lines without holding anybody up: what nobody takes is lost, and counted. */
export interface LineSink {
  /** Whole lines, each with its line feed. */
  write(lines: string): void
  /** Resolves when everything is written, or after a second in which nobody took anything. */
  end(): Promise<void>
}
