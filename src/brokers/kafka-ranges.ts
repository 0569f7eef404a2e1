// How the members of a group of Kafka share its partitions: in ranges, as the clients of Go do by default, which may be members as well. Pure.

import type { ClusterMetadata, ExtendedGroupProtocolSubscription, GroupPartitionsAssignments } from '@platformatic/kafka'

/** Each topic by itself: its subscribers in the order of their ids get partitions in a row, the first ones one more where they do not divide. */
export function assignRanges(
  _current: string,
  members: Map<string, Pick<ExtendedGroupProtocolSubscription, 'topics'>>,
  topics: Set<string>,
  metadata: {
    readonly topics: ReadonlyMap<string, Pick<ClusterMetadata['topics'] extends Map<string, infer T> ? T : never, 'partitionsCount'>>
  },
): GroupPartitionsAssignments[] {
  const all: GroupPartitionsAssignments[] = [...members.keys()].toSorted().map((memberId) => ({ memberId, assignments: new Map() }))
  for (const topic of topics) {
    const readers = all.filter(({ memberId }) => members.get(memberId)?.topics?.includes(topic))
    const count = metadata.topics.get(topic)?.partitionsCount ?? 0
    for (const [i, { assignments }] of readers.entries()) {
      const first = Math.ceil((i * count) / readers.length)
      const end = Math.ceil(((i + 1) * count) / readers.length)
      const partitions = Array.from({ length: end - first }, (_, j) => first + j)
      if (partitions.length > 0) assignments.set(topic, { topic, partitions })
    }
  }
  return all
}
