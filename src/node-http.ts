// Node's http, for every import of a value from it.
//
// perf: `import … from 'node:http'` reads all its names, `WebSocket` among them, and that one loads the HTTP client of `fetch` into the thread:
// a sixth of what a thread needs to start. `require` reads nothing.

import { createRequire } from 'node:module'

const http = createRequire(import.meta.url)('node:http') as typeof import('node:http')

export const { Agent, createServer, IncomingMessage, request, ServerResponse, STATUS_CODES } = http
