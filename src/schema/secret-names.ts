// Options whose values are nobody's to read, known by their names: findings show lines of the file, and end up in logs.

const NAME = String.raw`\w*(?:password|secret)`
const WHOLE_NAME = new RegExp(`^${NAME}$`, 'i')
/** In quotes of JSON, YAML and TOML, or bare. What begins with `${` is a reference, which is no secret. */
const VALUE = String.raw`"(?!\$\{)(?:\\.|[^"\\])*|'(?!\$\{)[^']*|(?!\$\{)[^\s"'{[][^,}]*`
const LITERAL = new RegExp(String.raw`(\b${NAME}["']?\s*[:=]\s*)(${VALUE})`, 'gi')

export function isSecretName(name: string | number | undefined): boolean {
  return typeof name === 'string' && WHOLE_NAME.test(name)
}

/** The line with asterisks for values of such options, as many as there were characters: places in it stay where they are. */
export function hideSecrets(line: string): string {
  return line.replace(LITERAL, (_match, before: string, value: string) => {
    const quote = /^["']/.exec(value)?.[0] ?? ''
    return before + quote + '*'.repeat(value.length - quote.length)
  })
}
