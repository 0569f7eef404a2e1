// The two nginx of the benchmark: the backend that serves the bodies, and the proxy whose cost per request is the unit.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BIG_JSON, MEDIUM_JSON, SMALL_JSON } from './bodies.ts'
import { freePort, startPinned } from './processes.ts'
import type { Running } from './processes.ts'

export interface Nginx extends Running {
  readonly port: number
}

export async function startBackend(core: number, folder: string): Promise<Nginx> {
  const files = join(folder, 'files')
  mkdirSync(files, { recursive: true })
  writeFileSync(join(files, 'small.json'), SMALL_JSON)
  writeFileSync(join(files, 'medium.json'), MEDIUM_JSON)
  writeFileSync(join(files, 'big.json'), BIG_JSON)
  writeFileSync(join(files, 'cacheable.json'), SMALL_JSON)
  const server = `location / { root ${files}; open_file_cache max=10; }
    location = /cacheable.json { root ${files}; add_header Cache-Control max-age=3600; }`
  return start(core, folder, 'backend', '', server)
}

export async function startProxy(core: number, folder: string, backendPort: number): Promise<Nginx> {
  const upstream = `upstream backend { server 127.0.0.1:${backendPort}; keepalive 64; keepalive_requests 100000000; }`
  const pass = 'proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";'
  const gzip = 'gzip on; gzip_comp_level 4; gzip_types *; gzip_proxied any; proxy_set_header Accept-Encoding "";'
  const server = `location / { ${pass} }
    location /gzip/ { rewrite ^/gzip(.*) $1 break; ${gzip} ${pass} }`
  return start(core, folder, 'proxy', upstream, server)
}

async function start(core: number, folder: string, name: string, http: string, server: string): Promise<Nginx> {
  const port = await freePort()
  const own = join(folder, name)
  mkdirSync(join(own, 'tmp'), { recursive: true })
  const config = join(own, 'nginx.conf')
  writeFileSync(config, configText(own, port, http, server))
  const command = ['nginx', '-p', own, '-c', config, '-e', join(own, 'error.log')]
  const running = await startPinned(core, command, own, `http://127.0.0.1:${port}/small.json`)
  return { ...running, port }
}

/** One process, which is also the one worker: its CPU time is all there is. */
function configText(own: string, port: number, http: string, server: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${own}/tmp/${name};`).join('\n  ')
  return `daemon off;
master_process off;
worker_processes 1;
pid ${own}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  types { application/json json; }
  ${temporary}
  ${http}
  server { listen 127.0.0.1:${port}; ${server} }
}
`
}
