// Takes members out of JSON by rules, without decoding it. Knows nothing of where rules come from.

import type { KeyRules } from './rules.ts'
import { skimBack, skimColon, skimSpace, skimValue } from './skim.ts'
import { JsonText } from './text.ts'

const COMMA = 0x2c
const QUOTE = 0x22
const OPEN = 0x7b
const CLOSE = 0x7d
/** Up to this size of a source the copy is made in one place, which is kept. */
const KEPT_BYTES = 1024 * 1024
/** perf: memory as large as the source for each request, most of it unused, costs a tenth of the row "2 fields of each of 800 items". */
let workspace = Buffer.allocUnsafeSlow(64 * 1024)

/** The object with what the rules name; null when nothing is left. */
export function keepMembers(object: JsonText, rules: KeyRules): JsonText | null {
  const splicer = new Splicer(object.bytes, true)
  return splicer.filterTop(object.memberStarts, rules) ? JsonText.ofBytes(splicer.result, object.isExact) : null
}

/** The object without what the rules name; the same one where they name nothing of it. */
export function dropMembers(object: JsonText, rules: KeyRules): JsonText {
  const splicer = new Splicer(object.bytes, false)
  splicer.filterTop(object.memberStarts, rules)
  const { result } = splicer
  return result.length === object.bytes.length ? object : JsonText.ofBytes(result, object.isExact)
}

/** Where a Splicer stands. */
interface Mark {
  readonly length: number
  readonly runStart: number
  readonly runEnd: number
  readonly isFirst: boolean
}

/** Copies what is left of one object. Nothing is added, so the result is never longer than the source. */
class Splicer {
  readonly #from: Uint8Array
  readonly #to: Buffer
  readonly #isAllow: boolean
  /** How much is written. */
  #length = 0
  /** What is left as it stands in the source, not copied yet. */
  #runStart = 0
  #runEnd = 1
  /** Nothing was left out since the end of the run. */
  #isInRun = true
  /** The object that is being worked on has no member yet. */
  #isFirst = true

  constructor(from: Uint8Array, isAllow: boolean) {
    this.#from = from
    this.#to = workspaceFor(from.length)
    this.#isAllow = isAllow
  }

  get result(): Buffer {
    return Buffer.from(this.#to.subarray(0, this.#length))
  }

  /** The object itself, whose members' places are known. Whether something is left of it. */
  filterTop(starts: readonly number[], rules: KeyRules): boolean {
    const b = this.#from
    const last = b.length - 1
    for (let k = 0; k < starts.length; k++) {
      const start = starts[k] as number
      const rule = rules.find(b, start + 1)
      const next = starts[k + 1] ?? last
      if (rule !== null && rule.below !== null) this.#filterMember(start, rules.keyEnd, rule.below, next)
      else if ((rule !== null) === this.#isAllow) this.#keep(start, skimBack(b, next))
      else this.#isInRun = false
    }
    this.#close(last)
    this.#flush()
    return !this.#isFirst
  }

  /** An object within. Whether something is left of it. */
  #filterInner(objectStart: number, rules: KeyRules): boolean {
    const b = this.#from
    this.#isFirst = true
    // perf: no key comes twice, so an allow list is done when all of its keys were met
    let left = this.#isAllow ? rules.size : Infinity
    let i = skimSpace(b, objectStart + 1)
    while (b[i] === QUOTE) {
      if (left === 0) {
        this.#isInRun = false
        break
      }
      const rule = rules.find(b, i + 1)
      const { keyEnd } = rules
      const end = skimValue(b, skimColon(b, keyEnd))
      if (rule !== null) left--
      if (rule !== null && rule.below !== null) this.#filterMember(i, keyEnd, rule.below, end)
      else if ((rule !== null) === this.#isAllow) this.#keep(i, end)
      else this.#isInRun = false
      i = skimSpace(b, end)
      if (b[i] === COMMA) i = skimSpace(b, i + 1)
    }
    this.#close(i)
    return !this.#isFirst
  }

  /** A member whose rules go on below: an allowed one must be an object with something left. */
  #filterMember(start: number, keyEnd: number, rules: KeyRules, next: number): void {
    const valueStart = skimColon(this.#from, keyEnd)
    if (this.#from[valueStart] !== OPEN) {
      if (this.#isAllow) this.#isInRun = false
      else this.#keep(start, skimBack(this.#from, next))
      return
    }
    const mark: Mark = { length: this.#length, runStart: this.#runStart, runEnd: this.#runEnd, isFirst: this.#isFirst }
    this.#keep(start, valueStart + 1)
    const isLeft = this.#filterInner(valueStart, rules)
    this.#isFirst = false
    if (!isLeft && this.#isAllow) this.#goBack(mark)
  }

  #goBack(mark: Mark): void {
    this.#length = mark.length
    this.#runStart = mark.runStart
    this.#runEnd = mark.runEnd
    this.#isFirst = mark.isFirst
    this.#isInRun = false
  }

  /** Leaves a member, or the beginning of one, as it is. */
  #keep(start: number, end: number): void {
    if (!this.#isInRun) {
      this.#flush()
      if (!this.#isFirst) this.#to[this.#length++] = COMMA
      this.#runStart = start
      this.#isInRun = true
    }
    this.#isFirst = false
    this.#runEnd = end
  }

  /** Ends an object whose bracket is at `end`. */
  #close(end: number): void {
    if (this.#isInRun) {
      this.#runEnd = end + 1
      return
    }
    this.#flush()
    this.#to[this.#length++] = CLOSE
    this.#runStart = this.#runEnd
  }

  #flush(): void {
    const from = this.#from
    const to = this.#to
    const start = this.#runStart
    const end = this.#runEnd
    let length = this.#length
    // perf: calling into the runtime costs more than copying some bytes one by one
    if (end - start > 100) to.set(from.subarray(start, end), length)
    else for (let i = start; i < end; i++) to[length++] = from[i] as number
    this.#length += end - start
    this.#runStart = end
  }
}

/** Room for one copy, until the next one is begun. */
function workspaceFor(length: number): Buffer {
  if (length > KEPT_BYTES) return Buffer.allocUnsafeSlow(length)
  if (length > workspace.length) workspace = Buffer.allocUnsafeSlow(length)
  return workspace
}
