// The place of a plugin in words of the file.

import type { Site } from '../engine/compile/component.ts'
import { perList } from '../engine/per-list.ts'
import { type ParamNames, paramNamesOf, writtenName } from './params.ts'
import type { Place } from './site-types.ts'

export function placeOf({ place, endpoint, backend }: Site): Place {
  return Object.freeze({
    level: backend !== null ? 'backend' : place === null ? 'service' : endpoint !== null ? 'endpoint' : 'agent',
    method: endpoint?.method ?? null,
    endpoint: endpoint?.writtenPath ?? null,
    backend:
      backend === null
        ? null
        : Object.freeze({
            urlPattern: writtenPattern(backend.urlPattern, paramNamesOf(endpoint?.writtenPath ?? '')),
            hosts: frozenCopy(backend.hosts),
            encoding: backend.encoding || 'json',
            index: Number(backend.at.at(-1)),
          }),
  } satisfies Place)
}

const frozenCopy = perList((hosts: readonly string[]) => Object.freeze([...hosts]))

/** `/users/{{.Id}}` of the engine as people write it: `/users/{id}`. */
function writtenPattern(pattern: string, names: ParamNames): string {
  return pattern.replaceAll(/\{\{\.([^{}]+)\}\}/g, (_all, name: string) => `{${writtenName(name, names)}}`)
}
