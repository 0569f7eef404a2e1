// `npm run new GROUP/NAME`: a new component from src/components/_template, with its names replaced. The folder is the namespace, without the
// underscore of `_gw`.

import { cpSync, existsSync, globSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { ROOT } from './tools.ts'

const COMPONENTS = join(ROOT, 'src', 'components')
const TEMPLATE_NAME = 'example-header'
const TEMPLATE_NAMESPACE = 'example/header'
const OWN_GROUP = '_gw'
/** Where the components of that group are. */
const OWN_FOLDER = 'gw'
const NAMESPACE = /^(_?gw|[a-z][a-z0-9]*(?:-[a-z0-9]+)*)\/([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/
const EXACT: readonly (readonly [string, string])[] = [
  [
    `an option of a wrong type counts as absent: here that means no header', () => {
    const site = makeSite()
    assert.equal(buildFor(exampleHeader, { value: 7 }, site), null)
    assert.equal(site.lines.length, 1)`,
    `an option of a wrong type stops the start', () => {
    assert.throws(() => buildFor(exampleHeader, { value: 7 }, makeSite()), /must be a text, not the number 7/)`,
  ],
  [
    `is no object switches the component off', () => {
    assert.equal(headerFor('yes'), undefined)`,
    `is no object stops the start', () => {
    assert.throws(() => headerFor('yes'), /must be an object/)`,
  ],
  ["'warning value: must be a text", "'error value: must be a text"],
]
const USAGE = `usage: npm run new GROUP/NAME, the namespace in the file, in kebab-case:
  npm run new _gw/price-header    a component of our own, which KrakenD ignores
  npm run new qos/price-header    one that KrakenD has`

const [, group, name] = NAMESPACE.exec(process.argv[2] ?? '') ?? []
if (group === undefined || name === undefined || process.argv.length > 3) fail(USAGE)
const isOwn = group === OWN_GROUP || group === OWN_FOLDER
const namespace = isOwn ? `${OWN_GROUP}/${name}` : `${group}/${name}`
const extras = isOwn ? `${namespace}-extras` : `${OWN_GROUP}/${name}`
const folder = join(COMPONENTS, isOwn ? OWN_FOLDER : group, name)
if (existsSync(folder)) fail(`${relative(ROOT, folder)} exists already`)

cpSync(join(COMPONENTS, '_template'), folder, { recursive: true })
for (const file of globSync(join(folder, '*'))) {
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, replaceNames(isOwn && file.endsWith('.test.ts') ? expectErrors(text) : text, name))
  renameSync(file, join(dirname(file), basename(file).replace(TEMPLATE_NAME, name)))
}
printNextSteps(name)

/** What is wrong in a block of our own stops the start; in one of KrakenD's it counts as absent. */
function expectErrors(test: string): string {
  return EXACT.reduce((text, [lenient, exact]) => {
    if (!text.includes(lenient)) fail(`the template's test has changed: ${lenient} is not there`)
    return text.replace(lenient, () => exact)
  }, test)
}

/** The template's names in their spellings; its folder stands one level higher. */
function replaceNames(text: string, own: string): string {
  return text
    .replaceAll(`${OWN_GROUP}/${TEMPLATE_NAME}`, extras)
    .replaceAll(TEMPLATE_NAMESPACE, namespace)
    .replaceAll(TEMPLATE_NAME, own)
    .replaceAll('exampleHeader', camelCase(own))
    .replaceAll(/x-example/gi, (found) => (found === 'X-Example' ? `X-${capitalize(own)}` : `x-${own}`))
    .replaceAll(/([eE])xample header/g, (_all, first: string) => spaced(own, first === 'E'))
    .replaceAll("from '../", "from '../../")
}

function spaced(own: string, isUpper: boolean): string {
  const text = own.replaceAll('-', ' ')
  return isUpper ? text.charAt(0).toUpperCase() + text.slice(1) : text
}

function camelCase(text: string): string {
  return text.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase())
}

function capitalize(text: string): string {
  return text.replace(/(^|-)(.)/g, (match) => match.toUpperCase())
}

function printNextSteps(own: string): void {
  const path = `components/${isOwn ? OWN_FOLDER : group}/${own}`
  const noExtras = `
   Extras are for options beside a block of KrakenD's. This namespace is ours: put its options into the block, and delete "extras"
   from index.ts, the test, the README and the line above. Or keep them, if the block is to become KrakenD's one day.
`
  console.log(`src/${path}/ is there: index.ts declares it, compile-value.ts computes (rename it after what yours does).

1. Put it into the list of its stage in src/order.ts. Its place is the order of the layers, outermost first:

     lazy('${namespace}', async () => (await import('./${path}/index.ts')).${camelCase(own)}, '${extras}'),
${isOwn ? noExtras : ''}
2. npm test -- --only tests 'src/${path}/*.test.ts'
3. Write its README.md: why, example, options, quirks; then npm run docs and npx oxfmt.
   ARCHITECTURE.md says what may be imported.`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
