// `npm run build`: compiles src/ into dist/ and copies the data files beside it. Arguments are those of `tsc`: `npm run build -- --noCheck`.

import { chmodSync, cpSync, existsSync, globSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT, runTool } from './tools.ts'

const SOURCE = join(ROOT, 'src')
const TARGET = join(ROOT, 'dist')
const COMMAND = join(TARGET, 'cli', 'bin.js')

rmSync(TARGET, { recursive: true, force: true })
if (!runTool('tsc', ['-p', 'tsconfig.build.json', ...process.argv.slice(2)])) process.exit(1)
for (const file of globSync(join(SOURCE, '**', '*.json'))) cpSync(file, join(TARGET, relative(SOURCE, file)))
if (existsSync(COMMAND)) chmodSync(COMMAND, 0o755)
console.log(`Built ${relative(ROOT, TARGET)}/ (${globSync(join(TARGET, '**', '*.js')).length} modules)`)
