// Calls that are no functions: `has`, `all`, `exists`, `exists_one`, `map` and `filter`.

import type { Call, MacroName, Node } from './ast.ts'

const MACROS: ReadonlyMap<string, MacroName> = new Map([
  ['all/2', 'all'],
  ['exists/2', 'exists'],
  ['exists_one/2', 'exists_one'],
  ['map/2', 'map'],
  ['map/3', 'map'],
  ['filter/2', 'filter'],
])

/** Where macros complain. */
interface Issues {
  note(at: number, message: string): void
}

/** The call itself where it is no macro; with another number of arguments it is a function that nobody knows. */
export function expandMacro(issues: Issues, call: Call): Node {
  const { name, target, args } = call
  if (target === null) return name === 'has' && args.length === 1 ? expandHas(issues, call, args[0] as Node) : call
  const macro = MACROS.get(`${name}/${args.length}`)
  if (macro === undefined) return call
  const [variable, ...others] = args as [Node, ...Node[]]
  if (variable.kind !== 'identifier') issues.note(variable.at, 'argument must be a simple name')
  return {
    kind: 'macro',
    macro,
    range: target,
    variable: variable.kind === 'identifier' ? variable.name : '',
    filter: others.length === 2 ? (others[0] as Node) : null,
    body: others.at(-1) as Node,
    at: call.at,
  }
}

function expandHas(issues: Issues, { at }: Call, argument: Node): Node {
  if (argument.kind === 'select' && !argument.isTest) return { ...argument, isTest: true, at }
  issues.note(argument.at, 'invalid argument to has() macro')
  return argument
}
