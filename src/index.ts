// The public API: names only.

export { openGateway, type GatewayInit } from './gateway.ts'
export { type ProcessParts, type ProcessPartsInit, startProcessParts } from './process-parts.ts'
export type { CompiledGateway } from './engine/compile/compile.ts'
export { component, ConfigError, discovery, service, supervise } from './engine/compile/component.ts'
export type {
  Logger,
  Port,
  ProcessSite,
  ResourcePool,
  Running,
  SharedMemory,
  Site,
  Stage,
  WhenInvalid,
} from './engine/compile/component.ts'
export { GatewayError, MergeError } from './engine/errors.ts'
export { renderFlexible, type Rendering } from './config/flexible/render.ts'
export type { FlexibleVariables } from './config/flexible/variables.ts'
export type { BackendConfig, EndpointConfig, GatewayConfig } from './config/types.ts'
export type { BackendRequest, BackendResponse, Exchange, Handler, Layer, Pipe, PipeRequest, PipeResponse, Sender } from './engine/types.ts'
