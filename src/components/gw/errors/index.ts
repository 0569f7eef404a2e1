// Component `_gw/errors`: honest statuses and readable bodies for errors, at the service and option by option at endpoints.

import { component, service, type Site } from '../../../engine/compile/component.ts'
import { optionsOf } from '../../../engine/compile/read-block.ts'
import { errorAnswersOf } from '../../../engine/endpoint/error-answers.ts'
import { describeFailure } from '../../../engine/failures.ts'
import { rawPathOf } from '../../../engine/routing/patterns/raw-path.ts'
import { maskerOf } from '../../../engine/secrets.ts'
import { exactIntegers } from '../../../engine/steps/static.ts'
import { checkErrors, errorOptions } from './options.ts'
import { compileWording, type WordingTools } from './word-errors.ts'

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

function toolsOf({ config }: Site): WordingTools {
  return { mask: maskerOf(config.secrets), describeFailure, pathOf: rawPathOf, toJson: exactIntegers }
}
