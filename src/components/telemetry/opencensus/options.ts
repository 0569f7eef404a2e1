// What stands in the blocks `telemetry/opencensus` of the service, an endpoint and a backend.

import type { Static } from 'typebox'
import { Type } from '../../../schema/type.ts'

export const NAMESPACE = 'telemetry/opencensus'
export const LABEL = '[SERVICE: OpenCensus]'

const DEFAULT_PERIOD_S = 10
const MS_PER_S = 1000

const layer = (what: string) => Type.Boolean({ default: false, description: `${what} Everything is on where the block is not written.` })
const tag = (what: string) => Type.Boolean({ default: false, description: `Adds the ${what} to all views, of clients and of backends.` })
const foreign = (service: string) =>
  Type.Optional(Type.Unknown({ description: `Nothing is sent to ${service}: \`check\` says what to use instead.` }))

export const serviceOptions = Type.Object({
  sample_rate: Type.Integer({ default: 0, description: 'Percentage of the traces that is recorded. Metrics count every request.' }),
  reporting_period: Type.Integer({ default: 0, description: 'Seconds between pushes of metrics to `ocagent`; 0 and less: 10.' }),
  enabled_layers: Type.Optional(
    Type.Object(
      {
        router: layer('Requests of endpoints, and those answered 404 and 405.'),
        pipe: layer('Spans of what an endpoint does for its answer.'),
        backend: layer('Spans of backends, and the HTTP requests to them.'),
      },
      { description: 'What is measured.' },
    ),
  ),
  exporters: Type.Object(
    {
      prometheus: Type.Optional(
        Type.Object(
          {
            namespace: Type.String({ default: '', description: 'Stands before the name of each metric.' }),
            port: Type.Integer({ default: 0, description: 'Port of `/metrics`, on all interfaces; one that is taken stops the start.' }),
            tag_host: tag('host'),
            tag_path: tag('path'),
            tag_method: tag('method'),
            tag_statuscode: tag('status code'),
          },
          { description: 'A port that Prometheus scrapes.' },
        ),
      ),
      zipkin: Type.Optional(
        Type.Object(
          {
            collector_url: Type.String({ default: '', description: 'URL that spans are posted to: `http://zipkin:9411/api/v2/spans`.' }),
            service_name: Type.String({ default: '', description: 'Name of the gateway in traces.' }),
            ip: Type.String({ default: '', description: 'Its address in traces.' }),
            port: Type.Integer({ default: 0, description: 'Its port in traces.' }),
          },
          { description: 'Spans to Zipkin, as JSON of its version 2.' },
        ),
      ),
      jaeger: Type.Optional(
        Type.Object(
          {
            endpoint: Type.String({ default: '', description: 'URL of the collector: `http://jaeger:14268/api/traces`.' }),
            agent_endpoint: Type.String({ default: '', description: 'Nothing is sent to an agent over UDP: use `endpoint`.' }),
            service_name: Type.String({ default: '', description: 'Name of the gateway in traces.' }),
            buffer_max_count: Type.Integer({ default: 0, description: 'Spans that wait at most; 0 and less: 2048.' }),
          },
          { description: 'Spans to a Jaeger collector, as Thrift over HTTP.' },
        ),
      ),
      ocagent: Type.Optional(
        Type.Object(
          {
            address: Type.String({ default: '', description: 'Host and port of a collector that takes OTLP over gRPC: `collector:4317`.' }),
            service_name: Type.String({ default: 'KrakenD-Opencensus', description: 'Name of the gateway.' }),
            insecure: Type.Boolean({ default: false, description: 'Without TLS.' }),
            enable_compression: Type.Boolean({ default: false, description: 'Packs what is sent with gzip.' }),
            headers: Type.Record(Type.String(), Type.String(), { default: {}, description: 'Not sent: `check` says so.' }),
            reconnection: Type.String({ default: '', description: 'gRPC connects anew by itself, whatever it says.' }),
          },
          { description: 'Metrics and spans to a collector, as OTLP: the protocol of OpenCensus agents has no collectors any more.' },
        ),
      ),
      logger: foreign('the log, neither in KrakenD'),
      influxdb: foreign('InfluxDB'),
      stackdriver: foreign('Stackdriver'),
      xray: foreign('X-Ray'),
      datadog: foreign('Datadog'),
    },
    { default: {}, description: 'Where telemetry goes.' },
  ),
})

export const placeOptions = Type.Object({
  path_aggregation: Type.String({
    default: '',
    known: ['', 'pattern', 'lastparam', 'off'],
    description:
      'What the path of metrics is: the `pattern` with names in the place of values, the real path with the name of its last parameter (`lastparam`), or the real path (`off`).',
  }),
})

export type ServiceOptions = Static<typeof serviceOptions>
export type Exporters = ServiceOptions['exporters']
export type PathAggregation = Static<typeof placeOptions>['path_aggregation']

export interface EnabledLayers {
  readonly router: boolean
  readonly pipe: boolean
  readonly backend: boolean
}

export function layersOf({ enabled_layers: layers }: ServiceOptions): EnabledLayers {
  return layers ?? { router: true, pipe: true, backend: true }
}

export function periodMs({ reporting_period: seconds }: ServiceOptions): number {
  return (seconds > 0 ? seconds : DEFAULT_PERIOD_S) * MS_PER_S
}
