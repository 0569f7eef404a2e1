// Says which endpoints ask for no token and give none, in KrakenD's words: whoever looks for open doors greps the log for them.

import { step } from '../compile/component.ts'

export const tokenNotices = step({
  stage: 'endpoint',
  name: 'token notices',
  build(site) {
    if (!site.has('auth/signer')) site.log.debug(`${site.label}[JWTSigner] Signer disabled`)
    if (!site.has('auth/validator') && !site.has('_gw/issuers')) {
      site.log.info(`${site.label}[JWTValidator] Validator disabled for this endpoint`)
    }
    return null
  },
})
