// Whether a file without a word about it in a package.json is an ES module or CommonJS: as Node.js decides, but without its warning.

import { maskSource } from './mask-source.ts'

/** `import` and `export` as statements; `import(…)` is allowed in both. */
const MODULE_SYNTAX = /(?:^|[;}])[^\S\n]*(?:export(?:\s+[\w$]|\s*[{*])|import(?:\s+[\w$]|\s*[{*'"]))|\bimport\s*\.\s*meta\b/m
const REQUIRED = /^[^\S\n]*(?:export\s+)?import\s+[\w$]+\s*=/gm

export function isEsModule(source: string): boolean {
  return MODULE_SYNTAX.test(maskSource(source).replaceAll(REQUIRED, ''))
}
