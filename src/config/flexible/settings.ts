// The folder of settings: each JSON file is a variable of the templates.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeFileError } from '../../go/file-error.ts'
import { FormatError } from '../formats/format-error.ts'
import { parseJson } from '../formats/json.ts'

const EXTENSION = '.json'

/** Name of the variable → text of the file, which is a JSON object. */
export type Settings = ReadonlyMap<string, string>

export interface SettingsReading {
  readonly settings: Settings
  /** KrakenD's words for files that cannot be used: `name: why`. */
  readonly problems: readonly string[]
}

/** Never rejects: what cannot be read is a problem. Folders within the folder do not count. */
export async function readSettings(folder: string): Promise<SettingsReading> {
  const settings = new Map<string, string>()
  if (folder === '') return { settings, problems: [] }
  const names = await namesIn(folder)
  if (typeof names === 'string') return { settings, problems: [`${folder}: ${names}`] }
  const problems: string[] = []
  for (const name of names.filter((candidate) => candidate.endsWith(EXTENSION))) {
    const file = join(folder, name)
    try {
      const text = await readFile(file, 'utf8')
      parseJson(text)
      settings.set(name.slice(0, -EXTENSION.length), text)
    } catch (error) {
      problems.push(`${name}: ${error instanceof FormatError ? error.message : describeFileError(error, file)}`)
    }
  }
  return { settings, problems }
}

/** The entries of a folder in order, or why it cannot be read. */
export async function namesIn(folder: string): Promise<readonly string[] | string> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    return describeFileError(error, folder)
  }
}
