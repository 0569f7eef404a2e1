// Methods that routes may name, and how lists of them are told to clients.

/** What one entry may serve by name; others only as `*`. */
export const ROUTE_METHODS: readonly string[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY']
/** They belong to one connection: never served by `*`. */
export const UNSERVED_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE'])
