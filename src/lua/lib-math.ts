// The library `math`, with Go's results where they differ from JavaScript's.

import { frexp, ldexp, modulo, power, toInt64 } from './arithmetic.ts'
import { checkInteger, checkNumber } from './check.ts'
import type { Args } from './check.ts'
import { cos, sin, tan } from './trigonometry.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, NOTHING, native } from './value.ts'
import type { Result, Value } from './value.ts'

function unary(compute: (x: number) => number): LuaFunction {
  return native((thread, ...args) => compute(checkNumber(thread, args, 0)))
}

function binary(compute: (x: number, y: number) => number): LuaFunction {
  return native((thread, ...args) => compute(checkNumber(thread, args, 0), checkNumber(thread, args, 1)))
}

function extreme(isBetter: (value: number, than: number) => boolean): LuaFunction {
  return native((thread, ...args) => {
    if (args.length === 0) thread.raise('wrong number of arguments')
    let best = checkNumber(thread, args, 0)
    for (let i = 1; i < args.length; i++) {
      const value = checkNumber(thread, args, i)
      if (isBetter(value, best)) best = value
    }
    return best
  })
}

/** Go divides its constants exactly; the quotient of the two doubles would be a little less. */
const LOG10_OF_2 = 0.3010299956639812

/** Go's Log10: by way of the binary logarithm. */
function log10(x: number): number {
  const [fraction, exponent] = frexp(x)
  const log2 = fraction === 0.5 ? exponent - 1 : Math.log(fraction) * (1 / Math.LN2) + exponent
  return log2 * LOG10_OF_2
}

function modf(x: number): Result {
  if (!Number.isFinite(x)) return [x, Number.NaN]
  const whole = Math.trunc(x)
  return [whole, x - whole]
}

function below(thread: LuaThread, count: number): number {
  // A panic of Go: no position.
  if (!(count > 0)) thread.raise('invalid argument to Intn', 0)
  return Math.floor(Math.random() * count)
}

function random(thread: LuaThread, args: Args): Value {
  if (args.length === 0) return Math.random()
  if (args.length === 1) return below(thread, checkInteger(thread, args, 0)) + 1
  const least = checkInteger(thread, args, 0)
  return below(thread, checkInteger(thread, args, 1) + 1 - least) + least
}

export const MATH: Readonly<Record<string, Value>> = {
  abs: unary(Math.abs),
  acos: unary(Math.acos),
  asin: unary(Math.asin),
  atan: unary(Math.atan),
  atan2: binary(Math.atan2),
  ceil: unary(Math.ceil),
  cos: unary(cos),
  cosh: unary(Math.cosh),
  deg: unary((x) => (x * 180) / Math.PI),
  exp: unary(Math.exp),
  floor: unary(Math.floor),
  fmod: binary((x, y) => x % y),
  frexp: native((thread, ...args) => frexp(checkNumber(thread, args, 0))),
  huge: Number.MAX_VALUE,
  ldexp: native((thread, ...args) => ldexp(checkNumber(thread, args, 0), checkInteger(thread, args, 1))),
  log: unary(Math.log),
  log10: unary(log10),
  max: extreme((value, than) => value > than),
  min: extreme((value, than) => value < than),
  mod: binary(modulo),
  modf: native((thread, ...args) => modf(checkNumber(thread, args, 0))),
  pi: Math.PI,
  pow: binary(power),
  rad: unary((x) => (x * Math.PI) / 180),
  random: native((thread, ...args) => random(thread, args)),
  // The generator is JavaScript's, which takes no seed; the argument is checked as in gopher-lua.
  randomseed: native((thread, ...args) => {
    toInt64(checkInteger(thread, args, 0))
    return NOTHING
  }),
  sin: unary(sin),
  sinh: unary(Math.sinh),
  sqrt: unary(Math.sqrt),
  tan: unary(tan),
  tanh: unary(Math.tanh),
}
