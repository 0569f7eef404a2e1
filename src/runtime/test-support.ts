// For tests: the command as a child process, a backend to call, free ports.

import http from 'node:http'

export { freePort, startBackend, type TestBackend as Backend } from '../testing/backend.ts'
export { type CommandOptions, runCommand, type RunningCommand, startCommand } from '../testing/process.ts'

export interface Answer {
  readonly status: number
  readonly body: string
}

/** One GET; over a connection of its own unless there is an agent. Rejects when the connection breaks. */
export function get(url: string, agent?: http.Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: agent ?? false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body })).on('error', reject)
    })
    request.on('error', reject)
  })
}

/** An endpoint with one backend. */
export function endpointOf(path: string, host: string, more: object = {}): object {
  return { endpoint: path, backend: [{ host: [host], url_pattern: path }], ...more }
}
