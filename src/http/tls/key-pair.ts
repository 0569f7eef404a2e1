// A certificate and its key, held against each other in the words of Go's tls.X509KeyPair: OpenSSL's codes help nobody.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

const CERTIFICATE = '-----BEGIN CERTIFICATE-----'
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9 ]+ )?PRIVATE KEY-----/

/** The first certificate of the text. Throws an error in Go's words. */
export function checkKeyPair(certificateText: Buffer, keyText: Buffer): X509Certificate {
  const certificate = readCertificate(certificateText)
  const key = readKey(keyText)
  if (certificate.checkPrivateKey(key)) return certificate
  const isOtherType = certificate.publicKey.asymmetricKeyType !== key.asymmetricKeyType
  throw new Error(`tls: private key ${isOtherType ? 'type does not match public key type' : 'does not match public key'}`)
}

function readCertificate(text: Buffer): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch (error) {
    const found = PRIVATE_KEY.test(text.toString('latin1'))
      ? 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
      : text.includes(CERTIFICATE)
        ? 'tls: failed to parse the certificate'
        : 'tls: failed to find any PEM data in certificate input'
    throw new Error(found, { cause: error })
  }
}

function readKey(text: Buffer): KeyObject {
  try {
    return createPrivateKey(text)
  } catch (error) {
    const found = PRIVATE_KEY.test(text.toString('latin1'))
      ? 'tls: failed to parse private key'
      : text.includes(CERTIFICATE)
        ? 'tls: found a certificate rather than a key in the PEM for the private key'
        : 'tls: failed to find any PEM data in key input'
    throw new Error(found, { cause: error })
  }
}
