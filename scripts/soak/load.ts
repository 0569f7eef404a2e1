// Clients of the soak: at an even rate, or one after the other on connections of their own.

import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const TICK_MS = 10

export interface Outcome {
  readonly method: string
  /** 0: no answer, or one that broke off. */
  readonly status: number
  /** What went wrong with the connection, `ECONNRESET`; empty when nothing did. */
  readonly code: string
  /** By performance.now(). */
  readonly begunMs: number
  readonly ms: number
}

export interface AskOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One request; never rejects. */
export function ask(url: string, agent: http.Agent | false, { method = 'GET', headers = {} }: AskOptions = {}): Promise<Outcome> {
  const begunMs = performance.now()
  return new Promise((resolve) => {
    const end = (status: number, code = ''): void => resolve({ method, status, code, begunMs, ms: performance.now() - begunMs })
    const request = http.request(url, { agent, method, headers }, (response) => {
      response.resume().on('close', () => (response.complete ? end(response.statusCode ?? 0) : end(0, 'broken')))
    })
    request.on('error', (error: NodeJS.ErrnoException) => end(0, error.code ?? error.message)).end()
  })
}

/** So many requests a second on kept connections, whether or not answers come; resolves with all outcomes. */
export async function askEvenly(url: string, perSecond: number, goesOn: () => boolean): Promise<Outcome[]> {
  const agent = new http.Agent({ keepAlive: true })
  const asked: Promise<Outcome>[] = []
  const startMs = performance.now()
  while (goesOn()) {
    const due = ((performance.now() - startMs) / 1000) * perSecond
    while (asked.length < due) asked.push(ask(url, agent))
    await sleep(TICK_MS)
  }
  const outcomes = await Promise.all(asked)
  agent.destroy()
  return outcomes
}

/** Clients that ask again as soon as they have their answer, each on a kept connection. */
export async function askInTurn(clients: number, next: () => { url: string; options?: AskOptions } | null): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const client = async (): Promise<void> => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let wanted = next(); wanted !== null; wanted = next()) outcomes.push(await ask(wanted.url, agent, wanted.options))
    agent.destroy()
  }
  await Promise.all(Array.from({ length: clients }, client))
  return outcomes
}

/** True for that long from now. */
export function forSeconds(seconds: number): () => boolean {
  const endMs = performance.now() + seconds * 1000
  return () => performance.now() < endMs
}
