// Counts that the workers of a process keep together. Knows no thread.

/** Numbers that all workers add up. What a worker has added goes with it: its part is taken off by whoever sees it end. */
export class Tally {
  readonly #sums: Int32Array
  readonly #part: Int32Array

  constructor(sums: SharedArrayBuffer, part: SharedArrayBuffer) {
    this.#sums = new Int32Array(sums)
    this.#part = new Int32Array(part)
  }

  add(index: number, count: number): void {
    Atomics.add(this.#sums, index, count)
    // Nobody else writes it while this thread runs.
    this.#part[index] = (this.#part[index] as number) + count
  }

  read(index: number): number {
    return Atomics.load(this.#sums, index)
  }

  /** Takes off what a worker that has ended had added. */
  static takeBack(sums: SharedArrayBuffer, part: SharedArrayBuffer): void {
    const words = new Int32Array(sums)
    new Int32Array(part).forEach((count, index) => void Atomics.sub(words, index, count))
  }
}
