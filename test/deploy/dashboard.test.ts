// The dashboard asks for metrics and labels that a scrape of the gateway really has, and each of its panels would show something.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort, startBackend } from '../../src/testing/backend.ts'
import { startCommand } from '../../src/testing/process.ts'
import { until } from '../../src/testing/until.ts'

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url))
/** What Prometheus adds to each series. */
const ADDED = ['job', 'instance', 'le']
/** The series that Prometheus makes of a scrape itself. */
const OWN_SERIES = ['up']

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
  }[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[] }
}

interface Asked {
  readonly title: string
  readonly metric: string
  readonly labels: readonly string[]
}

const dashboard = JSON.parse(readFileSync(`${DEPLOY}compose/grafana/dashboards/krakend-ts.json`, 'utf8')) as Dashboard
const compose = JSON.parse(readFileSync(`${DEPLOY}compose/krakend/krakend.json`, 'utf8')) as {
  extra_config: { 'telemetry/opentelemetry': { exporters: { prometheus: readonly object[] } } }
}
/** Labels by the name of the metric. */
const scraped = new Map(OWN_SERIES.map((name) => [name, new Set(ADDED)]))
/** The page of a scrape. */
let page = ''
let stop = async (): Promise<void> => {}

/** Metrics of a query with the labels that it asks of them: those of its selector, and those it groups and names by. */
function askedBy(title: string, expr: string, legend: string): Asked[] {
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/, */))
  const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name)
  return [...expr.matchAll(/\b([a-z][a-z0-9_]+)\{([^}]*)\}/g)].map(([, metric = '', selector = '']) => {
    const selected = [...selector.matchAll(/(\w+) *(?:=~|!~|!=|=)/g)].map(([, name = '']) => name)
    return { title, metric, labels: [...selected, ...grouped, ...named] }
  })
}

const asked = dashboard.panels.flatMap(({ title, targets }) =>
  targets.flatMap(({ expr, legendFormat }) => askedBy(title, expr, legendFormat)),
)

describe('dashboard', () => {
  before(async () => {
    const [metricsPort, deadPort] = [await freePort(), await freePort()]
    const backend = await startBackend((request, response) => {
      if (request.url !== '/slow') response.end('{"ok":true}')
    })
    const exporters = compose.extra_config['telemetry/opentelemetry'].exporters
    const prometheus = exporters.prometheus.map((exporter) => ({ ...exporter, host: '127.0.0.1', port: metricsPort }))
    const endpoint = (path: string, host: string, timeout = '2s'): object => ({
      endpoint: path,
      timeout,
      backend: [{ host: [host], url_pattern: path }],
    })
    const gateway = await startCommand({
      version: 3,
      extra_config: { 'telemetry/opentelemetry': { exporters: { prometheus } } },
      endpoints: [endpoint('/ok', backend.url), endpoint('/dead', `http://127.0.0.1:${deadPort}`), endpoint('/slow', backend.url, '100ms')],
    })
    stop = async () => {
      await gateway.stop()
      await backend.close()
    }
    for (const path of ['/ok', '/dead', '/slow', '/nowhere']) await (await fetch(`${gateway.url}${path}`)).text()
    // An answer is counted when it has left, and another worker may write the page before that.
    await until(async () => {
      page = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
      return /status_code="404"/.test(page)
    }, 'the last answer is counted')
    for (const [, metric = '', labels = ''] of page.matchAll(/^([a-z_]+)(?:\{(.*)\})? [^ ]+$/gm)) {
      const known = scraped.get(metric) ?? new Set(ADDED)
      for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/g)) known.add(label)
      scraped.set(metric, known)
    }
  })
  after(() => stop())

  test('each query names a metric, and each panel has one', () => {
    const queries = dashboard.panels.flatMap(({ targets }) => targets)
    assert.ok(queries.length >= dashboard.panels.length && dashboard.panels.length >= 10)
    assert.deepEqual(
      queries.filter(({ expr }) => askedBy('', expr, '').length === 0),
      [],
    )
  })

  for (const { title, metric, labels } of asked)
    test(`${title}: ${metric} is exported with ${labels.join(', ')}`, () => {
      const known = scraped.get(metric)
      assert.ok(known, `no ${metric} among ${[...scraped.keys()].join(', ')}`)
      assert.deepEqual(
        labels.filter((label) => !known.has(label)),
        [],
      )
    })

  test('its variables: the data source, and the jobs of gateways alone', () => {
    const [source, job, ...others] = dashboard.templating.list
    assert.deepEqual([source?.name, source?.type, job?.name, others], ['datasource', 'datasource', 'job', []])
    const [, metric = '', selector = '', label = ''] = /^label_values\((\w+)\{(\w+="[^"]+")\}, (\w+)\)$/.exec(job?.definition ?? '') ?? []
    assert.ok(ADDED.includes(label), job?.definition ?? '')
    assert.match(page, new RegExp(`^${metric}\\{[^}]*${RegExp.escape(selector)}`, 'm'))
  })
})
