// Keys and certificates for tests only: a CA, two servers (a.test, b.test, 127.0.0.1) and a client. They protect nothing.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const PEM = {
  'ca.pem': `-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUWkdv7NGwMGH1RLxd4hecQ/t1C2gwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjUwMzE0NThaGA8yMTI2MTEwMTAz
MTQ1OFowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABDm2oJZykngOsid625+At+fnmYWKgpgND+Y/lamQaNf+bILN6gybbcMOr1Qe
J7NvP4RLwJuo71sgdcAykwzPcCWjUzBRMB0GA1UdDgQWBBRxmmNFAKYx7/473bgA
2yJFU3uadTAfBgNVHSMEGDAWgBRxmmNFAKYx7/473bgA2yJFU3uadTAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIBmpvCw3IaXypu6Fy0cE7/wkALaK
kbaEFEwZn/uTKcLOAiA7PaHVkpLrfMbGr1rmA26mpxuJhc5SlS9oM/6cJEc7YA==
-----END CERTIFICATE-----
`,
  'a.pem': `-----BEGIN CERTIFICATE-----
MIIBgzCCASigAwIBAgIUKOSQp3et7uquDrW9t2l1WzXvUxYwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjUwMzE0NThaGA8yMTI2MTEwMTAz
MTQ1OFowETEPMA0GA1UEAwwGYS50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAEIortTlc/fwfWGhYoMzrR98ovhOGLS/yRyeQ2aaV1zJA43fqmixxuIjyKnxgE
VNc+jQW7Vj9/N4kfUVi1lsFVcKNbMFkwFwYDVR0RBBAwDoIGYS50ZXN0hwR/AAAB
MB0GA1UdDgQWBBTdjIdbAFoTYbrG8p2D7nWB2P0bwTAfBgNVHSMEGDAWgBRxmmNF
AKYx7/473bgA2yJFU3uadTAKBggqhkjOPQQDAgNJADBGAiEAswGGv7FtIJaM5QY/
5xzE9EOU9oOS0Hjk9+SPUZY9spkCIQCzqqXMKC1qYg1+2dkBMSAUn35sHo7YVbBi
1SY4LkN5jw==
-----END CERTIFICATE-----
`,
  'a.key': `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEERbX/GkCXDgDpkn
qBMjVexCOxWSEIIuJlKGR28t0R2hRANCAAQiiu1OVz9/B9YaFigzOtH3yi+E4YtL
/JHJ5DZppXXMkDjd+qaLHG4iPIqfGARU1z6NBbtWP383iR9RWLWWwVVw
-----END PRIVATE KEY-----
`,
  'b.pem': `-----BEGIN CERTIFICATE-----
MIIBgzCCASigAwIBAgIUKOSQp3et7uquDrW9t2l1WzXvUxcwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjUwMzE0NThaGA8yMTI2MTEwMTAz
MTQ1OFowETEPMA0GA1UEAwwGYi50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAE8hXDTlh1x42p55bFzIWT70jIjsO31EfcAH5LiUau9GX5ahGdGB9wSF+gHliJ
IGtwgex5UrZrTXGxmIMZ3UmcbqNbMFkwFwYDVR0RBBAwDoIGYi50ZXN0hwR/AAAB
MB0GA1UdDgQWBBQA6UnFjT1BN6pKrJUlFHPDncaitzAfBgNVHSMEGDAWgBRxmmNF
AKYx7/473bgA2yJFU3uadTAKBggqhkjOPQQDAgNJADBGAiEApQKDaAbQWRLtqnmy
0lWbN4w40ctz23iQP6fNE46El9YCIQDkB7Go4BdSZeNgFYeu+Q/BQ46WZbf1zmHS
1HGwna7F6g==
-----END CERTIFICATE-----
`,
  'b.key': `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpkgm36jT9NCxnWYk
CmMVrSc8UkgBD+G1dFbXMJy0Xm+hRANCAATyFcNOWHXHjannlsXMhZPvSMiOw7fU
R9wAfkuJRq70ZflqEZ0YH3BIX6AeWIkga3CB7HlStmtNcbGYgxndSZxu
-----END PRIVATE KEY-----
`,
  'client.pem': `-----BEGIN CERTIFICATE-----
MIIBhDCCASmgAwIBAgIUKOSQp3et7uquDrW9t2l1WzXvUxgwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjUwMzE0NThaGA8yMTI2MTEwMTAz
MTQ1OFowFjEUMBIGA1UEAwwLY2xpZW50LnRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATwDrLZdCSTTruZF+6JujsxNjgNIoYuXzwemQauHxBlDFZj8d3TYrGZ
/FopUZuQqeI208s5NRqCaSQZY40fj8eJo1cwVTATBgNVHSUEDDAKBggrBgEFBQcD
AjAdBgNVHQ4EFgQUitnye+ke+hcbZQwQAdlVznpFWTgwHwYDVR0jBBgwFoAUcZpj
RQCmMe/+O924ANsiRVN7mnUwCgYIKoZIzj0EAwIDSQAwRgIhAMsg2Q/CRspahuBN
aT20tRGJBDbCo1EuLCNdy/UK3uauAiEAmjIDODaseHW7fEUVanZ0xnsc61/ZCMQe
dtqBRVoq1Kg=
-----END CERTIFICATE-----
`,
  'client.key': `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEKiDj+Vj4Py1v8Dc
bcqMc4dpKkhPiF+rkmdq1mCcu8ehRANCAATwDrLZdCSTTruZF+6JujsxNjgNIoYu
XzwemQauHxBlDFZj8d3TYrGZ/FopUZuQqeI208s5NRqCaSQZY40fj8eJ
-----END PRIVATE KEY-----
`,
}

/** Writes them to a folder of their own; gives a path for a name, and a way to remove them. */
export function writeCertificates(): { path: (name: keyof typeof PEM) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
  for (const [name, text] of Object.entries(PEM)) writeFileSync(join(folder, name), text)
  return { path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true }) }
}
