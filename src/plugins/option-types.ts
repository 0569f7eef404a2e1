// The type of a plugin's options, from the schema it declares them with. Types only.

import type { Static, TSchema } from 'typebox'

export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json }

/** JSON Schema 2020-12, as far as it is written as a literal. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** What zod, valibot, arktype and others have in common (standardschema.dev). */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => unknown
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

/** What `setup` gets for options that are declared with `S`. */
export type OptionsOf<S> = [S] extends [undefined]
  ? Json
  : S extends { readonly '~standard': { readonly types?: infer T } }
    ? OutputOf<T>
    : S extends TSchema & { readonly '~kind': string }
      ? Static<S>
      : FromSchema<S>

type OutputOf<T> = NonNullable<T> extends { readonly output: infer Output } ? Output : unknown

/** `type`, `properties`, `required`, `enum`, `const`, `items`, `default`; anything else is `unknown`. */
type FromSchema<S> = S extends { readonly const: infer Value }
  ? Value
  : S extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : S extends { readonly type: infer T }
      ? FromType<S, T>
      : unknown

type FromType<S, T> = T extends readonly (infer One)[]
  ? FromType<S, One>
  : T extends 'string'
    ? string
    : T extends 'number' | 'integer'
      ? number
      : T extends 'boolean'
        ? boolean
        : T extends 'null'
          ? null
          : T extends 'array'
            ? (S extends { readonly items: infer Items } ? FromSchema<Items> : unknown)[]
            : T extends 'object'
              ? S extends { readonly properties: infer Properties }
                ? FromProperties<Properties, RequiredOf<S>>
                : { [name: string]: unknown }
              : unknown

type RequiredOf<S> = S extends { readonly required: readonly (infer Name)[] } ? Name : never

/** Members that are there for certain: required ones, and those with a default. */
type Certain<Properties, Required> = {
  [K in keyof Properties]: K extends Required ? K : Properties[K] extends { readonly default: unknown } ? K : never
}[keyof Properties]

type FromProperties<Properties, Required> = Flatten<
  { -readonly [K in Certain<Properties, Required>]: FromSchema<Properties[K]> } & {
    -readonly [K in Exclude<keyof Properties, Certain<Properties, Required>>]?: FromSchema<Properties[K]>
  }
>

type Flatten<T> = { [K in keyof T]: T[K] }
