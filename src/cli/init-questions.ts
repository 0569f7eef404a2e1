// The questions of `krakend init`, each with what is taken when nothing is answered.

import { createInterface } from 'node:readline/promises'
import type { Answers } from './first-file.ts'

export const DEFAULTS: Answers = {
  output: 'krakend.yml',
  name: 'gateway',
  port: '8080',
  backend: 'http://localhost:3000',
  endpoint: '/hello',
  urlPattern: '',
  jwkUrl: '',
  rate: '',
  corsOrigin: '',
  version: '3',
}

const QUESTIONS: readonly (readonly [keyof Answers, string])[] = [
  ['output', 'File (its extension is its format)'],
  ['backend', 'Where is the backend?'],
  ['endpoint', 'Which path do clients ask for? Parameters stand in braces'],
  ['jwkUrl', 'Where are the keys of the tokens that clients need? Empty: none is needed'],
  ['rate', 'How many requests may a client send in a second? Empty: any number'],
  ['corsOrigin', 'Which web page calls it from a browser? Empty: none'],
]

/** Asks at the terminal; questions stand on standard error. */
export async function askAnswers(): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answers: Record<keyof Answers, string> = { ...DEFAULTS }
  try {
    for (const [key, question] of QUESTIONS) {
      const fallback = DEFAULTS[key]
      const answer = await terminal.question(`${question}${fallback === '' ? '' : ` [${fallback}]`}: `)
      answers[key] = answer.trim() || fallback
    }
  } finally {
    terminal.close()
  }
  return answers
}
