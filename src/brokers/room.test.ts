import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Room } from './room.ts'

test('whoever reads waits until so many have room and nothing stands in the way, or until nobody needs it', async () => {
  const room = new Room(2)
  const passed: string[] = []
  let isBlocked = true
  room.take()
  room.take()
  void room.whenLeft(1).then(() => passed.push('one'))
  void room.whenLeft(1, () => isBlocked).then(() => passed.push('unblocked'))
  const closed = room.whenLeft(3).then(() => passed.push('closed'))
  const settled = () =>
    new Promise((resolve) => {
      setImmediate(resolve)
    })
  await settled()
  assert.deepEqual([passed, room.left], [[], 0])
  room.giveBack()
  await settled()
  assert.deepEqual([passed, room.left], [['one'], 1])
  isBlocked = false
  room.giveBack()
  await settled()
  assert.deepEqual(passed, ['one', 'unblocked'])
  room.close()
  await closed
  assert.ok(room.isClosed)
})
