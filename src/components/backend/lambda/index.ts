// Component `backend/lambda`: a request calls a function of AWS Lambda. Knows nothing of other clouds.

import type { Static } from 'typebox'
import { type AwsSettings, clientConfigOf } from '../../../brokers/aws.ts'
import { brokerError } from '../../../brokers/errors.ts'
import { checkPeer, requirePeer } from '../../../brokers/peers.ts'
import { component, type Site } from '../../../engine/compile/component.ts'
import { Data } from '../../../engine/data.ts'
import { decodeJsonObject } from '../../../engine/decode-json.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import type { Pipe } from '../../../engine/types.ts'
import { errorIssue, type Issue, warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { answerWith } from '../broker-answers.ts'
import { encodeParams } from './payload.ts'

const options = Type.Object({
  function_name: Type.String({ default: '', description: 'The function: its name, `name:qualifier` or its ARN.' }),
  function_param_name: Type.String({
    default: 'function',
    description: 'Without `function_name`: the URL parameter that names the function, its first letter in upper case.',
  }),
  region: Type.String({
    default: '',
    description: 'Region of AWS. Without it that of the environment counts, and `endpoint` and `max_retries` do not.',
  }),
  endpoint: Type.String({ default: '', description: 'Address of something that speaks like Lambda, such as an emulator.' }),
  max_retries: Type.Integer({ default: 0, description: 'How often a call is tried in all; 0: as the SDK does, three times.' }),
})

type Options = Static<typeof options>

const NO_FUNCTION = new GatewayError('aws lambda: no parameter names the function', { code: 'ERR_NO_FUNCTION', source: 'client' })
const BAD_STATUS = new GatewayError('aws lambda: bad status code', { code: 'ERR_BROKER', source: 'backend' })
const VERSION_FIELD = 'X-Amz-Executed-Version'

export const lambda = component({
  stage: 'backend',
  namespace: 'backend/lambda',
  options,
  answers: true,
  check: (given) => [...checkPeer('@aws-sdk/client-lambda'), ...checkSettings(given)],
  async build(given, site) {
    requirePeer('@aws-sdk/client-lambda', `${site.label} backend/lambda`)
    const invoke = await compileCall(given, site)
    site.log.debug(`${site.label}[Lambda] Component enabled`)
    return () => invoke
  },
})

async function compileCall({ function_name: name, function_param_name: parameter, ...given }: Options, site: Site): Promise<Pipe> {
  const { LambdaClient, InvokeCommand } = await import('@aws-sdk/client-lambda')
  const settings = readSettings(given)
  const client = site.pool.share(
    `lambda ${JSON.stringify(settings)}`,
    () => new LambdaClient(clientConfigOf(settings)),
    (own) => own.destroy(),
  )
  const manipulate = site.manipulate()
  const sendsParams = site.backend?.method === 'GET'
  return async function callLambda(request, scope) {
    const FunctionName = name === '' ? (request.params.get(parameter) ?? '') : name
    if (FunctionName === '') throw NO_FUNCTION
    const Payload = sendsParams ? encodeParams(request) : await request.body.bytes()
    const command = new InvokeCommand({ FunctionName, Payload, InvocationType: 'RequestResponse', LogType: 'None' })
    let answer
    try {
      answer = await client.send(command, { abortSignal: scope.signal })
    } catch (error) {
      throw scope.reason ?? brokerError(error)
    }
    if (answer.StatusCode !== 200) throw BAD_STATUS
    // compat: an object whatever `encoding` says, and null for an empty one.
    const data = decodeJsonObject(Buffer.from(answer.Payload ?? [])) ?? Data.EMPTY
    const { ExecutedVersion: version = '' } = answer
    return answerWith(data, manipulate, version === '' || data.isEmpty ? null : new HeaderMap([VERSION_FIELD, version]))
  }
}

/** compat: without a region the rest is not looked at. */
function readSettings({ region, endpoint, max_retries: maxAttempts }: Pick<Options, 'region' | 'endpoint' | 'max_retries'>): AwsSettings {
  if (region === '') return {}
  return { region, ...(endpoint !== '' && { endpoint }), ...(maxAttempts > 0 && { maxAttempts }) }
}

function checkSettings({ region, endpoint, max_retries: retries, function_name: name, function_param_name: parameter }: Options): Issue[] {
  const issues: Issue[] = []
  if (name === '' && !/^[^a-z]/.test(parameter)) {
    const message = `no function is named, and "${parameter}" is no parameter: names of parameters begin with an upper-case letter here`
    issues.push(warningIssue('unknown-parameter', ['function_param_name'], message, 'write "function_name", or the parameter as "Name"'))
  }
  if (region === '' && (endpoint !== '' || retries !== 0))
    issues.push(warningIssue('unused-option', [endpoint === '' ? 'max_retries' : 'endpoint'], 'counts only with a "region": ignored'))
  if (region !== '' && endpoint !== '' && !URL.canParse(endpoint))
    issues.push(errorIssue('invalid-host', ['endpoint'], `"${endpoint}" is no URL: every call fails`))
  return issues
}
