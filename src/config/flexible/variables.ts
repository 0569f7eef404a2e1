// The `FC_*` variables. Relative paths count from the working directory.

import type { Environment } from '../environment.ts'

export interface FlexibleVariables {
  /** Folder whose `*.json` are the data of the templates; empty: none. */
  readonly settings: string
  /** Folder of what `include` inserts; empty: the working directory. */
  readonly partials: string
  /** Folder of further templates, `*.tmpl`; empty: none. */
  readonly templates: string
  /** Where the rendered text is kept; empty: nowhere. Its extension decides how it is parsed. */
  readonly out: string
}

/** Whether `FC_ENABLE` is set is for the caller to look at. */
export function flexibleVariables(environment: Environment): FlexibleVariables {
  const read = (name: string): string => environment[name] ?? ''
  return { settings: read('FC_SETTINGS'), partials: read('FC_PARTIALS'), templates: read('FC_TEMPLATES'), out: read('FC_OUT') }
}
