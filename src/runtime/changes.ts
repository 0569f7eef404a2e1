// What differs between two configurations, in the words of the file: for the one line of a reload, and for what only a restart can change.

import { isDeepStrictEqual } from 'node:util'
import type { EndpointConfig, GatewayConfig, ServerConfig } from '../config/types.ts'
import { processSettings, workersBlock } from '../engine/process/process-blocks.ts'
import { servedTls } from '../http/server/served-tls.ts'
import { inTurns } from '../engine/turns.ts'
import { serverConfigOf } from '../engine/routing/router-options.ts'

/** What the listening socket is opened with: the file's name of each, and its value. */
const LISTENER_SETTINGS: Readonly<Record<string, (server: ServerConfig) => unknown>> = {
  port: (server) => server.port,
  listen_ip: (server) => server.listenIp,
  tls: (server) => servedTls(server) !== null,
  read_timeout: (server) => server.readTimeoutMs,
  read_header_timeout: (server) => server.readHeaderTimeoutMs,
  write_timeout: (server) => server.writeTimeoutMs,
  idle_timeout: (server) => server.idleTimeoutMs,
  max_header_bytes: (server) => server.maxHeaderBytes,
  use_h2c: (server) => server.useH2c,
  '_gw/stream.upgrade': (server) => server.upgrades,
}

/** Names of the settings that differ, which only a restart can change. */
export function findListenerChanges(before: GatewayConfig, after: GatewayConfig): string[] {
  const [old, now] = [before, after].map(({ extraConfig }) => processSettings(extraConfig).workers)
  const settings = Object.entries(LISTENER_SETTINGS)
    .filter(([, read]) => !isDeepStrictEqual(read(serverConfigOf(before)), read(serverConfigOf(after))))
    .map(([name]) => name)
  return old === now ? settings : [...settings, workersBlock.namespace]
}

/** What the port was opened with, and the keys and certificates of another configuration, where both have some. */
export function withTlsOf(listener: GatewayConfig, next: GatewayConfig): GatewayConfig {
  if (servedTls(listener.server) === null || servedTls(next.server) === null) return listener
  return { ...listener, server: { ...listener.server, tls: next.server.tls } }
}

/** So many names are listed; of the others there is only the number. */
const MAX_NAMES = 3

/**
 * `2 endpoints added (GET /a, GET /b), 1 changed (GET /c); service: qos/ratelimit/service, timeout`, or `nothing changed in the file`: keys and
 * scripts that it names may have.
 */
export async function describeChanges(before: GatewayConfig, after: GatewayConfig): Promise<string> {
  const [old, now] = [endpointsOf(before), endpointsOf(after)]
  const added = [...now.keys()].filter((name) => !old.has(name))
  const removed = [...old.keys()].filter((name) => !now.has(name))
  const changed = (await inTurns(findChanged(old, now))).flat()
  const counts = [...countOf(added, 'added'), ...countOf(changed, 'changed'), ...countOf(removed, 'removed')]
  const service = findServiceChanges(before, after)
  const endpoints = counts.length === 0 ? [] : [`endpoints: ${counts.join(', ')}`]
  const parts = [...endpoints, ...(service.length === 0 ? [] : [`service: ${service.join(', ')}`])]
  return parts.length === 0 ? 'nothing changed in the file' : parts.join('; ')
}

function* findChanged(old: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, unknown>): Generator<string[]> {
  for (const [name, endpoint] of now) yield old.has(name) && !isDeepStrictEqual(old.get(name), endpoint) ? [name] : []
}

function countOf(names: readonly string[], what: string): string[] {
  if (names.length === 0) return []
  const more = names.length > MAX_NAMES ? ', …' : ''
  return [`${names.length} ${what} (${names.slice(0, MAX_NAMES).join(', ')}${more})`]
}

/** By method and path; where in the file it stands is no change. */
function endpointsOf({ endpoints }: GatewayConfig): Map<string, unknown> {
  return new Map(endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.writtenPath}`, withoutPlace(endpoint)]))
}

function withoutPlace({ at: _at, backends, ...rest }: EndpointConfig): unknown {
  return { ...rest, backends: backends.map(({ at: _place, ...backend }) => backend) }
}

/** The service's settings and blocks that differ, by their names in the file; what endpoints inherit is told there as well. */
function findServiceChanges(before: GatewayConfig, after: GatewayConfig): string[] {
  const [{ extraConfig: oldBlocks }, { asyncAgents, extraConfig: blocks }] = [before, after]
  const agents = isDeepStrictEqual(before.asyncAgents, asyncAgents) ? [] : ['async_agent']
  const old = settingsOf(before)
  const plain = Object.entries(settingsOf(after)).filter(([name, value]) => !isDeepStrictEqual(old[name], value))
  const names = new Set([...oldBlocks.keys(), ...blocks.keys()])
  const changed = [...names].filter((name) => !isDeepStrictEqual(oldBlocks.get(name), blocks.get(name)))
  return [...plain.map(([name]) => fileName(name)), ...agents, ...changed]
}

function settingsOf({ dialect, service, server, transport }: GatewayConfig): Readonly<Record<string, unknown>> {
  return { version: dialect, ...service, ...server, ...transport }
}

/** `cacheTtlMs` is `cache_ttl` in the file. */
function fileName(name: string): string {
  return name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
