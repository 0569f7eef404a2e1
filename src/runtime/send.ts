// Sends a message to another thread. Knows no message.

/** A port or a worker. */
interface Receiver {
  postMessage(message: unknown): void
}

export function send(receiver: Receiver, message: object): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window, it has no origin
  receiver.postMessage(message)
}
