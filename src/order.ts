// The whole order of the gateway, outermost first: what a request passes on its way in, and its answer, backwards, on its way out.
// Moving a line moves the layer. `lazy` lines are components, imported only when a configuration has their namespace;
// the others are steps of the engine. The places are KrakenD's, because its users depend on them.

import { defaults } from './components/gw/defaults/index.ts'
import { secrets } from './components/gw/secrets/index.ts'
import { lazy, type Order } from './engine/compile/order.ts'
import { rescue } from './engine/endpoint/rescue.ts'
import { streamBlock } from './engine/endpoint/stream-block.ts'
import { backendLimits } from './engine/pipe/backend-limits.ts'
import { proxyAtBackend, proxyAtEndpoint } from './engine/pipe/proxy-block.ts'
import { backendHttp } from './engine/pipe/status-policy.ts'
import { reloadBlock, shutdownBlock, workersBlock } from './engine/process/process-blocks.ts'
import { accessLines } from './engine/routing/access-log.ts'
import { clientAddress } from './engine/routing/client-ip.ts'
import { encodedParams } from './engine/routing/encoded-params.ts'
import { routeBlock } from './engine/routing/patterns/route-block.ts'
import { routerBlock } from './engine/routing/router-options.ts'
import { hostBalancer } from './engine/steps/balancer.ts'
import { ownCallFields } from './engine/steps/call-fields.ts'
import { clientRequest } from './engine/steps/client-request.ts'
import { notedAnswers } from './engine/steps/answer-notes.ts'
import { concurrent } from './engine/steps/concurrent.ts'
import { flatmap } from './engine/steps/flatmap.ts'
import { headers } from './engine/steps/header-filter.ts'
import { queryStrings } from './engine/steps/query-filter.ts'
import { builder } from './engine/steps/request-builder.ts'
import { shadow } from './engine/steps/shadow.ts'
import { backendCourse, callCourse } from './engine/steps/request-course.ts'
import { staticAnswers } from './engine/steps/static.ts'
import { tokenNotices } from './engine/steps/token-notices.ts'
import { watchedBackends } from './engine/steps/watched-backends.ts'
import { backendTelemetry, endpointTelemetry, proxyTelemetry, serverTelemetry, transportTelemetry } from './engine/steps/telemetry.ts'
import { backendHttpClient, redirects } from './http/client/redirects.ts'
import { gelfBlock } from './log/gelf-block.ts'
import { loggingBlock } from './log/logging-block.ts'
import { logstashBlock } from './log/logstash-block.ts'
import { pluginsBlock } from './plugins/plugins-block.ts'

const revoker = () => import('./components/auth/revoker/index.ts')
const jose = () => import('./components/auth/jose/index.ts')
const rateLimits = () => import('./components/qos/ratelimit/index.ts')
const cel = () => import('./components/validation/cel/index.ts')
const pubsub = () => import('./components/backend/pubsub/index.ts')
const amqp = () => import('./components/backend/amqp/index.ts')
const botDetector = () => import('./components/security/bot-detector/index.ts')
const etcd = () => import('./components/sd/etcd/index.ts')
const middlewares = () => import('./components/plugin/middleware/index.ts')
const modifiers = () => import('./components/plugin/req-resp-modifier/index.ts')
const cache = () => import('./components/gw/cache/index.ts')
const admin = () => import('./components/gw/admin/index.ts')
const errors = () => import('./components/gw/errors/index.ts')
const metrics = () => import('./components/telemetry/metrics/index.ts')
const openCensus = () => import('./components/telemetry/opencensus/index.ts')
const openTelemetry = () => import('./components/telemetry/opentelemetry/index.ts')
const lua = () => import('./components/modifier/lua/index.ts')

