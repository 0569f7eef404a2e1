// `test-plugin -r`: the cases of a file, each one request through one plugin without a gateway, and what must come of it.

import { isDeepStrictEqual } from 'node:util'
import { asError } from '../engine/errors.ts'
import { HeaderMap } from '../engine/headers.ts'
import { LightHeaders, SEALED } from '../plugins/headers.ts'
import { parseJson, stringifyJson } from '../plugins/json-values.ts'
import type { LoadedPlugin } from '../plugins/loaded.ts'
import type { PluginRequest } from '../plugins/types.ts'
import type { AskedExpectation, Expectation, PluginCase } from './plugin-case-file.ts'
import { type PluginRun, runPlugin } from './plugin.ts'

export interface CasesResult {
  /** `[OK] name`, or `[KO] name` and below it a line for each difference. */
  readonly lines: readonly string[]
  readonly failed: number
}

/** Something with a head and a body. */
interface Message {
  readonly header: (name: string) => string | null
  readonly text: string
}

export async function runCases(plugins: readonly LoadedPlugin[], cases: readonly PluginCase[]): Promise<CasesResult> {
  const lines: string[] = []
  let failed = 0
  for (const one of cases) {
    const differences = await runCase(plugins, one).catch((error: unknown) => [asError(error).message])
    if (differences.length > 0) failed++
    lines.push(`${differences.length === 0 ? '[OK]' : '[KO]'} ${one.name}`, ...differences.map((difference) => `     ${difference}`))
  }
  return { lines, failed }
}

/** The differences; rejects when the plugin cannot be loaded, and when it asks for something that the case does not foresee. */
async function runCase(plugins: readonly LoadedPlugin[], { plugin: wanted, init, expect }: PluginCase): Promise<string[]> {
  const { kind } = init
  const plugin = plugins.find(({ name, kinds }) => (wanted ?? name) === name && (kind === undefined || kinds.has(kind)))
  if (plugin === undefined) throw new Error(`there is no plugin ${wanted === null ? 'of that kind' : `"${wanted}"`} in the file`)
  const run = await runPlugin(plugin, init)
  const differences = await compare(run, expect)
  await run.close()
  return differences
}

async function compare(run: PluginRun, { status, asked, ...expected }: Expectation): Promise<string[]> {
  const [found, message] = await answerOf(run)
  const differences = status === undefined || status === found ? [] : [`status: ${found}, expected ${status}`]
  differences.push(...compareMessage('', message, expected))
  if (asked !== undefined) differences.push(...(await compareAsked(run.asked[0], asked)))
  return differences
}

/** The client's status, and what goes with it. */
async function answerOf(run: PluginRun): Promise<[status: number, message: Message]> {
  if (run.error === null) {
    const { status, headers } = run.response
    return [status, { header: (name) => headers.get(name), text: await run.response.text() }]
  }
  const { statusCode, headers, body } = run.error
  const fields = new LightHeaders(HeaderMap.fromRaw(headers.flat()), SEALED)
  return [statusCode, { header: (name) => fields.get(name), text: body === null ? '' : Buffer.from(body).toString('utf8') }]
}

async function compareAsked(asked: PluginRequest | undefined, expected: AskedExpectation | null): Promise<string[]> {
  if (expected === null) return asked === undefined ? [] : [`asked: ${asked.method} ${asked.url}, expected nothing`]
  if (asked === undefined) return ['asked: nothing']
  const differences = (['method', 'url'] as const).flatMap((member) => {
    const wanted = expected[member]
    return wanted === undefined || wanted === asked[member] ? [] : [`asked.${member}: ${asked[member]}, expected ${wanted}`]
  })
  const message = { header: (name: string) => asked.headers.get(name), text: await asked.text() }
  return [...differences, ...compareMessage('asked.', message, expected)]
}

function compareMessage(
  place: string,
  { header, text }: Message,
  { headers = {}, data, body }: Omit<AskedExpectation, 'method' | 'url'>,
): string[] {
  const differences = Object.entries(headers).flatMap(([name, wanted]) => {
    const found = header(name)
    return found === wanted ? [] : [`${place}headers.${name}: ${stringifyJson(found)}, expected ${stringifyJson(wanted)}`]
  })
  if (body !== undefined && body !== text) differences.push(`${place}body: ${stringifyJson(text)}, expected ${stringifyJson(body)}`)
  if (data !== undefined && !isDeepStrictEqual(dataOf(text), data))
    differences.push(`${place}data: ${text}, expected ${stringifyJson(data)}`)
  return differences
}

/** What is no JSON equals nothing. */
function dataOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
