// What one request pays for `security/http`: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + security headers',
    path: '/small',
    endpoints: [{ endpoint: '/small', backend: [{ url_pattern: '/small.json' }] }],
    service: {
      'security/http': {
        frame_deny: true,
        content_type_nosniff: true,
        browser_xss_filter: true,
        content_security_policy: "default-src 'self'",
        referrer_policy: 'same-origin',
        sts_seconds: 300,
        ssl_proxy_headers: { 'X-Forwarded-Proto': 'https' },
      },
    },
    headers: { 'X-Forwarded-Proto': 'https' },
    target: 'row 1 + 0.1',
  },
]
