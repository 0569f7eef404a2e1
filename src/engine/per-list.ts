// What follows from a list that many places share, such as the hosts of the service: worked out once for each list.

/** `compute`, which must depend on nothing but its list, with its results kept as long as their lists are. */
export function perList<T, R>(compute: (list: readonly T[]) => R): (list: readonly T[]) => R {
  const known = new WeakMap<readonly T[], { readonly result: R }>()
  return function computeOnce(list) {
    let found = known.get(list)
    if (found === undefined) known.set(list, (found = { result: compute(list) }))
    return found.result
  }
}
