// Picks one of several renderers by the client's Accept header, as gin does. Knows nothing of the formats.

import type { Exchange, PipeResponse, Render, Rendered } from '../engine/types.ts'

/** A media type on offer and its renderer; the first offer is the answer to no Accept at all. */
export type Offer = readonly [mediaType: string, render: Render]

/** A renderer that takes the first accepted type with an offer, else `fallback`. Weights (`q`) do not count. */
export function negotiate(offers: readonly Offer[], fallback: Render): Render {
  return function renderNegotiated(response: PipeResponse, exchange: Exchange): Rendered {
    const accept = exchange.headers.get('Accept')
    const render = accept === undefined ? fallback : (findOffer(accept, offers) ?? fallback)
    return render(response, exchange)
  }
}

function findOffer(accept: string, offers: readonly Offer[]): Render | undefined {
  for (const part of accept.split(',')) {
    const semicolon = part.indexOf(';')
    const accepted = (semicolon > 0 ? part.slice(0, semicolon) : part).trim()
    if (accepted === '') continue
    for (const [mediaType, render] of offers) if (accepts(accepted, mediaType)) return render
  }
  return undefined
}

/** compat: a beginning of the offered type is enough (`app`), and whatever follows a `*` is ignored. */
function accepts(accepted: string, mediaType: string): boolean {
  for (let i = 0; i < accepted.length; i++) {
    if (accepted[i] === '*' && i < mediaType.length) return true
    if (accepted[i] !== mediaType[i]) return false
  }
  return true
}
