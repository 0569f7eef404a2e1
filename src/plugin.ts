// The public entry `krakend-ts/plugin`: what a plugin's module imports. Names only, but for `definePlugin`, which exists for its types.

export { HttpError, type HttpErrorInit } from './plugins/http-error.ts'
export { parseJson, stringifyJson } from './plugins/json-values.ts'
export { reply } from './plugins/answers.ts'
import type { Kind, OptionsOf, SetupResult, Site } from './plugins/types.ts'

export type {
  Answer,
  BackendAnswer,
  BodySource,
  CallInput,
  CallOptions,
  CallResult,
  Claims,
  Counter,
  FetchInit,
  Handler,
  HandlerFunction,
  Json,
  JsonData,
  JsonSchema,
  Kind,
  ModifierPair,
  Next,
  OptionsOf,
  Params,
  Place,
  Plugin,
  PluginClient,
  PluginHeaders,
  PluginQuery,
  PluginRequest,
  PluginResponse,
  RawResponse,
  Reply,
  RequestChanges,
  ResponseAt,
  Site,
  SiteLog,
  StandardSchema,
} from './plugins/types.ts'

/** A plugin with the schema of its options, its kinds and its parameters, each as written. */
export interface PluginDefinition<S extends object | undefined, K extends Kind, P extends string> {
  /** The name in the configuration: that of the file unless it says else. */
  readonly name?: string
  /** Where it may stand: all four unless it says else. */
  readonly kind?: K | readonly K[]
  /** JSON Schema, TypeBox or a Standard Schema. */
  readonly options?: S
  /** Placeholders that the endpoint's pattern must have. */
  readonly params?: readonly P[]
  readonly protects?: boolean
  readonly description?: string
  setup(options: OptionsOf<S>, site: Site): SetupResult<K, P>
}

/** Returns its argument: a plain object of the same shape works as well. */
export function definePlugin<const S extends object | undefined = undefined, const K extends Kind = Kind, const P extends string = never>(
  plugin: PluginDefinition<S, K, P>,
): PluginDefinition<S, K, P> {
  return plugin
}
