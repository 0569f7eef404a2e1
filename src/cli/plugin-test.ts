// `krakend test-plugin`: KrakenD loads plugins and looks for what they register. Go libraries cannot be loaded here, and it says so.

import { existsSync } from 'node:fs'
import { command } from './command.ts'

const KINDS = { server: 'SERVER', client: 'CLIENT', modifier: 'MODIFIER' } as const

export const testPlugin = command({
  name: 'test-plugin',
  about: 'Tries whether plugins can be loaded',
  usage: '[flags] FILE…',
  examples: ['krakend test-plugin -s myserver.so'],
  flags: {
    server: { type: 'boolean', short: 's', about: 'they are for plugin/http-server' },
    client: { type: 'boolean', short: 'c', about: 'they are for plugin/http-client' },
    modifier: { type: 'boolean', short: 'm', about: 'they are for plugin/req-resp-modifier' },
  },
  exits: { 1: 'always: no plugin of KrakenD can be loaded', 255: 'the command line is wrong' },
  execute({ flags, words: files }) {
    const kinds = (['server', 'client', 'modifier'] as const).filter((kind) => flags[kind] > 0)
    if (files.length === 0) return refuse('At least one plugin is required.')
    if (kinds.length === 0) return refuse('You must declare the expected type of the plugin.')
    for (const file of files) {
      if (!existsSync(file)) process.stderr.write(`[KO] Unable to open the plugin ${file}.\n`)
      else for (const kind of kinds) process.stderr.write(`[KO] ${KINDS[kind]}\t${file}: a Go library, which Node.js cannot load\n`)
    }
    return refuse(`[KO] ${files.length} tested plugin(s).\n${files.length} plugin(s) failed.`)
  },
})

function refuse(message: string): number {
  process.stderr.write(`${message}\n`)
  return 1
}
