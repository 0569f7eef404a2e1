// How the documentation site looks: what stands where is made by scripts/site.ts, from the pages of the project.

import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitepress'

const { sidebar, nav } = JSON.parse(readFileSync(new URL('../pages/contents.json', import.meta.url), 'utf8'))

/** As GitHub names headings, so that links between pages work in both places. */
function slugify(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}

export default defineConfig({
  title: 'krakend-ts',
  description: 'A KrakenD-compatible API gateway for Node.js',
  head: [['link', { rel: 'stylesheet', href: '/style.css' }]],
  srcDir: 'pages',
  outDir: 'dist',
  // Those of a gateway that the reader starts.
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    anchor: { slugify },
    config(md) {
      // Braces in code are those of templates of the gateway, none of the site's.
      const render = md.renderer.rules.code_inline
      md.renderer.rules.code_inline = (...args) => render?.(...args).replace('<code', '<code v-pre') ?? ''
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4096 } },
  themeConfig: {
    sidebar,
    nav,
    outline: [2, 3],
    search: { provider: 'local' },
    footer: { message: 'Apache License 2.0. Not affiliated with KrakenD S.L.' },
  },
})
