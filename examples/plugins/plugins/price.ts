// A modifier, a pair of functions: what the client asks for is looked at on the way in, prices are changed on the way out.

import { definePlugin, HttpError } from 'krakend-ts/plugin'
import { convert, type Currency } from './_rates.ts'

export default definePlugin({
  name: 'price',
  kind: 'req-resp-modifier',
  description: 'Adds prices in other currencies',
  // Checked when the configuration is read; its types are those of `options` in `setup`.
  options: {
    type: 'object',
    additionalProperties: false,
    required: ['currencies'],
    properties: {
      currencies: { type: 'array', minItems: 1, items: { enum: ['USD', 'GBP'] } },
      field: { type: 'string', default: 'price' },
    },
  },
  setup({ currencies, field }) {
    return {
      request(request) {
        const wanted = request.query.get('currency')
        if (wanted !== null && !isOneOf(currencies, wanted)) throw new HttpError(400, { error: `no prices in ${wanted}`, currencies })
        // The backend need not know of it.
        request.query.delete('currency')
      },
      response(response, request) {
        const { data } = response
        if (typeof data[field] !== 'number') return
        // `client` is the request as it came: the parameter is gone from `request` by now.
        const wanted = request.client?.query.get('currency') ?? null
        const chosen = isOneOf(currencies, wanted) ? [wanted] : currencies
        data.prices = Object.fromEntries(chosen.map((currency) => [currency, convert(data[field], currency)]))
      },
    }
  },
})

function isOneOf(currencies: readonly Currency[], text: string | null): text is Currency {
  return currencies.some((currency) => currency === text)
}
