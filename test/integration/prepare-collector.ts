// Builds the collector of the tests ahead, beside tests that do not need it; says why where it cannot.

import { prepareCollector } from './collector-server.ts'

const reason = prepareCollector()
if (reason !== false) process.stderr.write(`${reason}\n`)
process.exitCode = reason === false ? 0 : 1
