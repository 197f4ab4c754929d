// What the checks of these steps have in common: how a part is told, the programs, the subscribers.

import assert from 'node:assert';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Pusher from 'pusher-js';

export const SECRET = 'secret1';
export const WRONG_SECRET = 'not-the-right-one';
const PATIENCE_MS = 15_000;
let markers = 0;

// What the check returns, if it is text, is added to the line.
export async function part(name, check) {
  try {
    const result = await check();
    console.log(`ok   ${name}${typeof result === 'string' ? `, ${result}` : ''}`);
    return result;
  } catch (error) {
    console.log(`FAIL ${name}: ${error.message}`);
    process.exitCode = 1;
  }
}

// A part without which the later ones have nothing to work with.
export async function vital(name, check) {
  const result = await part(name, check);
  if (process.exitCode) process.exit();
  return result;
}

// An open port would say too little: a server that dropped its configuration has one too.
export async function ready(port) {
  await eventually('a signed request is answered 200', async () => {
    const query = `auth_key=key1&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0`;
    const signature = createHmac('sha256', SECRET).update(`GET\n/apps/app1/channels\n${query}`).digest('hex');
    const answer = await fetch(`http://127.0.0.1:${port}/apps/app1/channels?${query}&auth_signature=${signature}`);
    assert(answer.status === 200, `the answer is ${answer.status} ${await answer.text()}`);
  });
}

// Returns what the check returns, once it throws no more.
export async function eventually(what, check) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}; ${error.cause ?? error.message}`);
      }
      await sleep(50);
    }
  }
}

export async function subscribe(port, channels) {
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

// The events that each subscriber received, sorted: nothing orders the channels of one event among themselves.
// That an event did not come, or came once only, is known when a later one has come. So a marker goes to these
// channels, by the command `publish`, and what came before it is returned.
export async function receivedBy(subscribers, channels, publish, PUSHER_URL) {
  markers += 1;
  const arrivals = subscribers.flatMap((subscriber) => {
    const awaited = subscriber.channels.filter((name) => channels.includes(name));
    return awaited.map((name) => new Promise((resolve) => {
      subscriber.seen.set(`${name} ${markers}`, resolve);
    }));
  });
  await succeed([...publish, channels.join(), 'marker', String(markers)], { PUSHER_URL });
  await inTime('the event published after it', Promise.all(arrivals));
  return subscribers.map((subscriber) => subscriber.events.splice(0).sort());
}

// Nothing of our own environment: a proxy set there would get to see the requests.
function run([program, ...args], env) {
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: 4 * PATIENCE_MS }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
  });
}

export async function succeed(command, env) {
  const ended = await run(command, env);
  assert(ended.status === 0, `${command.join(' ')} failed\n${show(ended)}`);
  assert(ended.stdout.trim() !== '', `${command.join(' ')} said nothing\n${show(ended)}`);
}

export async function wrongSecret(command, port) {
  const ended = await run(command, { PUSHER_URL: url(port, WRONG_SECRET) });
  assert(refusal(ended).includes('401'), `the line does not show the status 401\n${show(ended)}`);
  discreet(ended.stdout + ended.stderr);
}

// Nothing that a log must not hold.
export function discreet(text) {
  for (const hidden of [WRONG_SECRET, SECRET, /[0-9a-f]{64}/i, /auth_signature=/i]) {
    assert(!text.match(hidden), `${hidden} is in the output\n  ${text.trim()}`);
  }
}

export async function closedPort(command) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: closed } = server.address();
  server.close();
  await once(server, 'close');
  const ended = await run(command, { PUSHER_URL: url(closed, SECRET) });
  assert(/could not connect/.test(refusal(ended)), `the line does not say "could not connect"\n${show(ended)}`);
}

// The one line with which the example must give up.
function refusal(ended) {
  assert(ended.status === 1, `the exit status is not 1\n${show(ended)}`);
  const lines = ended.stderr.trim().split('\n');
  assert(lines.length === 1 && lines[0] !== '', `not one line on stderr\n${show(ended)}`);
  return lines[0];
}

function show({ status, stdout, stderr }) {
  return `  exit status ${status}\n  stdout: ${stdout.trim()}\n  stderr: ${stderr.trim()}`;
}

export function url(port, secret) {
  return `http://key1:${secret}@127.0.0.1:${port}/apps/app1`;
}

export async function inTime(what, promise) {
  const late = sleep(PATIENCE_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${what} did not arrive within ${PATIENCE_MS / 1000} s`);
  });
  return Promise.race([promise, late]);
}
