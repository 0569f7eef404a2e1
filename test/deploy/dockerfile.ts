// Reads a Dockerfile: stages with their instructions, as much of the format as ours uses.

export interface Step {
  /** `RUN`, `COPY` … */
  readonly name: string
  readonly text: string
}

export interface DockerStage {
  readonly image: string
  /** What other stages call it; empty for none. */
  readonly name: string
  readonly steps: readonly Step[]
}

export function parseDockerfile(text: string): DockerStage[] {
  const joined = text.replaceAll(/\\\n/g, ' ')
  const stages: { image: string; name: string; steps: Step[] }[] = []
  for (const line of joined.split('\n')) {
    const [, name = '', rest = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? []
    if (name === '' || (name === 'ARG' && stages.length === 0)) continue
    const [, image = '', stage = ''] = name === 'FROM' ? (/^(\S+)(?: AS (\S+))?$/.exec(rest) ?? []) : []
    if (name === 'FROM') stages.push({ image, name: stage, steps: [] })
    else stages.at(-1)?.steps.push({ name, text: rest.trim() })
  }
  return stages
}
