// Methods as metrics name them. security: strangers make up any number, and each would be a series.

const METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'])
const OTHER_METHOD = '_OTHER'

/** The method, or `_OTHER`. */
export function knownMethod(method: string): string {
  return METHODS.has(method) ? method : OTHER_METHOD
}
