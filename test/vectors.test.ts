// Recorded behaviour of the original libraries, where the recordings are beside the project.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEFAULT_FOLDER, EVALUATORS, NOT_FOLLOWED, readVectors } from '../scripts/vectors.ts'

describe('recorded vectors', () => {
  for (const [name, load] of Object.entries(EVALUATORS)) {
    const lines = readVectors(DEFAULT_FOLDER, name)
    test(
      `${name}: every case has its output, its stage and its line`,
      { skip: lines === null ? `${name} is not there` : false },
      async () => {
        const results = await (await load()).run(lines ?? [])
        assert.deepEqual(
          results.filter(({ id, ok }) => ok === id in NOT_FOLLOWED).map(({ id, note }) => `${id}: ${note}`),
          [],
        )
        assert.ok(results.length > 0)
      },
    )
  }
})
