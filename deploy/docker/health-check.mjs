// Says whether the gateway in this container is well: exit code 0 when its health check answers 200.
// HEALTH_URL names another place than `/__health` on the port of KRAKEND_PORT, or 8080: for files with a port, a path or TLS of their own.

const { HEALTH_URL, KRAKEND_PORT = '8080' } = process.env

try {
  const { ok } = await fetch(HEALTH_URL ?? `http://127.0.0.1:${KRAKEND_PORT}/__health`, { signal: AbortSignal.timeout(2000) })
  process.exit(ok ? 0 : 1)
} catch (error) {
  process.stderr.write(`${error.cause?.message ?? error.message}\n`)
  process.exit(1)
}
