// Every call, kind of channel, authorisation and webhook, on each face: the project's example `operate` does the
// server's side, a server and a client that others wrote do the rest. Called as: node calls.mjs PORT SITE PROGRAM,
// where sockudo listens on PORT, SITE is the port that it sends webhooks to, and PROGRAM is the built example.

import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import Pusher from 'pusher-js';
import { SECRET, WRONG_SECRET, discreet, eventually, inTime, part, ready, url, vital } from './common.mjs';

const [port, site, program] = process.argv.slice(2);
const faces = { hyper: ['hyper'], isahc: ['isahc'], 'isahc.blocking': ['isahc', '--blocking'], ureq: ['ureq'] };
const PUSHER_MASTER_KEY = randomBytes(32).toString('base64');

// What the site was told, in the order of arrival: the webhooks as they came, and their events as `operate` read them.
let webhooks = [];
let told = [];
// The server's side at the moment, and whom it knows: each user's id, info and watchlist.
let server;
let users;
let markers = 0;

await part('the site is open', async () => {
  const listener = createServer(serve).listen(site, '127.0.0.1');
  await once(listener, 'listening');
});
await vital('the server answers a signed request', () => ready(port));
for (const [face, args] of Object.entries(faces)) {
  server = operate(args, SECRET);
  await checked(face, args);
  server.end();
}

// The open connections would keep the process alive.
process.exit();

