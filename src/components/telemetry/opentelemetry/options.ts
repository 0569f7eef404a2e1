// What stands in the blocks `telemetry/opentelemetry` of the service, an endpoint and a backend.

import type { Static } from 'typebox'
import { Type } from '../../../schema/type.ts'

export const NAMESPACE = 'telemetry/opentelemetry'
export const LABEL = '[SERVICE: OpenTelemetry]'

const DEFAULT_PERIOD_S = 30
const OTLP_PORT = 4317
const PROMETHEUS_PORT = 9090

const staticAttributes = (of: string) =>
  Type.Array(
    Type.Object({
      key: Type.String({ default: '', description: 'Name; empty: the pair does not count.' }),
      value: Type.String({ default: '', description: 'Value; empty: the pair does not count.' }),
    }),
    { default: [], description: `Attributes that ${of} have in addition.` },
  )

const headerOptions = {
  report_headers: Type.Boolean({ default: false, description: 'Spans carry the header fields of requests and answers.' }),
  skip_headers: Type.Array(Type.String(), { default: [], description: 'Names of fields that spans do not carry.' }),
}

const stageOptions = {
  disable_metrics: Type.Boolean({ default: false, description: 'No metrics of this layer.' }),
  disable_traces: Type.Boolean({ default: false, description: 'No spans of this layer.' }),
  ...headerOptions,
  metrics_static_attributes: staticAttributes('metrics of this layer'),
  traces_static_attributes: staticAttributes('spans of this layer'),
}

const backendOptions = {
  disable_stage: Type.Boolean({ default: false, description: 'Nothing of the backend as a whole.' }),
  round_trip: Type.Boolean({ default: false, description: 'Each HTTP request until its response begins.' }),
  read_payload: Type.Boolean({ default: false, description: 'Reading the body of the response.' }),
  detailed_connection: Type.Boolean({ default: false, description: 'Name look-up, connection and TLS in addition.' }),
}

const proxy = Type.Optional(Type.Object(stageOptions, { description: 'The endpoint’s pipe; everything where it is not written.' }))
const backend = Type.Optional(
  Type.Object(
    {
      metrics: Type.Optional(
        Type.Object(
          { ...backendOptions, static_attributes: staticAttributes('these metrics') },
          { description: 'All metrics where it is not written; only those that it names where it is.' },
        ),
      ),
      traces: Type.Optional(
        Type.Object(
          { ...backendOptions, ...headerOptions, static_attributes: staticAttributes('these spans') },
          { description: 'All spans where it is not written; only those that it names where it is.' },
        ),
      ),
    },
    { description: 'Backends and the HTTP requests to them; everything where it is not written.' },
  ),
)

export const serviceOptions = Type.Object({
  service_name: Type.String({ default: '', description: '`service.name`; by default the `name` of the configuration, else `KrakenD`.' }),
  service_version: Type.String({ default: '', description: '`service.version`; the version of the gateway by default.' }),
  deploy_env: Type.String({ default: '', description: '`deployment.environment`; absent when empty.' }),
  metric_reporting_period: Type.Integer({
    default: DEFAULT_PERIOD_S,
    description: 'Seconds between pushes of metrics to OTLP exporters; 0 and less: 60.',
  }),
  trace_sample_rate: Type.Number({
    default: 1,
    description:
      'Part of the traces that is recorded, between 0 and 1, unless the caller has decided. Any other value, 0 too: all of them.',
  }),
  skip_paths: Type.Array(Type.String(), {
    default: [],
    description:
      'Paths without telemetry, compared exactly: with that of the request, and with the endpoint as `/foo/:bar`. Empty: health, debug, echo, stats; `[""]`: none.',
  }),
  exporters: Type.Object(
    {
      otlp: Type.Array(
        Type.Object({
          name: Type.String({ default: '', description: 'Unique among all exporters.' }),
          host: Type.String({ default: 'localhost', description: 'Host, or `http://host`, or `https://host` for TLS.' }),
          port: Type.Integer({ default: OTLP_PORT, description: 'Port, with HTTP too.' }),
          use_http: Type.Boolean({ default: false, description: 'Protobuf over HTTP instead of gRPC.' }),
          disable_metrics: Type.Boolean({ default: false, description: 'Gets no metrics.' }),
          disable_traces: Type.Boolean({ default: false, description: 'Gets no spans.' }),
          custom_metric_reporting_period: Type.Integer({ default: 0, description: 'Seconds between its pushes; below 1: those of all.' }),
        }),
        { default: [], description: 'Collectors that metrics and spans are sent to.' },
      ),
      prometheus: Type.Array(
        Type.Object({
          name: Type.String({ default: '', description: 'Unique among all exporters.' }),
          port: Type.Integer({ default: PROMETHEUS_PORT, description: 'Port that `/metrics` is scraped at.' }),
          host: Type.String({ default: '', description: 'Interface of the port; empty: all of them.' }),
          process_metrics: Type.Boolean({ default: false, description: 'Time, memory and files of the process as well.' }),
          go_metrics: Type.Boolean({ default: false, description: 'Memory and threads under the names that Go has for them.' }),
          disable_metrics: Type.Boolean({ default: false, description: '`/metrics` answers without metrics of the gateway.' }),
        }),
        { default: [], description: 'Ports that Prometheus scrapes.' },
      ),
    },
    { default: {}, description: 'Where telemetry goes. Without exporters nothing is measured.' },
  ),
  layers: Type.Optional(
    Type.Object(
      {
        global: Type.Optional(
          Type.Object(
            {
              ...stageOptions,
              disable_propagation: Type.Boolean({ default: false, description: 'Traces of callers are not continued.' }),
              semantic_convention: Type.String({
                default: '',
                known: ['', '1.27'],
                description: '`1.27`: HTTP metrics have the names of that version of the semantic conventions.',
              }),
            },
            { description: 'Every request, from its arrival to the last byte of its answer.' },
          ),
        ),
        proxy,
        backend,
      },
      { description: 'What is measured; everything where it is not written.' },
    ),
  ),
})

export const endpointOptions = Type.Object({
  proxy,
  global: Type.Optional(
    Type.Object(
      {
        metrics_static_attributes: staticAttributes('metrics of this endpoint’s requests'),
        traces_static_attributes: staticAttributes('spans of this endpoint’s requests'),
      },
      { description: 'Added to what the service says.' },
    ),
  ),
})

export const backendBlockOptions = Type.Object({ backend })

export type ServiceOptions = Static<typeof serviceOptions>
export type OtlpOptions = ServiceOptions['exporters']['otlp'][number]
export type PrometheusOptions = ServiceOptions['exporters']['prometheus'][number]
export type GlobalOptions = NonNullable<NonNullable<ServiceOptions['layers']>['global']>
export type ProxyOptions = NonNullable<Static<typeof endpointOptions>['proxy']>
export type BackendOptions = NonNullable<Static<typeof backendBlockOptions>['backend']>
export type StaticAttributes = ProxyOptions['metrics_static_attributes']
