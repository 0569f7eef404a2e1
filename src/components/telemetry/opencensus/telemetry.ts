// Builds what measures one gateway: the layers of each place, as far as the file enables them.

import type { Site } from '../../../engine/compile/component.ts'
import { optionsOf } from '../../../engine/compile/read-block.ts'
import type { Telemetry } from '../../../engine/ports.ts'
import { slot } from '../../../engine/scope.ts'
import { textMasker } from '../../../engine/secrets.ts'
import { readPropagators } from '../propagation.ts'
import type { TraceContext } from '../trace-context.ts'
import { backendBlock, endpointBlock } from './blocks.ts'
import { callLayer } from './call-layer.ts'
import type { CensusTracer } from './census-tracer.ts'
import { layersOf, type ServiceOptions } from './options.ts'
import { backendPathTag, endpointPathTag, type PathTag } from './path-tags.ts'
import { pipeLayer } from './pipe-layer.ts'
import { routerLayer } from './router-layer.ts'
import { openViews, tagsOf } from './views.ts'

/** What the request belongs to: its span, or its place in a trace that nobody records. */
const current = slot<TraceContext>()
/** Backends understand B3. */
const { propagation } = readPropagators('b3multi')
const UNMATCHED = { 404: 'NoRoute', 405: 'NoMethod' } as const

export function compileTelemetry(options: ServiceOptions, service: Site, tracer: CensusTracer): Telemetry {
  const { exporters } = options
  const isOn = layersOf(options)
  const isSeen = exporters.prometheus !== undefined || exporters.ocagent !== undefined
  const views = isSeen ? openViews(tagsOf(exporters), service) : null
  const mask = textMasker(service.config.secrets)
  const around = (name: string, pathTag: PathTag) => routerLayer({ name, pathTag, tracer, propagation, current, views })
  // A pipe that nobody records needs no place of its own in a trace.
  const pipe = (name: string) => (tracer.records ? pipeLayer({ name, tracer, current }) : null)
  return {
    unmatched: (_site, status) => (isOn.router ? around(UNMATCHED[status], endpointPathTag(UNMATCHED[status], '')) : null),
    endpoint({ endpoint }) {
      if (!isOn.router || endpoint === null) return null
      const { path_aggregation: mode } = optionsOf(endpointBlock, endpoint.extraConfig)
      return around(endpoint.path, endpointPathTag(endpoint.path, mode))
    },
    proxy: ({ place }) => (isOn.pipe && place !== null ? pipe(`pipe-${place.name}`) : null),
    backend: ({ backend }) => (isOn.backend && backend !== null ? pipe(`backend-${mask(backend.urlPattern)}`) : null),
    transport({ backend }) {
      if (!isOn.backend || backend === null) return null
      const { path_aggregation: mode } = optionsOf(backendBlock, backend.extraConfig)
      const pathTag = backendPathTag(mask(backend.urlPattern), mode)
      return callLayer({ pathTag, tracer, propagation, current, views, mask })
    },
  }
}
