// The gateway under measurement: compiled, one worker, pinned to one core.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../scripts/tools.ts'
import type { Asked } from './load.ts'
import { freePort, startPinned } from './processes.ts'
import type { Running } from './processes.ts'
import type { BenchRow } from './rows.ts'

export interface Gateway extends Running {
  readonly url: string
}

export type GatewayParts = Pick<BenchRow, 'endpoints' | 'service' | 'files' | 'pluginFolder'>

/** Writes the configuration into the folder and starts the gateway there. */
export async function startGateway(core: number, folder: string, backendPort: number, parts: GatewayParts): Promise<Gateway> {
  const config = {
    timeout: '10s',
    host: [`http://127.0.0.1:${backendPort}`],
    ...(parts.pluginFolder === undefined ? null : { plugin: { folder: parts.pluginFolder, pattern: '.so' } }),
    endpoints: parts.endpoints,
    extra_config: parts.service ?? {},
  }
  for (const [name, text] of Object.entries(parts.files ?? {})) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return serveConfig(core, folder, config)
}

/** The same with a configuration of version 3 that is whole but for its access log, which is off. */
export async function serveConfig(core: number, folder: string, config: Readonly<Record<string, unknown>>): Promise<Gateway> {
  mkdirSync(folder, { recursive: true })
  const whole = {
    version: 3,
    ...config,
    extra_config: { router: { disable_access_log: true }, ...(config['extra_config'] as object | undefined) },
  }
  writeFileSync(join(folder, 'krakend.json'), JSON.stringify(whole))
  return runGateway(core, folder, join(folder, 'krakend.json'))
}

export async function runGateway(core: number, folder: string, config: string): Promise<Gateway> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const command = [process.execPath, join(ROOT, 'dist/cli/bin.js'), 'run', '-c', config, '-p', String(port)]
  return { ...(await startPinned(core, command, folder, `${url}/__health`)), url }
}

/** One request as the row asks; throws unless the answer is what the row says. */
export async function checkAnswer(gateway: Gateway, row: BenchRow, { headers, cycle, body }: Asked): Promise<void> {
  const sent = cycle === undefined ? headers : { ...headers, [cycle.header]: cycle.values[0] as string }
  const init = body === undefined ? { headers: sent } : { headers: sent, method: 'POST', body }
  const response = await fetch(`${gateway.url}${row.path}`, init)
  const text = await response.text()
  if (response.status !== 200 || row.check?.(text) === false) throw new Error(`wrong answer: ${response.status} ${text.slice(0, 200)}`)
}
