// Publishes with the project's example to a server that others wrote, and looks at what a client that others
// wrote receives. Called as: node deliver.mjs PORT PROGRAM, where PROGRAM is the built example `publish`.

import assert from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { SECRET, closedPort, part, ready, receivedBy, subscribe, succeed, url, vital, wrongSecret } from './common.mjs';

const [port, program] = process.argv.slice(2);

await vital('the server answers a signed request', () => ready(port));
const first = await vital('subscriber 1 subscribes to orders and audit', () => subscribe(port, ['orders', 'audit']));
const second = await vital('subscriber 2 subscribes to orders', () => subscribe(port, ['orders']));
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
  await wrongSecret([program, 'orders', 'paid', '{"id":10}'], port);
  await received([], []);
});

await part('a closed port is one line that says so', () => closedPort([program, 'orders', 'paid', '{"id":11}']));

// The open connections would keep the process alive.
process.exit();

function published(args) {
  return succeed([program, ...args], { PUSHER_URL: url(port, SECRET) });
}

async function received(byFirst, bySecond) {
  const events = await receivedBy([first, second], ['orders', 'audit'], [program], url(port, SECRET));
  const list = ([one, two]) => `\n  subscriber 1: ${one.join(' | ') || 'nothing'}\n  subscriber 2: ${two.join(' | ') || 'nothing'}`;
  const expected = [byFirst, bySecond];
  assert(isDeepStrictEqual(events, expected), `received${list(events)}\nexpected${list(expected)}`);
}
