// Publishes with the project's example to a server that others wrote, and looks at what a client that others
// wrote receives. Called as: node deliver.mjs PORT PROGRAM, where PROGRAM is the built example `publish`.

import assert from 'node:assert';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import Pusher from 'pusher-js';

const [port, program] = process.argv.slice(2);
const SECRET = 'secret1';
const WRONG_SECRET = 'not-the-right-one';
const PATIENCE_MS = 15_000;
let markers = 0;

await vital('the server answers a signed request', ready);
const first = await vital('subscriber 1 subscribes to orders and audit', () => subscribe(['orders', 'audit']));
const second = await vital('subscriber 2 subscribes to orders', () => subscribe(['orders']));
console.log(`     subscriber 1 is socket ${first.socketId}, subscriber 2 is socket ${second.socketId}`);

await part('both receive an event, once and unchanged', async () => {
  const data = '{"id":7,"text":"grüße 🎉"}';
  await published(['orders', 'paid', data]);
  await received([`orders paid ${data}`], [`orders paid ${data}`]);
});

await part('a socket that is excluded does not receive the event, the other does', async () => {
  const data = '{"id":8}';
  await published(['--socket-id', second.socketId, 'orders', 'paid', data]);
  await received([`orders paid ${data}`], []);
});

await part('an event for two channels arrives once on each', async () => {
  const data = '{"id":9}';
  await published(['orders,audit', 'paid', data]);
  await received([`audit paid ${data}`, `orders paid ${data}`], [`orders paid ${data}`]);
});

await part('a wrong secret is one line with the status, without secret or signature', async () => {
  const run = await publish(['orders', 'paid', '{"id":10}'], url(port, WRONG_SECRET));
  assert(refusal(run).includes('401'), `the line does not show the status 401\n${show(run)}`);
  for (const hidden of [WRONG_SECRET, SECRET, /[0-9a-f]{64}/i, /auth_signature=/i]) {
    assert(!(run.stdout + run.stderr).match(hidden), `${hidden} is in the output\n${show(run)}`);
  }
  await received([], []);
});

await part('a closed port is one line that says so', async () => {
  const run = await publish(['orders', 'paid', '{"id":11}'], url(await closedPort(), SECRET));
  assert(/could not connect/.test(refusal(run)), `the line does not say "could not connect"\n${show(run)}`);
});

// The open connections would keep the process alive.
process.exit();

async function part(name, check) {
  try {
    const result = await check();
    console.log(`ok   ${name}`);
    return result;
  } catch (error) {
    console.log(`FAIL ${name}: ${error.message}`);
    process.exitCode = 1;
  }
}

// A part without which the later ones have nothing to work with.
async function vital(name, check) {
  const result = await part(name, check);
  if (process.exitCode) process.exit();
  return result;
}

// An open port would say too little: a server that dropped its configuration has one too.
async function ready() {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const query = `auth_key=key1&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0`;
    const signature = createHmac('sha256', SECRET).update(`GET\n/apps/app1/channels\n${query}`).digest('hex');
    const answer = await fetch(`http://127.0.0.1:${port}/apps/app1/channels?${query}&auth_signature=${signature}`).then(
      async (response) => ({ ok: response.status === 200, text: `${response.status} ${await response.text()}` }),
      (error) => ({ ok: false, text: String(error.cause ?? error) }),
    );
    if (answer.ok) return;
    if (Date.now() > deadline) throw new Error(`after ${PATIENCE_MS / 1000} s the answer is still: ${answer.text}`);
    await sleep(50);
  }
}

async function subscribe(channels) {
  const pusher = new Pusher('key1', {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
  });
  // `events` is what arrived since the last marker, `seen` has a function to call for each marker awaited.
  const subscriber = { channels, events: [], seen: new Map() };
  const subscriptions = channels.map((name) => new Promise((resolve, reject) => {
    const channel = pusher.subscribe(name);
    channel.bind_global((event, data) => {
      if (event === 'pusher:subscription_succeeded') resolve();
      else if (event === 'pusher:subscription_error') reject(new Error(JSON.stringify(data)));
      else if (event === 'marker') subscriber.seen.get(`${name} ${data}`)?.();
      else subscriber.events.push(`${name} ${event} ${JSON.stringify(data)}`);
    });
  }));
  await inTime('the subscription', Promise.all(subscriptions));
  subscriber.socketId = pusher.connection.socket_id;
  return subscriber;
}

// That an event did not come, or came once only, is known when a later one has come. So a marker goes to all
// channels, and what came before it is compared.
async function received(byFirst, bySecond) {
  markers += 1;
  const arrivals = [first, second].flatMap((subscriber) => subscriber.channels.map((name) => new Promise((resolve) => {
    subscriber.seen.set(`${name} ${markers}`, resolve);
  })));
  await published(['orders,audit', 'marker', String(markers)]);
  await inTime('the event published after it', Promise.all(arrivals));
  // Nothing orders the channels of one event among themselves.
  const events = [first, second].map((subscriber) => subscriber.events.splice(0).sort());
  const list = ([one, two]) => `\n  subscriber 1: ${one.join(' | ') || 'nothing'}\n  subscriber 2: ${two.join(' | ') || 'nothing'}`;
  const expected = [byFirst, bySecond];
  assert(isDeepStrictEqual(events, expected), `received${list(events)}\nexpected${list(expected)}`);
}

async function published(args) {
  const run = await publish(args, url(port, SECRET));
  assert(run.status === 0, `publish ${args.join(' ')} failed\n${show(run)}`);
  assert(run.stdout.trim() !== '', `publish ${args.join(' ')} said nothing\n${show(run)}`);
}

// Nothing of the environment but the URL: a proxy set there would get to see the request.
function publish(args, PUSHER_URL) {
  return new Promise((resolve) => {
    execFile(program, args, { env: { PUSHER_URL }, timeout: PATIENCE_MS }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
  });
}

// The one line with which the example must give up.
function refusal(run) {
  assert(run.status === 1, `the exit status is not 1\n${show(run)}`);
  const lines = run.stderr.trim().split('\n');
  assert(lines.length === 1 && lines[0] !== '', `not one line on stderr\n${show(run)}`);
  return lines[0];
}

function show({ status, stdout, stderr }) {
  return `  exit status ${status}\n  stdout: ${stdout.trim()}\n  stderr: ${stderr.trim()}`;
}

function url(toPort, secret) {
  return `http://key1:${secret}@127.0.0.1:${toPort}/apps/app1`;
}

async function closedPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  await once(server, 'close');
  return free;
}

async function inTime(what, promise) {
  const late = sleep(PATIENCE_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${what} did not arrive within ${PATIENCE_MS / 1000} s`);
  });
  return Promise.race([promise, late]);
}
