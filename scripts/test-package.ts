// `npm run test:package`: the package and the image as users get them. Installs packages from the registry, so it takes minutes and needs the network.

import { runNode } from './tools.ts'

const TIMEOUT_MS = 900_000

const args = ['--conditions=krakend-source', '--test', '--test-reporter=spec', `--test-timeout=${TIMEOUT_MS}`, '--test-concurrency=1']
process.exitCode = runNode([...args, 'test/package/*.test.ts']) ? 0 : 1
