// What a page shows against what a command answers: line by line, without what differs from run to run.

/** What differs from run to run: times, and spaces that depend on them. Lines that a page leaves out are `…`. */
function comparable(output: string): string[] {
  return output
    .replaceAll(/\d{4}[/-]\d\d[/-]\d\d[T ](?:- )?\d\d:\d\d:\d\d(?:\.\d+)?/g, 'TIME')
    .replaceAll(/^Date: .*$/gm, 'Date: TIME')
    .replaceAll(/(\d+(?:\.\d+)?) ?(?:ms|µs)\b/g, 'T')
    .replaceAll(/dur=[\d.]+|"ms":[\d.]+/g, 'T')
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
}

/** The first line of a page that is not in the answer at its place; null where all are. `…` stands for any lines. */
export function findDifference(page: string, answer: string): string | null {
  const lines = comparable(answer)
  let at = 0
  let isGap = false
  for (const line of comparable(page)) {
    if (line === '…') isGap = true
    else {
      const found = isGap ? lines.indexOf(line, at) : lines[at] === line ? at : -1
      if (found < 0) return line
      at = found + 1
      isGap = false
    }
  }
  return isGap || at === lines.length ? null : `(missing) ${lines[at]}`
}

/** The words of a shell's line without expansions. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? (plain as string))
}
