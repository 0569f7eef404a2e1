// What of a request is measured at one place: the options of all levels brought together, once, while the gateway is compiled.

import { canonicalName } from '../../../engine/headers.ts'
import type { Attributes } from '../metric-types.ts'
import type { BackendOptions, GlobalOptions, ProxyOptions, ServiceOptions, StaticAttributes } from './options.ts'

export interface StageSettings {
  readonly hasMetrics: boolean
  readonly hasTraces: boolean
  readonly headers: HeaderSettings
  readonly metricAttributes: Attributes
  readonly spanAttributes: Attributes
}

/** Which header fields spans carry; null for none. */
export type HeaderSettings = { readonly skips: ReadonlySet<string> } | null

export interface GlobalSettings extends StageSettings {
  readonly propagates: boolean
  readonly convention: string
}

export interface BackendHalf {
  readonly hasStage: boolean
  readonly hasRoundTrip: boolean
  readonly hasRead: boolean
  readonly isDetailed: boolean
  readonly attributes: Attributes
}

export interface BackendSettings {
  readonly metrics: BackendHalf
  readonly traces: BackendHalf & { readonly headers: HeaderSettings }
}

/** What any exporter wants at all. */
export interface Wanted {
  readonly metrics: boolean
  readonly traces: boolean
}

const NO_STAGE: ProxyOptions = {
  disable_metrics: false,
  disable_traces: false,
  report_headers: false,
  skip_headers: [],
  metrics_static_attributes: [],
  traces_static_attributes: [],
}
const ALL = { disable_stage: false, round_trip: true, read_payload: true, detailed_connection: true, static_attributes: [] }
const SKIPPED = ['/__health', '/__debug/', '/__echo/', '/__stats/']

/** Everything that some exporter gets. */
export function wantedBy({ exporters }: ServiceOptions): Wanted {
  return {
    metrics: [...exporters.otlp, ...exporters.prometheus].some(({ disable_metrics: isOff }) => !isOff),
    traces: exporters.otlp.some(({ disable_traces: isOff }) => !isOff),
  }
}

export function skippedPaths({ skip_paths: paths }: ServiceOptions): ReadonlySet<string> {
  return new Set(paths.length === 0 ? SKIPPED : paths)
}

export function globalSettings(options: GlobalOptions | undefined, wanted: Wanted): GlobalSettings {
  return {
    ...stageSettings(options, wanted),
    propagates: options?.disable_propagation !== true,
    convention: options?.semantic_convention ?? '',
  }
}

export function stageSettings(options: ProxyOptions = NO_STAGE, wanted: Wanted): StageSettings {
  return {
    hasMetrics: wanted.metrics && !options.disable_metrics,
    hasTraces: wanted.traces && !options.disable_traces,
    headers: headerSettings(options),
    metricAttributes: pairs(options.metrics_static_attributes),
    spanAttributes: pairs(options.traces_static_attributes),
  }
}

export function backendSettings(options: BackendOptions = {}, wanted: Wanted): BackendSettings {
  const { metrics = ALL, traces = { ...ALL, report_headers: false, skip_headers: [] } } = options
  return { metrics: half(metrics, wanted.metrics), traces: { ...half(traces, wanted.traces), headers: headerSettings(traces) } }
}

function half(options: typeof ALL | NonNullable<BackendOptions['metrics']>, isWanted: boolean): BackendHalf {
  return {
    hasStage: isWanted && !options.disable_stage,
    hasRoundTrip: isWanted && options.round_trip,
    hasRead: isWanted && options.read_payload,
    isDetailed: isWanted && options.detailed_connection,
    attributes: pairs(options.static_attributes),
  }
}

function headerSettings(options: Pick<ProxyOptions, 'report_headers' | 'skip_headers'>): HeaderSettings {
  return options.report_headers ? { skips: new Set(options.skip_headers.map(canonicalName)) } : null
}

/** Pairs of which one half is empty do not count. */
export function pairs(list: StaticAttributes): Attributes {
  return list.flatMap(({ key, value }) => (key === '' || value === '' ? [] : [[key, value] as const]))
}
