// Sine, cosine and tangent as Go computes them (the Cephes library's methods), whose last digits differ from JavaScript's. Pure.

/** π/4 in three parts, so that multiples of it can be taken off without loss. */
const PART_A = 0.7853981256484985
const PART_B = 3.774894707930798e-8
const PART_C = 2.6951514290790595e-15
/** Beyond this the parts above are too short; JavaScript's own reduction is as good as any. */
const MAX_ARGUMENT = 2 ** 29

const SINE = [
  1.5896230157654656e-10, -2.5050747762857807e-8, 2.7557313621385722e-6, -0.0001984126982958954, 0.008333333333322118, -0.1666666666666663,
]
const COSINE = [
  -1.1358536521387682e-11, 2.087570084197473e-9, -2.755731417929674e-7, 2.4801587288851704e-5, -0.0013888888888873056, 0.041666666666666595,
]
const TANGENT_UP = [-13093.693918138373, 1153516.6483858742, -17956525.197648488]
const TANGENT_DOWN = [1, 13681.296347069296, -1320892.3444021097, 25008380.18233579, -53869575.592945464]

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (const coefficient of coefficients) sum = sum * x + coefficient
  return sum
}

/** Which eighth of the circle, made even, and what is left of the angle. */
function reduce(x: number): { eighth: number; rest: number } {
  let eighth = Math.trunc(x * (4 / Math.PI))
  if (eighth % 2 === 1) eighth++
  return { eighth: eighth % 8, rest: x - eighth * PART_A - eighth * PART_B - eighth * PART_C }
}

function sineOf(z: number): number {
  const square = z * z
  return z + z * square * polynomial(SINE, square)
}

function cosineOf(z: number): number {
  const square = z * z
  return 1 - 0.5 * square + square * square * polynomial(COSINE, square)
}

export function sin(x: number): number {
  if (x === 0 || !(Math.abs(x) < MAX_ARGUMENT)) return Math.sin(x)
  const { eighth, rest } = reduce(Math.abs(x))
  const value = eighth % 4 === 2 ? cosineOf(rest) : sineOf(rest)
  return x < 0 !== eighth > 3 ? -value : value
}

export function cos(x: number): number {
  if (!(Math.abs(x) < MAX_ARGUMENT)) return Math.cos(x)
  const { eighth, rest } = reduce(Math.abs(x))
  const value = eighth % 4 === 2 ? sineOf(rest) : cosineOf(rest)
  return eighth === 2 || eighth === 4 ? -value : value
}

export function tan(x: number): number {
  if (x === 0 || !(Math.abs(x) < MAX_ARGUMENT)) return Math.tan(x)
  const { eighth, rest } = reduce(Math.abs(x))
  const square = rest * rest
  let value = rest
  if (square > 1e-14) value = rest + rest * ((square * polynomial(TANGENT_UP, square)) / polynomial(TANGENT_DOWN, square))
  if (eighth % 4 === 2) value = -1 / value
  return x < 0 ? -value : value
}
