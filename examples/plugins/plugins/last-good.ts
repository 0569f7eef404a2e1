// A middleware encloses what stands inside, failures included: `next` rejects when everything inside has failed, and may be answered for.

import { definePlugin, parseJson, stringifyJson } from 'krakend-ts/plugin'

/** What is remembered is bounded: the oldest goes when another comes. */
const MAX_ANSWERS = 1000

export default definePlugin({
  name: 'last-good',
  kind: 'middleware',
  description: 'Answers with the last good answer when the backends fail',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: { max_age_seconds: { type: 'integer', minimum: 1, default: 300 } },
  },
  setup({ max_age_seconds }, site) {
    // As text: data that goes on belongs to whoever stands outside, and may be changed there.
    const answers = new Map<string, { readonly json: string; readonly atMs: number }>()
    return async (request, next) => {
      const key = stringifyJson({ ...request.params, query: [...request.query] })
      try {
        const response = await next()
        if (response.complete) {
          answers.delete(key)
          answers.set(key, { json: stringifyJson(response.data), atMs: Date.now() })
          if (answers.size > MAX_ANSWERS) answers.delete(answers.keys().next().value as string)
        }
        return response
      } catch (error) {
        const known = answers.get(key)
        const ageSeconds = known === undefined ? Infinity : (Date.now() - known.atMs) / 1000
        if (known === undefined || ageSeconds > max_age_seconds) throw error
        site.log.warning(`answers with what is ${Math.round(ageSeconds)} s old: ${String(error)}`)
        return { data: parseJson(known.json), headers: { 'X-Stale': 'true' }, complete: false }
      }
    }
  },
})