async function checked(face, args) {
  const open = `${face}-orders`;
  const single = `${face}-ann-only`;
  const closed = `private-${face}-orders`;
  const room = `presence-${face}-room`;
  const sealed = `private-encrypted-${face}-orders`;
  const cache = `cache-${face}-price`;
  const plain = [open, closed, room, cache];
  const all = [...plain, sealed];
  const data = '{"id":7,"text":"grüße 🎉"}';
  const value = JSON.parse(data);
  const check = (name, work) => part(`${face}: ${name}`, work);
  const ids = { ann: `ann@${face},1;=`, bob: `bob_${face}` };
  users = {
    // sockudo tells only of users who have a watchlist themselves.
    ann: { user_id: ids.ann, user_info: { name: 'Änn', tags: ['a', 1] }, watchlist: [ids.bob] },
    bob: { user_id: ids.bob, user_info: { name: 'Bob' }, watchlist: [ids.ann] },
  };
  webhooks = [];
  told = [];

  const [ann, bob] = await check('two members subscribe to public, private, presence, encrypted and cache channels', async () => {
    const [ann, bob] = [await connected('ann'), await connected('bob')];
    await subscribed(ann, [...all, single]);
    await subscribed(bob, all);
    for (const { pusher } of [ann, bob]) {
      await eventually('both are members', () => {
        const members = {};
        pusher.channel(room).members.each(({ id, info }) => { members[id] = info; });
        same(members, { [ids.ann]: users.ann.user_info, [ids.bob]: users.bob.user_info });
      });
    }
    return [ann, bob];
  }) ?? [];
  // The later checks have nothing to work with.
  if (!ann) return;

  await check('trigger: an event for several channels arrives once on each, unchanged', async () => {
    same(await server.ok({ trigger: { channels: plain, event: 'paid', data: value } }), {});
    await received(plain, plain.map((name) => `${name} paid ${data}`));
  });

  await check('trigger: on an encrypted channel, what travels is encrypted and what arrives is not', async () => {
    await server.ok({ trigger: { channels: [sealed], event: 'paid', data: value } });
    await received([sealed], [`${sealed} paid ${data}`]);
    const travelled = ann.travelled.findLast(({ channel, event }) => channel === sealed && event === 'paid');
    same(Object.keys(travelled.data).sort(), ['ciphertext', 'nonce']);
  });

  await check('channel().trigger: the same for one channel', async () => {
    await server.ok({ channel_trigger: { channel: closed, event: 'paid', data: value } });
    await server.ok({ channel_trigger: { channel: sealed, event: 'paid', data: value } });
    await received([closed, sealed], [`${closed} paid ${data}`, `${sealed} paid ${data}`]);
  });

  await check('publish: an excluded connection does not receive the event', async () => {
    for (const channels of [plain, [sealed]]) {
      await server.ok({ publish: { channels, name: 'paid', data, socket_id: bob.pusher.connection.socket_id } });
    }
    await received(all, all.map((name) => `${name} paid ${data}`), []);
  });

  await check('publish: data that is not JSON, and counts', async () => {
    const words = '7, "or" so\n';
    const answer = await server.ok({
      publish: { channels: [open, single], name: 'noted', data: words, info: ['subscription_count'] },
    });
    same(answer, { [open]: counts(null, 2), [single]: counts(null, 1) });
    const noted = (name) => `${name} noted ${JSON.stringify(words)}`;
    await received([open, single], [open, single].map(noted), [noted(open)]);
    const info = ['user_count', 'subscription_count'];
    same(await server.ok({ publish: { channels: [room], name: 'noted', data, info } }), { [room]: counts(2, 2) });
    await received([room], [`${room} noted ${data}`]);
  });

  await check('trigger_batch: 25 events in order, with as many counts', async () => {
    const channels = Array.from({ length: 25 }, (_, index) => [closed, single, sealed][index % 3]);
    const answer = await server.ok({
      trigger_batch: channels.map((channel, index) =>
        ({ channels: [channel], name: 'numbered', data: String(index), info: ['subscription_count'] })),
    });
    same(answer, channels.map((channel) => counts(null, channel === single ? 1 : 2)));
    // Nothing orders the channels among themselves.
    const expected = (channel) => channels.flatMap((name, index) => name === channel ? [`${name} numbered ${index}`] : []);
    await received([closed, sealed, single], [closed, sealed, single].flatMap(expected), [closed, sealed].flatMap(expected));
  });

  await check('channels and GetChannels: what is subscribed', async () => {
    // sockudo tells again what it told up to two seconds ago.
    await eventually('all channels are listed', async () => {
      same((await server.ok({ channels: { prefix: '' } })).sort(), [...all, single].sort());
    });
    same(await server.ok({ channels: { prefix: `presence-${face}-` } }), [room]);
    same(await server.ok({ channels: { prefix: 'unheard-of-' } }), []);
    same(await server.ok({ get_channels: { prefix: `presence-${face}-`, info: ['user_count'] } }), { [room]: counts(2, null) });
  });

  await check('channel().info and channel().users: who is subscribed', async () => {
    const info = (channel, info) => server.ok({ channel_info: { channel, info } });
    same(await info(open, ['subscription_count']), state(true, null, 2));
    same(await info(room, ['user_count', 'subscription_count']), state(true, 2, 2));
    same(await info(sealed, ['subscription_count']), state(true, null, 2));
    same((await info(`${face}-nobody`, [])).occupied, false);
    same((await server.ok({ channel_users: { channel: room } })).sort(), Object.values(ids).sort());
    const { error, status } = await server.error({ channel_users: { channel: open } });
    assert(status === undefined && error.includes(open), `the error is ${status} ${error}`);
  });

  await check('channel().info: the cache holds the last event', async () => {
    await server.ok({ trigger: { channels: [cache], event: 'first', data: 6 } });
    await server.ok({ trigger: { channels: [cache], event: 'last', data: value } });
    const { cache: held } = await server.ok({ channel_info: { channel: cache, info: ['cache'] } });
    // sockudo keeps the whole message.
    const { event, data: last } = JSON.parse(held);
    same([event, last], ['last', data]);
    await received([cache], [`${cache} first 6`, `${cache} last ${data}`]);
  });

  await check('get and post: calls by their paths', async () => {
    same(await server.ok({ get: { path: '/channels', query: [['filter_by_prefix', `private-encrypted-${face}-`]] } }),
      { channels: { [sealed]: {} } });
    await server.ok({ post: { path: '/events', body: { name: 'posted', channels: [open], data } } });
    await received([open], [`${open} posted ${data}`]);
    const { status } = await server.error({ get: { path: '/unheard-of', query: [] } });
    same(status, 404);
  });

  await check('user().send: users who signed in receive it, and are seen by who watches', async () => {
    for (const { user, pusher, events } of [ann, bob]) {
      pusher.user.bind('notice', (data) => events.push(`${user} notice ${JSON.stringify(data)}`));
      pusher.signin();
      await inTime('the sign-in', pusher.user.signinDonePromise);
      same(pusher.user.user_data?.id, ids[user]);
    }
    // Not by pusher-js's own `watchlist`: sockudo sends the bare event, and no `pusher_internal:watchlist_events`.
    await eventually('who watches is told', () => {
      const online = ann.travelled.filter(({ event }) => event === 'online').flatMap(({ data }) => data.user_ids);
      assert(online.includes(ids.bob), `online are ${online}`);
    });
    await server.ok({ user_send: { user: ids.ann, event: 'notice', data: value } });
    await server.ok({ user_send: { user: ids.bob, event: 'notice', data: 8 } });
    await eventually('the notices arrive', () => {
      for (const { events } of [ann, bob]) assert(events.length > 0, 'nothing arrived');
    });
    await received([open], [`ann notice ${data}`], ['bob notice 8']);
  });

  await check('clients send events to each other', async () => {
    ann.pusher.channel(closed).trigger('client-typing', data);
    ann.pusher.channel(room).trigger('client-typing', value);
    const expected = [closed, room].map((name) => `${name} client-typing ${data}`);
    await eventually('they arrive', () => same(byChannel(bob.events), byChannel(expected)));
    await received([closed, room], [], expected);
  });

  const socketId = ann.pusher.connection.socket_id;
  await check('user().terminate_connections: the connection of this user is closed, the other is not', async () => {
    await server.ok({ user_terminate_connections: { user: ids.ann } });
    await eventually('it is closed', () => same(ann.pusher.connection.state, 'disconnected'));
    same(bob.pusher.connection.state, 'connected');
    await eventually('the room has one user', async () => {
      same(await server.ok({ channel_users: { channel: room } }), [ids.bob]);
    });
  });
  bob.pusher.disconnect();

  await check('an authorisation for a public channel is refused', async () => {
    const form = (channel) => `socket_id=1.2&channel_name=${channel}`;
    const authorize = (form) => ({ authorize: { form, user_id: 'ann', user_info: null } });
    const refused = async (form, reason) => {
      const { error } = await server.error(authorize(form));
      assert(error.includes(reason), error);
    };
    await refused(form(open), `${open} is a public channel`);
    await refused(form('private-a%0Aa'), 'allowed are');
    await refused(form('private-a').replace('1.2', '1.2:3'), 'socket');
    await refused('channel_name=private-a', 'socket_id');
    await server.ok(authorize(form('private-a')));
  });

  await check('a wrong secret is 401 and one line with both texts, without secret or signature', async () => {
    const other = operate(args, WRONG_SECRET);
    const commands = [
      { trigger: { channels: [open], event: 'paid', data: value } },
      { trigger_batch: [{ channels: [open], name: 'paid', data }] },
      { channels: { prefix: '' } },
      { user_terminate_connections: { user: ids.bob } },
    ];
    for (const command of commands) {
      const { error, status } = await other.error(command);
      same(status, 401);
      const words = ['the server answered 401 Unauthorized: Invalid API signature', 'this client signed "', '\\n/apps/app1/', 'auth_key=key1'];
      for (const word of words) assert(error.includes(word), `${word} is not in ${error}`);
      assert(!error.includes('\n'), `not one line: ${error}`);
      discreet(error);
    }
    await refusedWebhook(other, webhooks[0].headers, webhooks[0].body);
    other.end();
  });

  await check('webhooks: all that happened is told, as typed events', async () => {
    const expected = [
      ...[...all, single].flatMap((name) => [{ channel_occupied: name }, { channel_vacated: name }]),
      ...Object.values(ids).flatMap((user_id) => [{ member_added: room, user_id }, { member_removed: room, user_id }]),
      { client_event: closed, event: 'client-typing', data, socket_id: socketId },
      // Data is text in the protocol. sockudo tells it as the client sent it, in an order of its own, and the library
      // its JSON.
      { client_event: room, event: 'client-typing', data: value, socket_id: socketId },
      { cache_miss: cache },
      { subscription_count: open, count: 2 },
    ];
    const read = (event) => (event.client_event === room ? { ...event, data: JSON.parse(event.data) } : event);
    await eventually('they are told', () => {
      const missing = expected.filter((event) => !told.some((other) => isDeepStrictEqual(read(other), event)));
      assert(missing.length === 0, `${JSON.stringify(missing)} is missing, told is ${JSON.stringify(told)}`);
    });
    // Each was accepted, and none is unknown.
    same(told.filter((event) => 'error' in event || 'unknown' in event).length, 0);
    return `${told.length} events in ${webhooks.length} webhooks`;
  });

  await check('webhooks: one with a changed byte, key or signature is refused', async () => {
    const { headers, body } = webhooks.at(-1);
    same((await server.ok({ webhook: { headers, body } })).key, 'key1');
    await refusedWebhook(server, headers, body.replace('"', '\''));
    await refusedWebhook(server, headers, `${body} `);
    const changed = (field, change) =>
      headers.map(([name, value]) => [name, name.toLowerCase() === field ? change(value) : value]);
    await refusedWebhook(server, changed('x-pusher-signature', (hex) => hex.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))), body);
    await refusedWebhook(server, changed('x-pusher-key', () => 'key2'), body);
    await refusedWebhook(server, headers.filter(([name]) => name.toLowerCase() !== 'x-pusher-signature'), body);
  });

  // What arrived at each subscriber, once a later event has arrived on these channels too. Nothing orders the channels
  // among themselves; within each the order counts.
  async function received(channels, byAnn, byBob = byAnn) {
    markers += 1;
    const marker = markers;
    for (const name of channels) await server.ok({ trigger: { channels: [name], event: 'marker', data: marker } });
    for (const { user, seen } of [ann, bob]) {
      await eventually(`an event published later reaches ${user}`, () => {
        for (const name of channels) {
          assert(seen.get(name) === marker || user === 'bob' && name === single, `none on ${name}`);
        }
      });
    }
    const arrived = [ann, bob].map(({ events }) => byChannel(events.splice(0)));
    same(arrived, [byAnn, byBob].map(byChannel));
  }
}

