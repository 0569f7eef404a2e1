// What the tests of pub/sub backends share: a gateway with backends of some scheme.

import assert from 'node:assert/strict'
import { type RunningCommand, startCommand } from '../../src/testing/process.ts'

/** Status, body and X-Krakend-Completed. */
export type Answer = [number, string, string | null]

export interface PubSubGateway extends RunningCommand {
  readonly ask: (path: string, init?: RequestInit) => Promise<Answer>
  readonly post: (path: string, body: string, headers?: Record<string, string>) => Promise<Answer>
}

export interface PubSubEndpoint {
  readonly path: string
  readonly host: string
  readonly topic?: string
  readonly subscription?: string
  readonly backend?: object
  readonly endpoint?: object
}

export async function servePubSub(endpoints: readonly PubSubEndpoint[], env: Readonly<Record<string, string>>): Promise<PubSubGateway> {
  const gateway = await startCommand(
    { extra_config: { router: { return_error_msg: true } }, endpoints: endpoints.map(endpointOf) },
    { env },
  )
  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${gateway.url}${path}`, init)
    return [response.status, await response.text(), response.headers.get('X-Krakend-Completed')]
  }
  return Object.assign(gateway, {
    ask,
    post: (path: string, body: string, headers: Record<string, string> = {}) => ask(path, { method: 'POST', body, headers }),
  })
}

function endpointOf({ path, host, topic, subscription, backend, endpoint }: PubSubEndpoint): object {
  const extra =
    topic === undefined
      ? { 'backend/pubsub/subscriber': { subscription_url: subscription } }
      : { 'backend/pubsub/publisher': { topic_url: topic } }
  const own = { host: [host], disable_host_sanitize: true, url_pattern: '/', extra_config: extra, ...backend }
  return { endpoint: path, method: topic === undefined ? 'GET' : 'POST', timeout: '2s', backend: [own], ...endpoint }
}

/** What a client sees whose message was taken. */
export function assertTaken(answer: Answer): void {
  assert.deepEqual(answer, [200, 'null', 'false'])
}
