// Statuses and hundreds of them, as files name them: 503, `5xx`. Knows nothing of what they are for.

const STATUS_OR_CLASS = /^[1-5](?:\d\d|xx)$/

/** Whether a text names statuses that there are. */
export function namesStatus(text: string): boolean {
  return STATUS_OR_CLASS.test(text)
}

/** `5xx` for 503. */
export function statusClass(status: number): string {
  return `${Math.trunc(status / 100)}xx`
}

/** Whether a status is in a list, itself or as one of its hundred. */
export function compileStatusList(list: readonly (string | number)[]): (status: number) => boolean {
  const known = new Set(list.map(String))
  return (status) => known.has(String(status)) || known.has(statusClass(status))
}
