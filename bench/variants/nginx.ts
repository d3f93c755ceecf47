import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isStreamed } from '../cases.ts';
import { PROXY_CORE } from '../cores.ts';
import { freePort, startProgram } from './program.ts';
import { CORTEX_BASE, ENDPOINT, Unavailable, UPSTREAM_TOKEN, type Variant } from './variant.ts';
import type { UpstreamPorts } from '../upstream.ts';

interface NginxPorts {
  unary: number;
  streamed: number;
  secure: number;
}

const PLACES = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx', '/opt/homebrew/bin/nginx'];

/** The yardstick: nginx as a plain reverse proxy, one worker, connections kept alive on both sides, no access log. */
export const nginx: Variant = {
  name: 'nginx',
  about: `nginx ${versionOf(findNginx())}, plain reverse proxy, one worker`,
  ours: false,
  async start({ upstream, folder }) {
    const binary = findNginx();
    if (binary === undefined) {
      throw new Unavailable(
        'nginx is not installed, and every ratio is against it. Debian: apt-get install nginx-light',
      );
    }
    const ports: NginxPorts = { unary: await freePort(), streamed: await freePort(), secure: await freePort() };
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, configuration(folder, upstream, ports));
    const words = ['-p', folder, '-c', file, '-e', 'stderr'];
    const program = startProgram({ command: binary, words, core: PROXY_CORE, environment: {}, folder });
    await program.untilAnswering(`http://127.0.0.1:${ports.unary}/up`);
    return {
      pid: program.pid,
      target(bench) {
        return {
          port: bench.secure ? ports.secure : isStreamed(bench) ? ports.streamed : ports.unary,
          path: CORTEX_BASE + ENDPOINT[bench.lane.client],
          headers: { authorization: `Bearer ${UPSTREAM_TOKEN}` },
          modelPrefix: '',
        };
      },
      stop: () => program.stop(),
    };
  },
};

function findNginx(): string | undefined {
  return PLACES.find((place) => existsSync(place));
}

function versionOf(binary: string | undefined): string {
  if (binary === undefined) return '(not installed)';
  return /nginx\/(\S+)/.exec(spawnSync(binary, ['-v']).stderr.toString())?.[1] ?? '';
}

function configuration(folder: string, upstream: UpstreamPorts, ports: NginxPorts): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${folder}/${name};`,
  );
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 8192; }
http {
  access_log off;
${temporary.join('\n')}
  # Bodies of a megabyte stay in memory, as they do in every other variant.
  client_max_body_size 64m;
  client_body_buffer_size 4m;
  keepalive_timeout 75s;
  keepalive_requests 100000000;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_ssl_session_reuse on;
  upstream plain { server 127.0.0.1:${upstream.plain}; keepalive 2048; keepalive_requests 100000000; }
  upstream secure { server 127.0.0.1:${upstream.secure}; keepalive 2048; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${ports.unary} backlog=2048;
    location /up { return 200; }
    location / { proxy_pass http://plain; }
  }
  server {
    listen 127.0.0.1:${ports.streamed} backlog=2048;
    location / { proxy_pass http://plain; proxy_buffering off; }
  }
  server {
    listen 127.0.0.1:${ports.secure} backlog=2048;
    location / { proxy_pass https://secure; proxy_buffering off; }
  }
}
`;
}