export const order: Order = {
  // Once per process, whatever the number of workers: listeners, consumers, exporters.
  process: [
    lazy('auth/revoker', async () => (await revoker()).revokerDoors, '_gw/revoker'),
    lazy('telemetry/metrics', async () => (await metrics()).metricsReports, 'telemetry/influx'),
    lazy('telemetry/opentelemetry', async () => (await openTelemetry()).openTelemetryExporters),
    lazy('telemetry/opencensus', async () => (await openCensus()).openCensusExporters),
    lazy('_gw/admin', async () => (await admin()).adminPort),
  ],

  // Once per gateway, before any layer: what layers ask for.
  services: [
    lazy('telemetry/opentelemetry', async () => (await openTelemetry()).openTelemetry),
    lazy('telemetry/opencensus', async () => (await openCensus()).openCensus), // inside OpenTelemetry, outside of metrics
    lazy('telemetry/metrics', async () => (await metrics()).metrics, 'telemetry/influx'),
    lazy('auth/revoker', async () => (await revoker()).authRevoker, '_gw/revoker'),
    lazy('auth/validator', async () => (await jose()).sharedKeyCache),
    lazy('_gw/issuers', async () => (await jose()).issuers), // whom endpoints name
    lazy('_gw/errors', async () => (await errors()).serviceErrors), // before whatever answers errors
    lazy('_gw/etcd', async () => (await etcd()).etcdService), // whom `sd: etcd` asks
    lazy('_gw/kafka', async () => (await import('./components/gw/kafka/index.ts')).kafka), // how backends and agents reach brokers
  ],

  // Every request, before it has a route.
  server: [
    rescue, // outermost: whatever a layer throws becomes its answer
    serverTelemetry, // measures preflights, what plugins answer and what is shed as well
    lazy('_gw/request-id', async () => (await import('./components/gw/request-id/index.ts')).requestIds), // outside of all that answers or logs
    lazy('_gw/access-log', async () => (await import('./components/gw/access-log/index.ts')).jsonAccessLog), // what is shed and preflights have lines as well
    lazy('_gw/overload', async () => (await import('./components/gw/overload/index.ts')).overload), // before anything costs
    clientAddress, // before everything that counts or refuses by address
    lazy('security/cors', async () => (await import('./components/security/cors/index.ts')).cors), // preflights have no route
    lazy('plugin/http-server', async () => (await import('./components/plugin/http-server/index.ts')).httpServerPlugins), // its own answers need CORS
    lazy('_gw/admin', async () => (await admin()).admin), // innermost: its paths win over every pattern
    // ⊢ router
  ],

  // Every request that has a route, health and debug too, and those answered 404 and 405; redirects have none.
  routed: [
    accessLines, // outside: what is refused below has its line as well
    encodedParams,
    // ⊢ health check
  ],

  // The same without the health check, which must answer whoever asks.
  router: [
    lazy('security/http', async () => (await import('./components/security/http/index.ts')).securityHttp),
    lazy('modifier/lua-endpoint', async () => (await lua()).serviceLua),
    lazy('security/bot-detector', async () => (await botDetector()).serviceBotDetector),
    // ⊢ endpoint, debug, echo, OPTIONS, 404, 405
  ],

  // The requests of one endpoint.
  endpoint: [
    lazy('_gw/errors', async () => (await errors()).endpointErrors), // no layer: how errors of the endpoint are answered
    clientRequest, // no layer where nothing inside asks for it: plugins see the client's own request
    lazy('security/bot-detector', async () => (await botDetector()).endpointBotDetector), // before a token costs anything
    endpointTelemetry, // counts what a bad token is answered; bots are not counted
    lazy('validation/cel', async () => (await cel()).celRejecter), // no layer: what the validator asks of claims
    lazy('_gw/issuers', async () => (await jose()).acceptedIssuers), // no layer where the validator stands, which asks for them
    tokenNotices, // no layer: a line of the log where the lines below are not there
    lazy('auth/validator', async () => (await jose()).validator),
    lazy('_gw/forward-auth', async () => (await import('./components/gw/forward-auth/index.ts')).forwardAuth), // nobody is asked about a bad token
    lazy('auth/signer', async () => (await jose()).signer), // inside the validator: who may not enter gets no token
    lazy('modifier/lua-endpoint', async () => (await lua()).endpointLua), // sees propagated claims; what it refuses costs no limit
    lazy('qos/ratelimit/router', async () => (await rateLimits()).endpointRateLimit, '_gw/ratelimit-headers'), // a bad token costs no limit
    lazy('_gw/compression', async () => (await import('./components/gw/compression/index.ts')).compression), // outside the cache, which keeps answers as they are
    lazy('_gw/cache', async () => (await cache()).endpointCache), // innermost: a hit needs a good token and costs the limit as well
    // ⊢ the endpoint's handler, which runs the pipe
  ],

  // What an endpoint asks of its backends, and their common answer.
  proxy: [
    proxyTelemetry, // measures everything that the pipe does
    lazy('telemetry/opentelemetry', async () => (await openTelemetry()).endpointOpenTelemetry), // no layer: what the one above asks for
    lazy('telemetry/opencensus', async () => (await openCensus()).endpointOpenCensus), // the same
    lazy('modifier/lua-proxy', async () => (await lua()).proxyLua), // outermost: what it writes is validated like the client's own
    lazy('validation/cel', async () => (await cel()).endpointCel),
    lazy('validation/json-schema', async () => (await import('./components/validation/json-schema/index.ts')).jsonSchema),
    shadow, // what was refused above is not copied
    staticAnswers, // outside flatmap: its data is added as the file has it
    lazy('plugin/middleware', async () => (await middlewares()).endpointMiddlewares),
    lazy('plugin/req-resp-modifier', async () => (await modifiers()).endpointModifiers), // see no static data, and not what flatmap has not done
    flatmap,
    lazy('_gw/output-headers', async () => (await import('./components/gw/output-headers/index.ts')).outputHeaders), // Lua and plugins above see what it adds
    lazy('_gw/merge', async () => (await import('./components/gw/merge/index.ts')).merge), // no layer: how the merge below joins parts
    // ⊢ merge, sequence, or the one backend
  ],

  // What one backend is asked, and its decoded answer.
  backend: [
    lazy('_gw/required', async () => (await import('./components/gw/required/index.ts')).required), // no layer: how the merge takes its failure
    backendCourse, // outermost: whatever is done for this backend counts
    watchedBackends, // outermost: what the endpoint gets of this backend, whoever answered in its place
    lazy('_gw/hidden', async () => (await import('./components/gw/hidden/index.ts')).hidden), // outermost: whatever comes of it is hidden
    lazy('_gw/for-each', async () => (await import('./components/gw/for-each/index.ts')).forEach), // each element has fallback, cache and retries of its own
    lazy('_gw/fallback', async () => (await import('./components/gw/fallback/index.ts')).fallback), // outermost: the other backend has filters and a URL of its own
    queryStrings,
    builder,
    lazy('_gw/request', async () => (await import('./components/gw/request/index.ts')).requestTemplate), // in place of what the file's url_pattern gave; the cache sees what is sent
    lazy('_gw/cache', async () => (await cache()).backendCache), // inside the fallback, whose answers are not kept; outside of retries, which are one call
    concurrent, // outside the balancer: each call may go to another host
    lazy('_gw/retry', async () => (await import('./components/gw/retry/index.ts')).retry), // each attempt may go to another host, and passes breaker and limits anew
    headers, // outside the balancer: user and password of a host are none of the client's headers
    ownCallFields, // behind every filter, and behind the caches: no answer is kept for one request alone
    lazy('_gw/load-balancing', async () => (await import('./components/gw/load-balancing/index.ts')).loadBalancing), // in the balancer's place
    hostBalancer,
    lazy('backend/graphql', async () => (await import('./components/backend/graphql/index.ts')).graphql),
    lazy('plugin/middleware', async () => (await middlewares()).backendMiddlewares), // each call of theirs passes breaker and limit
    lazy('plugin/req-resp-modifier', async () => (await modifiers()).backendModifiers),
    backendTelemetry, // measures what the breaker and the limit refuse
    lazy('telemetry/opentelemetry', async () => (await openTelemetry()).backendOpenTelemetry), // no layer: what the one above asks for
    lazy('telemetry/opencensus', async () => (await openCensus()).backendOpenCensus), // the same
    lazy('qos/circuit-breaker', async () => (await import('./components/qos/circuit-breaker/index.ts')).circuitBreaker), // counts what the limit below refuses
    lazy('qos/ratelimit/proxy', async () => (await rateLimits()).backendRateLimit),
    lazy('modifier/lua-backend', async () => (await lua()).backendLua),
    lazy('validation/cel', async () => (await cel()).backendCel),
    // Backends that are no HTTP servers: the first one answers, and nothing below is reached.
    lazy('backend/lambda', async () => (await import('./components/backend/lambda/index.ts')).lambda),
    lazy('backend/amqp/consumer', async () => (await amqp()).amqpConsumer),
    lazy('backend/amqp/producer', async () => (await amqp()).amqpProducer),
    lazy('backend/pubsub/subscriber', async () => (await pubsub()).pubsubSubscriber),
    lazy('backend/pubsub/publisher', async () => (await pubsub()).pubsubPublisher),
    // ⊢ HTTP call, status policy, decoding, target, allow or deny, mapping, group
  ],

  // The HTTP request of one backend with everything that comes of it.
  executor: [
    callCourse, // outermost: one call with its redirects
    notedAnswers, // outermost: the answer as it is when redirects and modifiers are through with it
    lazy('modifier/martian', async () => (await import('./components/modifier/martian/index.ts')).martian),
    lazy('plugin/http-client', async () => (await import('./components/plugin/http-client/index.ts')).httpClientPlugin), // Martian sees its answer
    redirects, // everything above sees one request and its last answer, everything below each hop
    // ⊢ transport
  ],

  // One HTTP request on its way to the socket.
  transport: [
    transportTelemetry, // a hit of the cache is a call as well
    lazy('qos/http-cache', async () => (await import('./components/qos/http-cache/index.ts')).httpCache), // a hit needs no token
    lazy(
      'auth/client-credentials',
      async () => (await import('./components/auth/client-credentials/index.ts')).clientCredentials,
      '_gw/client-credentials',
    ),
    // ⊢ socket
  ],

  // What brings messages to async agents, once per process.
  drivers: [
    lazy('async/amqp', async () => (await import('./components/async/amqp/index.ts')).asyncAmqp),
    lazy('_gw/async/nats', async () => (await import('./components/async/nats/index.ts')).asyncNats),
    lazy('_gw/async/kafka', async () => (await import('./components/async/kafka/index.ts')).asyncKafka),
  ],

  discoveries: [
    { sd: 'dns', load: async () => (await import('./components/sd/dns/index.ts')).dns },
    { sd: 'etcd', load: async () => (await etcd()).etcd },
  ],

  // Blocks that the engine's own steps read, each what it needs.
  blocks: {
    service: [
      routerBlock,
      loggingBlock,
      logstashBlock,
      gelfBlock,
      workersBlock,
      reloadBlock,
      shutdownBlock,
      backendLimits,
      pluginsBlock,
      defaults,
      secrets,
    ],
    endpoint: [routeBlock, streamBlock, proxyAtEndpoint],
    agent: [proxyAtEndpoint],
    backend: [proxyAtBackend, backendHttp, backendHttpClient, backendLimits],
  },
}
