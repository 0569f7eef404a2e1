// Lines and columns of a text. Knows no format.

import type { Position } from './issue.ts'

/**
 * Gives line and column of an offset in UTF-16 units.
 * perf: the starts of lines are found once: a file of thousands of endpoints may have as many findings.
 */
export function positionsOf(text: string): (offset: number) => Position {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 }
  }
}
