// Exporters that send nothing, and what to use instead.

import { type Issue, type IssuePath, warningIssue } from '../../../schema/issue.ts'
import { parseHttpUrl } from '../../../go/url.ts'
import { ocagentAddress } from './ocagent.ts'
import type { Exporters, ServiceOptions } from './options.ts'

const COLLECTOR = 'send to an OpenTelemetry collector with "ocagent" here or with "telemetry/opentelemetry", and let it send on'

/** Exporters that are not there at all, each with what takes its place. */
const FOREIGN: readonly (readonly [key: keyof Exporters, what: string, hint: string])[] = [
  ['stackdriver', 'Stackdriver gets nothing', COLLECTOR],
  ['xray', 'X-Ray gets nothing', COLLECTOR],
  ['datadog', 'Datadog gets nothing', `${COLLECTOR}: the Datadog agent takes OTLP itself`],
  ['influxdb', 'InfluxDB gets nothing', 'use "telemetry/metrics" with "telemetry/influx", or "telemetry/opentelemetry"'],
  ['logger', 'nothing is logged, as in KrakenD', 'take it out; the access log has a line for each request'],
]

export function checkExporters({ exporters }: ServiceOptions): Issue[] {
  const warn = (path: IssuePath, message: string, hint: string): Issue =>
    warningIssue('exporter-off', ['exporters', ...path], message, hint)
  const issues = FOREIGN.flatMap(([key, what, hint]) => (exporters[key] === undefined ? [] : [warn([key], what, hint)]))
  const { zipkin, jaeger, ocagent } = exporters
  if (zipkin !== undefined && parseHttpUrl(zipkin.collector_url) === null)
    issues.push(
      warn(
        ['zipkin', 'collector_url'],
        'Zipkin gets nothing: this is no URL with http or https',
        'such as http://zipkin:9411/api/v2/spans',
      ),
    )
  if (jaeger !== undefined && parseHttpUrl(jaeger.endpoint) === null)
    issues.push(
      warn(['jaeger', 'endpoint'], 'Jaeger gets nothing: this is no URL with http or https', 'such as http://jaeger:14268/api/traces'),
    )
  if (jaeger !== undefined && jaeger.agent_endpoint !== '')
    issues.push(warn(['jaeger', 'agent_endpoint'], 'nothing is sent to an agent over UDP', 'write the URL of the collector as "endpoint"'))
  if (ocagent !== undefined && ocagentAddress(ocagent) === null)
    issues.push(warn(['ocagent', 'address'], 'the collector gets nothing: this is no host with a port', 'such as collector:4317'))
  if (ocagent !== undefined && Object.keys(ocagent.headers).length > 0)
    issues.push(warn(['ocagent', 'headers'], 'these fields are not sent', 'let a collector beside the gateway add them'))
  return issues
}
