// The Helm chart: what its values make of it, and that Helm, where it is, makes the same.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { configOf } from '../../src/testing/index.ts'
import { fileOf, find, type Manifest, manifestsOf, renderChart, type Values } from './render-chart.ts'

const CHART = fileURLToPath(new URL('../../deploy/helm/krakend-ts', import.meta.url))
const RELEASE = 'orders'

interface Container {
  readonly args: readonly string[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly securityContext: object
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[]
  readonly readinessProbe: { readonly httpGet: object }
  readonly livenessProbe: { readonly httpGet: object }
}

interface PodTemplate {
  readonly metadata: { readonly labels: object; readonly annotations: Readonly<Record<string, string>> | null }
  readonly spec: {
    readonly securityContext: { readonly runAsNonRoot: boolean; readonly runAsUser: number }
    readonly containers: readonly [Container]
    readonly volumes: readonly Readonly<Record<string, unknown>>[]
  }
}

interface Deployment {
  readonly replicas?: number
  readonly selector: { readonly matchLabels: object }
  readonly template: PodTemplate
}

const EVERYTHING: Values = {
  workers: 'auto',
  reload: false,
  autoscaling: { enabled: true, targetMemoryUtilizationPercentage: 80 },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  ingress: { enabled: true, className: 'nginx', tls: [{ secretName: 'tls', hosts: ['api.example.com'] }] },
  env: [{ name: 'KRAKEND_PORT', value: '8080' }],
  podAnnotations: { team: 'blue' },
  extraArgs: ['--strict'],
  configuration: { name: 'a "quoted" <name>', endpoints: [{ endpoint: '/a', backend: [{ host: ['http://b:80'], url_pattern: '/' }] }] },
}

function deploymentOf(manifests: readonly Manifest[]): Deployment {
  return find(manifests, 'Deployment')['spec'] as Deployment
}

test('its default values make what a cluster needs, and no more', () => {
  const manifests = renderChart(CHART, RELEASE, {})
  assert.deepEqual(
    manifests.map(({ kind }) => kind),
    ['ConfigMap', 'Deployment', 'PodDisruptionBudget', 'Service', 'ServiceAccount'],
  )
  assert.ok(manifests.every(({ metadata }) => metadata.name === RELEASE))
  const { selector, template, replicas } = deploymentOf(manifests)
  assert.equal(replicas, 2)
  assert.deepEqual(template.metadata.labels, { ...template.metadata.labels, ...selector.matchLabels })
  assert.deepEqual((find(manifests, 'Service')['spec'] as { selector: object }).selector, selector.matchLabels)
})

test('a pod is not root, writes nothing but /tmp, and is asked for its health', () => {
  const { spec } = deploymentOf(renderChart(CHART, RELEASE, {})).template
  const [{ securityContext, volumeMounts, readinessProbe, livenessProbe, args, ports }] = spec.containers
  assert.equal(spec.securityContext.runAsNonRoot, true)
  assert.deepEqual(securityContext, { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } })
  assert.deepEqual(
    volumeMounts.map(({ mountPath }) => mountPath),
    ['/etc/krakend', '/tmp'],
  )
  assert.deepEqual(
    [readinessProbe.httpGet, livenessProbe.httpGet],
    [readinessProbe, livenessProbe].map(() => ({ path: '/__health', port: 'http' })),
  )
  assert.deepEqual(args, ['run', '-c', '/etc/krakend/krakend.json', '--workers', '1'])
  assert.deepEqual(
    ports.map(({ containerPort }) => containerPort),
    [8080, 9090],
  )
})

test('the file of its values is one that the gateway serves, reloads when it changes and ends in order', () => {
  const file = fileOf(renderChart(CHART, RELEASE, EVERYTHING))
  assert.deepEqual(file.extra_config['_gw/reload'], undefined)
  const watched = fileOf(renderChart(CHART, RELEASE, {}))
  assert.deepEqual([watched.extra_config['_gw/reload'], watched.extra_config['_gw/shutdown']], [{ watch: true }, { delay: '5s' }])
  assert.equal(configOf(file).endpoints[0]?.path, '/a')
  const own = fileOf(renderChart(CHART, RELEASE, { configuration: { extra_config: { '_gw/shutdown': { delay: '9s' } } } }))
  assert.deepEqual(own.extra_config['_gw/shutdown'], { delay: '9s' })
})

test('the folder is mounted, so that a change of the ConfigMap arrives', () => {
  const [{ volumeMounts }] = deploymentOf(renderChart(CHART, RELEASE, {})).template.spec.containers
  assert.ok(volumeMounts.every(({ subPath }) => subPath === undefined))
})

test('without reload a change of the file starts new pods', () => {
  const sums = ['a', 'b', 'a'].map((name) => {
    const { template } = deploymentOf(renderChart(CHART, RELEASE, { reload: false, configuration: { name } }))
    return template.metadata.annotations?.['checksum/configuration']
  })
  assert.ok(sums[0] !== undefined && sums[0] !== sums[1] && sums[0] === sums[2])
})

for (const { key, volume } of [
  { key: 'existingConfigMap', volume: { name: 'configuration', configMap: { name: 'mine' } } },
  { key: 'existingSecret', volume: { name: 'configuration', secret: { secretName: 'mine' } } },
]) {
  test(`${key} takes the place of the values' file`, () => {
    const manifests = renderChart(CHART, RELEASE, { [key]: 'mine' })
    assert.ok(manifests.every(({ kind }) => kind !== 'ConfigMap'))
    assert.deepEqual(deploymentOf(manifests).template.spec.volumes[0], volume)
  })
}

test('scaling, scraping and ingress are there when they are asked for', () => {
  const manifests = renderChart(CHART, RELEASE, EVERYTHING)
  assert.equal(deploymentOf(manifests).replicas, undefined)
  const hpa = find(manifests, 'HorizontalPodAutoscaler')['spec'] as { scaleTargetRef: { name: string }; metrics: readonly object[] }
  assert.deepEqual([hpa.scaleTargetRef.name, hpa.metrics.length], [RELEASE, 2])
  assert.equal(find(manifests, 'ServiceMonitor').metadata.labels['release'], 'prometheus')
  assert.ok(find(manifests, 'Ingress'))
})

const helm = spawnSync('helm', ['version', '--short'], { encoding: 'utf8' })

for (const [name, values] of Object.entries({ 'default values': {}, 'many values': EVERYTHING })) {
  test(`Helm makes the same of ${name}`, { skip: helm.error === undefined ? false : 'no helm on the PATH' }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'krakend-chart-'))
    try {
      const file = join(folder, 'values.json')
      writeFileSync(file, JSON.stringify(values))
      const { stdout, stderr, status } = spawnSync('helm', ['template', RELEASE, CHART, '--kube-version', '1.30.0', '-f', file], {
        encoding: 'utf8',
      })
      assert.equal(status, 0, stderr)
      const byKind = (list: readonly Manifest[]): Manifest[] => [...list].sort((a, b) => a.kind.localeCompare(b.kind))
      assert.deepEqual(byKind(manifestsOf(stdout)), byKind(renderChart(CHART, RELEASE, values)))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}
