// Who may listen on a port: several threads at once, one after the other, and nobody beside another program.

import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { GatewayConfig } from '../config/types.ts'
import { isAnyAddress } from '../go/host-port.ts'
import { describePortFailure, StartFailure } from './failure.ts'

/** Systems that spread the connections of one port over the threads that listen on it. */
const SHARING_PLATFORMS = new Set<NodeJS.Platform>(['linux', 'freebsd', 'aix', 'sunos'])
const ASK_WITHIN_MS = 1000

export function sharesPorts(platform: NodeJS.Platform = process.platform): boolean {
  return SHARING_PLATFORMS.has(platform)
}

/** Whether this Node.js moves a listening socket to another thread (since 26.10): no connection is lost then. */
export function movesSockets(): boolean {
  const socket = createServer()
  try {
    structuredClone(socket, { transfer: [socket] })
    return true
  } catch (error) {
    // It can be moved, once it listens.
    return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_HANDLE_NOT_TRANSFERABLE'
  }
}

/**
 * security: `reusePort` shares the port with whoever else does, without a word; so nobody may answer there yet.
 * Asking is better than listening for a moment, which whoever waits for the gateway would take for the gateway.
 */
export async function refuseSharing(config: GatewayConfig): Promise<void> {
  const { port, listenIp } = config.server
  const host = isAnyAddress(listenIp) ? '127.0.0.1' : listenIp
  const socket = connect({ port, host, timeout: ASK_WITHIN_MS })
  const isTaken = await new Promise<boolean>((resolve) => {
    // Whoever does not answer on this machine is busy; another machine says nothing about this one.
    socket.once('connect', () => resolve(true)).once('timeout', () => resolve(isOwnAddress(host)))
    // What else is wrong with the address, listening will say.
    socket.once('error', () => resolve(false))
  })
  socket.destroy()
  if (isTaken) throw new StartFailure(describePortFailure({ name: '', code: 'EADDRINUSE', message: '' }, config))
}

function isOwnAddress(host: string): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host))
}
