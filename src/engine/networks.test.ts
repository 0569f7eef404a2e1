// What files may write as an address or a network, and who is in it.

import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import { test } from 'node:test'
import { addNetwork, hasAddress } from './networks.ts'

test('addresses and networks of both families, and nothing else', () => {
  const good = ['10.0.0.0/8', '10.1.2.3', '10.1.2.3/32', '0.0.0.0/0', '::1', '2001:db8::/32', '::ffff:10.0.0.0/104']
  const bad = [
    '',
    'x',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '::1/129',
    'fe80::1%eth0',
    ' 10.0.0.1',
    '010.0.0.1',
  ]
  for (const written of good) assert.equal(addNetwork(new BlockList(), written), true, written)
  for (const written of bad) {
    const list = new BlockList()
    assert.equal(addNetwork(list, written), false, written)
    assert.deepEqual(list.rules, [])
  }
})

test('bits behind the length count for nothing, and an IPv4 address has two forms', () => {
  const list = new BlockList()
  addNetwork(list, '10.1.2.3/8')
  addNetwork(list, '2001:db8::/32')
  for (const address of ['10.255.0.1', '::ffff:10.0.0.1', '2001:db8::7']) assert.equal(hasAddress(list, address), true, address)
  for (const address of ['11.0.0.1', '2001:db9::7', '', '10.0.0', 'localhost']) assert.equal(hasAddress(list, address), false, address)
})
