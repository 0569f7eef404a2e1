// How clients of AWS are made of what a configuration says. Credentials are found as the SDK does: variables, files, roles.

/** What the clients of all services take. */
export interface AwsSettings {
  readonly region?: string
  readonly endpoint?: string
  readonly profile?: string
  /** Requests without a signature, as public things take them. */
  readonly isAnonymous?: boolean
  readonly useDualstackEndpoint?: boolean
  readonly useFipsEndpoint?: boolean
  /** Attempts in all. */
  readonly maxAttempts?: number
}

/** security: a client without credentials must not look for some. */
const ANONYMOUS = { credentials: { accessKeyId: '', secretAccessKey: '' }, signer: { sign: <R>(request: R) => Promise.resolve(request) } }

export function clientConfigOf({ isAnonymous = false, ...settings }: AwsSettings): Omit<AwsSettings, 'isAnonymous'> {
  return { ...settings, ...(isAnonymous ? ANONYMOUS : null) }
}
