// Which partition of a topic of Kafka a message with a key belongs to. Pure.

/** compat: as KrakenD's client chooses, so that both put the messages of a key into one order: FNV-1a in 32 bits, as a signed number. */
export function hashPartition(key: Uint8Array, partitions: number): number {
  let hash = 0x811c9dc5
  for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193)
  return Math.abs((hash | 0) % partitions)
}
