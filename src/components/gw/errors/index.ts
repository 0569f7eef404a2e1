// Component `_gw/errors`: honest statuses and readable bodies for errors, at the service and option by option at endpoints.

import type { EndpointConfig } from '../../../config/types.ts'
import { block, component, service, type Site } from '../../../engine/compile/component.ts'
import { optionsOf } from '../../../engine/compile/read-block.ts'
import { errorAnswersOf } from '../../../engine/endpoint/error-answers.ts'
import { describeFailure } from '../../../engine/failures.ts'
import { rawPathOf } from '../../../engine/routing/patterns/raw-path.ts'
import { droppedHeaders } from '../../../engine/ports.ts'
import { maskerOf } from '../../../engine/secrets.ts'
import { exactIntegers } from '../../../engine/steps/static.ts'
import { compileDecodedList, type HeaderList, isDecoded, outputHeadersBlock } from '../header-list.ts'
import { checkErrors, errorOptions } from './options.ts'
import { compileWording, type WordingTools } from './word-errors.ts'

const outputHeaders = block(outputHeadersBlock)

const common = { namespace: '_gw/errors', options: errorOptions, check: checkErrors } as const

export const serviceErrors = service({
  ...common,
  build(options, site) {
    errorAnswersOf(site).otherwise = compileWording(options, toolsOf(site))
  },
})

/** No layer: the endpoint's answers to errors. */
export const endpointErrors = component({
  ...common,
  stage: 'endpoint',
  build(own, site: Site) {
    if (site.endpoint === null) return null
    const options = { ...optionsOf(serviceErrors, site.config.extraConfig), ...own }
    errorAnswersOf(site).byEndpoint.set(site.endpoint, compileWording(options, toolsOf(site)))
    return null
  },
})

function toolsOf(site: Site): WordingTools {
  return {
    mask: maskerOf(site.config.secrets),
    describeFailure,
    pathOf: rawPathOf,
    toJson: exactIntegers,
    takesHeader: compileTaking(site),
  }
}

/** What `_gw/output-headers` of the endpoint lets through, without what a layer answers for itself. */
function compileTaking(site: Site): WordingTools['takesHeader'] {
  const lists = new Map<EndpointConfig, HeaderList>()
  for (const endpoint of site.config.endpoints)
    if (endpoint.extraConfig.has(outputHeaders.namespace) && isDecoded(endpoint))
      lists.set(endpoint, compileDecodedList(optionsOf(outputHeaders, endpoint.extraConfig)))
  return function takesHeader({ route }, name) {
    const isTaken = route?.endpoint == null ? undefined : lists.get(route.endpoint)
    return isTaken?.(name) === true && !site.ask(droppedHeaders).some((isDropped) => isDropped(name))
  }
}
