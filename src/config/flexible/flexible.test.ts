// Flexible configuration: rendering, what is kept, and how mistakes are told.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { printIssues } from '../../schema/print-issues.ts'
import { readConfig, type ConfigReading } from '../read-config.ts'

const root = mkdtempSync(join(tmpdir(), 'flexible-'))

let folders = 0

/** Reads `krakend.tmpl` in a folder of its own. */
async function read(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<ConfigReading & { folder: string }> {
  const folder = join(root, String(folders++))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const paths = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, name.startsWith('FC_') ? join(folder, value) : value]),
  )
  const reading = await readConfig(join(folder, 'krakend.tmpl'), {
    environment: { FC_ENABLE: '0', TZ: 'UTC', ...paths },
    knownNamespaces: ['proxy'],
  })
  return { ...reading, folder }
}

const ENDPOINT = '{"endpoint": "/{{ .s.name }}", "backend": [{"host": ["http://h"], "url_pattern": "/x"}]}'

describe('flexible configuration', () => {
  after(() => rmSync(root, { recursive: true }))

  describe('a flexible configuration', () => {
    test('is rendered with settings, partials, templates and the environment', async () => {
      const { config, failure } = await read(
        {
          'krakend.tmpl': `{"version": {{ add 1 2 }}, "name": "{{ include "name.txt" }}{{ template "t.tmpl" .s.name }}{{ env "X" }}", "endpoints": [${ENDPOINT}]}`,
          'settings/s.json': '{"name": "shop"}',
          'partials/name.txt': '{{',
          'templates/t.tmpl': '<{{ . | upper }}>',
          'templates/not.txt': '{{ if }}',
        },
        { FC_SETTINGS: 'settings', FC_PARTIALS: 'partials', FC_TEMPLATES: 'templates', X: 'y' },
      )
      assert.equal(failure, null)
      assert.equal(config?.service.name, '{{<SHOP>y')
      assert.deepEqual(
        config?.endpoints.map(({ path }) => path),
        ['/shop'],
      )
    })
    test('is kept in FC_OUT for its owner alone, whose extension decides the format', async () => {
      const { config, folder } = await read({ 'krakend.tmpl': 'version: 3\nname: {{ upper "a" }}\n' }, { FC_OUT: 'out.yml' })
      assert.equal(config?.service.name, 'A')
      assert.equal(readFileSync(join(folder, 'out.yml'), 'utf8'), 'version: 3\nname: A\n')
      assert.equal(statSync(join(folder, 'out.yml')).mode & 0o777, 0o600)
    })
    test('an FC_OUT that cannot be written is an error', async () => {
      const { config, failure } = await read({ 'krakend.tmpl': '{"version": 3}' }, { FC_OUT: 'no/out.json' })
      assert.equal(config, null)
      assert.match(failure ?? '', /^keeping the rendered configuration: open .*no\/out\.json: no such file or directory$/)
    })
    test('settings that are no objects stop it, each with a line', async () => {
      const { config, failure } = await read(
        { 'krakend.tmpl': '{"version": 3}', 's/a.json': '[1]', 's/b.json': '{', 's/c.json': '{}' },
        { FC_SETTINGS: 's' },
      )
      assert.equal(config, null)
      assert.equal(
        failure,
        'loading flexible-config settings:\n\t- a.json: json: cannot unmarshal array into Go value of type map[string]interface {}\n\t- b.json: unexpected end of JSON input',
      )
    })
    test('a folder of templates that is not there stops it, beside what is wrong with the settings', async () => {
      const { config, failure } = await read(
        { 'krakend.tmpl': '{"version": 3}', 's/b.json': '{' },
        { FC_SETTINGS: 's', FC_TEMPLATES: 'nowhere' },
      )
      assert.equal(config, null)
      const [first, second, third, ...rest] = (failure ?? '').split('\n')
      assert.deepEqual([first, second, rest], ['loading flexible-config settings:', '\t- b.json: unexpected end of JSON input', []])
      assert.match(third ?? '', /^\t- .*nowhere: open .*nowhere: no such file or directory$/)
    })
    test('a wrong template is told, and the file is taken as it is', async () => {
      const raw = await read({ 'krakend.tmpl': '{"version": 3, "name": "{{ nope }}"}' })
      assert.equal(raw.config?.service.name, '{{ nope }}')
      assert.deepEqual(raw.notices, ['Unable to parse configuration file: template: krakend.tmpl:1: function "nope" not defined'])
      const executed = await read({ 'krakend.tmpl': '{"version": 3}{{ fail "x" }}' })
      assert.match(executed.notices[0] ?? '', /^Found error while executing template: template: krakend\.tmpl:1:17: /)
      const sub = await read({ 'krakend.tmpl': '{"version": 3}', 't/b.tmpl': '{{ if }}' }, { FC_TEMPLATES: 't' })
      assert.deepEqual(sub.notices, ['Error parsing sub-templates: template: b.tmpl:1: missing value for if'])
    })
    test('a mistake names the place of the template that wrote it', async () => {
      const { issues, source } = await read(
        {
          'krakend.tmpl': '{\n  "version": 3,\n  "endpoints": [{{ template "e.tmpl" }}]\n}',
          't/e.tmpl': '\n{"endpoint": "/a",\n "backend": [{"host": ["http://h:1"], "url_pattern": "/"}]}',
        },
        { FC_TEMPLATES: 't' },
      )
      assert.match(await printIssues(issues, source), /\n {2}written by \S+\/t\/e\.tmpl:3:24\n/)
    })
    test('what templates do not find is told, with its place, also beside the mistake that it makes', async () => {
      const gaps = async (template: string): Promise<string[]> => {
        const { issues } = await read({ 'krakend.tmpl': template, 's/s.json': '{"a": 1}' }, { FC_SETTINGS: 's', FC_PARTIALS: 'p' })
        return issues.map(({ code, message, position }) => `${code} ${position?.line}:${position?.column} ${message}`.replace(root, ''))
      }
      const found = await gaps('{"version": 3,\n "name": "{{- .s.b | print -}} {{ .s.c }}", {{ include "x" }} "endpoints": []}')
      assert.deepEqual(
        found.map((line) => line.replace(/\/\d+\//, '/')),
        [
          'missing-partial undefined:undefined {{ include "x" }} inserts nothing: open /p/x: no such file or directory',
          'missing-setting 2:16 {{ .s.c }} has no value: "<no value>" stands in its place',
        ],
      )
      const [first, second] = await gaps('{"version": 3, "port": {{ .s.port }}}')
      assert.match(first ?? '', /^syntax 1:24 invalid character '<'/)
      assert.equal(second, 'missing-setting 1:24 {{ .s.port }} has no value: "<no value>" stands in its place')
      const [text] = await gaps('{"version": 3, "name": "<no value>", "endpoints": []}')
      assert.match(text ?? '', /^missing-setting 1:25 a setting has no value/)
      const all = await gaps('{"version": 3, "endpoints": [], "name": "{{ range until 1000 }}{{ $.x }}{{ end }}"}')
      assert.equal(all.length, 20)
    })
    test('FC_CONFIG is that of another edition', async () => {
      const { issues } = await read({ 'krakend.tmpl': '{"version": 3, "endpoints": []}' }, { FC_CONFIG: 'fc.json' })
      assert.deepEqual(
        issues.map(({ code, severity }) => [severity, code]),
        [['warning', 'flexible-configuration']],
      )
    })
    test('environment variables of KrakenD count over what was rendered', async () => {
      const { config } = await read({ 'krakend.tmpl': '{"version": 3, "name": "{{ upper "a" }}"}' }, { KRAKEND_NAME: 'other' })
      assert.equal(config?.service.name, 'other')
    })
  })
})
