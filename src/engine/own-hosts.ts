// Whether a request still goes to a host of its backend, or where a redirect led: what the gateway itself adds is for the former alone.

import type { BackendRequest } from './types.ts'

/** `hosts` as the file has them; the host that was asked first counts as well, as service discovery may have found it. */
export function compileOwnHosts(hosts: readonly string[]): (request: BackendRequest) => boolean {
  const own = new Set(hosts.map(originOf))
  return function isOwnHost({ origin, redirectedFrom }) {
    return redirectedFrom === undefined || own.has(origin) || origin === originOf(redirectedFrom)
  }
}

/** `HTTP://user@H:80/x` → `http://h`, as redirects write it. */
function originOf(host: string): string {
  return URL.canParse(host) ? new URL(host).origin : host
}
