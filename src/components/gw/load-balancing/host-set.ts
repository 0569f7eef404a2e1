// The hosts of a backend with their states: which of them may be asked, who is left out, and what is told of it.

import type { Hosts } from '../../../engine/compile/component.ts'
import type { Logger } from '../../../engine/compile/component.ts'
import type { HostState } from '../../../engine/ports.ts'
import type { Target } from '../../../engine/steps/balancer.ts'
import type { HostRecord, HostTable } from './host-table.ts'
import type { Candidate, Choose } from './policies.ts'

/** One entry of the list; a host that is listed twice has two entries and one record. */
export interface Entry extends Candidate {
  readonly url: string
  readonly target: Target
  readonly record: HostRecord
}

export interface OutlierRules {
  readonly consecutiveErrors: number
  readonly baseEjectionMs: number
  readonly maxPercent: number
}

export interface HostSetInit {
  readonly hosts: Hosts
  /** One for each entry; null where hosts say it themselves. */
  readonly weights: readonly number[] | null
  readonly table: HostTable
  readonly parse: (url: string) => Target
  readonly outliers: OutlierRules | null
  /** Whether somebody asks hosts how they are; what was known from before a reload counts no more without. */
  readonly isChecked: boolean
  readonly readMs: () => number
  readonly log: Pick<Logger, 'info' | 'warning'>
  /** How lines of the log begin. */
  readonly label: string
}

export class HostSet {
  readonly #init: HostSetInit
  #list: ReturnType<Hosts> | null = null
  #entries: readonly Entry[] = []
  #isPanicking = false

  constructor(init: HostSetInit) {
    this.#init = init
  }

  /** All of them, as they are known now. */
  get entries(): readonly Entry[] {
    const list = this.#init.hosts()
    if (list !== this.#list) {
      this.#list = list
      const records = this.#init.table.hold(list.map(({ url }) => url))
      this.#entries = list.map(({ url, weight }, index) =>
        this.#makeEntry(records.get(url) as HostRecord, this.#init.weights?.[index] ?? weight),
      )
    }
    return this.#entries
  }

  #makeEntry(record: HostRecord, weight: number): Entry {
    const { url } = record
    return {
      url,
      weight,
      record,
      target: this.#init.parse(url),
      get inFlight() {
        return record.inFlight
      },
    }
  }

  isUsable({ record }: Entry): boolean {
    const { isChecked, outliers, readMs } = this.#init
    return !(isChecked && record.isUnhealthy) && (outliers === null || !record.isEjected(readMs()))
  }

  /** Chooses among the best that there are: hosts that may be asked before all others, not asked before, no reserve. Null without hosts. */
  choose(tried: ReadonlySet<string> | undefined, choose: Choose<Entry>): Entry | null {
    const all = this.entries
    if (all.length === 0) return null
    const usable = all.filter((entry) => this.isUsable(entry))
    this.#notePanic(usable.length === 0)
    const open = usable.length === 0 ? all : usable
    const fresh = tried === undefined || tried.size === 0 ? open : open.filter(({ url }) => !tried.has(url))
    const left = fresh.length === 0 ? open : fresh
    const regular = left.filter(({ weight }) => weight > 0)
    return choose(regular.length === 0 ? left : regular)
  }

  #notePanic(isPanicking: boolean): void {
    if (isPanicking === this.#isPanicking) return
    this.#isPanicking = isPanicking
    if (isPanicking) this.#init.log.warning(`${this.#init.label} no host is left that may be asked: all are`)
  }

  succeed({ record }: Entry): void {
    if (this.#init.outliers !== null) record.succeed()
  }

  /** Counts an error, and leaves the host out when there were too many in a row and others are left. */
  fail({ record }: Entry): void {
    const { outliers, readMs, log, label } = this.#init
    if (outliers === null || record.fail() < outliers.consecutiveErrors) return
    const nowMs = readMs()
    const records = new Set(this.entries.map((entry) => entry.record))
    if (records.size < 2 || record.isEjected(nowMs)) return
    const ejected = [...records].filter((other) => other.isEjected(nowMs)).length
    if (ejected >= Math.max(1, Math.floor((records.size * outliers.maxPercent) / 100))) return
    const ms = record.eject(nowMs, outliers.baseEjectionMs)
    log.info(`${label} ${record.url} is left out for ${Math.round(ms)} ms after ${outliers.consecutiveErrors} errors in a row`)
  }

  states(): HostState[] {
    return this.entries.map((entry) => ({
      host: entry.url,
      state: this.isUsable(entry) ? 'healthy' : this.#init.isChecked && entry.record.isUnhealthy ? 'unhealthy' : 'ejected',
      weight: entry.weight,
      inFlight: entry.inFlight,
    }))
  }
}
