// Lets the port of the process ask a worker what is served: workers know how their hosts are, the process does not.

import type { WorkerChannel } from '../../../engine/compile/component.ts'
import type { Scope } from '../../../engine/scope.ts'

type Connect = (onMessage: (message: unknown) => void) => WorkerChannel
type Message = { readonly id: string } | { readonly id: string; readonly text: string }

/** In a worker: answers whoever asks. Gives how to stop. */
export function tellRoutes(connect: Connect, describe: () => string): () => void {
  const channel = connect((received) => {
    const message = received as Message
    if (!('text' in message)) channel.send({ id: message.id, text: describe() } satisfies Message)
  })
  return () => channel.close()
}

export interface RoutesChannel {
  /** What the first worker says; null when none has said anything before the scope ended. */
  ask(scope: Scope): Promise<string | null>
  close(): void
}

export function askForRoutes(connect: Connect): RoutesChannel {
  const waiting = new Map<string, (text: string) => void>()
  const channel = connect((received) => {
    const message = received as Message
    if ('text' in message) waiting.get(message.id)?.(message.text)
  })
  return {
    ask(scope) {
      return new Promise((resolve) => {
        const id = crypto.randomUUID()
        const finish = (text: string | null): void => {
          waiting.delete(id)
          forget()
          resolve(text)
        }
        const forget = scope.onEnd(() => {
          waiting.delete(id)
          resolve(null)
        })
        waiting.set(id, finish)
        channel.send({ id } satisfies Message)
      })
    },
    close: () => channel.close(),
  }
}
