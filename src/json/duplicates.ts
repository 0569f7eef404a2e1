// Finds out whether an object may have a key twice, by hashes of its keys. Knows nothing of the keys themselves.
//
// perf: nothing is allocated per object. Hashes of open objects stand in one array like a stack; `base` is where an object's begin.

const FIRST_KEYS = 1024
/** security: room for more keys than this is given back; for a document of many it is larger than the document. */
const KEPT_KEYS = 65_536

let hashes = new Int32Array(FIRST_KEYS)
let count = 0

/** security: keys that are made to collide may cost so many steps each on average; the slow path that follows costs no more than that. */
const STEPS_PER_KEY = 16

/** Open addressing; a slot counts only when its stamp is of this round, so nothing has to be cleared. */
let table = new Int32Array(4 * FIRST_KEYS)
let stamps = new Int32Array(4 * FIRST_KEYS)
let round = 0

/** Forgets everything; a document begins. */
export function resetKeys(): void {
  count = 0
  if (hashes.length <= KEPT_KEYS) return
  hashes = new Int32Array(FIRST_KEYS)
  resizeTable(4 * FIRST_KEYS)
}

/** The base of an object that begins now. */
export function keyBase(): number {
  return count
}

/** Notes a key of the innermost open object. */
export function noteKey(hash: number): void {
  if (count === hashes.length) grow()
  hashes[count++] = hash
}

/** Ends the innermost object: whether two of its keys have one hash, or too many of them stand in each other's way. */
export function endKeys(base: number): boolean {
  const list = hashes
  const end = count
  count = base
  let low = 0
  let high = 0
  // perf: two words of bits clear most objects without comparing each with each
  for (let i = base; i < end; i++) {
    const key = list[i] as number
    const lowBit = 1 << key
    const highBit = 1 << (key >>> 5)
    if ((low & lowBit) !== 0 && (high & highBit) !== 0) return end - base <= 8 ? hasPair(base, end) : hasPairInTable(base, end)
    low |= lowBit
    high |= highBit
  }
  return false
}

function grow(): void {
  const larger = new Int32Array(count * 2)
  larger.set(hashes)
  hashes = larger
}

function hasPair(base: number, end: number): boolean {
  const list = hashes
  for (let i = base + 1; i < end; i++) {
    for (let k = base; k < i; k++) if (list[i] === list[k]) return true
  }
  return false
}

/** Whether two keys have one hash; also true when it would take too long to find out. */
function hasPairInTable(base: number, end: number): boolean {
  if ((end - base) * 2 > table.length) resizeTable(2 ** Math.ceil(Math.log2((end - base) * 2)))
  const mask = table.length - 1
  let stepsLeft = (end - base) * STEPS_PER_KEY
  round = (round + 1) | 0
  for (let i = base; i < end; i++) {
    const key = hashes[i] as number
    let slot = key & mask
    while (stamps[slot] === round) {
      if (table[slot] === key || --stepsLeft < 0) return true
      slot = (slot + 1) & mask
    }
    stamps[slot] = round
    table[slot] = key
  }
  return false
}

function resizeTable(size: number): void {
  table = new Int32Array(size)
  stamps = new Int32Array(size)
  round = 0
}
