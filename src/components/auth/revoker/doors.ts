// What runs once per process and feeds the filter: the RPC port, the HTTP API, Redis, and the clock that makes it forget.

import { once } from 'node:events'
import type { Server } from 'node:net'
import type { Clock, ProcessSite, Running } from '../../../engine/compile/component.ts'
import { timerMs } from '../../../engine/timer-ms.ts'
import { openFilter } from './filter-memory.ts'
import { createManagementServer } from './management.ts'
import { LABEL, refuseWrong } from './options.ts'
import type { Extras, Options } from './options.ts'
import { finish, Revocations } from './revocations.ts'
import type { RotatingFilter } from './rotating-filter.ts'
import { createRpcServer } from './rpc-server.ts'

/** A port that is open, or could not be opened. */
interface Door {
  /** Resolves when its port is free again. */
  close(): Promise<void>
}

/** Opens all doors. One that cannot be opened is logged: what is in the filter is refused all the same. */
export async function openDoors(options: Options, site: ProcessSite, extra: Extras | null): Promise<Running> {
  refuseWrong(options, extra)
  const revocations = new Revocations(openFilter(options, site))
  const stopRotating = keepRotating(revocations.filter, options.TTL * 1000, site.clock)
  const doors = [openRpc(revocations, options.port, extra?.rpc?.listen_ip ?? '', site)]
  if (extra?.management !== undefined) doors.push(openManagement(revocations, options.TTL, extra.management, site))
  const opened = await Promise.all(doors)
  const leaveRedis = extra?.redis === undefined ? null : await joinRedis(revocations, extra.redis, site)
  return {
    async stop() {
      stopRotating()
      leaveRedis?.()
      await Promise.all(opened.map((door) => door.close()))
    },
  }
}

function keepRotating(filter: RotatingFilter, ttlMs: number, { steady }: Clock): () => void {
  let timer: NodeJS.Timeout
  function rotate(): void {
    timer = setTimeout(rotate, timerMs(filter.rotateIfDue(steady(), ttlMs))).unref()
  }
  rotate()
  return () => clearTimeout(timer)
}

function openRpc(revocations: Revocations, port: number, host: string, site: ProcessSite): Promise<Door> {
  const { server, endConnections } = createRpcServer(revocations)
  return openDoor(server, { name: 'RPC', port, host, endConnections, site }, (own) =>
    site.log.debug(`${LABEL} RPC server listening on port ${own}`),
  )
}

function openManagement(
  revocations: Revocations,
  ttlSeconds: number,
  { port, listen_ip: host, token }: NonNullable<Extras['management']>,
  site: ProcessSite,
): Promise<Door> {
  const server = createManagementServer(revocations, token, ttlSeconds)
  const endConnections = (): void => server.closeAllConnections()
  return openDoor(server, { name: 'management', port, host, endConnections, site }, (own) =>
    site.log.info(`${LABEL} Management API listening on ${host}:${own}`),
  )
}

interface DoorInit {
  readonly name: string
  readonly port: number
  /** Empty: all interfaces. */
  readonly host: string
  readonly endConnections: () => void
  readonly site: ProcessSite
}

async function openDoor(server: Server, { name, port, host, endConnections, site }: DoorInit, tell: (port: number) => void): Promise<Door> {
  try {
    server.listen({ port, ...(host === '' ? {} : { host }) })
    await once(server, 'listening')
    const address = server.address()
    tell(typeof address === 'object' && address !== null ? address.port : port)
    server.on('error', (error) => site.log.error(`${LABEL} ${name} port: ${error.message}`))
  } catch (error) {
    const { message } = error as Error
    site.log.error(`${LABEL} Unable to open the ${name} port: ${message}; nothing can be revoked through it until the gateway is restarted`)
  }
  return {
    async close() {
      if (!server.listening) return
      server.close()
      endConnections()
      await once(server, 'close')
    },
  }
}

async function joinRedis(revocations: Revocations, { url, channel }: NonNullable<Extras['redis']>, site: ProcessSite): Promise<() => void> {
  const { RedisChannel } = await import('./redis-channel.ts')
  const redis = new RedisChannel({
    url,
    channel,
    onElements: (elements) => {
      finish(revocations.addQuietlyInParts(elements)).catch((error: Error) => site.log.warning(`${LABEL} Redis: ${error.message}`))
    },
    onProblem: (message) => site.log.warning(`${LABEL} Redis: ${message}`),
    onState: (what, isUp, reason) => logRedisState(what, isUp, reason, site),
  })
  revocations.onAdd((elements) => redis.publish(elements))
  return () => redis.close()
}

function logRedisState(what: 'hear' | 'tell', isUp: boolean, reason: string, site: ProcessSite): void {
  const title = `${LABEL} Redis:`
  if (what === 'hear') {
    if (isUp) site.log.info(`${title} listening to the revocations of other machines; what was published before is missed`)
    else site.log.error(`${title} revocations of other machines are not heard until there is a connection: ${reason}`)
  } else if (isUp) site.log.info(`${title} revocations of this machine are published`)
  else site.log.error(`${title} revocations of this machine wait for a connection: ${reason}`)
}
