// Go's gob: the types every stream knows from the start. Knows nothing of streams and of what is sent.

/** A value as gob carries it: structs by field name, texts with one character per byte. */
export type GobValue = boolean | number | bigint | string | Buffer | GobValue[] | GobStruct | Map<GobValue, GobValue>

export interface GobStruct {
  readonly [field: string]: GobValue | undefined
}

/** Zero values are not sent: an absent field is the zero of its type. */
export type GobType =
  | { readonly kind: 'bool' | 'int' | 'uint' | 'float' | 'bytes' | 'text' | 'complex' | 'interface' }
  | { readonly kind: 'list'; readonly element: number }
  | { readonly kind: 'map'; readonly key: number; readonly element: number }
  | { readonly kind: 'struct'; readonly name: string; readonly fields: readonly GobField[] }

export interface GobField {
  readonly name: string
  readonly type: number
}

/** Type ids that Go's `encoding/gob` has fixed. */
export const BOOL = 1
export const INT = 2
export const UINT = 3
export const FLOAT = 4
const BYTES = 5
export const TEXT = 6
const COMPLEX = 7
const INTERFACE = 8
/** The description of a type, sent under a negative id before the first value of that type. */
export const WIRE_TYPE = 16
const ARRAY_TYPE = 17
const COMMON_TYPE = 18
const SLICE_TYPE = 19
const STRUCT_TYPE = 20
const FIELD_TYPE = 21
const FIELD_LIST = 22
const MAP_TYPE = 23
const ENCODER_TYPE = 24

function struct(name: string, ...fields: (readonly [string, number])[]): GobType {
  return { kind: 'struct', name, fields: fields.map(([name, type]) => ({ name, type })) }
}

/** What a decoder knows before the first byte. */
export const BUILT_IN_TYPES: readonly (readonly [number, GobType])[] = [
  [BOOL, { kind: 'bool' }],
  [INT, { kind: 'int' }],
  [UINT, { kind: 'uint' }],
  [FLOAT, { kind: 'float' }],
  [BYTES, { kind: 'bytes' }],
  [TEXT, { kind: 'text' }],
  [COMPLEX, { kind: 'complex' }],
  [INTERFACE, { kind: 'interface' }],
  [
    WIRE_TYPE,
    struct(
      'wireType',
      ['ArrayT', ARRAY_TYPE],
      ['SliceT', SLICE_TYPE],
      ['StructT', STRUCT_TYPE],
      ['MapT', MAP_TYPE],
      ['GobEncoderT', ENCODER_TYPE],
      ['BinaryMarshalerT', ENCODER_TYPE],
      ['TextMarshalerT', ENCODER_TYPE],
    ),
  ],
  [ARRAY_TYPE, struct('arrayType', ['CommonType', COMMON_TYPE], ['Elem', INT], ['Len', INT])],
  [COMMON_TYPE, struct('CommonType', ['Name', TEXT], ['Id', INT])],
  [SLICE_TYPE, struct('sliceType', ['CommonType', COMMON_TYPE], ['Elem', INT])],
  [STRUCT_TYPE, struct('structType', ['CommonType', COMMON_TYPE], ['Field', FIELD_LIST])],
  [FIELD_TYPE, struct('fieldType', ['Name', TEXT], ['Id', INT])],
  [FIELD_LIST, { kind: 'list', element: FIELD_TYPE }],
  [MAP_TYPE, struct('mapType', ['CommonType', COMMON_TYPE], ['Key', INT], ['Elem', INT])],
  [ENCODER_TYPE, struct('gobEncoderType', ['CommonType', COMMON_TYPE])],
]

/** A text of a struct; empty when it is absent or something else. */
export function textOf(value: GobValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