// The server's side, on an executor and face.
function operate(args, secret) {
  // Nothing of our own environment: a proxy set there would get to see the requests.
  const env = { PUSHER_URL: url(port, secret), PUSHER_MASTER_KEY };
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  // That the program ended, the end of its output tells.
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout })
    .on('line', (line) => waiting.shift().resolve(JSON.parse(line)))
    .on('close', () => waiting.splice(0).forEach(({ reject }) => reject(new Error('the program ended'))));
  const answer = (command) => inTime('the answer of the program', new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
    child.stdin.write(`${JSON.stringify(command)}\n`);
  }));
  return {
    answer,
    async ok(command) {
      const { ok, error } = await answer(command);
      assert(error === undefined, `${JSON.stringify(command)}: ${error}`);
      return ok;
    },
    async error(command) {
      const { ok, error, status } = await answer(command);
      assert(error !== undefined, `${JSON.stringify(command)} was answered ${JSON.stringify(ok)}`);
      return { error, status };
    },
    end: () => child.stdin.end(),
  };
}

async function refusedWebhook(side, headers, body) {
  const { error } = await side.error({ webhook: { headers, body } });
  assert(error.includes('webhook'), `the error is ${error}`);
  discreet(error);
}

// The site: browsers post their forms, and sockudo its webhooks. Who a browser's user is, its path says.
async function serve(request, response) {
  const body = await text(request);
  const [, what, user] = request.url.split('/');
  if (what === 'webhook') {
    const headers = pairs(request.rawHeaders);
    const { ok, error } = await server.answer({ webhook: { headers, body } });
    webhooks.push({ headers, body });
    told.push(...(ok?.events ?? [{ error }]));
    response.writeHead(ok ? 200 : 401).end();
    return;
  }
  const { user_id, user_info, watchlist } = users[user];
  const { ok, error } = await server.answer(what === 'authorize'
    ? { authorize: { form: body, user_id, user_info } }
    : { authenticate: { form: body, user_id, user_info, watchlist } });
  response.writeHead(ok ? 200 : 403).end(ok ?? error);
}

