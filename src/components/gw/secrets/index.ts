// The block `_gw/secrets`: what it may say. References are replaced where a file is read (`config/secrets.ts`).

import { block } from '../../../engine/compile/component.ts'
import { Type } from '../../../schema/type.ts'

export const secrets = block({
  namespace: '_gw/secrets',
  options: Type.Object({
    allow_files: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Folders whose files may be read, links followed. Not set: the folder of the configuration file and `/run/secrets`.',
      }),
    ),
  }),
})
