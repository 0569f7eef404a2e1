// The test kit: exchanges, configurations, sites and whole gateways in memory. What needs sockets or processes stands beside it
// (`backend.ts`, `process.ts`) and is imported by name.

export { blocksOf, endpointWith, makeBackend, makeConfig, makeEndpoint } from './config.ts'
export {
  answerOf,
  makeBackendRequest,
  makeBackendResponse,
  makeExchange,
  makeRequest,
  makeResponse,
  type ExchangeInit,
  type RecordedExchange,
} from './exchange.ts'
export { configOf, openAgentInMemory, openInMemory, type MemoryGateway, type MemoryGatewayInit } from './gateway.ts'
export { makeLog } from './log.ts'
export { buildFor, checkExtras, checkOptions, makeSite, type TestPlace, type TestSite } from './site.ts'
export {
  testPlugin,
  type AskedEndpoint,
  type CallMocks,
  type FetchMocks,
  type Mock,
  type MockAnswer,
  type NextMock,
  type PluginRun,
  type PluginTestInit,
  type TestRequest,
} from './plugin.ts'
export { testGateway, type PluginGatewayInit } from './plugin-gateway.ts'
