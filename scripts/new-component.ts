// `npm run new NAME`: a new component from src/components/_template, with its names replaced.

import { cpSync, existsSync, globSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { ROOT } from './tools.ts'

const COMPONENTS = join(ROOT, 'src', 'components')
const TEMPLATE_NAME = 'example-header'
const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

const name = process.argv[2] ?? ''
if (!KEBAB_CASE.test(name)) fail('usage: npm run new NAME, where NAME is in kebab-case: npm run new price-header')
const folder = join(COMPONENTS, name)
if (existsSync(folder)) fail(`${relative(ROOT, folder)} exists already`)

cpSync(join(COMPONENTS, '_template'), folder, { recursive: true })
for (const file of globSync(join(folder, '*'))) {
  writeFileSync(file, replaceNames(readFileSync(file, 'utf8')))
  renameSync(file, join(dirname(file), basename(file).replace(TEMPLATE_NAME, name)))
}
printNextSteps()

/** The template's names in their four spellings. */
function replaceNames(text: string): string {
  return text
    .replaceAll(TEMPLATE_NAME, name)
    .replaceAll('exampleHeader', camelCase(name))
    .replaceAll('X-Example', `X-${capitalize(name)}`)
    .replaceAll('example header', name.replaceAll('-', ' '))
}

function camelCase(text: string): string {
  return text.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase())
}

function capitalize(text: string): string {
  return text.replace(/(^|-)(.)/g, (match) => match.toUpperCase())
}

function printNextSteps(): void {
  console.log(`src/components/${name}/ is there: index.ts declares it, compile-value.ts computes (rename it after what yours does).

1. Register it in src/registry.ts. The place in the list is the order of the layers, outermost first:

     { namespace: '_gw/${name}', load: async () => (await import('./components/${name}/index.ts')).${camelCase(name)} },

2. npm test -- --only tests 'src/components/${name}/*.test.ts'
3. Write its README.md: why, example, options, quirks. ARCHITECTURE.md says what may be imported.`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
