// Whether the paths to roles and scopes are any. Knows no token.

import type { Dialect } from '../../../config/types.ts'
import { JOSE_QUIRKS } from './jose-quirks.ts'
import type { ValidatorOptions } from './options.ts'

type PathOptions = Pick<ValidatorOptions, 'roles' | 'roles_key' | 'roles_key_is_nested' | 'scopes' | 'scopes_key'>

/** Whether `roles_key` is a path: names that are URLs are not. */
export function hasNestedRoles({ roles_key: rolesKey, roles_key_is_nested: isNested }: PathOptions): boolean {
  return isNested && rolesKey.includes('.') && !rolesKey.startsWith('http')
}

/** A path that KrakenD cannot read, so that it refuses every request; null when all are good. */
export function findBadPath(options: PathOptions, dialect: Dialect): { option: 'roles_key' | 'scopes_key'; problem: string } | null {
  const { claimAt } = JOSE_QUIRKS[dialect]
  const { roles_key: rolesKey, scopes_key: scopesKey } = options
  const isBad = (path: string): boolean => path.includes('.') && claimAt(path) === null
  if (options.roles.length > 0 && hasNestedRoles(options) && isBad(rolesKey)) return describe('roles_key', rolesKey)
  return options.scopes.length > 0 && isBad(scopesKey) ? describe('scopes_key', scopesKey) : null
}

function describe<O extends string>(option: O, path: string): { option: O; problem: string } {
  return { option, problem: `"${path}" has an empty part` }
}
