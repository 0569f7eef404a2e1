// `krakend init`: a small commented file to begin with, from flags or from a few questions.

import { UsageError } from './arguments.ts'
import { command } from './command.ts'

export const init = command({
  name: 'init',
  about: 'Writes a small commented configuration file to begin with',
  details: `On a terminal it asks a few questions; with flags, or where nobody can answer, it does not. The file is checked before it is written,
and says above each key what it is for.`,
  examples: [
    'krakend init                                                             # asks, and writes krakend.yml',
    'krakend init --backend http://localhost:3000 -o krakend.json             # one endpoint in front of one backend',
    'krakend init --backend http://users:80 --endpoint /users/{id} --jwk-url https://id.example/keys --rate 100 -o krakend.yml',
  ],
  flags: {
    output: {
      type: 'string',
      short: 'o',
      about: 'the file; its extension is its format: .json, .yml, .toml (default krakend.yml)',
      isFile: true,
    },
    name: { type: 'string', about: 'name of the gateway (default gateway)' },
    port: { type: 'string', about: 'port it listens on (default 8080)', value: 'int' },
    backend: { type: 'string', about: 'where the backend is (default http://localhost:3000)', value: 'URL' },
    endpoint: { type: 'string', about: 'path that clients ask for (default /hello)', value: 'path' },
    'url-pattern': { type: 'string', about: 'path at the backend (default: that of the endpoint)', value: 'path' },
    'jwk-url': { type: 'string', about: 'demand a token: where the keys of its issuer are', value: 'URL' },
    rate: { type: 'string', about: 'requests that each client may send in a second', value: 'int' },
    'cors-origin': { type: 'string', about: 'a web page that may call it from a browser, such as https://app.example', value: 'URL' },
    'file-version': { type: 'string', about: 'version of the file (default 3)', values: ['3', '4'] },
    force: { type: 'boolean', about: 'overwrite a file that exists' },
  },
  maxWords: ({ output }) => (output === undefined ? 1 : 0),
  exits: { 0: 'the file is written', 1: 'it exists, or cannot be written', 255: 'the command line is wrong' },
  async execute({ flags, words: [word] }) {
    const { askAnswers, DEFAULTS } = await import('./init-questions.ts')
    const { buildFirstFile, checkAnswers } = await import('./first-file.ts')
    const given = {
      output: flags.output ?? word,
      name: flags.name,
      port: flags.port,
      backend: flags.backend,
      endpoint: flags.endpoint,
      urlPattern: flags['url-pattern'],
      jwkUrl: flags['jwk-url'],
      rate: flags.rate,
      corsOrigin: flags['cors-origin'],
      version: flags['file-version'],
    }
    const isAsked = process.stdin.isTTY && process.stderr.isTTY && Object.values(given).every((value) => value === undefined)
    const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const answers = isAsked ? await askAnswers() : { ...DEFAULTS, ...defined }
    const problem = checkAnswers(answers)
    if (problem !== null) throw new UsageError(problem)
    const text = await buildFirstFile(answers)
    const { writeResult } = await import('./convert-file.ts')
    if (!(await writeResult(text, answers.output, flags.force > 0))) return 1
    process.stderr.write(
      `${answers.output} is written. Next:\n\n  krakend check -tlc ${answers.output}\n  krakend run -c ${answers.output}\n`,
    )
    return 0
  },
})
