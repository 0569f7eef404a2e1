// Where a component is built, and its block read by its own rules, without a configuration around it.

import { readFileSync } from 'node:fs'
import { quirksOf, type Dialect } from '../config/dialect.ts'
import { asBlock, checkBlock } from '../engine/compile/check-blocks.ts'
import type { AnyBlock, Port, ProcessSite, Site } from '../engine/compile/component.ts'
import { readBlock } from '../engine/compile/read-block.ts'
import { makeOnce, SYSTEM_CLOCK } from '../engine/compile/site.ts'
import { readRouterOptions } from '../engine/routing/router-options.ts'
import { createSharedMemory } from '../runtime/shared.ts'
import { decodeJsonObject } from '../engine/decode-json.ts'
import { formatPath } from '../schema/issue.ts'
import { type Blocks, blocksOf, makeBackend, makeConfig, makeEndpoint } from './config.ts'
import { makeLog } from './log.ts'

/** Where a site stands, without a whole configuration: the blocks of each level; an endpoint or a backend that is not named is null. */
export interface TestPlace {
  readonly dialect?: Dialect
  readonly service?: Blocks
  readonly endpoint?: Blocks
  readonly backend?: Blocks
}

export interface TestSite extends Site, ProcessSite {
  /** What its log was told: `WARNING text`; empty when `overrides` has a log of its own. */
  readonly lines: readonly string[]
  /** Ends what was shared and what asked for `onRetire`, the last first. */
  retire(): Promise<void>
}

/** A site with memory and ports of its own, of service level unless `place` or `overrides` puts it elsewhere. */
export function makeSite(overrides: Partial<Site> = {}, place: TestPlace = {}): TestSite {
  const { dialect = 3, service = {} } = place
  const offers = new Map<Port<unknown>, unknown[]>()
  const releases: (() => void | Promise<void>)[] = []
  const log = makeLog()
  const refuse = (): never => {
    throw new Error('this test has no backends: give makeSite a transport')
  }
  return {
    config: makeConfig({ dialect, extraConfig: blocksOf(service) }),
    endpoint: place.endpoint === undefined ? null : makeEndpoint({ extraConfig: blocksOf(place.endpoint) }),
    backend: place.backend === undefined ? null : makeBackend({ extraConfig: blocksOf(place.backend) }),
    place: null,
    router: readRouterOptions({ quirks: quirksOf(dialect), extraConfig: new Map(Object.entries(service)) }),
    label: '[SERVICE: Gin]',
    id: 'test',
    log,
    lines: log.lines,
    shared: { ...createSharedMemory(), channel: () => ({ send() {}, close() {} }) },
    pool: {
      share(_key, create, dispose) {
        const value = create()
        releases.push(() => dispose(value))
        return value
      },
    },
    clock: SYSTEM_CLOCK,
    transport: refuse,
    transportWith: refuse,
    client: refuse,
    version: 'Version test',
    writeAccessLine: () => {},
    openLines: () => ({ write() {}, end: () => Promise.resolve() }),
    print: () => {},
    read: (path) => readFileSync(path),
    has: (namespace) => namespace in (place.backend ?? place.endpoint ?? service),
    once: makeOnce(),
    hosts: refuse,
    decode: () => decodeJsonObject,
    manipulate: () => null,
    call: () => Promise.reject(new Error('this test has no endpoints: give makeSite a call')),
    compileBackends: refuse,
    environment: {},
    process: { commandLine: ['krakend', 'run'], residentBytes: () => 1024 },
    provide: (port, value) => void offers.set(port, [...(offers.get(port) ?? []), value]),
    ask: <T>(port: Port<T>) => (offers.get(port) ?? []) as T[],
    runPipe: refuse,
    waitFor: (something) => void something.catch((error: unknown) => log.warning(String(error))),
    onRetire: (release) => void releases.push(release),
    async retire() {
      for (const release of releases.splice(0).reverse()) await release()
    },
    ...overrides,
  }
}

/** What `build` gives for a block that is read by the component's own rules; null where a wrong block switches it off. */
export function buildFor<B>(
  declaration: AnyBlock & { build(options: never, site: Site, extras: never): B },
  block: unknown,
  site: Site,
  extras?: unknown,
): B | null {
  const blocks = new Map([[declaration.namespace, block]])
  if (extras !== undefined) blocks.set(declaration.extras?.namespace ?? '', extras)
  const options = readBlock(declaration, blocks, site)
  return typeof options === 'string' ? null : declaration.build(options.value as never, site, options.extras as never)
}

/** The same about the block of a component's extras. */
export function checkExtras({ extras, restricting }: AnyBlock, block: unknown, dialect: Dialect = 3): string[] {
  return extras === undefined ? [] : checkOptions(asBlock(extras, restricting), block, dialect)
}

/** What `krakend check` says about a block of a component, line by line: `error patterns[0]: …`. */
export function checkOptions(declaration: AnyBlock, block: unknown, dialect: Dialect = 3): string[] {
  return checkBlock(declaration, block, { dialect, once: makeOnce() }).map(
    ({ severity, path, message }) => `${severity} ${formatPath(path)}: ${message}`,
  )
}
