// When a text needs quotes in YAML, by the rules of gopkg.in/yaml.v2 (KrakenD 1.x). Knows nothing of structure.

import { JsonNumber } from '../../json/types.ts'
import { formatNumber } from '../../go/number.ts'
import type { Scalars } from './render-yaml.ts'

/** What would be read as something else than a text: constants, numbers, times. */
const KEYWORD =
  /^(|~|null|Null|NULL|y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE|n|N|no|No|NO|off|Off|OFF|false|False|FALSE|<<|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/
const NUMBER =
  /^[-+]?(0b[01_]+|0x[\da-fA-F_]+|\d[\d_]*(\.[\d_]*)?([eE][-+]?\d+)?|\.\d[\d_]*([eE][-+]?\d+)?|\d[\d_]*(:[0-5]?\d)+(\.[\d_]*)?)$/
const TIME = /^\d{4}-\d\d?-\d\d?([Tt ].*)?$/
/** What a plain text must not begin with or contain. */
const NOT_PLAIN = /^(---|\.\.\.|[#,[\]{}&*!|>'"%@` ]|[-?:]( |$))|: | #|[: ]$|\t/
const UNPRINTABLE = /[^\n\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u

export const goYamlScalars: Scalars = {
  indentsBlanks: false,
  text(text) {
    if (UNPRINTABLE.test(text)) return JSON.stringify(text)
    if (text.includes('\n')) return /^\s|[ ]$| \n/.test(text) ? JSON.stringify(text) : null
    if (KEYWORD.test(text) || NUMBER.test(text) || TIME.test(text)) return JSON.stringify(text)
    return NOT_PLAIN.test(text) ? `'${text.replaceAll("'", "''")}'` : text
  },
  number(value) {
    const text = value instanceof JsonNumber ? value.text : String(value)
    return isInt64(text) ? String(BigInt(text)) : formatNumber(Number(text))
  },
}

function isInt64(text: string): boolean {
  return /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)
}
