// Lets an endpoint look at what each of its backends answers. Nothing stands there where no endpoint wants that.

import { step } from '../compile/component.ts'
import { backendWatches } from '../ports.ts'

export const watchedBackends = step({
  stage: 'backend',
  name: 'watch of the endpoint',
  build(site) {
    const { place, endpoint, backend } = site
    // The backend of a fallback stands in for one that is watched; nobody waits for those of a shadow.
    if (place === null || backend === null || endpoint?.backends.includes(backend) !== true) return null
    return backendWatches(site).get(place.id)?.(site) ?? null
  },
})
