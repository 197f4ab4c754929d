// Publishes with every executor, one by one and many at a time, by http and https and through a proxy, and looks at
// what a client that others wrote receives and at what the servers in between logged. Called as
// node executors.mjs FOLDER EXECUTORS SOCKUDO HTTP HTTPS PROXY USER PASSWORD, where FOLDER has the built examples,
// the logs and the authority, EXECUTORS is separated by commas, and between it and USER are ports.

import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { SECRET, closedPort, eventually, part, ready, receivedBy, subscribe, succeed, url, vital, wrongSecret } from './common.mjs';

const [folder, list, sockudo, http, https, proxy, user, password] = process.argv.slice(2);
const executors = list.split(',');
const publish = `${folder}/publish`;
const flood = `${folder}/flood`;
// Without keep-alive there are as many connections as events. Even one by one it may take two or three: a
// connection returns to the pool a moment after its answer was read.
const oneByOne = { count: 50, inFlight: 1, most: 10 };
const many = { count: 500, inFlight: 64, most: 299 };

const byHttp = { way: 'http', origin: url(http, SECRET), env: {} };
const byHttps = {
  way: 'https',
  // A name, as servers have; the certificate vouches for it.
  origin: url(https, SECRET).replace('http:', 'https:').replace('127.0.0.1', 'localhost'),
  env: { SSL_CERT_FILE: `${folder}/ca.pem` },
};
const proxied = (variable, { way, origin, env }) => {
  const url = `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${proxy}`;
  return { way: `${way} through the proxy`, origin, env: { ...env, [variable]: url }, proxied: true };
};
const floods = [byHttp, byHttps]
  .flatMap((way) => [{ ...way, ...oneByOne }, { ...way, ...many }])
  .concat([proxied('http_proxy', byHttp), proxied('https_proxy', byHttps)].map((way) => ({ ...way, ...oneByOne })));

const channel = (executor, { way, count }) => `${executor}-${way.replaceAll(' ', '-')}-${count}`;
const logs = { nginx: log('nginx-access.log'), squid: log('squid-access.log') };

await vital('sockudo answers a signed request', () => ready(sockudo));
await vital('nginx passes a signed request on', () => ready(http));
await vital('squid asks for a password', () => eventually('squid answers 407', async () => {
  for (const authorization of [undefined, 'user:wrong', `${user}:wrong`]) {
    const status = await statusByProxy(authorization);
    assert(status === 407, `for ${authorization} the answer is ${status}`);
  }
}));
const subscriber = await vital('a subscriber subscribes to a channel for each executor and way', () =>
  subscribe(sockudo, executors.flatMap((executor) => floods.map((flooding) => channel(executor, flooding)))));
await vital('the logs are written', () => eventually('a line in each', () => {
  for (const log of Object.values(logs)) assert(log.read().length > 0);
}));

for (const executor of executors) {
  for (const flooding of floods) {
    const { count, inFlight, way } = flooding;
    const pace = inFlight === 1 ? 'one by one' : `${inFlight} in flight`;
    await part(`${executor}: ${count} events, ${pace}, ${way}`, async () => {
      for (const log of Object.values(logs)) log.skip();
      return arrives(executor, flooding).catch((error) => {
        throw new Error([error.message, ...Object.values(logs).map((log) => log.show())].join('\n'));
      });
    });
  }
  const paid = [publish, '--executor', executor, 'orders', 'paid', '{"id":7}'];
  await part(`${executor}: a wrong secret is one line, without secret or signature`, () => wrongSecret(paid, sockudo));
  await part(`${executor}: a closed port is one line that says so`, () => closedPort(paid));
}

// The open connections would keep the process alive.
process.exit();

async function arrives(executor, flooding) {
  const { origin, env, count, inFlight, most } = flooding;
  const name = channel(executor, flooding);
  const began = performance.now();
  await succeed([flood, executor, name, String(count), String(inFlight)], { PUSHER_URL: origin, ...env });
  const took = Math.round(performance.now() - began);

  const [events] = await receivedBy([subscriber], [name], [publish, '--executor', executor], url(sockudo, SECRET));
  const expected = Array.from({ length: count }, (_, number) => `${name} numbered {"number":${number}}`);
  alike(events, expected);

  const requests = await eventually(`nginx logs ${count} requests`, () => {
    const lines = logs.nginx.read();
    assert(lines.length >= count, `it logged ${lines.length}`);
    return lines;
  });
  assert(requests.length === count, `nginx saw ${requests.length} requests`);
  for (const { from, status, leaked } of requests) {
    assert(status === 200, `nginx answered ${status}`);
    assert(from === (flooding.proxied ? '127.0.0.2' : '127.0.0.1'), `a request came from ${from}`);
    assert(leaked === '', 'the password for the proxy went to the origin');
  }
  const connections = new Set(flooding.proxied
    ? (await passedOn(requests)).map(({ client }) => client)
    : requests.map(({ connection }) => connection)).size;
  assert(connections <= most, `${connections} connections, and not ${most} at most`);
  return `${connections} ${connections === 1 ? 'connection' : 'connections'}, ${took} ms`;
}

// What squid logged of the requests that nginx saw: each that it forwarded, or each tunnel once it has ended. Next to
// these a client may have opened connections in reserve, which squid logs without a request.
async function passedOn(requests) {
  const lines = await eventually('squid logs all that nginx saw', () => {
    const lines = logs.squid.read().filter(({ status }) => status !== 0);
    const ports = new Set(lines.map(({ port }) => port));
    assert(requests.every(({ port }) => ports.has(port)), `it logged ${lines.length} requests`);
    return lines;
  });
  for (const { user: who, status } of lines) {
    assert(who === user && status === 200, `squid logged the user ${who} and the status ${status}`);
  }
  return lines;
}

function alike(events, expected) {
  const times = new Map(expected.map((event) => [event, 0]));
  for (const event of events) times.set(event, (times.get(event) ?? 0) + 1);
  const awaited = new Set(expected);
  const wrong = [...times].filter(([event, number]) => number !== (awaited.has(event) ? 1 : 0));
  const shown = wrong.slice(0, 5).map(([event, number]) => `\n  ${number} times ${event}`).join('');
  assert(wrong.length === 0, `${wrong.length} events did not arrive once each; the first of them:${shown}`);
}

function statusByProxy(authorization) {
  const headers = authorization
    ? { 'proxy-authorization': `Basic ${Buffer.from(authorization).toString('base64')}` }
    : {};
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: proxy, path: `http://127.0.0.1:${http}/`, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on('error', reject).end();
  });
}

// A log of objects, a line each, read from where it was at the last `skip`.
function log(file) {
  const lines = () => readFileSync(`${folder}/${file}`, 'utf8').split('\n').slice(0, -1);
  let skipped = 0;
  return {
    skip: () => { skipped = lines().length; },
    read: () => lines().slice(skipped).map((line) => JSON.parse(line)),
    show: () => `the last of ${file}:${lines().slice(skipped).slice(-10).map((line) => `\n  ${line}`).join('') || ' nothing'}`,
  };
}
