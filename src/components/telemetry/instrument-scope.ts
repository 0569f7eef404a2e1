// The instrumentation scope that metrics and spans of the gateway belong to. compat: dashboards ask for it.

export const SCOPE = { name: 'io.krakend.krakend-otel', version: '' } as const
