// What of one request goes where, as the first lines of an explanation.

import type { BackendView, Dropped, LayerView, Passage, RequestView } from '../explain/describe-request.ts'
import type { Paint } from './command.ts'
import { formatMs } from './value-text.ts'

const WIDTH = 10

/** A line each for route, parameters, layers, headers, query and every backend, with a line feed at the end of each. */
export function showRequest({ route, params, layers, headers, query, backends }: RequestView, paint: Paint): string {
  const line = (title: string, text: string): string => `${paint(title.padEnd(WIDTH), 'cyan')}${text}\n`
  const added = Object.entries(headers.added).map(([name, value]) => `${name}: ${value}`)
  const values = Object.entries(params).map(([name, value]) => `${name} = ${value}`)
  const names = layers.map((layer) => layerText(layer, paint))
  return [
    line('route', `${route.method} ${route.path}   ${route.config_path}`),
    ...(route.rewritten === undefined ? [] : [line('rewritten', `to ${route.rewritten.target}   by ${route.rewritten.by.join(', ')}`)]),
    line('params', values.join(', ') || '–'),
    line('layers', names.join(' → ') || '–'),
    line('headers', `${passageText(headers, paint)}   added: ${added.join(', ')}`),
    line('query', passageText(query, paint)),
    ...backends.map((backend) =>
      line(
        `backend ${backend.index}`,
        `${callText(backend)}   timeout ${formatMs(backend.timeout_ms)}${droppedText(backend.dropped, paint)}`,
      ),
    ),
  ].join('')
}

function layerText({ name, origin, may_answer: mayAnswer }: LayerView, paint: Paint): string {
  return `${name}${origin === 'own' ? '' : ` (${origin})`}${mayAnswer === true ? ` ${paint('answers?', 'yellow')}` : ''}`
}

function callText({ method, urls, answered_by: answering, reason }: BackendView): string {
  if (reason !== undefined) return `is not called, ${reason}`
  return answering ?? `${method} ${urls.join(' or ')}`
}

function passageText({ forwarded, dropped, used }: Passage, paint: Paint): string {
  const usedText = used.length === 0 ? '' : `   used: ${used.join(', ')}`
  return `forwarded: ${forwarded.join(', ') || '–'}${usedText}${droppedText(dropped, paint)}`
}

function droppedText(dropped: readonly Dropped[], paint: Paint): string {
  if (dropped.length === 0) return ''
  const places = new Map<string | null, string[]>()
  for (const { name, add_to: place } of dropped) places.set(place, [...(places.get(place) ?? []), name])
  const parts = [...places].map(([place, names]) => `${names.join(', ')}  → ${place === null ? 'never forwarded' : `add it to ${place}`}`)
  return `   ${paint('dropped:', 'yellow')} ${parts.join('; ')}`
}
