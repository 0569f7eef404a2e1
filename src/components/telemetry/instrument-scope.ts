// The instrumentation scope that metrics and spans of the gateway belong to, and the conventions that name what they say. compat: dashboards ask for it.

export const SCOPE = { name: 'io.krakend.krakend-otel', version: '' } as const

export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.21.0'
