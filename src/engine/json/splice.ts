// Takes members out of JSON text by rules, without decoding it. Knows nothing of where rules come from.

import { skimColon, skimSpace, skimValue } from './skim.ts'
import { JsonText } from './text.ts'

/** What a rule says of a key: null is the end of a path, a tree goes on below. */
export type RuleTree = ReadonlyMap<string, RuleTree | null>

/** The same rules for text with one character per byte. */
export function toLatin1Rules(tree: RuleTree): RuleTree {
  const entries = [...tree].map(([key, rule]): [string, RuleTree | null] => [
    Buffer.from(key, 'utf8').toString('latin1'),
    rule === null ? null : toLatin1Rules(rule),
  ])
  return new Map(entries)
}

/** The object with what the rules name; null when nothing is left. Rules are those of `toLatin1Rules`. */
export function keepMembers(object: JsonText, rules: RuleTree): JsonText | null {
  const text = filterTop(object, rules, true)
  return text === '' ? null : JsonText.ofText(text, object.isExact)
}

/** The object without what the rules name; the same one when no rule may match. */
export function dropMembers(object: JsonText, rules: RuleTree): JsonText {
  if (!object.memberStarts.some((start) => rules.has(object.rawKeyAt(start)))) return object
  return JsonText.ofText(filterTop(object, rules, false), object.isExact)
}

function filterTop(object: JsonText, rules: RuleTree, isAllow: boolean): string {
  const { text, memberStarts } = object
  let out = ''
  for (let i = 0; i < memberStarts.length; i++) {
    const start = memberStarts[i] as number
    const keyEnd = text.indexOf('"', start + 1)
    const rule = rules.get(text.slice(start + 1, keyEnd))
    if (rule === (isAllow ? undefined : null)) continue
    const isWhole = rule === undefined || rule === null
    const member = isWhole ? text.slice(start, object.memberEnd(i)) : filterMember(text, start, keyEnd, object.memberEnd(i), rule, isAllow)
    if (member !== '') out += (out === '' ? '{' : ',') + member
  }
  return close(out, isAllow)
}

function filterInner(text: string, objectStart: number, rules: RuleTree, isAllow: boolean): string {
  let out = ''
  let left = isAllow ? rules.size : Infinity
  let i = skimSpace(text, objectStart + 1)
  // perf: no key comes twice, so an allow list is done when all of its keys were met
  while (text.charCodeAt(i) === 0x22 && left > 0) {
    const keyEnd = text.indexOf('"', i + 1)
    const rule = rules.get(text.slice(i + 1, keyEnd))
    const end = skimValue(text, skimColon(text, keyEnd + 1))
    if (rule !== undefined) left--
    if (rule !== (isAllow ? undefined : null)) {
      const isWhole = rule === undefined || rule === null
      const member = isWhole ? text.slice(i, end) : filterMember(text, i, keyEnd, end, rule, isAllow)
      if (member !== '') out += (out === '' ? '{' : ',') + member
    }
    i = skimSpace(text, end)
    if (text.charCodeAt(i) === 0x2c) i = skimSpace(text, i + 1)
  }
  return close(out, isAllow)
}

/** A member whose rules go on below: an allowed one must be an object with something left. */
function filterMember(text: string, start: number, keyEnd: number, end: number, rules: RuleTree, isAllow: boolean): string {
  const valueStart = skimColon(text, keyEnd + 1)
  if (text.charCodeAt(valueStart) !== 0x7b) return isAllow ? '' : text.slice(start, end)
  const inner = filterInner(text, valueStart, rules, isAllow)
  return inner === '' ? '' : text.slice(start, valueStart) + inner
}

function close(out: string, isAllow: boolean): string {
  if (out === '') return isAllow ? '' : '{}'
  return `${out}}`
}
