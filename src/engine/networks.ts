// Lists of addresses and networks as files write them. Knows nothing of sockets.

import { BlockList, isIP } from 'node:net'

/** Adds `10.0.0.0/8`, `10.1.2.3`, `2001:db8::/32`. False, and nothing is added, for anything else; a zone is anything else. */
export function addNetwork(list: BlockList, written: string): boolean {
  const [address = '', bits, ...rest] = written.split('/')
  const family = isIP(address)
  const width = family === 6 ? 128 : 32
  if (family === 0 || address.includes('%') || rest.length > 0) return false
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > width)) return false
  list.addSubnet(address, bits === undefined ? width : Number(bits), family === 6 ? 'ipv6' : 'ipv4')
  return true
}

/** Whether the list has the address, an IPv4 one in either of its forms; false for what is no address. */
export function hasAddress(list: BlockList, address: string): boolean {
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