// Fields as they came, [name, value, name, value, …], by twos.
function pairs(fields) {
  return fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1]]] : []));
}

async function connected(user) {
  const endpoint = (what) => ({ endpoint: `http://127.0.0.1:${site}/${what}/${user}`, transport: 'ajax' });
  const pusher = new Pusher('key1', {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
    channelAuthorization: endpoint('authorize'),
    userAuthentication: endpoint('authenticate'),
  });
  // `events` is what arrived since it was last looked at, `travelled` how it came, `seen` the last marker of each channel.
  const client = { user, pusher, events: [], travelled: [], seen: new Map() };
  pusher.connection.bind('message', ({ event, channel, data }) => client.travelled.push({ event, channel, data }));
  await inTime('the connection', new Promise((resolve) => pusher.connection.bind('connected', resolve)));
  return client;
}

async function subscribed({ pusher, events, seen }, channels) {
  await inTime('the subscription', Promise.all(channels.map((name) => new Promise((resolve, reject) => {
    pusher.subscribe(name).bind_global((event, data) => {
      if (event === 'pusher:subscription_succeeded') resolve();
      else if (event === 'pusher:subscription_error') reject(new Error(`${name}: ${JSON.stringify(data)}`));
      else if (event === 'marker') seen.set(name, data);
      else if (!event.startsWith('pusher:')) events.push(`${name} ${event} ${JSON.stringify(data)}`);
    });
  }))));
}

function byChannel(events) {
  const channel = (event) => event.slice(0, event.indexOf(' '));
  return [...events].sort((one, other) => channel(one).localeCompare(channel(other)));
}

function counts(user_count, subscription_count) {
  return { user_count, subscription_count };
}

function state(occupied, user_count, subscription_count) {
  return { occupied, user_count, subscription_count, cache: null };
}

function same(value, expected) {
  assert(isDeepStrictEqual(value, expected), `it is ${JSON.stringify(value)}\nand not ${JSON.stringify(expected)}`);
}
