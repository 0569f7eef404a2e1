// Component `_gw/kafka`: how brokers of Kafka are spoken to, with TLS and a login, whoever of the gateway speaks to them.

import { kafkaAccess, makeKafkaAccess } from '../../../brokers/kafka-access.ts'
import { ConfigError, service } from '../../../engine/compile/component.ts'
import { asError } from '../../../engine/errors.ts'
import { formatPath } from '../../../schema/issue.ts'
import { findProblems, options, tlsOf } from './options.ts'

const NAMESPACE = '_gw/kafka'

export const kafka = service({
  namespace: NAMESPACE,
  options,
  check: findProblems,
  build(given, site) {
    const wrong = findProblems(given, { readable: () => true }).find(({ severity }) => severity === 'error')
    if (wrong !== undefined) throw new ConfigError(`${site.label} ${NAMESPACE}: ${formatPath(wrong.path)} ${wrong.message}`)
    try {
      site.provide(
        kafkaAccess,
        makeKafkaAccess(tlsOf(given), given.sasl ?? null, (path) => site.read(path)),
      )
    } catch (error) {
      throw new ConfigError(`${site.label} ${NAMESPACE}: ${asError(error).message}`)
    }
  },
})
