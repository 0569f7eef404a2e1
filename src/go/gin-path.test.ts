import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findGinParam, GIN_PARAM, ginParamNames, unescapeColons } from './gin-path.ts'

test('a colon behind a backslash begins no parameter', () => {
  assert.deepEqual(ginParamNames('/v1\\:batch/:user_id/a:b/*rest'), ['user_id', 'b', 'rest'])
  assert.deepEqual(['v1\\:batch', ':', 'a*', 'plain'].map(findGinParam), [-1, 0, 1, -1])
  assert.equal(unescapeColons('/v1\\:batch/\\:x'), '/v1:batch/:x')
  assert.equal('/v1\\:batch/:id/*rest'.replaceAll(GIN_PARAM, '$1$2'), '/v1\\:batch/:/*')
})
