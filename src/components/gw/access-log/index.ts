// Component `_gw/access-log`: one line of JSON for each request, in place of KrakenD's access line.

import { component, ConfigError, type Site } from '../../../engine/compile/component.ts'
import { type RefusedRequest, refusedRequests } from '../../../engine/ports.ts'
import { courseOf, courseWatch } from '../../../engine/steps/request-course.ts'
import { asError } from '../../../engine/errors.ts'
import { Batch } from './batch.ts'
import { compileLine, type Over } from './fields.ts'
import { jsonText } from './json-text.ts'
import { checkAccessLog, type Options, options } from './options.ts'

const FIRST_SERVER_ERROR = 500

export const jsonAccessLog = component({
  stage: 'server',
  namespace: '_gw/access-log',
  options,
  check: checkAccessLog,
  build(given, site) {
    if (site.router.disable_access_log) return null
    const write = openSink(given.output, site)
    const lineOf = compileLine(given, site)
    const isSkipped = compileSkips(given.skip_paths, site.router.logger_skip_paths)
    const hasBackends = given.fields.includes('backends')
    if (hasBackends) courseWatch(site).isWanted = true
    site.provide(refusedRequests, (request) => write(refusalLine(request, site.clock.now())))
    const { sample } = given
    const tell = (over: Over): void => {
      const isWanted = sample === 1 || over.exchange.statusCode >= FIRST_SERVER_ERROR || Math.random() < sample
      if (isWanted) write(lineOf(over))
    }
    return (next) =>
      function logRequest(exchange) {
        if (!isSkipped(exchange.path)) {
          const { method, target, host } = exchange
          if (hasBackends) courseOf(exchange.scope)
          exchange.onFinish(() => tell({ exchange, method, target, host, endMs: performance.now() }))
        }
        return next(exchange)
      }
  },
})

/** Whatever takes lines, gathered: a write for each would cost more than the line. */
function openSink(output: Options['output'], site: Site): (line: string) => void {
  let end = (): Promise<void> => Promise.resolve()
  let take = site.writeAccessLine
  if (output !== 'stdout') {
    try {
      const sink = site.openLines(output)
      take = (lines) => sink.write(lines)
      end = () => sink.end()
    } catch (error) {
      throw new ConfigError(`_gw/access-log: ${asError(error).message}`)
    }
  }
  const batch = new Batch(take)
  site.onRetire(() => {
    batch.flush()
    return end()
  })
  return (line) => batch.add(line)
}

function compileSkips(paths: readonly string[], exactOnes: readonly string[]): (path: string) => boolean {
  const exact = new Set([...exactOnes, ...paths.filter((path) => !path.endsWith('*'))])
  const prefixes = paths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1))
  if (prefixes.length === 0) return (path) => exact.has(path)
  return (path) => exact.has(path) || prefixes.some((prefix) => path.startsWith(prefix))
}

/** What is known of a request that could not be read. */
function refusalLine({ status, method, target, peerAddress }: RefusedRequest, nowMs: number): string {
  const text = (value: string | null): string => (value === null ? 'null' : jsonText(value))
  const mark = target?.indexOf('?') ?? -1
  const path = mark < 0 ? target : (target as string).slice(0, mark)
  const members = `"method":${text(method)},"path":${text(path)},"status":${status},"client_ip":${jsonText(peerAddress)}`
  return `{"time":"${new Date(nowMs).toISOString()}",${members},"endpoint":null,"code":"ERR_BAD_REQUEST"}\n`
}
